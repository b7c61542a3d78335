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
        let (directoryPath, name) = Self.split(path)
        let opened = try posix("open \(directoryPath)") {
            open(directoryPath, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        }
        let directory = Descriptor(adopting: opened)
        defer { withExtendedLifetime(directory) {} }

        // One draft per name: what a crash leaves behind is removed by the next writer.
        let draft = ".\(name).draft"
        unlinkat(directory.number, draft, 0)
        do throws(HostError) {
            try Self.fill(draft, in: directory, with: bytes, readers: readers, path: path)
            try Self.publish(draft, as: name, in: directory, existing: existing, path: path)
        } catch {
            unlinkat(directory.number, draft, 0)
            throw error
        }
        _ = try posix("make \(directoryPath) durable") { fsync(directory.number) }
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

    private static func fill(
        _ draft: String, in directory: Descriptor, with bytes: [UInt8], readers: Readers,
        path: String
    ) throws(HostError) {
        let number = try posix("write \(path)") {
            openat(
                directory.number, draft, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
                mode_t(0o600))
        }
        let file = Descriptor(adopting: number)
        try bytes.span.bytes.withUnsafeBytes { bytes throws(HostError) in
            try file.write(bytes, to: path)
        }
        // The umask may have taken more than we want taken.
        try file.withNumber { number throws(HostError) in
            _ = try posix("set the mode of \(path)") { fchmod(number, readers.mode) }
            _ = try posix("make \(path) durable") { fsync(number) }
        }
    }

    private static func publish(
        _ draft: String, as name: String, in directory: Descriptor, existing: Existing,
        path: String
    ) throws(HostError) {
        switch existing {
        case .replaced:
            _ = try posix("write \(path)") {
                renameat(directory.number, draft, directory.number, name)
            }
        case .refused:
            // A link, unlike a rename, fails when the name is taken.
            _ = try posix("write \(path)") {
                linkat(directory.number, draft, directory.number, name, 0)
            }
            unlinkat(directory.number, draft, 0)
        }
    }

    private static func split(_ path: String) -> (directory: String, name: String) {
        guard let slash = path.lastIndex(of: "/") else { return (".", path) }
        let directory = path[..<slash]
        return (
            directory.isEmpty ? "/" : String(directory), String(path[path.index(after: slash)...])
        )
    }
}
