import Glibc
import Host
import Wire

/// The directories below which blobs lie.
enum BlobDirectory {
    /// Makes what is missing, and removes what a crash left half-written.
    static func prepare(_ path: String) throws(BlobError) {
        let halls = ["\(path)/sealed", "\(path)/bringers"]
        for directory in [path, "\(path)/drafts"] + halls { try Self.make(directory) }
        for name in try Self.names(in: "\(path)/drafts") { unlink("\(path)/drafts/\(name)") }
        for hall in halls {
            for shelf in Self.shelves { try Self.make("\(hall)/\(shelf)") }
        }
        // Also when they were there: whoever made them may have died before this.
        for directory in halls + [path, "\(path)/.."] {
            try Self.synchronise(directory)
        }
    }

    /// `00` to `ff`: how a digest may begin.
    static var shelves: [String] {
        let digits = "0123456789abcdef"
        return digits.flatMap { first in digits.map { "\(first)\($0)" } }
    }

    /// Whose names lie on the shelves of a hall; none when there is no such hall.
    static func blobs(in hall: String) throws(BlobError) -> [Digest] {
        var status = stat()
        guard lstat(hall, &status) == 0 else { return [] }
        var digests: [Digest] = []
        for shelf in try Self.names(in: hall) {
            digests += try Self.names(in: "\(hall)/\(shelf)").compactMap {
                Digest(text: "sha256:\($0)")
            }
        }
        return digests
    }

    static func make(_ path: String) throws(BlobError) {
        guard mkdir(path, 0o700) != 0 else { return }
        guard errno == EEXIST else {
            throw BlobError(failedTo: "make the directory \(path)", errno)
        }
        try Self.judge(path)
    }

    /// What is there must be a directory of ours, and no link to one.
    static func judge(_ path: String) throws(BlobError) {
        var status = stat()
        guard lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR, status.isOurs else {
            throw BlobError(
                .failed, "\(path) must be a directory of ours that others cannot reach: mode 700")
        }
    }

    /// Makes names in a directory durable.
    static func synchronise(_ path: String) throws(BlobError) {
        let number = Glibc.open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard number >= 0 else { throw BlobError(failedTo: "open \(path)", errno) }
        defer { close(number) }
        guard fsync(number) == 0 else { throw BlobError(failedTo: "make \(path) durable", errno) }
    }

    static func names(in path: String) throws(BlobError) -> [String] {
        do throws(HostError) {
            return try Directory.names(at: path)
        } catch {
            throw BlobError(.failed, error.reason)
        }
    }
}

extension stat {
    /// Of our user, and of nobody else's business.
    var isOurs: Bool { self.st_uid == geteuid() && self.st_mode & 0o077 == 0 }

    var isOurFile: Bool { self.isOurs && self.st_mode & S_IFMT == S_IFREG }
}
