/// Learns how to combine the probabilities of candidates from what they predicted for rows held
/// out.
///
/// Multinomial logistic regression by the logarithms of the probabilities, one weight for each
/// candidate and one offset for each class (a logarithmic opinion pool, Heskes 1998, whose weights
/// are learned): it calibrates as well, and of a candidate alone it is Platt's scaling (1999). As
/// no weight is negative (Breiman 1996, "Stacked regressions"), a stack of probabilities that only
/// rise along a column only rises.
enum Stacking {
    /// The weight of (wᵢ - 1/count)² / 2 and of the offsets' squares beside the log loss of all
    /// rows: few of them should change little of a plain average.
    static let penalty = 1.0
    /// A probability below this share of 1 / classes is taken as it: who is certain, and wrong,
    /// would otherwise count infinitely much.
    static let probabilityShareMin = 1e-4
    /// A candidate of a smaller share of all weights is no member: it is not worth its fit.
    static let shareMin = 0.02
    /// Rows that are learned from, and the values that they may have: more would tell nothing
    /// more, and a step shall take milliseconds.
    static let rowsMax = 20_000
    static let valuesMax = 400_000
    /// More classes' offsets would be learned from too little.
    static let classesMax = 64
    /// The largest weight of a model: the penalty lets none come near it.
    static let weightMax = 1e6

    struct Weights: Equatable {
        /// One for each candidate; 0: it is no member.
        let weights: [Double]
        let offsets: [Double]
    }

    /// The logarithms that stand for probabilities in a stack.
    static func logarithms(_ probabilities: Matrix) -> Matrix {
        probabilities.logarithms(least: Self.probabilityMin(classes: probabilities.columns))
    }

    static func probabilityMin(classes: Int) -> Double {
        Self.probabilityShareMin / Double(classes)
    }

    /// - Parameters:
    ///   - predictions: of each candidate, a row for each answer.
    ///   - weights: how much each row counts; nil: all alike.
    /// - Returns: nil where nothing can be learned: answers that are no classes or of too many,
    ///   candidates that no number describes.
    static func learn(
        _ predictions: [Matrix], _ answers: Answers, _ weights: [Double]? = nil
    ) -> Weights? {
        guard !predictions.isEmpty, case .classes(let labels, let count) = answers,
            (2...Self.classesMax).contains(count)
        else { return nil }
        let rows = labels.indices.filter { weights?[$0] ?? 1 > 0 }
            .spread(most: min(Self.rowsMax, max(1, Self.valuesMax / (predictions.count * count))))
        guard !rows.isEmpty else { return nil }
        let relative = weights.flatMap { weights in relativeWeights(rows.map { weights[$0] }) }
        return Self.learn(predictions.map { Self.logarithms($0.rows(at: rows)) }) {
            PooledLogLoss($0, rows.map { labels[$0] }, classes: count, relative).minimum()
        }
    }

    /// Learns twice: the second time without those whose share was too small.
    private static func learn(
        _ inputs: [Matrix], _ fit: ([Matrix]) -> Weights?
    ) -> Weights? {
        guard let first = fit(inputs) else { return nil }
        let least = Self.shareMin * first.weights.reduce(0, +)
        let kept = inputs.indices.filter { first.weights[$0] > least }
        guard !kept.isEmpty, let second = fit(kept.map { inputs[$0] }),
            second.weights.allSatisfy({ $0 >= 0 && $0 <= Self.weightMax }),
            second.offsets.allSatisfy(\.isFinite)
        else { return nil }
        var weights = [Double](repeating: 0, count: inputs.count)
        for (index, candidate) in kept.enumerated() { weights[candidate] = second.weights[index] }
        guard weights.contains(where: { $0 > 0 }) else { return nil }
        return Weights(weights: weights, offsets: second.offsets)
    }
}

/// The penalised log loss of a stack, as a function of its weights and offsets.
private struct PooledLogLoss {
    private let candidates: Int
    private let classes: Int
    private let labels: [Int32]
    /// How much each row counts; nil: all alike.
    private let weights: [Double]?
    /// By row, then class, then candidate.
    private let logarithms: [Double]

    init(_ logarithms: [Matrix], _ labels: [Int32], classes: Int, _ weights: [Double]?) {
        self.candidates = logarithms.count
        self.classes = classes
        self.labels = labels
        self.weights = weights
        var values: [Double] = []
        values.reserveCapacity(labels.count * classes * logarithms.count)
        for place in 0..<labels.count * classes {
            for matrix in logarithms { values.append(matrix.values[place]) }
        }
        self.logarithms = values
    }

    func minimum() -> Stacking.Weights? {
        let average = Array(repeating: 1 / Double(self.candidates), count: self.candidates)
        let none = Array(repeating: 0.0, count: self.classes)
        let found = ProjectedNewton.minimum(
            from: average + none, bounded: self.candidates, self.point)
        return found.map { found in
            Stacking.Weights(
                weights: Array(found[..<self.candidates]),
                offsets: Array(found[self.candidates...]))
        }
    }

    /// - Parameter x: the weights, then the offsets.
    /// - Complexity: O(rows × classes × (candidates² + candidates + classes)).
    private func point(_ x: [Double]) -> ProjectedNewton.Point {
        let size = self.candidates + self.classes
        var value = 0.0
        var gradient = [Double](repeating: 0, count: size)
        var hessian = Matrix(rows: size, columns: size)
        for i in 0..<size {
            let distance = x[i] - (i < self.candidates ? 1 / Double(self.candidates) : 0)
            value += Stacking.penalty * distance * distance / 2
            gradient[i] = Stacking.penalty * distance
            hessian[i, i] = Stacking.penalty
        }
        var p = [Double](repeating: 0, count: self.classes)
        var means = [Double](repeating: 0, count: self.candidates)
        self.logarithms.withUnsafeBufferPointer { logarithms in
            gradient.withUnsafeMutableBufferPointer { gradient in
                hessian.values.withUnsafeMutableBufferPointer { hessian in
                    for row in self.labels.indices {
                        let start = row * self.classes * self.candidates
                        value += self.add(
                            row, UnsafeBufferPointer(rebasing: logarithms[start...]), x, &p,
                            &means, gradient, hessian)
                    }
                }
            }
        }
        return .init(value: value, gradient: gradient, hessian: hessian)
    }

    /// Adds a row's slopes and curvature, the upper triangle; returns its loss.
    private func add(
        _ row: Int, _ logarithms: UnsafeBufferPointer<Double>, _ x: [Double],
        _ p: inout [Double], _ means: inout [Double],
        _ gradient: UnsafeMutableBufferPointer<Double>,
        _ hessian: UnsafeMutableBufferPointer<Double>
    ) -> Double {
        let (candidates, classes) = (self.candidates, self.classes)
        let size = candidates + classes
        let label = Int(self.labels[row])
        let weight = self.weights?[row] ?? 1
        for k in 0..<classes {
            p[k] = x[candidates + k]
            for i in 0..<candidates { p[k] += x[i] * logarithms[k * candidates + i] }
        }
        let top = p.max() ?? 0
        let own = p[label]
        p.withUnsafeMutableBufferPointer { applySoftmax($0, columns: classes) }
        // Softmax is at least 1 / classes for the top: the logarithm of its own is safe.
        let loss = top - naturalLogarithm(p.max() ?? 1) - own
        for i in 0..<candidates {
            means[i] = 0
            for k in 0..<classes { means[i] += p[k] * logarithms[k * candidates + i] }
            gradient[i] += weight * (means[i] - logarithms[label * candidates + i])
        }
        for k in 0..<classes {
            let share = weight * p[k]
            gradient[candidates + k] += share
            for i in 0..<candidates {
                let bent = share * (logarithms[k * candidates + i] - means[i])
                hessian[i * size + candidates + k] += bent
                for j in i..<candidates {
                    hessian[i * size + j] += bent * logarithms[k * candidates + j]
                }
            }
            let place = (candidates + k) * size + candidates
            hessian[place + k] += share
            for l in k..<classes { hessian[place + l] -= share * p[l] }
        }
        gradient[candidates + label] -= weight
        return weight * loss
    }
}
