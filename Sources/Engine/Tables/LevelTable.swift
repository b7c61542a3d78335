import Privacy

/// Gives each distinct text a number, in order of first appearance.
///
/// An open-addressed hash table over raw bytes: no `String` is made for a text that was seen
/// before. The hash is fixed, so that a file could be built to make it slow; such a file costs its
/// owner the time limit of a trial, and the table's contents never depend on the hash.
struct LevelTable {
    private var slots: [Slot]
    private var bytes: [UInt8] = []
    private var ends: [Int] = []

    private struct Slot {
        /// -1 where the slot is free.
        var level: Int32
        var hash: UInt32
    }

    init() {
        self.slots = Array(repeating: Slot(level: -1, hash: 0), count: 16)
    }

    var count: Int { self.ends.count }

    /// The number of `text`, a new one if it was not seen before.
    @inline(__always)
    mutating func number(of text: UnsafeBufferPointer<UInt8>) -> Int32 {
        let hash = UInt32(truncatingIfNeeded: textHash(text))
        var index = Int(hash) & (self.slots.count - 1)
        while true {
            let slot = self.slots[index]
            if slot.level < 0 { return self.add(text, hash: hash, at: index) }
            if slot.hash == hash, self.isLevel(Int(slot.level), equalTo: text) { return slot.level }
            index = (index + 1) & (self.slots.count - 1)
        }
    }

    /// The texts as strings, sorted, and for each number the index of its text among them.
    ///
    /// Texts that are one string by Unicode's canonical equivalence share an index.
    func sorted() -> (levels: [Private<String>], indices: [Int32]) {
        let strings = self.ends.indices.map {
            Private(String(decoding: self.bytes(of: $0), as: UTF8.self))
        }
        let order = strings.indices.sorted { strings[$0] < strings[$1] }
        var levels: [Private<String>] = []
        var indices = Array(repeating: Int32(0), count: strings.count)
        for number in order {
            if levels.last != strings[number] { levels.append(strings[number]) }
            indices[number] = Int32(levels.count - 1)
        }
        return (levels, indices)
    }

    private mutating func add(
        _ text: UnsafeBufferPointer<UInt8>, hash: UInt32, at index: Int
    ) -> Int32 {
        let level = Int32(self.ends.count)
        self.slots[index] = Slot(level: level, hash: hash)
        self.bytes.append(contentsOf: text)
        self.ends.append(self.bytes.count)
        if self.ends.count * 2 > self.slots.count { self.grow() }
        return level
    }

    private mutating func grow() {
        let old = self.slots
        self.slots = Array(repeating: Slot(level: -1, hash: 0), count: old.count * 2)
        for slot in old where slot.level >= 0 {
            var index = Int(slot.hash) & (self.slots.count - 1)
            while self.slots[index].level >= 0 { index = (index + 1) & (self.slots.count - 1) }
            self.slots[index] = slot
        }
    }

    private func bytes(of level: Int) -> ArraySlice<UInt8> {
        self.bytes[(level == 0 ? 0 : self.ends[level - 1])..<self.ends[level]]
    }

    @inline(__always)
    private func isLevel(_ level: Int, equalTo text: UnsafeBufferPointer<UInt8>) -> Bool {
        let start = level == 0 ? 0 : self.ends[level - 1]
        guard self.ends[level] - start == text.count else { return false }
        return self.bytes.withUnsafeBufferPointer { stored in
            for offset in 0..<text.count where stored[start + offset] != text[offset] {
                return false
            }
            return true
        }
    }
}

/// Multiply and fold, eight bytes at a time (after Wang Yi's wyhash).
@inline(__always)
func textHash(_ text: UnsafeBufferPointer<UInt8>) -> UInt64 {
    let raw = UnsafeRawBufferPointer(text)
    var hash = UInt64(text.count) ^ 0x9E37_79B9_7F4A_7C15
    var at = 0
    while at < text.count {
        var word: UInt64 = 0
        if at + 8 <= text.count {
            word = raw.loadUnaligned(fromByteOffset: at, as: UInt64.self)
        } else {
            for offset in at..<text.count { word = word << 8 | UInt64(text[offset]) }
        }
        let (high, low) = (hash ^ word).multipliedFullWidth(by: 0xA076_1D64_78BD_642F)
        hash = high ^ low
        at += 8
    }
    return hash ^ hash >> 32
}
