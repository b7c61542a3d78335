import Glibc

/// Where a path leads that somebody wants bytes written to.
///
/// A link is followed, as a shell does. Only a file, or nothing, may be replaced: a device, a pipe
/// or a socket of that name is written to as it is, or `/dev/null` would become a file.
package enum OutputPlace {
    case file(AtomicFileDraft)
    case stream(Descriptor, path: String)

    package init(_ path: String, readers: AtomicFile.Readers) throws(HostError) {
        if let file = Self.file(at: path) {
            self = .file(try AtomicFileDraft(of: file, readers: readers))
        } else {
            let number = try posix("open \(path)") {
                open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY)
            }
            self = .stream(Descriptor(adopting: number), path: path)
        }
    }

    /// Whether something may be written there, before there is anything to write.
    ///
    /// - Throws: `HostError` where its directory is missing or closed to us, or it is one itself.
    package static func check(_ path: String) throws(HostError) {
        if let file = Self.file(at: path) {
            let directory = AtomicFile.split(file).directory
            _ = try posix("write \(path)") { access(directory, W_OK | X_OK) }
        } else if Self.kind(of: path) == S_IFDIR {
            throw HostError(failedTo: "write \(path)", EISDIR)
        } else {
            _ = try posix("write \(path)") { access(path, W_OK) }
        }
    }

    /// The file that links lead to, or where one would be made; nil where anything else is there.
    private static func file(at path: String) -> String? {
        guard let kind = Self.kind(of: path) else { return path }
        guard kind == S_IFREG else { return nil }
        guard let real = realpath(path, nil) else { return path }
        defer { free(real) }
        return String(cString: real)
    }

    /// nil where nothing is.
    private static func kind(of path: String) -> mode_t? {
        var status = stat()
        return stat(path, &status) == 0 ? status.st_mode & S_IFMT : nil
    }

    package func append(_ bytes: UnsafeRawBufferPointer) throws(HostError) {
        switch self {
        case .file(let draft): try draft.append(bytes)
        case .stream(let descriptor, let path): try descriptor.write(bytes, to: path)
        }
    }

    /// What is a file gets its name; a stream has its bytes already.
    package func publish() throws(HostError) {
        if case .file(let draft) = self { try draft.publish(.replaced) }
    }
}
