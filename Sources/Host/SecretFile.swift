import Glibc
package import Privacy

/// Files that only their owner may read: private keys.
package enum SecretFile {
    /// A private key of any kind in PEM is smaller than this, in bytes.
    package static let bytesMax = 64 << 10

    /// Reads a file after making sure that nobody else can; or, where others may read, that nobody
    /// else can change it.
    ///
    /// The judgement is made on the opened file, so that swapping it in between gains nothing.
    /// Symbolic links are refused: a link's target has a mode that its reader did not mean.
    ///
    /// Under systemd's `LoadCredential=` a file is `root`'s, mode 0440, and an access list lets the
    /// service's user in; that is accepted in `$CREDENTIALS_DIRECTORY` and nowhere else.
    ///
    /// - Throws: `HostError` with code `unsafe`, naming the path, its mode and what would be right.
    package static func read(
        _ path: String, others: PrivateDirectory.Others = .areShutOut,
        upTo bytesMax: Int = Self.bytesMax, environment: Environment = .process
    ) throws(HostError) -> Private<[UInt8]> {
        // Without O_NONBLOCK a pipe of that name would hold us here for ever.
        let number = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK)
        guard number >= 0 else {
            if errno == ELOOP {
                throw HostError(.unsafe, "\(path) is a symbolic link; name the file itself")
            }
            throw HostError(failedTo: "open \(path)", errno)
        }
        let file = Descriptor(adopting: number)
        let status = try file.status(of: path)
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw HostError(.unsafe, "\(path) is not a regular file")
        }
        guard status.st_uid == geteuid() || status.st_uid == 0 else {
            throw HostError(
                .unsafe, "\(path) belongs to user \(status.st_uid), who could change it")
        }
        let loose = status.st_mode & (0o7000 | others.forbidden)
        let isCredential =
            loose == 0o040 && Self.isCredential(path, environment: environment)
        guard loose == 0 || isCredential else {
            throw HostError(
                .unsafe,
                """
                \(path) has mode \(Self.octal(status.st_mode)), so others than its owner can \
                \(others == .mayRead ? "change it; chmod go-w" : "reach it; chmod 600") \(path)
                """)
        }
        return Private(try file.read(upTo: bytesMax, from: path))
    }

    /// Writes a file of mode 0600, whole or not at all, and never over another.
    package static func write(_ secret: Private<[UInt8]>, to path: String) throws(HostError) {
        try AtomicFile.write(secret.revealed, to: path, readers: .owner, existing: .refused)
    }

    /// Whether the path lies directly in the directory of this service's credentials.
    private static func isCredential(_ path: String, environment: Environment) -> Bool {
        guard let credentials = environment["CREDENTIALS_DIRECTORY"] else { return false }
        let parent = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
        var theirs = stat()
        var ours = stat()
        // By what they are, not by what they are called.
        return stat(credentials, &theirs) == 0 && stat(parent, &ours) == 0
            && theirs.st_dev == ours.st_dev && theirs.st_ino == ours.st_ino
    }

    static func octal(_ mode: mode_t) -> String {
        let digits = String(mode & 0o7777, radix: 8)
        return String(repeating: "0", count: max(0, 4 - digits.count)) + digits
    }
}
