/// Logistic regression of three classes or more, as a function to be minimised.
///
/// The point holds one row of weights per class, then one intercept per class; with
/// P = softmax(X Wᵀ + b) and Y the one-hot labels
///
/// ```
/// f        = penalty |W|² / 2 - sum log P[row, label]
/// gradient = penalty W + (P - Y)ᵀ X   for the weights,   column sums of P - Y   for the intercepts
/// ```
struct MultinomialProblem {
    private let features: Matrix
    private let labels: [Int]
    /// How much each row counts; nil: all alike.
    private let weights: [Double]?
    private let classes: Int
    private let penalty: Double

    /// - Requires: every label lies in 0..<classes and every class has a row.
    init(
        _ features: Matrix, _ labels: [Int], _ weights: [Double]? = nil, classes: Int,
        penalty: Double
    ) {
        precondition(features.rows == labels.count, "a feature row has no label")
        self.features = features
        self.labels = labels
        self.weights = weights
        self.classes = classes
        self.penalty = penalty
    }

    /// Converged when no component of the gradient exceeds 1e-5 per row.
    ///
    /// - Complexity: 2 × rows × columns × classes multiplications a step.
    func solve() throws(LearnerError) -> [Double] {
        let weights = self.classes * self.features.columns
        var start = [Double](repeating: 0, count: weights + self.classes)
        let shares = classShares(
            self.labels.map { Int32($0) }, count: self.classes, self.weights)
        for (k, share) in shares.enumerated() { start[weights + k] = log(share) }
        var scores = Matrix(rows: self.features.rows, columns: self.classes)
        let minimiser = LBFGS(gradientMax: 1e-5 * Double(self.features.rows))
        return try minimiser.minimise(from: start) { point, gradient in
            self.evaluate(at: point, &scores, into: &gradient)
        }
    }

    func evaluate(
        at point: [Double], _ scores: inout Matrix, into gradient: inout [Double]
    ) -> Double {
        let count = self.classes * self.features.columns
        let weights = Matrix(
            rows: self.classes, columns: self.features.columns, values: Array(point[..<count]))
        LinearAlgebra.multiply(self.features, .stored, weights, .transposed, into: &scores)
        for row in 0..<scores.rows {
            for k in 0..<self.classes { scores.values[row * self.classes + k] += point[count + k] }
        }
        scores.values.withUnsafeMutableBufferPointer { applySoftmax($0, columns: self.classes) }
        var loss = 0.0
        for k in count..<gradient.count { gradient[k] = 0 }
        for (row, label) in self.labels.enumerated() {
            let start = row * self.classes
            let weight = self.weights?[row] ?? 1
            loss -= weight * log(max(scores.values[start + label], 1e-300))
            scores.values[start + label] -= 1
            for k in 0..<self.classes {
                scores.values[start + k] *= weight
                gradient[count + k] += scores.values[start + k]
            }
        }
        var product = Matrix(rows: self.classes, columns: self.features.columns)
        LinearAlgebra.multiply(scores, .transposed, self.features, .stored, into: &product)
        var square = 0.0
        for i in 0..<count {
            gradient[i] = product.values[i] + self.penalty * point[i]
            square += point[i] * point[i]
        }
        return loss + self.penalty * square / 2
    }
}
