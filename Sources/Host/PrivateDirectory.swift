import Glibc

/// Directories whose contents nobody else can change: of certificates, of logs, of state.
package enum PrivateDirectory {
    /// What everybody but the owner may do with a directory that is there already.
    package enum Others: Sendable {
        /// Its files protect themselves.
        case mayRead
        case areShutOut

        var forbidden: mode_t { self == .mayRead ? 0o022 : 0o077 }
        var advice: String { self == .mayRead ? "chmod go-w" : "chmod 700" }
    }

    package enum Outcome: Sendable {
        case made
        case existed
    }

    /// Makes the directory with mode 0700, or makes sure that what is there is private enough.
    ///
    /// - Throws: `HostError` with code `unsafe`, naming the path, its mode and what would be right.
    @discardableResult package static func ensure(
        _ path: String, others: Others
    ) throws(HostError) -> Outcome {
        if mkdir(path, 0o700) == 0 { return .made }
        guard errno == EEXIST else {
            throw HostError(failedTo: "make the directory \(path)", errno)
        }

        let number = try posix("use \(path)") { open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC) }
        let status = try Descriptor(adopting: number).status(of: path)
        guard status.st_uid == geteuid() || status.st_uid == 0 else {
            throw HostError(.unsafe, "\(path) belongs to user \(status.st_uid), not to us")
        }
        guard status.st_mode & others.forbidden == 0 else {
            throw HostError(
                .unsafe,
                """
                \(path) has mode \(SecretFile.octal(status.st_mode)), which lets others in; \
                \(others.advice) \(path)
                """)
        }
        return .existed
    }
}
