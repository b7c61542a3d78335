import Foundation
import Host
import Synchronization
import Wire

/// Blobs in sealed memory: no file ever holds them, and they end with the process, however it ends.
final class BlobMemory: BlobPlace {
    private let blobs = Mutex<[Digest: SealedMemory]>([:])
    private let bringers = Mutex<[Digest: Set<BlobBringer>]>([:])

    func count() -> BlobStore.Totals {
        self.blobs.withLock { blobs in
            BlobStore.Totals(
                blobs: UInt64(blobs.count),
                bytes: blobs.values.reduce(0) { $0 + UInt64($1.byteCount) })
        }
    }

    func find(_ digest: Digest) -> Blob? {
        guard let memory = self.blobs.withLock({ $0[digest] }) else { return nil }
        return Blob(digest: digest, size: UInt64(memory.byteCount))
    }

    func isBrought(_ digest: Digest, by bringer: BlobBringer) -> Bool {
        self.bringers.withLock { $0[digest]?.contains(bringer) == true }
    }

    func note(_ digest: Digest, broughtBy bringer: BlobBringer) {
        self.bringers.withLock { _ = $0[digest, default: []].insert(bringer) }
    }

    func open(_ digest: Digest) throws(BlobError) -> any BlobContent {
        guard let memory = self.blobs.withLock({ $0[digest] }) else { throw .missing(digest) }
        return Content(memory: memory)
    }

    /// What the kernel could give without swapping: `MemAvailable` of `/proc/meminfo`, in KiB.
    func free() -> UInt64? {
        guard let text = try? String(contentsOfFile: "/proc/meminfo", encoding: .utf8) else {
            return nil
        }
        let words = text.split(whereSeparator: \.isWhitespace)
        guard let label = words.firstIndex(of: "MemAvailable:"), label + 1 < words.count,
            let kibibytes = UInt64(words[label + 1])
        else { return nil }
        return kibibytes * 1024
    }

    func makePage(for announced: Blob) throws(BlobError) -> any BlobPage {
        do throws(HostError) {
            return Page(draft: try SealedMemory.Draft(named: "assay-blob"), memory: self)
        } catch {
            throw BlobError(.failed, error.reason)
        }
    }

    private func keep(_ memory: SealedMemory, as digest: Digest) -> BlobKeeping {
        self.blobs.withLock { blobs in
            guard blobs[digest] == nil else { return .known }
            blobs[digest] = memory
            return .new
        }
    }

    private struct Content: BlobContent {
        let memory: SealedMemory
        var size: UInt64 { UInt64(self.memory.byteCount) }

        func read(at offset: UInt64, into target: UnsafeMutableRawBufferPointer) {
            self.memory.withBytes { bytes in
                target.copyMemory(
                    from: UnsafeRawBufferPointer(
                        rebasing: bytes[Int(offset)...].prefix(target.count)))
            }
        }
    }

    private struct Page: BlobPage {
        var draft: SealedMemory.Draft
        let memory: BlobMemory

        mutating func write(_ bytes: UnsafeRawBufferPointer) throws(BlobError) {
            do throws(HostError) {
                try self.draft.append(bytes)
            } catch {
                throw BlobError(.failed, error.reason)
            }
        }

        func keep(as blob: Blob) throws(BlobError) -> BlobKeeping {
            let sealed: SealedMemory
            do throws(HostError) {
                sealed = try self.draft.sealed()
            } catch {
                throw BlobError(.failed, error.reason)
            }
            return self.memory.keep(sealed, as: blob.digest)
        }
    }
}
