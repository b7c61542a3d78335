/// Unpacks LZ4 frames (LZ4 Frame Format Description 1.6.4; LZ4 Block Format Description).
///
/// Checksums are passed over: what is read here came under a SHA-256 digest, or from the disk of
/// whoever asks. Deliberately not here: dictionaries, skippable frames, several frames in a row.
enum LZ4Frame {
    /// A byte stands for 255 others at most, in a match as long as the frame.
    static let expansionMax = 255

    /// - Returns: whether the frame was sound and filled `target` to its end.
    static func unpack(
        _ source: UnsafeRawBufferPointer, into target: UnsafeMutableRawBufferPointer
    ) -> Bool {
        guard source.count >= 7, source.number(0, as: UInt32.self) == 0x184D_2204 else {
            return false
        }
        let flags = source[4]
        // Version 01; the bit for a dictionary and the reserved bit are clear.
        guard flags >> 6 == 1, flags & 0b11 == 0 else { return false }
        let isLinked = flags & 0x20 == 0
        let blockCheck = flags & 0x10 != 0 ? 4 : 0
        let contentSize = flags & 0x08 != 0 ? 8 : 0
        let contentCheck = flags & 0x04 != 0 ? 4 : 0
        guard (4...7).contains(source[5] >> 4) else { return false }
        let blockMax = 1 << (8 + 2 * Int(source[5] >> 4))
        var at = 6 + contentSize + 1
        var written = 0
        while true {
            guard at <= source.count - 4 else { return false }
            let word = source.number(at, as: UInt32.self)
            at += 4
            if word == 0 { break }
            let size = Int(word & 0x7FFF_FFFF)
            guard size <= blockMax, size + blockCheck <= source.count - at else { return false }
            let block = UnsafeRawBufferPointer(rebasing: source[at..<at + size])
            if word >> 31 == 1 {
                guard size <= target.count - written else { return false }
                UnsafeMutableRawBufferPointer(rebasing: target[written..<written + size])
                    .copyMemory(from: block)
                written += size
            } else {
                let limit = min(target.count, written + blockMax)
                let floor = isLinked ? 0 : written
                guard
                    let end = self.unpackBlock(
                        block, into: target, from: written, to: limit, floor: floor)
                else { return false }
                written = end
            }
            at += size + blockCheck
        }
        return at + contentCheck == source.count && written == target.count
    }

    /// Sequences of literals and a match: a token of two lengths, more of the first, literals, how
    /// far back the match lies, more of the second. The last sequence has no match.
    ///
    /// - Parameters:
    ///   - limit: where the block must have ended.
    ///   - floor: matches may reach back to here.
    /// - Returns: where it ended; nil for a block that is not sound.
    private static func unpackBlock(
        _ block: UnsafeRawBufferPointer, into target: UnsafeMutableRawBufferPointer,
        from start: Int, to limit: Int, floor: Int
    ) -> Int? {
        guard let source = block.baseAddress, let out = target.baseAddress else { return nil }
        var at = 0
        var written = start
        while at < block.count {
            let token = block[at]
            at += 1
            guard let literals = self.length(token >> 4, block, &at), literals <= block.count - at,
                literals <= limit - written
            else { return nil }
            (out + written).copyMemory(from: source + at, byteCount: literals)
            written += literals
            at += literals
            if at == block.count { return written }
            guard at <= block.count - 2 else { return nil }
            let distance = Int(block.number(at, as: UInt16.self))
            at += 2
            guard distance > 0, distance <= written - floor,
                let more = self.length(token & 15, block, &at), more + 4 <= limit - written
            else { return nil }
            self.repeatBytes(out + written, distance: distance, count: more + 4)
            written += more + 4
        }
        return nil
    }

    /// Fifteen goes on in further bytes, for as long as they are 255.
    private static func length(
        _ nibble: UInt8, _ block: UnsafeRawBufferPointer, _ at: inout Int
    ) -> Int? {
        var length = Int(nibble)
        guard nibble == 15 else { return length }
        while at < block.count {
            let byte = block[at]
            at += 1
            length += Int(byte)
            if byte < 255 { return length }
        }
        return nil
    }

    /// Copies what lies `distance` before `place`; where it reaches into itself it repeats, and
    /// each copy doubles what the next one may take.
    private static func repeatBytes(
        _ place: UnsafeMutableRawPointer, distance: Int, count: Int
    ) {
        var done = 0
        while done < count {
            let part = min(distance + done, count - done)
            (place + done).copyMemory(from: place - distance, byteCount: part)
            done += part
        }
    }
}
