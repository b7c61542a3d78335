/// Calibration of probabilities by one number (Guo et al., 2017, "On calibration of modern neural
/// networks"): their logarithms are divided by it and the rows sum to 1 again. Above 1 it makes
/// them more careful, below 1 bolder; which class is likeliest it never changes.
enum Temperature {
    static let range = 0.25...4.0

    /// The temperature with the least log loss on `probabilities`; 1 where it gains too little to
    /// be more than chance, and for numbers.
    static func best(
        for probabilities: Matrix, _ answers: Answers, _ weights: [Double]? = nil
    ) -> Double {
        guard case .classes(_, let count) = answers, answers.count > 0 else { return 1 }
        // One number is known well enough from some of the rows.
        let rows = Array(0..<answers.count)
            .spread(most: max(1, min(Self.rowsMax, Self.valuesMax / count)))
            .filter { weights?[$0] ?? 1 > 0 }
        guard !rows.isEmpty else { return 1 }
        let relative = weights.flatMap { weights in relativeWeights(rows.map { weights[$0] }) }
        guard case .classes(let labels, _) = answers.rows(at: rows) else { return 1 }
        let logarithms = probabilities.rows(at: rows)
            .logarithms(least: Self.probabilityMin)
        func loss(_ exponent: Double) -> Double {
            let tempered = logarithms.softmax(dividedBy: exp(exponent))
            return ClassScores(labels: labels, count: count, tempered, relative).logLoss
        }
        let exponent = Self.minimum(
            of: loss, from: log(Self.range.lowerBound), to: log(Self.range.upperBound))
        let gain = (loss(0) - loss(exponent)) * Double(labels.count)
        // By Wilks' theorem a parameter of no use gains half a unit of likelihood on average.
        guard gain > 2 else { return 1 }
        // Few digits: what lies behind them changes nothing but the text of the model.
        return (exp(exponent) * 1000).rounded() / 1000
    }

    /// One of 0 stays as good as 0.
    fileprivate static let probabilityMin = 1e-300
    private static let rowsMax = 20_000
    /// Some 24 losses of as many probabilities are computed, each in ten nanoseconds.
    private static let valuesMax = 400_000

    /// Golden section search; the loss has one minimum, as it is convex in 1 / T.
    private static func minimum(
        of loss: (Double) -> Double, from low: Double, to high: Double
    ) -> Double {
        let ratio = (5.0.squareRoot() - 1) / 2
        var (low, high) = (low, high)
        var left = high - ratio * (high - low)
        var right = low + ratio * (high - low)
        var (lossLeft, lossRight) = (loss(left), loss(right))
        for _ in 0..<20 {
            if lossLeft < lossRight {
                high = right
                (right, lossRight) = (left, lossLeft)
                left = high - ratio * (high - low)
                lossLeft = loss(left)
            } else {
                low = left
                (left, lossLeft) = (right, lossRight)
                right = low + ratio * (high - low)
                lossRight = loss(right)
            }
        }
        return (low + high) / 2
    }
}

extension Matrix {
    /// Divides the logarithms of every row's probabilities by `temperature`; 1 changes no bit.
    mutating func temper(_ temperature: Double) {
        guard temperature != 1 else { return }
        self = self.logarithms(least: Temperature.probabilityMin)
            .softmax(dividedBy: temperature)
    }

    /// Of probabilities, those below `least` taken as it; and so is what is no number, whatever a
    /// stranger's model gives.
    func logarithms(least: Double) -> Matrix {
        var result = self
        for index in result.values.indices {
            let value = result.values[index]
            result.values[index] = naturalLogarithm(value > least ? min(value, 1) : least)
        }
        return result
    }

    fileprivate func softmax(dividedBy temperature: Double) -> Matrix {
        var result = self
        for index in result.values.indices { result.values[index] /= temperature }
        result.values.withUnsafeMutableBufferPointer { applySoftmax($0, columns: self.columns) }
        return result
    }
}
