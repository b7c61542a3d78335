/// Which class is chosen where a metric judges that: the one with the largest probability in
/// proportion to its threshold. Thresholds are above 0 and sum to 1; equal ones choose the
/// likeliest class. Of two classes the second is chosen where its probability is above its
/// threshold.
///
/// They are searched for one class after the other, among multiples of what there is, on
/// probabilities of rows held out.
enum Thresholds {
    /// What a model's thresholds may be.
    static let range = 1e-6...1.0
    /// Classes beyond which there is too little of each to learn from.
    static let classesMax = 32
    /// Rows, and probabilities, that are looked at.
    static let rowsMax = 20_000
    static let valuesMax = 50_000
    /// Times that the search goes through all of several classes; of two it looks at one, once.
    private static let passes = 2
    /// Logarithms of the factors that are tried on a threshold: of two classes, and of several.
    private static let steps = (-40...40).map { Double($0) / 8 }
    private static let coarseSteps = (-8...8).map { Double($0) / 4 }

    /// Rows that are judged together.
    struct Part {
        let answers: Answers
        let probabilities: Matrix
        /// How much each row counts; nil: all alike.
        let weights: [Double]?

        fileprivate func spread(most: Int) -> Part {
            let rows = Array(0..<self.probabilities.rows).spread(most: most)
            return Part(
                answers: self.answers.rows(at: rows),
                probabilities: self.probabilities.rows(at: rows),
                weights: self.weights.map { weights in rows.map { weights[$0] } })
        }
    }

    /// Thresholds by which `metric` is best, on average over the parts; equal ones where none are
    /// better.
    ///
    /// - Returns: nil where the metric has no value, or there are too many classes.
    static func best(for parts: [Part], by metric: Metric) -> [Double]? {
        guard let classes = parts.first?.probabilities.columns,
            (2...Self.classesMax).contains(classes)
        else { return nil }
        let sample = parts.map {
            $0.spread(most: max(1, min(Self.rowsMax, Self.valuesMax / classes) / parts.count))
        }
        var factors = [Double](repeating: 1, count: classes)
        guard var best = Self.score(sample, factors, metric) else { return nil }
        let steps = classes == 2 ? Self.steps : Self.coarseSteps
        // Of two classes one factor says all.
        let moved = classes == 2 ? [1] : (0..<Self.passes).flatMap { _ in 0..<classes }
        for k in moved {
            let before = factors[k]
            var found: [(step: Double, score: Double)] = []
            for step in steps {
                factors[k] = before * exp(step)
                guard let score = Self.score(sample, factors, metric) else { return nil }
                found.append((step, score))
            }
            factors[k] = before
            guard let choice = Self.middleOfBest(found, metric),
                metric.direction.isBetter(choice.score, than: best)
            else { continue }
            factors[k] = before * exp(choice.step)
            best = choice.score
        }
        let total = factors.reduce(0, +)
        // Few digits: what lies behind them changes nothing but the text of the model.
        return factors.map { max(Self.range.lowerBound, ($0 / total * 1e6).rounded() / 1e6) }
    }

    /// Of the steps that are best, the middle one of the longest run: the edge of a plateau is
    /// where chance put a row.
    private static func middleOfBest(
        _ found: [(step: Double, score: Double)], _ metric: Metric
    ) -> (step: Double, score: Double)? {
        guard
            let best = found.map(\.score).max(by: { metric.direction.isBetter($1, than: $0) })
        else { return nil }
        var longest = 0..<0
        var start: Int?
        for index in 0...found.count {
            if index < found.count, found[index].score == best {
                start = start ?? index
            } else if let first = start {
                if index - first > longest.count { longest = first..<index }
                start = nil
            }
        }
        return (found[(longest.lowerBound + longest.upperBound - 1) / 2].step, best)
    }

    private static func score(
        _ parts: [Part], _ thresholds: [Double], _ metric: Metric
    ) -> Double? {
        var sum = 0.0
        for part in parts {
            let decided = part.probabilities.decided(by: thresholds)
            let value = try? metric.value(part.answers, decided, part.weights)
            guard let value else { return nil }
            sum += value
        }
        return sum / Double(parts.count)
    }
}

extension Matrix {
    /// Probabilities in proportion to the thresholds: the largest of a row is the class that is
    /// chosen. Without thresholds they are as they were.
    func decided(by thresholds: [Double]) -> Matrix {
        guard !thresholds.isEmpty else { return self }
        precondition(thresholds.count == self.columns, "thresholds and classes do not pair")
        var result = self
        for index in result.values.indices {
            result.values[index] /= thresholds[index % thresholds.count]
        }
        return result
    }
}
