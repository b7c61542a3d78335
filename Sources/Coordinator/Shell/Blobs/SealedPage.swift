import Crypto
import Glibc
import Host
import Wire

/// A file of a blob that has no name yet.
struct SealedPage: BlobPage {
    private let draft: DraftFile
    private let files: BlobFiles
    private var sealer: ChunkSealer

    init(at path: String, for announced: Blob, in files: BlobFiles) throws(BlobError) {
        let key = SymmetricKey(size: .bits256)
        let header = try SealedHeader(
            size: announced.size, digest: announced.digest, key: key, by: files.keys.current)
        self.draft = try DraftFile(at: path)
        self.files = files
        self.sealer = ChunkSealer(key)
        // The second header is void until there is a newer key.
        let void = [UInt8](repeating: 0, count: SealedLayout.headerBytes)
        try self.draft.write(header.block + void)
    }

    mutating func write(_ bytes: UnsafeRawBufferPointer) throws(BlobError) {
        do throws(HostError) {
            try self.sealer.write(bytes, to: self.draft.file, called: "a blob")
        } catch {
            throw BlobError(.failed, error.reason)
        }
    }

    mutating func keep(as blob: Blob) throws(BlobError) -> BlobKeeping {
        do throws(HostError) {
            try self.sealer.finish(to: self.draft.file, called: "a blob")
        } catch {
            throw BlobError(.failed, error.reason)
        }
        // Read-only from here on: the name promises that the bytes never change.
        let number = self.draft.file.number
        guard fchmod(number, 0o400) == 0, fsync(number) == 0 else {
            throw BlobError(failedTo: "make the blob \(blob.digest) durable", errno)
        }
        return try self.files.name(self.draft.path, as: blob)
    }
}

/// A file that goes with its owner, unless it was given another name.
private final class DraftFile: Sendable {
    let path: String
    let file: Descriptor

    init(at path: String) throws(BlobError) {
        let number = Glibc.open(
            path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode_t(0o600))
        guard number >= 0 else { throw BlobError(failedTo: "write a blob", errno) }
        self.path = path
        self.file = Descriptor(adopting: number)
    }

    deinit {
        // Once it was named there is no such file, and that is fine too.
        unlink(self.path)
    }

    func write(_ bytes: [UInt8]) throws(BlobError) {
        do throws(HostError) {
            try bytes.span.bytes.withUnsafeBytes { bytes throws(HostError) in
                try self.file.write(bytes, to: "a blob")
            }
        } catch {
            throw BlobError(.failed, error.reason)
        }
    }
}
