/// What a perceptron learns, and how its scores are judged by it.
struct PerceptronTarget: Sendable {
    enum Kind: Sendable {
        /// Scores are logits; the loss is that of multinomial logistic regression.
        case classes([Int32], count: Int)
        /// The score is the standardised number; the loss is half the squared error, or the pinball
        /// loss of a share.
        case numbers([Float], share: Float?)
        /// The scores are the inputs themselves, so many of each row; the loss is half the squared
        /// error, on average over them.
        case inputs(Int)
    }

    let kind: Kind
    /// How much each row counts; nil: all alike.
    private let weights: [Float]?
    /// A prediction of numbers is `offset` + `scale` × the score.
    let offset: Double
    let scale: Double
    /// Of numbers, the score that answers best without knowing any feature.
    private let start: Float

    /// - Throws: `LearnerError` with code `numericalFailure` if the numbers are too large to be
    ///   standardised.
    init(
        _ answers: Answers, _ weights: [Double]? = nil, _ objective: Objective = .mean
    ) throws(LearnerError) {
        self.weights = weights?.map { Float($0) }
        switch answers {
        case .classes(let labels, let count):
            self.kind = .classes(labels, count: count)
            self.start = 0
            self.offset = 0
            self.scale = 1
        case .numbers(let numbers):
            let standard = try StandardizedNumbers(numbers, weights)
            let values = standard.values.map { Float($0) }
            if case .quantile(let share) = objective {
                self.kind = .numbers(values, share: Float(share))
                self.start = Float(weightedQuantile(standard.values, share, weights))
            } else {
                self.kind = .numbers(values, share: nil)
                self.start = 0
            }
            self.offset = standard.offset
            self.scale = standard.scale
        case .flags: preconditionFailure("flags were refused")
        }
    }

    /// Of a perceptron that learns to give back what it is shown.
    init(reproducing columns: Int) {
        self.kind = .inputs(columns)
        self.weights = nil
        self.start = 0
        self.offset = 0
        self.scale = 1
    }

    var outputs: Int {
        switch self.kind {
        case .classes(_, let count), .inputs(let count): count
        case .numbers: 1
        }
    }

    /// The scores that answer best without knowing any feature: where the last biases start.
    var scoresAtStart: [Float] {
        guard case .classes(let labels, let count) = self.kind else {
            return Array(repeating: self.start, count: self.outputs)
        }
        // As if each class had a row more, so that one without rows has a logarithm as well.
        let rows = Double(labels.count + count)
        return classShares(labels, count: count, self.weights?.map { Double($0) }).map {
            Float(log(($0 * Double(labels.count) + 1) / rows))
        }
    }

    /// The sum of the losses of `rows`, whose inputs and scores stand one after the other; their
    /// slopes, divided by the number of rows, go to `slopes`.
    func loss(
        of rows: ArraySlice<Int>, inputs: UnsafePointer<Float>, _ scores: UnsafePointer<Float>,
        slopes: UnsafeMutablePointer<Float>
    ) -> Double {
        let share = 1 / Float(rows.count)
        var loss = 0.0
        switch self.kind {
        case .numbers(let numbers, let quantile):
            for (index, row) in rows.enumerated() {
                let error = scores[index] - numbers[row]
                let weight = self.weights?[row] ?? 1
                guard let quantile else {
                    loss += Double(weight * error * error) / 2
                    slopes[index] = weight * error * share
                    continue
                }
                let slope = error > 0 ? 1 - quantile : error < 0 ? -quantile : 0
                loss += Double(weight * slope * error)
                slopes[index] = weight * slope * share
            }
        case .inputs(let count):
            for index in 0..<rows.count * count {
                let error = scores[index] - inputs[index]
                loss += Double(error * error) / 2
                slopes[index] = error * share / Float(count)
            }
            loss /= Double(count)
        case .classes(let labels, let count):
            var chances = (0..<rows.count * count).map { Double(scores[$0]) }
            chances.withUnsafeMutableBufferPointer { chances in
                applySoftmax(chances, columns: count)
                for (index, row) in rows.enumerated() {
                    let place = index * count + Int(labels[row])
                    let weight = self.weights?[row] ?? 1
                    loss -= Double(weight) * log(max(chances[place], 1e-300))
                    chances[place] -= 1
                    for k in index * count..<(index + 1) * count {
                        slopes[k] = Float(chances[k]) * weight * share
                    }
                }
            }
        }
        return loss
    }
}

/// Numbers of mean 0 and variance 1, and what undoes that; a constant becomes zeros.
struct StandardizedNumbers: Sendable {
    let values: [Double]
    let offset: Double
    let scale: Double

    /// - Throws: `LearnerError` with code `numericalFailure` if their distances from the mean
    ///   leave the range of numbers.
    init(_ numbers: [Double], _ weights: [Double]? = nil) throws(LearnerError) {
        let offset = mean(numbers, weights)
        // Scaled to the farthest first, so that no square overflows.
        let farthest = numbers.reduce(0) { max($0, abs($1 - offset)) }
        guard farthest.isFinite else {
            throw LearnerError(.numericalFailure, "the answers leave the range of numbers")
        }
        self.offset = offset
        // So near to the mean that only rounding tells them apart.
        guard farthest.isNormal, farthest > abs(offset) * 1e-15 else {
            self.values = Array(repeating: 0, count: numbers.count)
            self.scale = 1
            return
        }
        let shares = numbers.map { ($0 - offset) / farthest }
        let weighed = weights.map { zip(shares, $0).map { $0 * $1 } } ?? shares
        let total = weights?.reduce(0, +) ?? Double(numbers.count)
        let deviation = (LinearAlgebra.dot(weighed, shares) / total).squareRoot()
        self.values = shares.map { $0 / deviation }
        self.scale = farthest * deviation
    }
}
