import Testing
import Wire

@testable import WorkerShell

@Suite struct FramesTests {
    static let messages: [[UInt8]] = [[], [1], Array(repeating: 7, count: 300), [2, 3]]

    static var stream: [UInt8] {
        var bytes: [UInt8] = []
        for message in Self.messages { Frames.append(message, to: &bytes) }
        return bytes
    }

    @Test(arguments: [1, 2, 3, 5, 64, 1000])
    func `messages survive any cutting of the stream`(pieceBytes: Int) throws {
        var reader = FrameReader()
        var read: [[UInt8]] = []
        for start in stride(from: 0, to: Self.stream.count, by: pieceBytes) {
            let piece = Self.stream[start..<min(start + pieceBytes, Self.stream.count)]
            piece.withUnsafeBytes { reader.append($0) }
            while let message = try reader.next() { read.append(message) }
        }
        #expect(read == Self.messages)
    }

    @Test func `what was taken is let go of, however the reads are cut`() throws {
        var stream: [UInt8] = []
        for _ in 0..<5000 { Frames.append(Array(repeating: 1, count: 99), to: &stream) }
        var reader = FrameReader()
        // Every piece ends within a message, so that there is always a rest.
        for start in stride(from: 0, to: stream.count, by: 1029) {
            stream[start..<min(start + 1029, stream.count)].withUnsafeBytes { reader.append($0) }
            while try reader.next() != nil {}
        }
        #expect(reader.bytesHeld < 2 * FrameReader.readBytesMax)
    }

    @Test func `a length is four bytes, most significant first`() {
        var bytes: [UInt8] = []
        Frames.append(Array(repeating: 9, count: 258), to: &bytes)
        #expect(bytes.prefix(5) == [0, 0, 1, 2, 9])
    }

    @Test func `a frame beyond the bound is refused before it has come`() {
        var reader = FrameReader()
        ([0x7F, 0, 0, 0] as [UInt8]).withUnsafeBytes { reader.append($0) }
        #expect(throws: WireError.self) { try reader.next() }
    }
}
