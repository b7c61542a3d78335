import Glibc
import Host

/// A directory that a command leaves whole: it is written beside its place and then given the name,
/// so that there is the old one or the new one and never half of one.
struct ResultDirectory: Sendable {
    let path: String
    /// What it may hold: all that is removed of an older one.
    private let entries: [String]
    private let readers: AtomicFile.Readers
    /// What an older one is, for whoever finds another thing in its place: `is no model`.
    private let complaint: String
    /// Whether a directory of these files and no others may be replaced.
    private let isOurs: @Sendable ([String]) -> Bool

    init(
        _ path: String, entries: [String], readers: AtomicFile.Readers, complaint: String,
        isOurs: @escaping @Sendable ([String]) -> Bool = { _ in true }
    ) {
        self.path = Self.plain(path)
        self.entries = entries
        self.readers = readers
        self.complaint = complaint
        self.isOurs = isOurs
    }

    /// The path without slashes at its end.
    static func plain(_ path: String) -> String {
        var path = path
        while path.count > 1, path.hasSuffix("/") { path.removeLast() }
        return path
    }

    /// Whether the path may be written: nothing is there, or what is replaced.
    ///
    /// Asked before a job starts, so that an hour's work does not end without a place to go.
    func requireWritable() throws(CommandError) {
        guard access(self.parent, W_OK | X_OK) == 0 else {
            let problem = String(cString: strerror(errno))
            throw CommandError(
                .usage, "\(self.path): cannot be written in \(self.parent): \(problem)")
        }
        var status = stat()
        guard lstat(self.path, &status) == 0 else { return }
        guard status.st_mode & S_IFMT == S_IFDIR, let names = try? Directory.names(at: self.path),
            names.allSatisfy(self.entries.contains), self.isOurs(names)
        else {
            throw CommandError(
                .usage,
                """
                \(self.path): is there already and \(self.complaint), so it will not be replaced; \
                name another output
                """)
        }
    }

    /// Writes the files, in place of an older directory.
    func write(_ files: [ModelFile]) throws(CommandError) {
        try self.requireWritable()
        let draft = "\(self.path).draft-\(getpid())"
        // What has that name already is not ours: nothing is written into it, nor removed.
        guard mkdir(draft, self.readers == .owner ? 0o700 : 0o755) == 0 else {
            throw CommandError(.failed, HostError(failedTo: "make \(draft)", errno).description)
        }
        var written: [String] = []
        do throws(HostError) {
            for (name, bytes) in files {
                try AtomicFile.write(
                    bytes, to: "\(draft)/\(name)", readers: self.readers, existing: .refused)
                written.append(name)
            }
            try self.publish(draft)
        } catch {
            Self.remove(written, of: draft)
            throw CommandError(.failed, error.description)
        }
    }

    /// Gives the draft its name. An older directory steps aside first, since a rename does not
    /// replace one that holds something; it goes only when the new one is there.
    private func publish(_ draft: String) throws(HostError) {
        let old = "\(self.path).old-\(getpid())"
        let replaces = rename(self.path, old) == 0
        guard rename(draft, self.path) == 0 else {
            let problem = errno
            if replaces { rename(old, self.path) }
            throw HostError(failedTo: "write \(self.path)", problem)
        }
        if replaces { Self.remove(self.entries, of: old) }
    }

    /// Removes a directory of ours and the files that we put there; what else is in it stays.
    private static func remove(_ names: [String], of path: String) {
        for name in names { unlink("\(path)/\(name)") }
        rmdir(path)
    }

    private var parent: String {
        guard let slash = self.path.lastIndex(of: "/") else { return "." }
        return slash == self.path.startIndex ? "/" : String(self.path[..<slash])
    }
}
