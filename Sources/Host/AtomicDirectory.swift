import Glibc

/// Makes whole directories: after a crash there is all of it, or nothing of that name.
package enum AtomicDirectory {
    package struct File: Sendable {
        let name: String
        let bytes: [UInt8]
        let readers: AtomicFile.Readers

        package init(name: String, bytes: [UInt8], readers: AtomicFile.Readers) {
            self.name = name
            self.bytes = bytes
            self.readers = readers
        }
    }

    /// - Throws: `HostError` with code `exists` when something is there that is no empty
    ///   directory, or what keeps us from making one.
    package static func demandRoom(at path: String) throws(HostError) {
        let parent = Self.split(path).parent
        guard access(parent, W_OK | X_OK) == 0 else {
            throw HostError(failedTo: "make a directory in \(parent)", errno)
        }
        guard access(path, F_OK) == 0 else { return }
        guard try Directory.names(at: path).isEmpty else { throw Self.taken(path) }
    }

    /// Writes the files into a draft beside `path`, mode 0700, then gives it the name.
    ///
    /// - Throws: `HostError` with code `exists` when something is there that is no empty directory.
    package static func write(_ files: [File], to path: String) throws(HostError) {
        let (parent, name) = Self.split(path)
        // One draft per name: what a kill leaves behind is removed by the next writer.
        let draft = "\(parent)/.\(name).draft"
        Self.remove(files, draft)
        _ = try posix("make \(draft)") { mkdir(draft, 0o700) }
        do throws(HostError) {
            for file in files {
                try AtomicFile.write(
                    file.bytes, to: "\(draft)/\(file.name)", readers: file.readers,
                    existing: .refused)
            }
            if rename(draft, path) != 0 {
                throw errno == ENOTEMPTY || errno == EEXIST
                    ? Self.taken(path) : HostError(failedTo: "make \(path)", errno)
            }
        } catch {
            Self.remove(files, draft)
            throw error
        }
        try AtomicFile.makeDurable(directory: parent)
    }

    private static func taken(_ path: String) -> HostError {
        HostError(.exists, "\(path) is there already and not empty; name another or remove it")
    }

    /// Removes our files and the directory, unless it is not ours or holds something else. Nothing
    /// is removed through a symbolic link, which somebody may have put there.
    private static func remove(_ files: [File], _ draft: String) {
        let number = open(draft, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        guard number >= 0 else { return }
        let directory = Descriptor(adopting: number)
        defer { withExtendedLifetime(directory) {} }
        guard let status = try? directory.status(of: draft), status.st_uid == geteuid() else {
            return
        }
        for file in files {
            unlinkat(directory.number, file.name, 0)
            unlinkat(directory.number, ".\(file.name).draft", 0)
        }
        rmdir(draft)
    }

    private static func split(_ path: String) -> (parent: String, name: String) {
        var path = path[...]
        while path.count > 1, path.hasSuffix("/") { path.removeLast() }
        guard let slash = path.lastIndex(of: "/") else { return (".", String(path)) }
        let parent = path[..<slash]
        return (parent.isEmpty ? "/" : String(parent), String(path[path.index(after: slash)...]))
    }
}
