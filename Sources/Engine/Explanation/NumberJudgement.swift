/// How far predicted numbers lie from the right ones. A residual is the answer less what was
/// predicted.
package struct NumberJudgement: Equatable, Sendable {
    /// Rows that were judged.
    package let rows: Int
    /// At `residualLevels`, over all rows.
    package let residuals: [Double]
    package let histogram: EqualWidthBins
    /// In ascending order of what was predicted; empty where rows are too few for a bin.
    package let bins: [Bin]

    /// Rows for which similar numbers were predicted, `ExplanationLimits.binRowsMin` at least.
    package struct Bin: Equatable, Sendable {
        package let rows: Int
        /// The mean of what was predicted for them, and of their answers.
        package let predicted: Double
        package let answer: Double
        /// At `binLevels`.
        package let residuals: [Double]

        package init(rows: Int, predicted: Double, answer: Double, residuals: [Double]) {
            self.rows = rows
            self.predicted = predicted
            self.answer = answer
            self.residuals = residuals
        }
    }

    package static let residualLevels = [0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99]
    package static let binLevels = [0.1, 0.25, 0.5, 0.75, 0.9]

    package init(rows: Int, residuals: [Double], histogram: EqualWidthBins, bins: [Bin]) {
        self.rows = rows
        self.residuals = residuals
        self.histogram = histogram
        self.bins = bins
    }

    /// - Requires: as many answers as predictions, at least one.
    init(answers: [Double], predictions: [Double]) {
        let residuals = zip(answers, predictions).map { Self.tamed($0 - $1) }
        let order = predictions.indices.sorted { (predictions[$0], $0) < (predictions[$1], $1) }
        let sorted = order.map { predictions[$0] }
        let all = residuals.sorted()
        self.init(
            rows: answers.count, residuals: Self.residualLevels.map { quantile(all, $0) },
            histogram: EqualWidthBins(residuals),
            bins: EqualCountBins.ranges(of: sorted, most: ExplanationLimits.residualBinsMax)
                .map { range in
                    let rows = order[range]
                    let count = Double(range.count)
                    let own = rows.map { residuals[$0] }.sorted()
                    return Bin(
                        rows: range.count, predicted: sorted[range].reduce(0) { $0 + $1 / count },
                        answer: rows.reduce(0) { $0 + answers[$1] / count },
                        residuals: Self.binLevels.map { quantile(own, $0) })
                })
    }

    /// No honest residual is this large, and differences of those that are not stay finite.
    static func tamed(_ number: Double) -> Double {
        let largest = Double.greatestFiniteMagnitude / 8
        return max(-largest, min(largest, number))
    }
}
