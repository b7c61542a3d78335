import Glibc
import Host
import Wire

/// How messages follow each other between a worker and its runner: four bytes of length, most
/// significant first, then so many bytes of protobuf.
enum Frames {
    static let headerBytes = 4

    /// Appends one frame to `bytes`.
    static func append(_ message: [UInt8], to bytes: inout [UInt8]) {
        precondition(message.count <= Limits.frameBytesMax, "a frame of \(message.count) bytes")
        let count = UInt32(message.count)
        for shift in [24, 16, 8, 0] as [UInt32] {
            bytes.append(UInt8(truncatingIfNeeded: count >> shift))
        }
        bytes += message
    }
}

/// Turns what a stream brings, in whatever pieces, back into messages.
struct FrameReader {
    private var bytes: [UInt8] = []
    /// Where the first byte stands that no message has taken yet.
    private var start = 0

    /// What one read brings at most, in bytes: a burst of orders.
    static let readBytesMax = 64 * 1024

    /// Bytes that no message has taken yet, and those before them.
    var bytesHeld: Int { self.bytes.count }

    mutating func append(_ more: UnsafeRawBufferPointer) {
        // What was taken must not pile up before the rest when every read ends within a message.
        if self.start == self.bytes.count || self.start >= Self.readBytesMax {
            self.bytes.removeFirst(self.start)
            self.start = 0
        }
        self.bytes.append(contentsOf: more)
    }

    /// The next whole message; nil when more must be read first.
    ///
    /// - Throws: `WireError` when the length is beyond a frame's bound.
    mutating func next() throws(WireError) -> [UInt8]? {
        let available = self.bytes.count - self.start
        guard available >= Frames.headerBytes else { return nil }
        let count = (0..<Frames.headerBytes).reduce(0) { count, index in
            count << 8 | Int(self.bytes[self.start + index])
        }
        guard count <= Limits.frameBytesMax else {
            throw WireError("frame", "is longer than \(Limits.frameBytesMax) bytes")
        }
        guard available - Frames.headerBytes >= count else { return nil }
        let body = self.start + Frames.headerBytes
        self.start = body + count
        return Array(self.bytes[body..<self.start])
    }
}
