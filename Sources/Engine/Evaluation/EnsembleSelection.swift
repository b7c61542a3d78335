/// Greedy selection with replacement from what candidates predicted for rows held out.
///
/// It begins with the first candidate. Each round adds the one that makes the average best, also
/// when that is worse than before: one that helps as a fifth may harm as a half. What counts is the
/// best of all rounds. What is looked at is bounded: a metric that sorts a million rows some
/// hundred times would take longer than the fits.
struct EnsembleSelection {
    /// How often each candidate was taken; the first at least once.
    private(set) var counts: [Int]

    static let roundsMax = 25
    /// Rows that the choice goes by, and values of a candidate.
    static let rowsMax = 20_000
    static let valuesMax = 100_000
    /// What a further member must gain, of the score itself, to be worth its fit.
    static let gainMin = 1e-5

    private let candidates: [Matrix]
    private let answers: [Answers]
    private let weights: [[Double]?]
    private let bounds: [Range<Int>]
    private let metric: Metric
    private let quantile: Double

    /// - Parameter parts: rows that are judged together, as those that a fold holds out.
    /// - Requires: `predictions` is not empty; each has a row for each answer, and the metric a
    ///   value for the first.
    init(
        _ predictions: [Matrix], _ answers: Answers, weights rowWeights: [Double]? = nil,
        parts heldOut: [[Int]], by metric: Metric, quantile: Double = 0.5
    ) {
        var rows: [Int] = []
        var bounds: [Range<Int>] = []
        var parts: [Answers] = []
        var weights: [[Double]?] = []
        let most = min(Self.rowsMax, Self.valuesMax / predictions[0].columns)
        for part in heldOut {
            let kept = part.spread(most: max(1, most / heldOut.count))
            bounds.append(rows.count..<rows.count + kept.count)
            parts.append(answers.rows(at: kept))
            weights.append(rowWeights.map { weights in kept.map { weights[$0] } })
            rows += kept
        }
        self.candidates = predictions.map { $0.rows(at: rows) }
        self.answers = parts
        self.weights = weights
        self.bounds = bounds
        self.metric = metric
        self.quantile = quantile
        self.counts = Array(repeating: 0, count: predictions.count)
        self.counts[0] = 1
        self.select()
    }

    private mutating func select() {
        guard self.candidates.count > 1, var best = self.score(self.candidates[0]) else { return }
        var sum = self.candidates[0]
        var counts = self.counts
        for taken in 1..<Self.roundsMax {
            var choice: (index: Int, score: Double)?
            for (index, candidate) in self.candidates.enumerated() {
                guard let score = self.score(sum.average(with: candidate, after: taken)) else {
                    continue
                }
                guard let found = choice else {
                    choice = (index, score)
                    continue
                }
                if self.metric.direction.isBetter(score, than: found.score) {
                    choice = (index, score)
                }
            }
            guard let choice else { return }
            counts[choice.index] += 1
            sum.add(self.candidates[choice.index])
            if self.metric.direction.isBetter(choice.score, than: best),
                abs(choice.score - best) > Self.gainMin * abs(best)
            {
                best = choice.score
                self.counts = counts
            }
        }
    }

    /// The mean over the parts; nil where the metric is undefined in one.
    private func score(_ predictions: Matrix) -> Double? {
        var sum = 0.0
        for (fold, bounds) in self.bounds.enumerated() {
            let part = predictions.rows(in: bounds)
            let score = try? self.metric.value(
                self.answers[fold], part, self.weights[fold], quantile: self.quantile)
            guard let value = score else { return nil }
            sum += value
        }
        return sum / Double(self.bounds.count)
    }
}

extension Matrix {
    /// The sum of the matrices, each times its weight.
    ///
    /// - Requires: there is one at least, all are of one shape, and each has a weight.
    static func weightedSum(_ matrices: [Matrix], _ weights: [Double]) -> Matrix {
        precondition(!matrices.isEmpty && matrices.count == weights.count, "weights do not pair")
        var sum = Matrix(rows: matrices[0].rows, columns: matrices[0].columns)
        for (matrix, weight) in zip(matrices, weights) {
            for index in sum.values.indices { sum.values[index] += weight * matrix.values[index] }
        }
        return sum
    }

    fileprivate mutating func add(_ other: Matrix) {
        for index in self.values.indices { self.values[index] += other.values[index] }
    }

    /// The average of this sum of `count` matrices and one more.
    fileprivate func average(with other: Matrix, after count: Int) -> Matrix {
        var average = self
        let share = 1 / Double(count + 1)
        for index in average.values.indices {
            average.values[index] = (average.values[index] + other.values[index]) * share
        }
        return average
    }

    fileprivate func rows(in range: Range<Int>) -> Matrix {
        let values = self.values[range.lowerBound * self.columns..<range.upperBound * self.columns]
        return Matrix(rows: range.count, columns: self.columns, values: Array(values))
    }
}
