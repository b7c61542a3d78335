import Glibc

/// Writes whole files: after a crash there is the old one or the new one, never half of one.
package enum AtomicFile {
    /// Who may read the file. Nobody but its owner may ever write it.
    package enum Readers: Sendable {
        case owner
        case everyone

        var mode: mode_t { self == .owner ? 0o600 : 0o644 }
    }

    /// What becomes of a file that has the name already.
    package enum Existing: Sendable {
        case refused
        case replaced
    }

    /// Writes the bytes beside `path`, makes them durable, then gives them the name.
    ///
    /// - Throws: `HostError` with code `exists` when a file is there and may not be replaced.
    package static func write(
        _ bytes: [UInt8], to path: String, readers: Readers, existing: Existing
    ) throws(HostError) {
        let draft = try AtomicFileDraft(of: path, readers: readers)
        try bytes.span.bytes.withUnsafeBytes { bytes throws(HostError) in
            try draft.append(bytes)
        }
        try draft.publish(existing)
    }

    /// Gives a file that was written by `write` another name in its directory, durably.
    package static func rename(_ path: String, to other: String) throws(HostError) {
        _ = try posix("rename \(path)") { Glibc.rename(path, other) }
        try Self.makeDurable(directory: Self.split(other).directory)
    }

    static func makeDurable(directory path: String) throws(HostError) {
        let opened = try posix("open \(path)") { open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC) }
        try Descriptor(adopting: opened).withNumber { number throws(HostError) in
            _ = try posix("make \(path) durable") { fsync(number) }
        }
    }

    static func split(_ path: String) -> (directory: String, name: String) {
        guard let slash = path.lastIndex(of: "/") else { return (".", path) }
        let directory = path[..<slash]
        return (
            directory.isEmpty ? "/" : String(directory), String(path[path.index(after: slash)...])
        )
    }
}

/// A file that is written bit by bit and has no name until it is whole.
///
/// One that is let go before it was published is removed.
package final class AtomicFileDraft {
    private let path: String
    private let directoryPath: String
    private let directory: Descriptor
    private let name: String
    private let file: Descriptor
    private let readers: AtomicFile.Readers

    /// One draft per name: what a crash leaves behind is removed by the next writer.
    private var draft: String { ".\(self.name).draft" }

    package init(of path: String, readers: AtomicFile.Readers) throws(HostError) {
        let (directoryPath, name) = AtomicFile.split(path)
        let opened = try posix("open \(directoryPath)") {
            open(directoryPath, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        }
        let directory = Descriptor(adopting: opened)
        let draft = ".\(name).draft"
        unlinkat(directory.number, draft, 0)
        let number = try posix("write \(path)") {
            openat(
                directory.number, draft, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
                mode_t(0o600))
        }
        self.path = path
        self.directoryPath = directoryPath
        self.directory = directory
        self.name = name
        self.file = Descriptor(adopting: number)
        self.readers = readers
    }

    deinit { unlinkat(self.directory.number, self.draft, 0) }

    package func append(_ bytes: UnsafeRawBufferPointer) throws(HostError) {
        try self.file.write(bytes, to: self.path)
    }

    /// Makes the bytes durable, then gives them the name.
    ///
    /// - Throws: `HostError` with code `exists` when a file is there and may not be replaced.
    package func publish(_ existing: AtomicFile.Existing) throws(HostError) {
        // The umask may have taken more than we want taken.
        try self.file.withNumber { number throws(HostError) in
            _ = try posix("set the mode of \(self.path)") { fchmod(number, self.readers.mode) }
            _ = try posix("make \(self.path) durable") { fsync(number) }
        }
        let directory = self.directory.number
        _ = try posix("write \(self.path)") {
            switch existing {
            case .replaced: renameat(directory, self.draft, directory, self.name)
            // A link, unlike a rename, fails when the name is taken.
            case .refused: linkat(directory, self.draft, directory, self.name, 0)
            }
        }
        if existing == .refused { unlinkat(directory, self.draft, 0) }
        _ = try posix("make \(self.directoryPath) durable") { fsync(directory) }
    }
}
