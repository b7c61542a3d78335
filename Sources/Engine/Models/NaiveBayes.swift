/// Naive Bayes with one normal distribution per class and column.
///
/// `smoothing` times the largest variance of any column is added to every variance, as
/// scikit-learn's `GaussianNB(var_smoothing=…)` does. Classes that have no row get probability 0.
package struct NaiveBayes: Learner {
    package let smoothing: Double

    package var form: FeatureForm { .dense }

    package init(smoothing: Double) {
        precondition(smoothing >= 0, "a smoothing of \(smoothing) would shrink variances")
        self.smoothing = smoothing
    }

    /// - Complexity: O(rows × columns).
    package func fit(_ data: TrainingData, seed: UInt64) throws(LearnerError) -> any Predictor {
        let (labels, count) = try data.requireClasses(for: .naiveBayes)
        try data.requireFiniteRows()
        let features = data.features
        let width = features.columns
        var sizes = [Double](repeating: 0, count: count)
        var means = Matrix(rows: count, columns: width)
        for (row, label) in labels.enumerated() {
            let k = Int(label)
            let weight = data.weights?[row] ?? 1
            sizes[k] += weight
            for j in 0..<width {
                means.values[k * width + j] += weight * features.values[row * width + j]
            }
        }
        for k in 0..<count where sizes[k] > 0 {
            for j in 0..<width { means[k, j] /= sizes[k] }
        }
        // Second pass, about the means: the one-pass formula loses the digits of large values.
        var variances = Matrix(rows: count, columns: width)
        for (row, label) in labels.enumerated() {
            let k = Int(label)
            let weight = data.weights?[row] ?? 1
            for j in 0..<width {
                let distance = features.values[row * width + j] - means.values[k * width + j]
                variances.values[k * width + j] += weight * distance * distance
            }
        }
        // A column that never varies would divide by zero; any positive floor decides nothing.
        let floor = max(
            self.smoothing * Self.largestVariance(features, data.weights), 1e-300)
        for k in 0..<count {
            for j in 0..<width {
                variances[k, j] = variances[k, j] / (sizes[k] > 0 ? sizes[k] : 1) + floor
            }
        }
        guard variances.values.allSatisfy(\.isFinite), means.values.allSatisfy(\.isFinite) else {
            throw LearnerError(.numericalFailure, "a variance left the range of numbers")
        }
        let total = data.weights?.reduce(0, +) ?? Double(labels.count)
        let shares = sizes.map { $0 / total }
        return NaiveBayesPredictor(shares: shares, means: means, variances: variances)
    }

    private static func largestVariance(_ features: Matrix, _ weights: [Double]?) -> Double {
        var centred = features
        _ = centred.centreColumns(weights)
        centred.scaleRows(byRootsOf: weights)
        var sums = [Double](repeating: 0, count: features.columns)
        for (index, value) in centred.values.enumerated() {
            sums[index % features.columns] += value * value
        }
        return (sums.max() ?? 0) / Double(max(features.rows, 1))
    }
}

struct NaiveBayesPredictor: Predictor, Equatable {
    let shares: [Double]
    let means: Matrix
    let variances: Matrix

    var columns: Int? { self.means.columns }

    init(shares: [Double], means: Matrix, variances: Matrix) {
        self.shares = shares
        self.means = means
        self.variances = variances
    }

    init(_ store: inout TensorStore, outputs: Int) throws(LearnerError) {
        guard outputs >= 2 else {
            throw LearnerError(.badTensor, "naive Bayes has 2 outputs or more, not \(outputs)")
        }
        let columns = try store.extent(of: "means", axis: 1)
        let shape: [TensorStore.Extent] = [.exactly(outputs), .exactly(columns)]
        self.shares = try store.doubles("shares", shape: [.exactly(outputs)])
        self.means = Matrix(
            rows: outputs, columns: columns, values: try store.doubles("means", shape: shape))
        self.variances = Matrix(
            rows: outputs, columns: columns, values: try store.doubles("variances", shape: shape))
        guard self.variances.values.allSatisfy({ $0 > 0 }) else {
            throw LearnerError(.badTensor, "tensor variances holds one that is not positive")
        }
        guard self.shares.allSatisfy({ $0 >= 0 }), self.shares.contains(where: { $0 > 0 }) else {
            throw LearnerError(.badTensor, "tensor shares is not a list of shares")
        }
    }

    var tensors: [Tensor] {
        let shape = [self.means.rows, self.means.columns]
        return [
            .doubles("shares", self.shares),
            .doubles("means", self.means.values, shape: shape),
            .doubles("variances", self.variances.values, shape: shape),
        ]
    }

    /// - Complexity: rows × columns × classes multiplications.
    func predict(_ features: Matrix) -> Matrix {
        let classes = self.shares.count
        let width = self.means.columns
        precondition(features.columns == width, "\(features.columns) columns, not \(width)")
        var offsets = [Double](repeating: 0, count: classes)
        for k in 0..<classes {
            var logs = 0.0
            for j in 0..<width { logs += log(2 * .pi * self.variances[k, j]) }
            offsets[k] = self.shares[k] > 0 ? log(self.shares[k]) - logs / 2 : -.infinity
        }
        let halves = self.variances.values.map { 0.5 / $0 }
        var scores = Matrix(rows: features.rows, columns: classes)
        for row in 0..<features.rows {
            for k in 0..<classes {
                var sum = 0.0
                for j in 0..<width {
                    let distance =
                        features.values[row * width + j] - self.means.values[k * width + j]
                    sum += distance * distance * halves[k * width + j]
                }
                // Finite, so that a row far from every class still has probabilities.
                scores.values[row * classes + k] = max(offsets[k] - sum, -1e300)
            }
        }
        scores.values.withUnsafeMutableBufferPointer { applySoftmax($0, columns: classes) }
        return scores
    }
}
