import Glibc
import Host
import Synchronization
import Wire

/// Blobs as sealed files of a directory, which survive the head.
///
/// ```
/// blobs/drafts/7            what is still arriving, sealed; removed at the next start
/// blobs/sealed/ab/abcd…     mode 0400; the name is its digest, so it never changes
/// blobs/bringers/ab/abcd….… empty; the second half of the name is that of who brought it
/// ```
///
/// All 512 shelves are made and made durable at the start: a blob needs its own shelf synced, and
/// no more.
///
/// A file has its name only after its bytes were made durable: whoever finds a name finds the
/// whole. Names come from `Digest` alone, never from a peer's text. `SealedLayout` says how the
/// bytes lie there.
final class BlobFiles: BlobPlace {
    let path: String
    let keys: BlobKeys
    private let draftsMade = Atomic<UInt64>(0)

    /// Opens the directory, or makes it, and removes what a crash left half-written.
    ///
    /// - Requires: the directory is locked against other heads.
    static func opened(
        at path: String, keyFile: String
    ) throws(BlobError) -> (files: BlobFiles, remarks: [BlobStore.Remark]) {
        try BlobDirectory.prepare(path)
        let sealed = UInt64(try BlobDirectory.blobs(in: "\(path)/sealed").count)
        let (keys, made) = try BlobKeys.read(keyFile, sealed: sealed)
        let files = BlobFiles(at: path, keys: keys)
        var remarks: [BlobStore.Remark] = made.map { [.madeKey($0, path: keyFile)] } ?? []
        // First what is sealed already: without its key nothing may be touched.
        remarks += try files.rewrap()
        remarks += try files.sealPlain()
        return (files, remarks)
    }

    private init(at path: String, keys: BlobKeys) {
        self.path = path
        self.keys = keys
    }

    func count() throws(BlobError) -> BlobStore.Totals {
        var totals = BlobStore.Totals()
        for digest in try BlobDirectory.blobs(in: "\(self.path)/sealed") {
            var status = stat()
            guard lstat(self.place(of: digest), &status) == 0 else { continue }
            totals.blobs += 1
            totals.bytes += SealedLayout.size(ofFile: UInt64(status.st_size)) ?? 0
        }
        return totals
    }

    func find(_ digest: Digest) -> Blob? {
        // What cannot be opened is not there: then it may be brought again.
        guard let content = try? self.open(digest) else { return nil }
        return Blob(digest: digest, size: content.size)
    }

    func isBrought(_ digest: Digest, by bringer: BlobBringer) -> Bool {
        var status = stat()
        return lstat(self.mark(of: digest, bringer), &status) == 0 && status.isOurFile
    }

    func note(_ digest: Digest, broughtBy bringer: BlobBringer) throws(BlobError) {
        let mark = self.mark(of: digest, bringer)
        let number = Glibc.open(mark, O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC, mode_t(0o400))
        // A mark that is there cannot be opened for writing, and need not be.
        guard number >= 0 || errno == EACCES else {
            throw BlobError(failedTo: "note who brought the blob \(digest)", errno)
        }
        if number >= 0 { close(number) }
        try BlobDirectory.synchronise("\(self.path)/bringers/\(digest.hex.prefix(2))")
    }

    func open(_ digest: Digest) throws(BlobError) -> any BlobContent {
        let (file, length) = try self.file(of: digest)
        for case let header? in try self.headers(in: file, of: digest) {
            guard SealedLayout.fileBytes(of: header.size) == length,
                let sealer = self.keys[header.sealer],
                let key = header.key(of: digest, by: sealer)
            else { continue }
            return SealedContent(file, Blob(digest: digest, size: header.size), key: key)
        }
        throw .damaged(digest)
    }

    func free() -> UInt64? {
        var room = statvfs()
        guard statvfs(self.path, &room) == 0 else { return nil }
        return UInt64(room.f_bavail) * UInt64(room.f_frsize)
    }

    func makePage(for announced: Blob) throws(BlobError) -> any BlobPage {
        let serial = self.draftsMade.wrappingAdd(1, ordering: .relaxed).newValue
        return try SealedPage(at: "\(self.path)/drafts/\(serial)", for: announced, in: self)
    }

    /// Gives a durable file its name, durably.
    func name(_ draft: String, as blob: Blob) throws(BlobError) -> BlobKeeping {
        let place = self.place(of: blob.digest)
        var status = stat()
        let isNew = lstat(place, &status) != 0
        guard rename(draft, place) == 0 else {
            throw BlobError(failedTo: "name the blob \(blob.digest)", errno)
        }
        try BlobDirectory.synchronise("\(self.path)/sealed/\(blob.digest.hex.prefix(2))")
        return isNew ? .new : .known
    }

    // MARK: Places

    func place(of digest: Digest) -> String {
        "\(self.path)/sealed/\(digest.hex.prefix(2))/\(digest.hex)"
    }

    private func mark(of digest: Digest, _ bringer: BlobBringer) -> String {
        "\(self.path)/bringers/\(digest.hex.prefix(2))/\(digest.hex).\(bringer.mark)"
    }

    /// Opens the file of a blob, and says how long it is.
    func file(of digest: Digest) throws(BlobError) -> (file: Descriptor, length: UInt64) {
        let flags = O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC
        let number = Glibc.open(self.place(of: digest), flags)
        guard number >= 0 else {
            if errno == ENOENT { throw .missing(digest) }
            throw BlobError(failedTo: "open the blob \(digest)", errno)
        }
        let file = Descriptor(adopting: number)
        var status = stat()
        guard fstat(number, &status) == 0 else {
            throw BlobError(failedTo: "examine the blob \(digest)", errno)
        }
        guard status.isOurFile else {
            throw BlobError(.failed, "what lies in the place of the blob \(digest) is not ours")
        }
        return (file, UInt64(status.st_size))
    }

    /// What stands before the chunks: two places, of which one or both hold a header.
    func headers(in file: Descriptor, of digest: Digest) throws(BlobError) -> [SealedHeader?] {
        let lead = try [UInt8].filled(SealedLayout.leadBytes) { (target) throws(BlobError) in
            do throws(HostError) {
                try file.read(at: 0, into: target, from: "the blob \(digest)")
            } catch {
                throw BlobError(reading: digest, error)
            }
        }
        return stride(from: 0, to: lead.count, by: SealedLayout.headerBytes).map { start in
            SealedHeader(Array(lead[start..<start + SealedLayout.headerBytes]))
        }
    }
}

extension BlobError {
    init(failedTo act: String, _ number: CInt) {
        if number == ENOSPC || number == EDQUOT {
            self.init(.tooLarge, "cannot \(act): the head's disk is full")
        } else {
            self.init(.failed, "cannot \(act): \(String(cString: strerror(number)))")
        }
    }
}
