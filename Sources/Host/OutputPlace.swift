import Glibc

/// Where a path leads that somebody wants bytes written to.
///
/// A link is followed, as a shell does. Only a file, or nothing, may be replaced: a device, a pipe
/// or a socket of that name is written to as it is, or `/dev/null` would become a file.
package enum OutputPlace {
    case file(AtomicFileDraft)
    case stream(Descriptor, path: String)

    package init(_ path: String, readers: AtomicFile.Readers) throws(HostError) {
        var status = stat()
        guard stat(path, &status) == 0 else {
            self = .file(try AtomicFileDraft(of: path, readers: readers))
            return
        }
        if status.st_mode & S_IFMT == S_IFREG {
            let real = realpath(path, nil)
            defer { free(real) }
            self = .file(
                try AtomicFileDraft(
                    of: real.map { String(cString: $0) } ?? path, readers: readers))
            return
        }
        let number = try posix("open \(path)") { open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY) }
        self = .stream(Descriptor(adopting: number), path: path)
    }

    /// Whether something may be written there, before there is anything to write.
    ///
    /// - Throws: `HostError` where its directory is missing or closed to us, or it is one itself.
    package static func check(_ path: String) throws(HostError) {
        var status = stat()
        let isThere = stat(path, &status) == 0
        if isThere, status.st_mode & S_IFMT != S_IFREG {
            guard status.st_mode & S_IFMT == S_IFDIR else { return }
            // Fails, and says why.
            _ = try posix("write \(path)") { open(path, O_WRONLY | O_CLOEXEC) }
        }
        let directory = AtomicFile.split(path).directory
        _ = try posix("write \(path)") { access(directory, W_OK | X_OK) }
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
