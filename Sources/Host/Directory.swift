import CHost
import Glibc

/// What a directory holds.
package enum Directory {
    /// A file's name as the kernel has it, which need not be text.
    struct Entry {
        /// With the final zero.
        let name: [CChar]

        var text: String? {
            String(validating: self.name.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
        }
    }

    /// The names in the directory at `path`, sorted; a name that is not text is repaired.
    package static func names(at path: String) throws(HostError) -> [String] {
        let number = try posix("list \(path)") { open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC) }
        return try Self.entries(of: Descriptor(adopting: number), at: path).map { entry in
            String(decoding: entry.name.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
        }
    }

    /// Makes all durable that was written to the file system of the directory.
    package static func synchroniseFileSystem(of path: String) throws(HostError) {
        let number = try posix("open \(path)") { open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC) }
        try Descriptor(adopting: number).withNumber { number throws(HostError) in
            _ = try kernel("make \(path) durable") { assay_sync_file_system(number) }
        }
    }

    /// The names in a directory, without itself and its parent, sorted by their bytes.
    static func entries(of directory: Descriptor, at path: String) throws(HostError) -> [Entry] {
        // A descriptor of its own: reading moves a position that copies would share.
        let number = try posix("list \(path)") {
            openat(directory.number, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        }
        guard let stream = fdopendir(number) else {
            let reason = errno
            close(number)
            throw HostError(failedTo: "list \(path)", reason)
        }
        defer { closedir(stream) }

        var entries: [Entry] = []
        while true {
            errno = 0
            guard let found = readdir(stream) else {
                guard errno == 0 else { throw HostError(failedTo: "list \(path)", errno) }
                break
            }
            let entry = Entry(name: Self.name(of: found))
            if entry.text != ".", entry.text != ".." { entries.append(entry) }
        }
        return entries.sorted { $0.name.lexicographicallyPrecedes($1.name) }
    }

    private static func name(of entry: UnsafeMutablePointer<dirent>) -> [CChar] {
        withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
            bytes.prefix { $0 != 0 }.map(CChar.init(bitPattern:)) + [0]
        }
    }
}
