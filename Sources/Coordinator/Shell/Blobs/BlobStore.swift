import Glibc
package import Host
import Synchronization
package import Wire

/// Immutable bytes on disk, named by their SHA-256.
///
/// ```
/// blobs/drafts/7            what is still arriving; removed at the next start
/// blobs/sha256/ab/abcd…     mode 0400; the name is its digest, so it never changes
/// ```
///
/// A blob has its name only after its bytes were hashed, compared with what was announced, and made
/// durable: whoever finds a name finds the whole. Names come from `Digest` alone, never from a
/// peer's text. This is the one place that opens these files, so that encrypting them at rest is a
/// change of `BlobDraft` and `open` and of nothing else.
///
/// Every call may wait for the disk: not for event loops or Swift's own threads.
package final class BlobStore: Sendable {
    private let path: String
    private let draftsMade = Atomic<UInt64>(0)
    private let totals: Mutex<Totals>

    /// What the store holds.
    package struct Totals: Equatable, Sendable {
        package var blobs: UInt64
        package var bytes: UInt64

        package init(blobs: UInt64 = 0, bytes: UInt64 = 0) {
            self.blobs = blobs
            self.bytes = bytes
        }
    }

    /// Opens the store, or makes it, and removes what a crash left half-written.
    ///
    /// - Requires: the directory is locked against other heads.
    package init(at path: String) throws(BlobError) {
        for directory in [path, "\(path)/drafts", "\(path)/sha256"] {
            try Self.makeDirectory(directory)
        }
        for name in try Self.names(in: "\(path)/drafts") { unlink("\(path)/drafts/\(name)") }
        self.path = path
        self.totals = Mutex(try Self.count("\(path)/sha256"))
    }

    package var held: Totals { self.totals.withLock { $0 } }

    /// The blob of this name, when it is there.
    package func find(_ digest: Digest) -> Blob? {
        var status = stat()
        guard stat(self.place(of: digest), &status) == 0 else { return nil }
        return Blob(digest: digest, size: UInt64(status.st_size))
    }

    /// Opens a blob for reading.
    package func open(_ digest: Digest) throws(BlobError) -> (file: Descriptor, size: UInt64) {
        let number = Glibc.open(self.place(of: digest), O_RDONLY | O_NOFOLLOW | O_CLOEXEC)
        guard number >= 0 else {
            if errno == ENOENT { throw BlobError(.missing, "the head holds no blob \(digest)") }
            throw BlobError(failedTo: "open the blob \(digest)", errno)
        }
        let file = Descriptor(adopting: number)
        var status = stat()
        guard fstat(number, &status) == 0 else {
            throw BlobError(failedTo: "examine the blob \(digest)", errno)
        }
        return (file, UInt64(status.st_size))
    }

    /// Begins to receive a blob that a peer announced.
    package func begin(_ announced: Blob) throws(BlobError) -> BlobDraft {
        guard announced.size <= Limits.blobBytesMax else {
            throw BlobError(.tooLarge, "a blob has at most \(Limits.blobBytesMax) bytes")
        }
        var room = statvfs()
        if statvfs(self.path, &room) == 0 {
            let free = UInt64(room.f_bavail) * UInt64(room.f_frsize)
            guard announced.size <= free else {
                throw BlobError(
                    .tooLarge,
                    "the head has room for \(free) bytes, not for \(announced.size)")
            }
        }
        let serial = self.draftsMade.wrappingAdd(1, ordering: .relaxed).newValue
        return try BlobDraft(announced, at: "\(self.path)/drafts/\(serial)", in: self)
    }

    /// Gives a finished draft its name, durably.
    func publish(_ draft: String, as blob: Blob) throws(BlobError) {
        let directory = "\(self.path)/sha256/\(blob.digest.hex.prefix(2))"
        if mkdir(directory, 0o700) == 0 {
            try Self.synchronise("\(self.path)/sha256")
        } else if errno != EEXIST {
            throw BlobError(failedTo: "make a directory for blobs", errno)
        }
        let place = self.place(of: blob.digest)
        var status = stat()
        let isNew = stat(place, &status) != 0
        guard rename(draft, place) == 0 else {
            throw BlobError(failedTo: "name the blob \(blob.digest)", errno)
        }
        try Self.synchronise(directory)
        guard isNew else { return }
        self.totals.withLock {
            $0.blobs += 1
            $0.bytes += blob.size
        }
    }

    private func place(of digest: Digest) -> String {
        "\(self.path)/sha256/\(digest.hex.prefix(2))/\(digest.hex)"
    }
}

// MARK: Directories

extension BlobStore {
    private static func makeDirectory(_ path: String) throws(BlobError) {
        guard mkdir(path, 0o700) == 0 || errno == EEXIST else {
            throw BlobError(failedTo: "make the directory \(path)", errno)
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
        guard let directory = opendir(path) else {
            throw BlobError(failedTo: "list \(path)", errno)
        }
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names.sorted()
    }

    private static func count(_ path: String) throws(BlobError) -> Totals {
        var totals = Totals()
        for shelf in try Self.names(in: path) {
            for name in try Self.names(in: "\(path)/\(shelf)") {
                var status = stat()
                guard stat("\(path)/\(shelf)/\(name)", &status) == 0 else { continue }
                totals.blobs += 1
                totals.bytes += UInt64(status.st_size)
            }
        }
        return totals
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
