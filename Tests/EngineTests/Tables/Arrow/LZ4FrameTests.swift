import Fuzzing
import Testing

@testable import Engine

/// Frames written by hand, by the format's documents; what pyarrow compresses is in the fixtures.
@Suite struct LZ4FrameTests {
    private static func unpack(_ frame: [UInt8], count: Int) -> [UInt8]? {
        var target = [UInt8](repeating: 0xAA, count: count)
        let isSound = frame.withUnsafeBytes { source in
            target.withUnsafeMutableBytes { LZ4Frame.unpack(source, into: $0) }
        }
        return isSound ? target : nil
    }

    /// A frame of one compressed block, whose checksum nobody looks at.
    private static func frame(_ block: [UInt8], flags: UInt8 = 0x60) -> [UInt8] {
        [0x04, 0x22, 0x4D, 0x18, flags, 0x40, 0] + Self.word(UInt32(block.count)) + block
            + Self.word(0)
    }

    private static func word(_ word: UInt32) -> [UInt8] {
        withUnsafeBytes(of: word.littleEndian, Array.init)
    }

    @Test func `literals and matches, also ones that reach into themselves`() {
        // "abc", then 9 bytes from 3 before, then "d".
        let block: [UInt8] = [0x35] + Array("abc".utf8) + [3, 0] + [0x10] + Array("d".utf8)
        #expect(Self.unpack(Self.frame(block), count: 13) == Array("abcabcabcabcd".utf8))
        // A run of one byte, 1 + 4 + 15 + 255 + 7 long.
        let run: [UInt8] = [0x1F, 0x61, 1, 0, 255, 7, 0]
        #expect(
            Self.unpack(Self.frame(run), count: 282) == Array(repeating: 0x61, count: 282))
        #expect(Self.unpack(Self.frame([0]), count: 0) == [])
    }

    @Test func `a block may be stored, and the frame say its size`() {
        let stored: [UInt8] =
            [0x04, 0x22, 0x4D, 0x18, 0x68, 0x40] + [5, 0, 0, 0, 0, 0, 0, 0] + [0]
            + Self.word(5 | 1 << 31) + Array("abcde".utf8) + Self.word(0)
        #expect(Self.unpack(stored, count: 5) == Array("abcde".utf8))
    }

    @Test func `a block that lies is refused`() {
        let blocks: [(String, [UInt8])] = [
            ("back before the beginning", [0x11, 0x61, 2, 0, 0]),
            ("no way back", [0x11, 0x61, 0, 0, 0]),
            ("more literals than there are", [0xF0, 200]),
            ("a match beyond the end", [0x1F, 0x61, 1, 0, 255, 0]),
            ("a length that never ends", [0x1F, 0x61, 1, 0, 255, 255]),
            ("no length", [0x1F, 0x61, 1, 0]),
            ("half a distance", [0x10, 0x61, 1]),
        ]
        for (lie, block) in blocks {
            #expect(Self.unpack(Self.frame(block), count: 5) == nil, "\(lie)")
        }
    }

    @Test func `a frame must fill what it is for, and no more`() {
        let block: [UInt8] = [0x50] + Array("abcde".utf8)
        #expect(Self.unpack(Self.frame(block), count: 5) != nil)
        #expect(Self.unpack(Self.frame(block), count: 4) == nil)
        #expect(Self.unpack(Self.frame(block), count: 6) == nil)
        #expect(Self.unpack(Self.frame(block) + [0], count: 5) == nil)
        for count in 0..<Self.frame(block).count {
            #expect(Self.unpack(Array(Self.frame(block).prefix(count)), count: 5) == nil)
        }
        // Dictionaries and later versions.
        #expect(Self.unpack(Self.frame(block, flags: 0x61), count: 5) == nil)
        #expect(Self.unpack(Self.frame(block, flags: 0xA0), count: 5) == nil)
    }

    @Test func `no mutant of a frame writes where it may not`() {
        let block: [UInt8] = [0x35] + Array("abc".utf8) + [3, 0] + [0x10] + Array("d".utf8)
        var mutants = Mutants(of: Self.frame(block), seed: 4)
        for _ in 0..<Mutants.rounds(50_000) { _ = Self.unpack(mutants.next(), count: 13) }
    }
}
