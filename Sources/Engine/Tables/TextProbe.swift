/// Tells a column of texts, which are read for their words, from one of categories.
///
/// Texts are many, mostly different and of several words: there are 30 or more, half of them or
/// more are different, and they have three words or more on average. The first 10,000 that are
/// present decide. A field that is too long for a category makes texts of them all.
///
/// A word is parted by white space and has a letter, which every byte beyond ASCII is taken for.
/// Chinese and Japanese part no words: two of their characters count as one.
struct TextProbe {
    private var fields = 0
    private var words = 0
    private var hashes: Set<UInt64> = []
    private var isTooLong = false

    enum Verdict { case texts, categories }

    private static let fieldsMin = 30
    private static let fieldsMax = 10_000
    private static let wordsMin = 3

    var verdict: Verdict {
        if self.isTooLong { return .texts }
        let isMostlyDistinct = self.hashes.count * 2 >= self.fields
        let hasWords = self.words >= Self.wordsMin * self.fields
        return self.fields >= Self.fieldsMin && isMostlyDistinct && hasWords
            ? .texts : .categories
    }

    mutating func look(at field: UnsafeBufferPointer<UInt8>) {
        if field.count > TableLimits.fieldBytesMax { self.isTooLong = true }
        guard self.fields < Self.fieldsMax else { return }
        self.fields += 1
        self.words += Self.words(in: field)
        self.hashes.insert(textHash(field))
    }

    private static func words(in field: UnsafeBufferPointer<UInt8>) -> Int {
        var words = 0
        var ideographs = 0
        var isWord = false
        for byte in field {
            if byte == 0x20 || (0x09...0x0D).contains(byte) {
                isWord = false
            } else if !isWord, byte >= 0x80 || (0x61...0x7A).contains(byte | 0x20) {
                isWord = true
                words += 1
            }
            // What U+3000 to U+9FFF begins with in UTF-8.
            if (0xE3...0xE9).contains(byte) { ideographs += 1 }
        }
        return max(words, ideographs / 2)
    }
}
