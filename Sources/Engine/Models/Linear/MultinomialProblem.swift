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

    /// Up to so many columns the scatter of the features is worth its rows × columns² / 2
    /// multiplications: columns that tell nearly the same would else take hundreds of steps.
    static let scatterColumnsMax = 256

    /// Converged when no component of the gradient exceeds 1e-5 per row.
    ///
    /// - Complexity: 2 × rows × columns × classes multiplications a step.
    func solve(stepsMax: Int = 500) throws(LearnerError) -> [Double] {
        let weights = self.classes * self.features.columns
        var start = [Double](repeating: 0, count: weights + self.classes)
        let shares = classShares(
            self.labels.map { Int32($0) }, count: self.classes, self.weights)
        for (k, share) in shares.enumerated() { start[weights + k] = log(share) }
        var scores = Matrix(rows: self.features.rows, columns: self.classes)
        var minimiser = LBFGS(gradientMax: 1e-5 * Double(self.features.rows))
        minimiser.stepsMax = stepsMax
        return try minimiser.minimise(from: start, preconditioner: self.preconditioner(shares)) {
            self.evaluate(at: $0, &scores, into: &$1)
        }
    }

    /// Multiplies by the inverse of the Hessian at the start, as if classes did not depend on one
    /// another: for a class of share s, of s (1 - s) [X 1]ᵀ [X 1] beside the penalty.
    ///
    /// Where a factor for each would take more memory than the features, all share one by the mean
    /// of s (1 - s), and are scaled by their own.
    ///
    /// - Returns: nil where there are too many columns, or two are the same to the last digits.
    private func preconditioner(_ shares: [Double]) -> ((inout [Double]) -> Void)? {
        let width = self.features.columns
        guard width <= Self.scatterColumnsMax else { return nil }
        let scatter = self.features.scatterWithIntercept { self.weights?[$0] ?? 1 }
        let spreads = shares.map { $0 * (1 - $0) }
        let isEach = self.classes * (width + 1) <= self.features.rows
        let factored = isEach ? spreads : [mean(spreads)]
        let factors = factored.compactMap { spread in
            var curvature = scatter
            for index in curvature.values.indices { curvature.values[index] *= spread }
            for column in 0..<width { curvature[column, column] += self.penalty }
            return try? Cholesky(curvature)
        }
        guard factors.count == factored.count else { return nil }
        return { [classes] gradient in
            var block = [Double](repeating: 0, count: width + 1)
            for k in 0..<classes {
                let (start, intercept) = (k * width, classes * width + k)
                for column in 0..<width { block[column] = gradient[start + column] }
                block[width] = gradient[intercept]
                factors[isEach ? k : 0].solve(&block)
                let scale = factored[isEach ? k : 0] / spreads[k]
                for column in 0..<width { gradient[start + column] = block[column] * scale }
                gradient[intercept] = block[width] * scale
            }
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
