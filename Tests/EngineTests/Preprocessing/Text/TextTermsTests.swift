import Testing

@testable import Engine

@Suite struct TextTermsTests {
    private func terms(_ text: String) -> [Int: Int] {
        var terms = TextTerms(bits: TextScores.bits)
        terms.count(text)
        #expect(Set(terms.buckets).count == terms.buckets.count)
        return Dictionary(uniqueKeysWithValues: terms.buckets.map { ($0, terms.count(of: $0)) })
    }

    /// Models store what they know by bucket, so that these numbers may never change. Computed by
    /// another program.
    @Test func `words, pairs and runs fall into the same buckets everywhere`() {
        let buckets = [55921, 10622, 56648, 19262, 31699, 61333, 65113, 663, 42162]
        #expect(self.terms("Ab Äb") == Dictionary(uniqueKeysWithValues: buckets.map { ($0, 1) }))
    }

    @Test func `case and what parts words make no difference, order does`() {
        #expect(self.terms("Ab, äb!") == self.terms(" ab\n\u{2014}ÄB… "))
        #expect(self.terms("ab äb") != self.terms("äb ab"))
        #expect(self.terms("ab_ab").values.reduce(0, +) == 9)
        #expect(self.terms("ΣΑΣ").keys.count == self.terms("σασ").keys.count)
    }

    @Test(arguments: ["", " ", "\n\t", "!?…—", "🙂🙂", "_"])
    func `a text without letters and digits has no term`(text: String) {
        #expect(self.terms(text).isEmpty)
    }

    @Test func `any script has words, and a count forgets the text before`() {
        for text in ["слово", "語", "คำ", "שלום", "7", "a", "नमस्ते"] {
            #expect(!self.terms(text).isEmpty)
        }
        var terms = TextTerms(bits: 8)
        terms.count("one two three")
        terms.count("one")
        let second = terms.buckets.map { ($0, terms.count(of: $0)) }
        var fresh = TextTerms(bits: 8)
        fresh.count("one")
        #expect(second.map(\.0) == fresh.buckets)
        #expect(second.allSatisfy { $0.1 == fresh.count(of: $0.0) })
    }

    /// A plain twin: every term as a text of its own.
    @Test func `as many terms are counted as the rules name`() {
        var generator = SeededGenerator(seed: 5)
        let letters = ["a", "b", "é", "語", " ", ".", "7"]
        for _ in 0..<200 {
            let text = (0..<generator.below(30)).map { _ in letters[generator.below(7)] }.joined()
            let words = text.split { $0 == " " || $0 == "." }
            var count = max(0, 2 * words.count - 1)
            for word in words {
                for length in 3...5 { count += max(0, word.count + 2 - length + 1) }
            }
            #expect(self.terms(text).values.reduce(0, +) == count)
        }
    }

    @Test func `a word of a megabyte is counted`() {
        let length = 1 << 20
        let count = self.terms(String(repeating: "x", count: length)).values.reduce(0, +)
        // A run of each length begins at every character, but for the last ones.
        #expect(count == 3 * length - 2)
    }
}
