package import NIOCore
package import Wire

/// One thing that arrived on a link.
///
/// On the wire a frame is four bytes of length (of what follows, big-endian), one byte of kind, and
/// the body: a `LinkMessage` in protobuf (kind 0) or bytes of a blob (kind 1).
package enum LinkFrame: Equatable, Sendable {
    case message(LinkMessage)
    /// Bytes of a blob, in order. A frame's body is handed on in the pieces in which it came, so
    /// count bytes, not chunks.
    case chunk(ByteBuffer)
}

enum FrameKind: UInt8 {
    case message = 0
    case chunk = 1
}

enum FrameLayout {
    /// Length and kind.
    static let headerBytes = 5
    /// The longest body of a message.
    static let messageBytesMax = Limits.frameBytesMax - 1

    static func header(_ kind: FrameKind, bodyBytes: Int, into buffer: inout ByteBuffer) {
        buffer.writeInteger(UInt32(bodyBytes + 1))
        buffer.writeInteger(kind.rawValue)
    }
}

/// Cuts a stream of bytes into frames.
///
/// A message waits until it is whole, which its bound keeps small; the bytes of a blob never wait.
struct FrameDecoder {
    /// The beginning of a message that is not whole yet.
    private var rest = ByteBuffer()
    /// Bytes of the current chunk that are still to come.
    private var chunkBytesLeft = 0

    /// Memory that the beginning of a message takes, in bytes.
    var bytesHeld: Int { self.rest.capacity }

    /// Appends what is whole to `frames`.
    ///
    /// - Throws: at the first frame that breaks a rule; the frames before it were appended.
    mutating func decode(
        _ incoming: ByteBuffer, into frames: inout [LinkFrame]
    ) throws(WireError) {
        var buffer = incoming
        if self.rest.readableBytes > 0 {
            self.rest.writeImmutableBuffer(incoming)
            buffer = self.rest
            self.rest = ByteBuffer()
        }
        while true {
            if self.chunkBytesLeft > 0 {
                let count = min(self.chunkBytesLeft, buffer.readableBytes)
                guard count > 0, let bytes = buffer.readSlice(length: count) else { break }
                self.chunkBytesLeft -= count
                frames.append(.chunk(bytes))
            } else if !(try self.decodeFrame(&buffer, into: &frames)) {
                break
            }
        }
        guard buffer.readableBytes > 0 else { return }
        // A copy: what was read would otherwise lie before the rest for as long as each read ends
        // within a frame, and a peer can see to that.
        self.rest.reserveCapacity(self.messageBytesWanted(buffer))
        self.rest.writeImmutableBuffer(buffer)
    }

    /// How much room the message takes that `buffer` begins with; its bound keeps a liar's claim
    /// small.
    private func messageBytesWanted(_ buffer: ByteBuffer) -> Int {
        guard let length = buffer.getInteger(at: buffer.readerIndex, as: UInt32.self) else {
            return FrameLayout.headerBytes
        }
        return 4 + Int(length)
    }

    /// - Returns: whether there was enough for a frame, or for the beginning of a chunk.
    private mutating func decodeFrame(
        _ buffer: inout ByteBuffer, into frames: inout [LinkFrame]
    ) throws(WireError) -> Bool {
        guard let length = buffer.getInteger(at: buffer.readerIndex, as: UInt32.self) else {
            return false
        }
        guard length >= 1, length <= Limits.frameBytesMax else {
            throw WireError("frame", "is not of 1 to \(Limits.frameBytesMax) bytes")
        }
        let kindIndex = buffer.readerIndex + 4
        guard let byte = buffer.getInteger(at: kindIndex, as: UInt8.self) else { return false }
        let bodyBytes = Int(length) - 1
        switch FrameKind(rawValue: byte) {
        case .chunk:
            guard (1...Limits.chunkBytesMax).contains(bodyBytes) else {
                throw WireError("chunk", "is not of 1 to \(Limits.chunkBytesMax) bytes")
            }
            buffer.moveReaderIndex(forwardBy: FrameLayout.headerBytes)
            self.chunkBytesLeft = bodyBytes
        case .message:
            let wanted = FrameLayout.headerBytes + bodyBytes
            guard buffer.readableBytes >= wanted else { return false }
            buffer.moveReaderIndex(forwardBy: FrameLayout.headerBytes)
            let bytes = buffer.readBytes(length: bodyBytes) ?? []
            frames.append(.message(try LinkMessage(bytes: bytes)))
        case nil: throw WireError("frame", "is of an unknown kind")
        }
        return true
    }
}
