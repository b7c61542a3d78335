import Testing

@testable import Engine

@Suite struct TextCheckTests {
    private func check(_ text: [UInt8]) throws(TextCheck.Fault) -> Int {
        try text.withUnsafeBufferPointer { text throws(TextCheck.Fault) in
            try TextCheck(text).lineFeeds
        }
    }

    /// The standard library's decoder and a plain count are the twins.
    @Test func `line feeds, NULs and broken characters are found wherever they stand`() {
        var generator = SeededGenerator(seed: 7)
        let pieces: [[UInt8]] = [
            [0x0A], [0x61], [0x0B], [0x00], Array("ä".utf8), Array("€".utf8), Array("🜁".utf8),
            [0xC0, 0x80], [0xE4], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0x80],
            [0xF0, 0x9F, 0x9C], [0x7F], [0x8A],
        ]
        for _ in 0..<3000 {
            // Mostly text without fault, or no fault but the first would ever be found.
            var text: [UInt8] = []
            for _ in 0..<generator.below(60) {
                text += generator.below(40) > 0 ? [0x61] : pieces[generator.below(pieces.count)]
            }
            let isValid = Array(String(decoding: text, as: UTF8.self).utf8) == text
            do throws(TextCheck.Fault) {
                #expect(try self.check(text) == text.count { $0 == 0x0A })
                #expect(isValid && !text.contains(0))
            } catch {
                switch error {
                case .nul(let offset): #expect(text.firstIndex(of: 0) == offset)
                case .invalidUTF8(let offset):
                    #expect(!isValid)
                    let before = Array(text[..<offset])
                    #expect(Array(String(decoding: before, as: UTF8.self).utf8) == before)
                }
            }
        }
    }

    @Test func `a long text of line feeds is counted without overflow`() throws {
        #expect(try self.check(Array(repeating: 0x0A, count: 100_003)) == 100_003)
    }
}
