/// What a predicted number stands for, which decides the loss that is made small.
package enum Objective: Equatable, Sendable {
    /// The mean of what the answer may be: squared error.
    case mean
    /// The number that this share of answers lies below: the pinball loss (Koenker and Bassett
    /// 1978), which for a half is the absolute error and its number the median.
    case quantile(Double)
    /// The mean of counts or rates, whose logarithm is learned: Poisson deviance (Nelder and
    /// Wedderburn 1972).
    case rate

    /// What must be learned to do well by `metric`.
    package init(_ metric: Metric, quantile: Double) {
        switch metric {
        case .meanAbsoluteError: self = .quantile(0.5)
        case .quantileLoss: self = .quantile(quantile)
        case .poissonDeviance: self = .rate
        default: self = .mean
        }
    }
}

extension Dataset {
    /// The data set as trials learn from it that are judged by `metrics`, by the first above all.
    ///
    /// - Parameter quantile: the share of answers that predictions should lie above, by
    ///   `quantile_loss`; nil: a half.
    /// - Throws: `TableError` where an answer is none that the first metric could judge.
    package func aiming(
        at metrics: [Metric], quantile: Double?
    ) throws(TableError) -> Dataset {
        precondition(quantile.map { $0 > 0 && $0 < 1 } ?? true, "a quantile of all or nothing")
        var dataset = self
        dataset.quantile = quantile ?? 0.5
        guard case .numbers(let numbers) = self.answers, let first = metrics.first else {
            return dataset
        }
        dataset.objective = Objective(first, quantile: dataset.quantile)
        guard dataset.objective == .rate else { return dataset }
        let place = self.target.map { TableError.Place(number: nil, name: $0) }
        if let row = numbers.firstIndex(where: { $0 < 0 }) {
            throw TableError(
                .outOfRange, column: place,
                "the target is below 0 in row \(row + 1) of those that are learned from, and "
                    + "\(first.rawValue) is for counts and rates")
        }
        guard numbers.contains(where: { $0 > 0 }) else {
            throw TableError(
                .outOfRange, column: place,
                "the target is 0 in all rows, and \(first.rawValue) needs one that is above")
        }
        return dataset
    }
}
