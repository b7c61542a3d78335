/// How well scores part the rows of one class from all others: the points that an ROC curve
/// (Fawcett 2006) and a precision-recall curve are drawn through, and how honest the scores are as
/// probabilities.
package struct Ranking: Equatable, Sendable {
    /// Which class, as an index of the names that are shown; 1 for anomalies.
    package let place: Int
    /// Rows of the class, and of all others; neither is 0.
    package let positives: Int
    package let negatives: Int
    package let areaUnderCurve: Double
    package let averagePrecision: Double
    /// From the highest threshold to the lowest, which calls every row.
    package let points: [Point]
    /// In ascending order of what was predicted; empty for scores of anomaly, and for few rows.
    package let calibration: [Bin]

    /// What is called when rows with a score of `threshold` or more are.
    package struct Point: Equatable, Sendable {
        package let threshold: Double
        package let truePositives: Int
        package let falsePositives: Int
    }

    /// Rows whose predicted probabilities lie next to each other.
    package struct Bin: Equatable, Sendable {
        package let rows: Int
        /// The mean of what was predicted for them.
        package let predicted: Double
        /// The share that is of the class.
        package let observed: Double
    }

    package init(
        place: Int, positives: Int, negatives: Int, areaUnderCurve: Double,
        averagePrecision: Double, points: [Point], calibration: [Bin]
    ) {
        self.place = place
        self.positives = positives
        self.negatives = negatives
        self.areaUnderCurve = areaUnderCurve
        self.averagePrecision = averagePrecision
        self.points = points
        self.calibration = calibration
    }

    /// Class `k` of `scores` against the rest; nil if no row, or every row, is of it.
    ///
    /// - Complexity: O(n log n).
    init?(_ scores: ClassScores, of k: Int, place: Int, areProbabilities: Bool) {
        guard let area = scores.areaUnderCurve(of: k),
            let precision = scores.averagePrecision(of: k)
        else { return nil }
        let order = scores.labels.indices
            .sorted { (scores.probabilities[$0, k], $0) < (scores.probabilities[$1, k], $1) }
        let sorted = order.map { scores.probabilities[$0, k] }
        let isPositive = order.map { Int(scores.labels[$0]) == k }
        let positives = isPositive.count { $0 }
        self.init(
            place: place, positives: positives, negatives: sorted.count - positives,
            areaUnderCurve: area, averagePrecision: precision,
            points: Self.points(sorted, isPositive, positives: positives),
            calibration: areProbabilities ? Self.calibration(sorted, isPositive) : [])
    }

    /// Thresholds at which recall or the false positives' share passes another hundredth, or a
    /// tenth more rows are called than at the last one. So the steep beginning of each curve is
    /// there, and a billion rows make 420 points at most.
    ///
    /// - Requires: `sorted` ascends.
    private static func points(
        _ sorted: [Double], _ isPositive: [Bool], positives: Int
    ) -> [Point] {
        let negatives = sorted.count - positives
        var points: [Point] = []
        var (found, wrong) = (0, 0)
        var last = (found: 0, wrong: 0)
        var next = sorted.count - 1
        while next >= 0 {
            let threshold = sorted[next]
            // Equal scores are called together.
            while next >= 0, sorted[next] == threshold {
                if isPositive[next] { found += 1 } else { wrong += 1 }
                next -= 1
            }
            let isStep =
                found * 100 / positives > last.found * 100 / positives
                || wrong * 100 / negatives > last.wrong * 100 / negatives
                || (found + wrong) * 10 >= (last.found + last.wrong) * 11
            guard isStep || next < 0 else { continue }
            points.append(Point(threshold: threshold, truePositives: found, falsePositives: wrong))
            last = (found, wrong)
        }
        return points
    }

    private static func calibration(_ sorted: [Double], _ isPositive: [Bool]) -> [Bin] {
        EqualCountBins.ranges(of: sorted, most: ExplanationLimits.calibrationBinsMax).map { range in
            let count = Double(range.count)
            return Bin(
                rows: range.count, predicted: sorted[range].reduce(0) { $0 + $1 / count },
                observed: Double(isPositive[range].count { $0 }) / count)
        }
    }
}

extension Ranking.Point {
    /// The share of the class's rows that are called.
    package func recall(in ranking: Ranking) -> Double {
        Double(self.truePositives) / Double(ranking.positives)
    }

    /// The share of all other rows that are called.
    package func fallout(in ranking: Ranking) -> Double {
        Double(self.falsePositives) / Double(ranking.negatives)
    }

    /// The share of the called rows that are of the class.
    package var precision: Double {
        Double(self.truePositives) / Double(self.truePositives + self.falsePositives)
    }
}
