import Glibc
import Host
import Synchronization
import Wire

/// Blobs as files of a directory, which survive the head.
///
/// ```
/// blobs/drafts/7            what is still arriving; removed at the next start
/// blobs/sha256/ab/abcd…     mode 0400; the name is its digest, so it never changes
/// blobs/bringers/ab/abcd….… empty; the second half of the name is that of who brought it
/// ```
///
/// All 512 shelves are made and made durable at the start: a blob needs its own shelf synced, and
/// no more.
///
/// A file has its name only after its bytes were made durable: whoever finds a name finds the
/// whole. Names come from `Digest` alone, never from a peer's text.
final class BlobFiles: BlobPlace {
    private let path: String
    private let draftsMade = Atomic<UInt64>(0)

    /// Opens the directory, or makes it, and removes what a crash left half-written.
    ///
    /// - Requires: the directory is locked against other heads.
    init(at path: String) throws(BlobError) {
        let halls = ["\(path)/sha256", "\(path)/bringers"]
        for directory in [path, "\(path)/drafts"] + halls { try Self.makeDirectory(directory) }
        for name in try Self.names(in: "\(path)/drafts") { unlink("\(path)/drafts/\(name)") }
        for hall in halls {
            for shelf in Self.shelves { try Self.makeDirectory("\(hall)/\(shelf)") }
        }
        // Also when they were there: whoever made them may have died before this.
        for directory in halls + [path, "\(path)/.."] {
            try Self.synchronise(directory)
        }
        self.path = path
    }

    /// `00` to `ff`: how a digest may begin.
    private static var shelves: [String] {
        let digits = "0123456789abcdef"
        return digits.flatMap { first in digits.map { "\(first)\($0)" } }
    }

    func find(_ digest: Digest) -> Blob? {
        var status = stat()
        guard lstat(self.place(of: digest), &status) == 0, status.isOurFile else { return nil }
        return Blob(digest: digest, size: UInt64(status.st_size))
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
        try Self.synchronise("\(self.path)/bringers/\(digest.hex.prefix(2))")
    }

    func open(_ digest: Digest) throws(BlobError) -> (file: Descriptor, size: UInt64) {
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

    func free() -> UInt64? {
        var room = statvfs()
        guard statvfs(self.path, &room) == 0 else { return nil }
        return UInt64(room.f_bavail) * UInt64(room.f_frsize)
    }

    func makePage() throws(BlobError) -> any BlobPage {
        let serial = self.draftsMade.wrappingAdd(1, ordering: .relaxed).newValue
        return try Page(at: "\(self.path)/drafts/\(serial)", in: self)
    }

    /// Gives a durable file its name, durably.
    private func name(_ draft: String, as blob: Blob) throws(BlobError) -> BlobKeeping {
        let place = self.place(of: blob.digest)
        var status = stat()
        let isNew = lstat(place, &status) != 0
        guard rename(draft, place) == 0 else {
            throw BlobError(failedTo: "name the blob \(blob.digest)", errno)
        }
        try Self.synchronise(self.shelf(of: blob.digest))
        return isNew ? .new : .known
    }

    private func place(of digest: Digest) -> String { "\(self.shelf(of: digest))/\(digest.hex)" }

    private func mark(of digest: Digest, _ bringer: BlobBringer) -> String {
        "\(self.path)/bringers/\(digest.hex.prefix(2))/\(digest.hex).\(bringer.mark)"
    }

    private func shelf(of digest: Digest) -> String {
        "\(self.path)/sha256/\(digest.hex.prefix(2))"
    }

    /// A file that has no name of a blob yet.
    private final class Page: BlobPage {
        private let path: String
        private let file: Descriptor
        private let files: BlobFiles

        init(at path: String, in files: BlobFiles) throws(BlobError) {
            let number = Glibc.open(
                path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode_t(0o600))
            guard number >= 0 else { throw BlobError(failedTo: "write a blob", errno) }
            self.path = path
            self.file = Descriptor(adopting: number)
            self.files = files
        }

        deinit {
            // Once it was named there is no such file, and that is fine too.
            unlink(self.path)
        }

        func write(_ bytes: UnsafeRawBufferPointer) throws(BlobError) {
            do throws(HostError) {
                try self.file.write(bytes, to: "a blob")
            } catch {
                throw BlobError(.failed, error.reason)
            }
        }

        func keep(as blob: Blob) throws(BlobError) -> BlobKeeping {
            // Read-only from here on: the name promises that the bytes never change.
            let number = self.file.number
            guard fchmod(number, 0o400) == 0, fsync(number) == 0 else {
                throw BlobError(failedTo: "make the blob \(blob.digest) durable", errno)
            }
            return try self.files.name(self.path, as: blob)
        }
    }
}

// MARK: Directories

extension BlobFiles {
    func count() throws(BlobError) -> BlobStore.Totals {
        var totals = BlobStore.Totals()
        for shelf in try Self.names(in: "\(self.path)/sha256") {
            for name in try Self.names(in: "\(self.path)/sha256/\(shelf)") {
                var status = stat()
                guard stat("\(self.path)/sha256/\(shelf)/\(name)", &status) == 0 else { continue }
                totals.blobs += 1
                totals.bytes += UInt64(status.st_size)
            }
        }
        return totals
    }

    private static func makeDirectory(_ path: String) throws(BlobError) {
        guard mkdir(path, 0o700) != 0 else { return }
        guard errno == EEXIST else {
            throw BlobError(failedTo: "make the directory \(path)", errno)
        }
        var status = stat()
        guard lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR, status.isOurs else {
            throw BlobError(
                .failed, "\(path) must be a directory of ours that others cannot reach: mode 700")
        }
    }

    /// Makes names in a directory durable.
    private static func synchronise(_ path: String) throws(BlobError) {
        let number = Glibc.open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard number >= 0 else { throw BlobError(failedTo: "open \(path)", errno) }
        defer { close(number) }
        guard fsync(number) == 0 else { throw BlobError(failedTo: "make \(path) durable", errno) }
    }

    private static func names(in path: String) throws(BlobError) -> [String] {
        do throws(HostError) {
            return try Directory.names(at: path)
        } catch {
            throw BlobError(.failed, error.reason)
        }
    }
}

extension stat {
    /// Of our user, and of nobody else's business.
    fileprivate var isOurs: Bool { self.st_uid == geteuid() && self.st_mode & 0o077 == 0 }

    fileprivate var isOurFile: Bool { self.isOurs && self.st_mode & S_IFMT == S_IFREG }
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
