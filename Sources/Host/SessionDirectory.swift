import CHost
import Glibc

/// The directory of one daemon's life: mode 0700, gone at its end.
///
/// ```
/// assay-worker-03b1d6c8a4f09e57/     locked (flock) while its owner lives
///     .assay-session                 the mark of ownership: only what carries it is ever reaped
///     …                              what the owner writes, mode 0600
/// ```
///
/// The lock is on the directory itself. The kernel drops it when the owner dies, however it dies,
/// and the next start removes what carries the mark and is not locked. `systemd-tmpfiles` honours
/// such a lock too, so a long-lived daemon does not lose its directory to the daily clean-up of
/// `/tmp`.
package final class SessionDirectory: Sendable {
    /// Whose life the directory is.
    package enum Kind: String, CaseIterable, Sendable {
        case head, worker, run
    }

    /// What becomes of the directory at the end.
    package enum Ending: String, Sendable {
        case removed
        /// The operator asked to look at it: neither we nor a later start removes it.
        case retained
    }

    package let path: String
    private let name: String
    private let ending: Ending
    private let parent: Descriptor
    private let directory: Descriptor

    private init(
        path: String, name: String, ending: Ending, parent: Descriptor, directory: Descriptor
    ) {
        self.path = path
        self.name = name
        self.ending = ending
        self.parent = parent
        self.directory = directory
    }

    // MARK: The place

    /// Where session directories are made: the operator's word, then `$RUNTIME_DIRECTORY`, then
    /// `$TMPDIR`, `$TEMP`, `$TMP`, then `/tmp`.
    ///
    /// The first that is set decides. If it is unusable, that is an error, not a reason to try the
    /// next: data would land where nobody expects it.
    package static func place(
        given: String?, environment: Environment = .process
    ) -> String {
        if let given { return given }
        // systemd separates several runtime directories by colons; the first is the unit's own.
        if let runtime = environment["RUNTIME_DIRECTORY"] {
            return String(runtime.split(separator: ":").first ?? "/run")
        }
        return environment["TMPDIR"] ?? environment["TEMP"] ?? environment["TMP"] ?? "/tmp"
    }

    static func open(place: String) throws(HostError) -> Descriptor {
        let number = try posix("use \(place) for session directories") {
            Glibc.open(place, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        }
        let parent = Descriptor(adopting: number)
        let mode = try parent.status(of: place).st_mode
        // Where others may rename our directory, they may put theirs in its place.
        guard mode & 0o022 == 0 || mode & mode_t(S_ISVTX) != 0 else {
            throw HostError(
                .unsafe,
                """
                others may rename what is in \(place) (mode \(SecretFile.octal(mode))); \
                chmod go-w or chmod +t it, or choose another --temp-dir
                """)
        }
        return parent
    }

    // MARK: Beginning

    /// Makes a directory below `place`, with a random name, and locks it.
    package static func make(
        _ kind: Kind, under place: String, ending: Ending = .removed,
        using generator: inout some RandomNumberGenerator
    ) throws(HostError) -> SessionDirectory {
        let parent = try Self.open(place: place)
        for _ in 0..<Self.attemptsMax {
            let name = Self.name(kind, generator.next())
            if let session = try Self.claim(name, at: place, ending: ending, in: parent) {
                return session
            }
        }
        throw HostError(.failed, "cannot make a session directory in \(place): each name is taken")
    }

    package static func make(
        _ kind: Kind, under place: String, ending: Ending = .removed
    ) throws(HostError) -> SessionDirectory {
        var generator = SystemRandomNumberGenerator()
        return try Self.make(kind, under: place, ending: ending, using: &generator)
    }

    /// A name that is taken, or a start that reaps at the wrong moment, costs one attempt. Both are
    /// so rare that the second attempt succeeds.
    private static let attemptsMax = 8

    /// Nil when somebody else has the name.
    private static func claim(
        _ name: String, at place: String, ending: Ending, in parent: Descriptor
    ) throws(HostError) -> SessionDirectory? {
        let path = Self.path(name, below: place)
        // 1) Make and open it.
        guard mkdirat(parent.number, name, 0o700) == 0 else {
            if errno == EEXIST { return nil }
            throw HostError(failedTo: "make a session directory in \(place)", errno)
        }
        let number = openat(parent.number, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        guard number >= 0 else {
            if errno == ENOENT { return nil }
            throw HostError(failedTo: "open \(path)", errno)
        }
        let directory = Descriptor(adopting: number)

        // 2) Lock it. Another daemon that starts at this moment may have seen an empty directory
        // without a lock: then it has the lock or has removed the directory, and we go on
        // elsewhere.
        guard flock(number, LOCK_EX | LOCK_NB) == 0 else {
            if errno == EWOULDBLOCK { return nil }
            throw HostError(failedTo: "lock \(path)", errno)
        }
        guard Self.isStill(directory, called: name, in: parent) else { return nil }

        // 3) Mark it. From here on it is reaped when we die.
        _ = try posix("set the mode of \(path)") { fchmod(number, 0o700) }
        let session = SessionDirectory(
            path: path, name: name, ending: ending, parent: parent, directory: directory)
        try session.write(Array(Mark(ending: ending).text.utf8), to: Mark.fileName)
        return session
    }

    static func isStill(_ directory: Descriptor, called name: String, in parent: Descriptor) -> Bool
    {
        var held = stat()
        var named = stat()
        return fstat(directory.number, &held) == 0
            && fstatat(parent.number, name, &named, AT_SYMLINK_NOFOLLOW) == 0
            && held.st_dev == named.st_dev && held.st_ino == named.st_ino
    }

    // MARK: Life and end

    /// Writes a new file of mode 0600 in the directory.
    package func write(_ bytes: [UInt8], to name: String) throws(HostError) {
        precondition(!name.contains("/"), "a session file's name is no path")
        let place = "\(self.path)/\(name)"
        let number = try posix("write \(place)") {
            openat(
                self.directory.number, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
                mode_t(0o600))
        }
        try bytes.span.bytes.withUnsafeBytes { bytes throws(HostError) in
            try Descriptor(adopting: number).write(bytes, to: place)
        }
    }

    /// Ends the session: removes the directory with all that is in it, or leaves it when the
    /// operator asked for that. Ending twice is ending once.
    package func end() throws(HostError) {
        guard self.ending == .removed else { return }
        guard Self.isStill(self.directory, called: self.name, in: self.parent) else { return }
        try Self.remove(self.directory, called: self.name, in: self.parent, path: self.path)
    }

    /// The mark goes last, so that a removal that is cut short is finished by the next start.
    static func remove(
        _ directory: Descriptor, called name: String, in parent: Descriptor, path: String
    ) throws(HostError) {
        try DirectoryEraser.empty(directory, keeping: Mark.fileName, at: path)
        unlinkat(directory.number, Mark.fileName, 0)
        _ = try posix("remove \(path)") { unlinkat(parent.number, name, AT_REMOVEDIR) }
    }

    // MARK: Names

    static func path(_ name: String, below place: String) -> String {
        place.hasSuffix("/") ? place + name : "\(place)/\(name)"
    }

    private static func name(_ kind: Kind, _ random: UInt64) -> String {
        let digits = String(random, radix: 16)
        let zeros = String(repeating: "0", count: 16 - digits.count)
        return "assay-\(kind.rawValue)-\(zeros)\(digits)"
    }

    static func isSessionName(_ name: String) -> Bool {
        Kind.allCases.contains { kind in
            let prefix = "assay-\(kind.rawValue)-"
            guard name.hasPrefix(prefix) else { return false }
            let digits = name.utf8.dropFirst(prefix.utf8.count)
            return digits.count == 16
                && digits.allSatisfy { (48...57).contains($0) || (97...102).contains($0) }
        }
    }

    /// What the mark of ownership says.
    struct Mark: Equatable {
        static let fileName = ".assay-session"
        /// The longest text of a mark, in bytes.
        static let bytesMax = 64

        let ending: Ending

        var text: String { "assay session 1 \(self.ending.rawValue)\n" }

        init(ending: Ending) { self.ending = ending }

        /// Nil when the text is no mark.
        init?(text: [UInt8]) {
            guard
                let ending = [Ending.removed, .retained].first(where: {
                    Array(Mark(ending: $0).text.utf8) == text
                })
            else { return nil }
            self.init(ending: ending)
        }
    }
}
