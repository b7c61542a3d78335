package import Privacy

/// How well classes are told apart.
package struct ClassJudgement: Equatable, Sendable {
    /// Of the classes that are shown, in the model's order: all, or the most frequent ones.
    package let names: [Private<String>]
    /// The others, which share the last row and the last column of `confusion`.
    package let others: Int
    /// Rows by their class (first index) and the one that was predicted (second).
    package let confusion: [[Int]]
    /// Of the last class of two; else of the most frequent classes, each against the rest.
    package let rankings: [Ranking]

    package init(
        names: [Private<String>], others: Int, confusion: [[Int]], rankings: [Ranking]
    ) {
        self.names = names
        self.others = others
        self.confusion = confusion
        self.rankings = rankings
    }

    /// - Parameters:
    ///   - decisions: the same, as the class is chosen by.
    ///   - shown: indices of the classes that are shown, ascending.
    init(
        _ scores: ClassScores, deciding decisions: ClassScores, _ classNames: [Private<String>],
        shown: [Int]
    ) {
        self.names = shown.map { classNames[$0].shortened }
        self.others = scores.count - shown.count
        self.confusion = Self.confusion(decisions, shown: shown)
        let counts = Self.counts(scores)
        let ranked =
            scores.count == 2
            ? [1]
            : shown.indices.sorted { (counts[shown[$1]], $0) < (counts[shown[$0]], $1) }
        self.rankings = ranked.prefix(ExplanationLimits.rankingsMax).compactMap { place in
            Ranking(scores, of: shown[place], place: place, areProbabilities: true)
        }
    }

    /// All classes, or the most frequent among the answers, the first of equals; ascending.
    static func shown(_ scores: ClassScores) -> [Int] {
        let counts = Self.counts(scores)
        return counts.indices.sorted { (counts[$1], $0) < (counts[$0], $1) }
            .prefix(ExplanationLimits.classesMax).sorted()
    }

    private static func counts(_ scores: ClassScores) -> [Int] {
        var counts = Array(repeating: 0, count: scores.count)
        for label in scores.labels { counts[Int(label)] += 1 }
        return counts
    }

    private static func confusion(_ scores: ClassScores, shown: [Int]) -> [[Int]] {
        let confusion = scores.confusion
        let size = shown.count + (shown.count < scores.count ? 1 : 0)
        var places = Array(repeating: size - 1, count: scores.count)
        for (place, k) in shown.enumerated() { places[k] = place }
        var counts = Array(repeating: Array(repeating: 0, count: size), count: size)
        for answer in 0..<scores.count {
            for prediction in 0..<scores.count {
                counts[places[answer]][places[prediction]] += Int(confusion[answer, prediction])
            }
        }
        return counts
    }
}

extension Private<String> {
    /// As much of it as an explanation takes.
    var shortened: Self {
        let most = ExplanationLimits.nameBytesMax
        guard self.revealed.utf8.count > most else { return self }
        var text = ""
        for scalar in self.revealed.unicodeScalars {
            guard text.utf8.count + UTF8.width(scalar) <= most else { break }
            text.unicodeScalars.append(scalar)
        }
        return Private(text)
    }
}
