import Glibc

/// Reads files that people name, with a bound and a sentence for each way it goes wrong.
enum InputFile {
    static func read(
        _ path: String, upTo bytesMax: Int, what: String, advice: String = ""
    ) throws(InputError) -> [UInt8] {
        guard
            let bytes = try Self.readIfThere(path, upTo: bytesMax, what: what, advice: advice)
        else {
            throw InputError(path, "there is no such \(what)")
        }
        return bytes
    }

    /// The file's bytes; nil when there is none of that name.
    ///
    /// - Parameter advice: what is said besides of a file that is too large.
    static func readIfThere(
        _ path: String, upTo bytesMax: Int, what: String, advice: String = ""
    ) throws(InputError) -> [UInt8]? {
        // Without O_NONBLOCK a pipe of that name would hold us here for ever.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else {
            if errno == ENOENT || errno == ENOTDIR { return nil }
            throw InputError(
                path, "cannot read the \(what): \(String(cString: strerror(errno)))")
        }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            throw InputError(path, "is not a file; name a regular \(what)")
        }
        guard status.st_size <= bytesMax else {
            throw InputError(
                path,
                """
                the \(what) has \(Figures.bytes(UInt64(status.st_size))); \
                \(Figures.bytes(UInt64(bytesMax))) are the most\(advice)
                """)
        }
        return try Self.bytes(of: descriptor, size: Int(status.st_size), path: path, what: what)
    }

    private static func bytes(
        of descriptor: CInt, size: Int, path: String, what: String
    ) throws(InputError) -> [UInt8] {
        var problem: CInt = 0
        let bytes = [UInt8](unsafeUninitializedCapacity: size) { buffer, filled in
            while filled < size {
                let count = Glibc.read(descriptor, buffer.baseAddress! + filled, size - filled)
                if count < 0, errno == EINTR { continue }
                if count < 0 { problem = errno }
                // A file that shrank meanwhile ends early; its digest is that of what we read.
                guard count > 0 else { return }
                filled += count
            }
        }
        guard problem == 0 else {
            throw InputError(
                path, "cannot read the \(what): \(String(cString: strerror(problem)))")
        }
        return bytes
    }
}
