import Engine
import Foundation

/// Changed copies of some bytes, as a hostile hand or a failing disk would change them; the same
/// seed gives the same ones.
package struct Mutants {
    private let original: [UInt8]
    private var chance: SeededGenerator

    package init(of original: [UInt8], seed: UInt64) {
        precondition(!original.isEmpty, "nothing has no mutants")
        self.original = original
        self.chance = SeededGenerator(seed: seed)
    }

    /// How many rounds a test of `count` goes: more where ASSAY_FUZZ says by which factor.
    package static func rounds(_ count: Int) -> Int {
        let factor = ProcessInfo.processInfo.environment["ASSAY_FUZZ"].flatMap { Int($0) } ?? 1
        return count * max(1, factor)
    }

    /// One to four changes at once.
    package mutating func next() -> [UInt8] {
        var bytes = self.original
        for _ in 0...self.chance.below(4) where !bytes.isEmpty { self.change(&bytes) }
        return bytes
    }

    private mutating func change(_ bytes: inout [UInt8]) {
        // The beginning is a header more often than not, and the more interesting part.
        let end = self.chance.below(2) == 0 ? bytes.count : min(600, bytes.count)
        let at = self.chance.below(end)
        let run = at..<min(bytes.count, at + 1 + self.chance.below(40))
        switch self.chance.below(9) {
        case 0: bytes[at] ^= 1 << UInt8(self.chance.below(8))
        case 1: bytes[at] = UInt8(self.chance.below(256))
        case 2: bytes[at] = Self.punctuation[self.chance.below(Self.punctuation.count)]
        case 3: bytes.removeSubrange(run)
        case 4: bytes.insert(contentsOf: bytes[run], at: self.chance.below(bytes.count))
        case 5: bytes.removeLast(self.chance.below(bytes.count))
        case 6: self.replaceWord(in: &bytes, from: at)
        case 7: self.writeNumber(into: &bytes, at: at)
        default:
            let from = self.chance.below(bytes.count)
            for index in run { bytes[index] = bytes[(from + index - at) % bytes.count] }
        }
    }

    /// Puts an edge case in the place of the next number of a text.
    private mutating func replaceWord(in bytes: inout [UInt8], from at: Int) {
        func isDigit(_ byte: UInt8) -> Bool { (48...57).contains(byte) }
        guard let start = bytes[at...].firstIndex(where: isDigit) else { return }
        let end = bytes[start...].firstIndex { !isDigit($0) && $0 != 46 } ?? bytes.count
        let word = Self.words[self.chance.below(Self.words.count)]
        bytes.replaceSubrange(start..<end, with: word.utf8)
    }

    /// Puts an edge case over eight bytes, as little-endian numbers lie in a file.
    private mutating func writeNumber(into bytes: inout [UInt8], at place: Int) {
        let start = place & ~7
        guard start + 8 <= bytes.count else { return }
        let number = Self.numbers[self.chance.below(Self.numbers.count)]
        for index in 0..<8 {
            bytes[start + index] = UInt8(truncatingIfNeeded: number >> (8 * index))
        }
    }

    private static let punctuation = Array("{}[]\",:0-9.eE\\u ".utf8)
    private static let words = [
        "0", "-1", "0.5", "1e308", "1e-320", "1e999", "9223372036854775807",
        "18446744073709551616", "4611686018427387904", "null", "true", "\"\"", "[]", "{}",
        "[0,0]", String(repeating: "[", count: 64),
    ]
    private static let numbers: [UInt64] =
        [
            0.0, -0.0, 1, -1, .infinity, -.infinity, .nan, .leastNonzeroMagnitude,
            .greatestFiniteMagnitude, -.greatestFiniteMagnitude,
        ].map(\.bitPattern)
        + [0, 1, .max, 1 << 63, 0x7FFF_FFFF_FFFF_FFFF, 0xFFFF_FFFF, 0x8000_0000_7FFF_FFFF]
}
