/// What one fast look at a whole text tells: whether it is UTF-8 without NUL, and how many lines.
///
/// Readers that come after need not check again. ASCII is looked at by the word; a text with any
/// other character takes a second, exact look.
struct TextCheck {
    let lineFeeds: Int

    enum Fault: Error, Equatable {
        case nul(at: Int)
        case invalidUTF8(at: Int)
    }

    init(_ text: UnsafeBufferPointer<UInt8>) throws(Fault) {
        var summary = Summary()
        summary.take(text)
        if summary.sawNUL {
            throw .nul(at: text.firstIndex(of: 0) ?? 0)
        }
        if summary.sawBeyondASCII, let offset = UTF8Text.firstFault(in: text) {
            throw .invalidUTF8(at: offset)
        }
        self.lineFeeds = summary.lineFeeds
    }

    private struct Summary {
        var sawNUL = false
        var sawBeyondASCII = false
        var lineFeeds = 0

        /// Bytes lie eight in a word; every operation is one that compilers spread over vectors.
        mutating func take(_ text: UnsafeBufferPointer<UInt8>) {
            let raw = UnsafeRawBufferPointer(text)
            let ones: UInt64 = 0x0101_0101_0101_0101
            let tops: UInt64 = 0x8080_8080_8080_8080
            var seen: UInt64 = 0
            var zeros: UInt64 = 0
            let words = text.count / 8
            var word = 0
            while word < words {
                // Each byte of `counts` counts to 255 at most before it must be emptied.
                var counts: UInt64 = 0
                let pause = min(words, word + 255)
                while word < pause {
                    let bytes = raw.loadUnaligned(fromByteOffset: word * 8, as: UInt64.self)
                    seen |= bytes
                    zeros |= (bytes &- ones) & ~bytes
                    // A line feed is the only byte that differs from a line feed in no bit.
                    let difference = bytes ^ (ones &* 10)
                    let differs = ((difference | tops) &- ones) | difference
                    counts &+= (~differs & tops) >> 7
                    word += 1
                }
                self.lineFeeds += Int(Self.sum(counts))
            }
            self.sawNUL = zeros & tops != 0
            for byte in text[(words * 8)...] {
                seen |= UInt64(byte)
                if byte == 0 { self.sawNUL = true }
                if byte == 10 { self.lineFeeds += 1 }
            }
            self.sawBeyondASCII = seen & tops != 0
        }

        /// The sum of the eight bytes of a word.
        private static func sum(_ counts: UInt64) -> UInt64 {
            let pairs = (counts & 0x00FF_00FF_00FF_00FF) + (counts >> 8 & 0x00FF_00FF_00FF_00FF)
            return (pairs &* 0x0001_0001_0001_0001) >> 48
        }
    }
}

/// Exact checks of UTF-8, by table 3-7 of the Unicode Standard.
enum UTF8Text {
    /// The offset of the first byte that belongs to no well-formed character; nil if all do.
    static func firstFault(in text: UnsafeBufferPointer<UInt8>) -> Int? {
        let raw = UnsafeRawBufferPointer(text)
        var at = 0
        while at < text.count {
            if at + 8 <= text.count,
                raw.loadUnaligned(fromByteOffset: at, as: UInt64.self) & 0x8080_8080_8080_8080 == 0
            {
                at += 8
                continue
            }
            let length = Self.characterLength(text, at)
            guard length > 0 else { return at }
            at += length
        }
        return nil
    }

    /// The bytes of the well-formed character at `at`; 0 if there is none.
    private static func characterLength(_ text: UnsafeBufferPointer<UInt8>, _ at: Int) -> Int {
        let first = text[at]
        var second: ClosedRange<UInt8> = 0x80...0xBF
        let length: Int
        switch first {
        case 0x00...0x7F: return 1
        case 0xC2...0xDF: length = 2
        case 0xE0: (length, second) = (3, 0xA0...0xBF)  // Shorter forms would be overlong.
        case 0xED: (length, second) = (3, 0x80...0x9F)  // Above lie the surrogates.
        case 0xE1...0xEF: length = 3
        case 0xF0: (length, second) = (4, 0x90...0xBF)
        case 0xF4: (length, second) = (4, 0x80...0x8F)  // Above lies nothing.
        case 0xF1...0xF3: length = 4
        default: return 0
        }
        guard at + length <= text.count, second.contains(text[at + 1]) else { return 0 }
        for offset in 2..<max(length, 2) where text[at + offset] & 0xC0 != 0x80 { return 0 }
        return length
    }
}
