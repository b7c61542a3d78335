import Crypto
import Engine
import Glibc
import Host
import Wire

/// A table that people name, read piece by piece: a file, or standard input.
struct InputSource: TableSource {
    /// What people write for standard input.
    static let standardInput = "-"

    private let path: String
    /// Nil for standard input, which nobody but the process closes.
    private let file: Descriptor?
    let size: Int?

    /// Opens what the path names.
    init(_ path: String) throws(InputError) {
        self.path = path
        let isStandardInput = path == Self.standardInput
        let opened = isStandardInput ? nil : try Self.open(path)
        var status = stat()
        let number = opened?.number ?? STDIN_FILENO
        guard fstat(number, &status) == 0 else {
            throw Self.error(path, errno)
        }
        let isFile = status.st_mode & S_IFMT == S_IFREG
        guard isFile || isStandardInput else {
            throw InputError(path, "is not a file; name a regular table, or - for standard input")
        }
        self.file = opened
        // What was read of standard input before is not the table's.
        let isWhole = opened != nil || lseek(STDIN_FILENO, 0, SEEK_CUR) == 0
        self.size = isFile && isWhole ? Int(status.st_size) : nil
    }

    private static func open(_ path: String) throws(InputError) -> Descriptor {
        // Without O_NONBLOCK a pipe of that name would hold us here for ever.
        let number = Glibc.open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard number >= 0 else {
            if errno == ENOENT || errno == ENOTDIR {
                throw InputError(path, "there is no such table")
            }
            throw Self.error(path, errno)
        }
        return Descriptor(adopting: number)
    }

    func read(at offset: Int, into room: UnsafeMutableRawBufferPointer) throws -> Int {
        while true {
            let count =
                if let file {
                    file.withNumber { pread($0, room.baseAddress, room.count, off_t(offset)) }
                } else if self.size != nil {
                    pread(STDIN_FILENO, room.baseAddress, room.count, off_t(offset))
                } else {
                    Glibc.read(STDIN_FILENO, room.baseAddress, room.count)
                }
            if count >= 0 { return count }
            guard errno == EINTR else { throw Self.error(self.path, errno) }
        }
    }

    /// Of all of its bytes.
    ///
    /// - Requires: there is a size.
    func digest() throws(InputError) -> Wire.Digest {
        var hash = SHA256()
        var chunk = [UInt8](repeating: 0, count: 1 << 20)
        var offset = 0
        while true {
            let count: Int
            do {
                count = try chunk.withUnsafeMutableBytes { try self.read(at: offset, into: $0) }
            } catch {
                throw error as? InputError ?? InputError(self.path, "\(error)")
            }
            guard count > 0 else { return Wire.Digest(sha256: Array(hash.finalize())) }
            chunk.withUnsafeBytes { hash.update(bufferPointer: .init(rebasing: $0[..<count])) }
            offset += count
        }
    }

    private static func error(_ path: String, _ problem: CInt) -> InputError {
        InputError(path, "cannot read the table: \(String(cString: strerror(problem)))")
    }
}
