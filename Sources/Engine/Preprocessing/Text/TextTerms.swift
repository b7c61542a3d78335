/// Cuts a text into terms and counts them in buckets.
///
/// Terms are each word, each pair of neighbouring words, and every run of three to five characters
/// of a word with a space before and after it: words tell what a text is about, pairs what it says
/// of it, runs what words have in common, in any script and with any misspelling.
///
/// A word is a run of letters, marks and digits, as Unicode has them, in lower case. Texts are not
/// brought to a normal form. The bucket is the upper bits of a hash: FNV-1a of 64 bits (Fowler,
/// Noll, Vo) over scalars, finished as MurmurHash3 is (Appleby), so that terms of one bucket have
/// nothing in common but chance (Weinberger et al. 2009). Models store what they learned by bucket:
/// the hash is the same on every machine.
struct TextTerms {
    /// Of the text that was counted last, each once, in order of first appearance.
    private(set) var buckets: [Int] = []
    private var counts: [Int32]
    private let shift: UInt64
    private var word: [UInt32] = []

    /// - Parameter bits: there are 2^bits buckets; 1...31.
    init(bits: Int) {
        self.counts = Array(repeating: 0, count: 1 << bits)
        self.shift = UInt64(64 - bits)
    }

    /// How often terms of `bucket` occur.
    func count(of bucket: Int) -> Int { Int(self.counts[bucket]) }

    /// - Complexity: O(length).
    mutating func count(_ text: String) {
        for bucket in self.buckets { self.counts[bucket] = 0 }
        self.buckets.removeAll(keepingCapacity: true)
        self.word = [Self.space]
        var previous: UInt64?
        for scalar in text.unicodeScalars {
            if scalar.isASCII {
                switch UInt8(scalar.value) {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"):
                    self.word.append(scalar.value)
                case UInt8(ascii: "A")...UInt8(ascii: "Z"): self.word.append(scalar.value | 0x20)
                default: self.endWord(&previous)
                }
            } else if Self.isOfWord(scalar) {
                let lower = scalar.properties.lowercaseMapping.unicodeScalars
                self.word.append(contentsOf: lower.map(\.value))
            } else {
                self.endWord(&previous)
            }
        }
        self.endWord(&previous)
    }

    private static let space = UInt32(0x20)

    private static func isOfWord(_ scalar: Unicode.Scalar) -> Bool {
        if scalar.properties.isAlphabetic { return true }
        return switch scalar.properties.generalCategory {
        case .nonspacingMark, .spacingMark, .decimalNumber: true
        default: false
        }
    }

    /// - Parameter previous: the hash of the word before.
    private mutating func endWord(_ previous: inout UInt64?) {
        guard self.word.count > 1 else { return }
        var whole = Self.start
        for value in self.word[1...] { Self.take(value, &whole) }
        self.add(whole)
        if let previous {
            // The order of the two matters.
            self.add((previous &* Self.prime) ^ whole)
        }
        previous = whole
        self.word.append(Self.space)
        for start in self.word.indices {
            // Begun otherwise, so that a run is no word.
            var run = ~Self.start
            for (length, value) in self.word[start...].prefix(5).enumerated() {
                Self.take(value, &run)
                if length >= 2 { self.add(run) }
            }
        }
        self.word.removeSubrange(1...)
    }

    private static let start: UInt64 = 0xCBF2_9CE4_8422_2325
    private static let prime: UInt64 = 0x100_0000_01B3

    @inline(__always)
    private static func take(_ value: UInt32, _ hash: inout UInt64) {
        hash = (hash ^ UInt64(value)) &* self.prime
    }

    @inline(__always)
    private mutating func add(_ hash: UInt64) {
        var hash = hash
        hash = (hash ^ hash >> 33) &* 0xFF51_AFD7_ED55_8CCD
        hash = (hash ^ hash >> 33) &* 0xC4CE_B9FE_1A85_EC53
        let bucket = Int((hash ^ hash >> 33) >> self.shift)
        if self.counts[bucket] == 0 { self.buckets.append(bucket) }
        self.counts[bucket] += 1
    }
}
