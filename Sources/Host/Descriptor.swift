import CHost
import Glibc

/// A file descriptor that closes with its last owner.
///
/// A class, because descriptors stand in arrays and travel between tasks. Hold on to the object
/// for as long as its number is in use: `withNumber` does.
package final class Descriptor: Sendable {
    package let number: CInt

    /// Takes over a descriptor that nobody else closes.
    package init(adopting number: CInt) {
        precondition(number >= 0, "\(number) is no descriptor")
        self.number = number
    }

    deinit { close(self.number) }

    package func withNumber<Answer, Failure: Error>(
        _ body: (CInt) throws(Failure) -> Answer
    ) throws(Failure) -> Answer {
        defer { withExtendedLifetime(self) {} }
        return try body(self.number)
    }

    /// A second descriptor of the same open file, for someone who closes what he is given.
    package func duplicated() throws(HostError) -> CInt {
        try self.withNumber { number throws(HostError) in
            try posix("duplicate a descriptor") { fcntl(number, F_DUPFD_CLOEXEC, 0) }
        }
    }

    /// Sets how many connections of a listening socket may wait to be accepted.
    package func listen(backlog: CInt) throws(HostError) {
        _ = try self.withNumber { number throws(HostError) in
            try posix("listen") { Glibc.listen(number, backlog) }
        }
    }

    /// Two ends of a connection between a process and its child, both closed on exec.
    package static func socketPair() throws(HostError) -> (ours: Descriptor, theirs: Descriptor) {
        var ends: [CInt] = [-1, -1]
        let kind = CInt(SOCK_STREAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue)
        _ = try posix("make a pair of sockets") { socketpair(AF_UNIX, kind, 0, &ends) }
        return (Descriptor(adopting: ends[0]), Descriptor(adopting: ends[1]))
    }

    /// A pipe whose ends are closed on exec and do not block.
    package static func pipe() throws(HostError) -> (reader: Descriptor, writer: Descriptor) {
        var ends: [CInt] = [-1, -1]
        _ = try kernel("make a pipe") { assay_pipe(&ends) }
        return (Descriptor(adopting: ends[0]), Descriptor(adopting: ends[1]))
    }

    /// Anonymous memory that `write` fills; it answers 0, or the negative error number.
    package static func memory(
        named name: String, _ write: (CInt) -> CInt
    ) throws(HostError) -> Descriptor {
        let memory = Descriptor(
            adopting: try kernel("make memory for \(name)") { assay_memfd(name) })
        _ = try kernel("write \(name)") { memory.withNumber(write) }
        return memory
    }

    /// Anonymous memory with these bytes.
    package static func memory(
        named name: String, _ bytes: [UInt8]
    ) throws(HostError) -> Descriptor {
        let memory = try Self.memory(named: name) { _ in 0 }
        try bytes.span.bytes.withUnsafeBytes { bytes throws(HostError) in
            try memory.write(bytes, to: name)
        }
        return memory
    }

    /// The same file opened anew, to be read from its beginning, however far others have read.
    package func reopened() throws(HostError) -> Descriptor {
        let path = "/proc/self/fd/\(self.number)"
        let number = try self.withNumber { _ throws(HostError) in
            try posix("open a file anew") { open(path, O_RDONLY | O_CLOEXEC) }
        }
        return Descriptor(adopting: number)
    }

    /// Writes all bytes, waiting where the other end is slow.
    package func write(_ bytes: UnsafeRawBufferPointer, to place: String) throws(HostError) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let part = UnsafeRawBufferPointer(rebasing: rest)
            let count = try self.withNumber { number throws(HostError) in
                try posix("write \(place)") { Glibc.write(number, part.baseAddress, part.count) }
            }
            rest = rest.dropFirst(count)
        }
    }

    /// Fills the target from a file, by position: many may read the same descriptor.
    ///
    /// - Throws: `HostError` with code `malformed` when the file ends before.
    package func read(
        at offset: UInt64, into target: UnsafeMutableRawBufferPointer, from place: String
    ) throws(HostError) {
        var filled = 0
        while filled < target.count {
            let count = try self.withNumber { number throws(HostError) in
                try posix("read \(place)") {
                    pread(
                        number, target.baseAddress?.advanced(by: filled), target.count - filled,
                        off_t(offset) + off_t(filled))
                }
            }
            guard count > 0 else {
                throw HostError(.malformed, "\(place) is shorter than it was")
            }
            filled += count
        }
    }

    /// Reads to the end, or refuses what is longer than `bytesMax`.
    package func read(upTo bytesMax: Int, from place: String) throws(HostError) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: bytesMax + 1)
        var filled = 0
        while filled < bytes.count {
            let room = bytes.count - filled
            let count = try self.withNumber { number throws(HostError) in
                try posix("read \(place)") {
                    bytes.withUnsafeMutableBytes {
                        Glibc.read(number, $0.baseAddress?.advanced(by: filled), room)
                    }
                }
            }
            if count == 0 { break }
            filled += count
        }
        guard filled <= bytesMax else {
            throw HostError(.malformed, "\(place) is longer than \(bytesMax) bytes")
        }
        bytes.removeLast(bytes.count - filled)
        return bytes
    }

    func status(of place: String) throws(HostError) -> stat {
        var status = stat()
        _ = try self.withNumber { number throws(HostError) in
            try posix("examine \(place)") { fstat(number, &status) }
        }
        return status
    }
}
