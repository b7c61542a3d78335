import Glibc
package import Host

/// The directory in which a head keeps what must survive it: the journal, the blobs and
/// the audit log.
///
/// It is the owner's alone, and one head's at a time: the kernel drops the lock when the head ends,
/// however it ends.
package final class StateDirectory: Sendable {
    package let path: String
    private let lock: Descriptor

    package var journalPath: String { "\(self.path)/journal.sqlite" }
    package var blobsPath: String { "\(self.path)/blobs" }

    /// Of the state directory at `path`, which another process may have open.
    package static func auditPath(in path: String) -> String { "\(path)/audit" }

    /// Opens the directory, or makes it, and locks it for as long as this object lives.
    ///
    /// - Throws: `HostError` with code `unsafe` when others than its owner can reach it, `exists`
    ///   when another head uses it.
    package init(at path: String) throws(HostError) {
        if mkdir(path, 0o700) != 0, errno != EEXIST {
            throw HostError(failedTo: "make the state directory \(path)", errno)
        }
        let number = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        guard number >= 0 else {
            throw HostError(failedTo: "open the state directory \(path)", errno)
        }
        let directory = Descriptor(adopting: number)
        try Self.judge(directory, path: path)
        for name in ["journal.sqlite", "journal.sqlite-wal", "journal.sqlite-shm"] {
            try Self.judge(name, in: directory, path: path)
        }
        self.lock = try Self.lock(directory, path: path)
        self.path = path
    }

    private static func judge(_ directory: Descriptor, path: String) throws(HostError) {
        var status = stat()
        guard directory.withNumber({ fstat($0, &status) }) == 0 else {
            throw HostError(failedTo: "examine the state directory \(path)", errno)
        }
        guard status.st_uid == geteuid() else {
            throw HostError(
                .unsafe, "the state directory \(path) belongs to user \(status.st_uid), not to us")
        }
        guard status.st_mode & 0o077 == 0 else {
            throw HostError(
                .unsafe,
                "others than its owner can reach the state directory \(path); chmod 700 \(path)")
        }
    }

    /// What lies in the place of the journal must be a file of ours: SQLite would follow a link.
    private static func judge(
        _ name: String, in directory: Descriptor, path: String
    ) throws(HostError) {
        var status = stat()
        let found = directory.withNumber { fstatat($0, name, &status, AT_SYMLINK_NOFOLLOW) }
        if found != 0, errno == ENOENT { return }
        guard found == 0 else { throw HostError(failedTo: "examine \(path)/\(name)", errno) }
        guard status.st_mode & S_IFMT == S_IFREG, status.st_uid == geteuid(),
            status.st_mode & 0o077 == 0
        else {
            throw HostError(
                .unsafe, "\(path)/\(name) is not a file of ours that others cannot reach")
        }
    }

    private static func lock(
        _ directory: Descriptor, path: String
    ) throws(HostError) -> Descriptor {
        let number = directory.withNumber {
            openat($0, "lock", O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, mode_t(0o600))
        }
        guard number >= 0 else { throw HostError(failedTo: "open \(path)/lock", errno) }
        let lock = Descriptor(adopting: number)
        guard flock(number, LOCK_EX | LOCK_NB) == 0 else {
            guard errno == EWOULDBLOCK else {
                throw HostError(failedTo: "lock \(path)/lock", errno)
            }
            throw HostError(
                .exists,
                """
                another head uses the state directory \(path); stop it, or name another with --state
                """)
        }
        return lock
    }
}
