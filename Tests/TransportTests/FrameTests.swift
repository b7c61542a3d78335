import NIOCore
import Testing
import Wire

@testable import Transport

@Suite struct FrameTests {
    static let heartbeat = LinkFrame.message(.heartbeat)

    @Test func `frames come out as they went in, wherever the bytes are cut`() throws {
        var bytes = ByteBuffer()
        FrameEncoder.encode(.drain, into: &bytes)
        FrameLayout.header(.chunk, bodyBytes: 6, into: &bytes)
        bytes.writeString("abcdef")
        FrameEncoder.encode(.refused(reason: "no"), into: &bytes)

        for cut in 0...bytes.readableBytes {
            var decoder = FrameDecoder()
            var frames: [LinkFrame] = []
            var rest = bytes
            let first = rest.readSlice(length: cut) ?? ByteBuffer()
            try decoder.decode(first, into: &frames)
            try decoder.decode(rest, into: &frames)

            #expect(Self.joined(frames) == ["drain", "abcdef", "refused(reason: \"no\")"])
        }
    }

    @Test func `what was read is let go of, however the reads are cut`() throws {
        var one = ByteBuffer()
        FrameEncoder.encode(.heartbeat, into: &one)
        // Every read ends within a frame, so that there is always a rest.
        var stream = ByteBuffer()
        for _ in 0..<20_000 { stream.writeImmutableBuffer(one) }
        var decoder = FrameDecoder()
        while let piece = stream.readSlice(length: one.readableBytes * 100 - 1) {
            var frames: [LinkFrame] = []
            try decoder.decode(piece, into: &frames)
        }
        #expect(decoder.bytesHeld < 4096)
    }

    @Test func `one read's frames come as one burst`() throws {
        var bytes = ByteBuffer()
        for _ in 0..<100 { FrameEncoder.encode(.heartbeat, into: &bytes) }
        var decoder = FrameDecoder()
        var frames: [LinkFrame] = []
        try decoder.decode(bytes, into: &frames)
        #expect(frames == Array(repeating: Self.heartbeat, count: 100))
    }

    @Test(
        arguments: [
            ([0, 0, 0, 0, 0], "frame is not of 1 to"),
            ([0x00, 0x10, 0x00, 0x01, 0], "frame is not of 1 to"),
            ([0xFF, 0xFF, 0xFF, 0xFF, 0], "frame is not of 1 to"),
            ([0, 0, 0, 1, 9], "frame is of an unknown kind"),
            ([0, 0, 0, 1, 1], "chunk is not of 1 to"),
            ([0, 8, 0, 0, 1], "chunk is not of 1 to"),
            ([0, 0, 0, 3, 0, 0xFF, 0xFF], "frame holds no message"),
            ([0, 0, 0, 1, 0], "message.kind is missing"),
        ] as [([UInt8], String)]) func `a frame that breaks a rule is an error`(
            bytes: [UInt8], problem: String
        )
    {
        var decoder = FrameDecoder()
        var frames: [LinkFrame] = []
        let error = #expect(throws: WireError.self) {
            try decoder.decode(ByteBuffer(bytes: bytes), into: &frames)
        }
        #expect(error?.description.contains(problem) == true)
    }

    @Test func `a claimed length takes no more memory than a frame may have`() throws {
        var decoder = FrameDecoder()
        var frames: [LinkFrame] = []
        var bytes = ByteBuffer()
        FrameLayout.header(.message, bodyBytes: FrameLayout.messageBytesMax, into: &bytes)
        try decoder.decode(bytes, into: &frames)
        #expect(frames.isEmpty)
    }

    @Test func `a list that does not fit one frame travels as several`() throws {
        let reports = (0..<UInt32(10_000)).map { index in
            Report(
                Lease(TrialID(JobID(1), index), LeaseNumber(rawValue: 7)),
                .lost(Loss(.crashed, String(repeating: "x", count: 300))))
        }
        var bytes = ByteBuffer()
        FrameEncoder.encode(.reports(reports), into: &bytes)

        var decoder = FrameDecoder()
        var frames: [LinkFrame] = []
        try decoder.decode(bytes, into: &frames)

        #expect(frames.count > 2)
        let arrived = frames.flatMap { frame -> [Report] in
            if case .message(.reports(let part)) = frame { part } else { [] }
        }
        #expect(arrived == reports)
    }

    /// Messages by name; neighbouring chunks as one text.
    private static func joined(_ frames: [LinkFrame]) -> [String] {
        var texts: [String] = []
        var isChunk = false
        for frame in frames {
            switch frame {
            case .message(let message):
                texts.append("\(message)")
                isChunk = false
            case .chunk(let bytes):
                let text = String(buffer: bytes)
                if isChunk { texts[texts.count - 1] += text } else { texts.append(text) }
                isChunk = true
            }
        }
        return texts
    }
}
