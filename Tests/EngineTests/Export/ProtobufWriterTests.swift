import Testing

@testable import Engine

/// The bytes are those of the examples in the format's documentation, or were written down from it.
@Suite struct ProtobufWriterTests {
    private func bytes(_ body: (inout ProtobufWriter) -> Void) -> [UInt8] {
        var writer = ProtobufWriter()
        body(&writer)
        return writer.bytes
    }

    @Test func `integers take seven bits a byte`() {
        #expect(self.bytes { $0.integer(1, 150) } == [0x08, 0x96, 0x01])
        #expect(self.bytes { $0.integer(1, 0) } == [0x08, 0x00])
        #expect(self.bytes { $0.integer(1, 127) } == [0x08, 0x7F])
        #expect(self.bytes { $0.integer(1, 128) } == [0x08, 0x80, 0x01])
        #expect(
            self.bytes { $0.integer(1, -1) } == [0x08] + Array(repeating: 0xFF, count: 9) + [0x01])
        #expect(
            self.bytes { $0.integer(1, .max) }
                == [0x08] + Array(repeating: 0xFF, count: 8) + [0x7F])
    }

    @Test func `a field's number may take two bytes`() {
        #expect(self.bytes { $0.integer(20, 2) } == [0xA0, 0x01, 0x02])
    }

    @Test func `texts and numbers have their length before them`() {
        #expect(self.bytes { $0.text(2, "testing") } == [0x12, 0x07] + Array("testing".utf8))
        #expect(self.bytes { $0.text(2, "é") } == [0x12, 0x02, 0xC3, 0xA9])
        #expect(
            self.bytes { $0.raw(9, [Float(1), -2]) }
                == [0x4A, 8, 0, 0, 0x80, 0x3F, 0, 0, 0, 0xC0])
        #expect(self.bytes { $0.float(2, -2) } == [0x15, 0, 0, 0, 0xC0])
        #expect(
            self.bytes { $0.packed(6, [3, 270, 86942]) }
                == [0x32, 0x06, 0x03, 0x8E, 0x02, 0x9E, 0xA7, 0x05])
    }

    @Test func `messages lie in messages, however long`() {
        #expect(
            self.bytes { $0.message(3) { $0.integer(1, 150) } } == [0x1A, 0x03, 0x08, 0x96, 0x01])
        #expect(self.bytes { $0.message(3) { _ in } } == [0x1A, 0x00])
        let text = String(repeating: "x", count: 300)
        let inner: [UInt8] = [0x12, 0xAC, 0x02] + Array(text.utf8)
        // 303 + 3 bytes of tag and length, in the outer one.
        #expect(
            self.bytes { $0.message(1) { $0.message(1) { $0.text(2, text) } } }
                == [0x0A, 0xB2, 0x02, 0x0A, 0xAF, 0x02] + inner)
    }
}
