package import Privacy

/// What scores of anomaly rows get; those above 0 are flagged.
package struct AnomalyJudgement: Equatable, Sendable {
    package let rows: Int
    package let flagged: Int
    package let scores: EqualWidthBins
    /// What is known where some rows are marked; nil where none is.
    package let marked: Marked?

    package struct Marked: Equatable, Sendable {
        /// What the target says of normal rows, then of anomalies.
        package let names: [Private<String>]
        /// The scores of rows that are marked as anomalies, in the intervals of `scores`.
        package let anomalies: EqualWidthBins
        /// Marked rows, normal first, by what they were taken for.
        package let confusion: [[Int]]
        /// Nil where all marked rows are of one kind.
        package let ranking: Ranking?

        package init(
            names: [Private<String>], anomalies: EqualWidthBins, confusion: [[Int]],
            ranking: Ranking?
        ) {
            self.names = names
            self.anomalies = anomalies
            self.confusion = confusion
            self.ranking = ranking
        }
    }

    package init(rows: Int, flagged: Int, scores: EqualWidthBins, marked: Marked?) {
        self.rows = rows
        self.flagged = flagged
        self.scores = scores
        self.marked = marked
    }

    /// - Requires: a finite score for each flag, at least one.
    init(_ flags: [Answers.Flag], scores: [Double], _ names: [Private<String>]) {
        let tamed = scores.map(NumberJudgement.tamed)
        let histogram = EqualWidthBins(tamed)
        self.rows = scores.count
        self.flagged = scores.count { $0 > 0 }
        self.scores = histogram
        guard names.count == 2, let known = try? ClassScores(flags: flags, scores: scores) else {
            self.marked = nil
            return
        }
        let anomalies = flags.indices.filter { flags[$0] == .anomalous }
        let confusion = known.confusion
        self.marked = Marked(
            names: names.map(\.shortened),
            anomalies: EqualWidthBins(anomalies.map { tamed[$0] }, like: histogram),
            confusion: (0..<2).map { answer in (0..<2).map { Int(confusion[answer, $0]) } },
            ranking: Ranking(known, of: 1, place: 1, areProbabilities: false))
    }
}
