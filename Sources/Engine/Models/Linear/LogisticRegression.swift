/// Logistic regression, its squared weights penalised.
///
/// Minimises |w|² / 2 + c × (sum over the rows of weight × log loss), as scikit-learn's
/// `LogisticRegression(C=c)` does; intercepts bear no penalty. Two classes are solved by Newton's
/// method while the columns are few (one Hessian costs rows × columns² / 2), everything else by
/// L-BFGS. Classes that have no row get probability 0.
package struct LogisticRegression: Learner {
    package let c: Double

    /// Up to so many columns Newton's few exact steps beat L-BFGS' many cheap ones.
    static let newtonColumnsMax = 256

    package var form: FeatureForm { .dense }

    package init(c: Double) {
        precondition(c > 0, "a strength of \(c) leaves nothing to learn from")
        self.c = c
    }

    package func fit(_ data: TrainingData, seed: UInt64) throws(LearnerError) -> any Predictor {
        let (labels, count) = try data.requireClasses(for: .logisticRegression)
        try data.requireFiniteRows()
        let shares = classShares(labels, count: count, data.weights)
        let present = shares.indices.filter { shares[$0] > 0 }
        var weights = Matrix(rows: count, columns: data.features.columns)
        // Far enough below the others that e to it is 0, near enough to stay a finite number.
        var intercepts = [Double](repeating: -2000, count: count)
        guard present.count > 1 else {
            intercepts[present[0]] = 0
            return LogisticPredictor(weights: weights, intercepts: intercepts)
        }
        if present.count == 2 {
            let signs = labels.map { Int($0) == present[1] ? 1.0 : -1.0 }
            let problem = BinaryLogisticProblem(
                data.features, signs: signs, data.weights, penalty: 1 / self.c)
            let solution =
                data.features.columns <= Self.newtonColumnsMax
                ? try problem.solveByNewton() : try problem.solveByLBFGS()
            // The difference of the two classes' scores is all that counts: the second has it all.
            for column in 0..<weights.columns { weights[present[1], column] = solution[column] }
            intercepts[present[0]] = 0
            intercepts[present[1]] = solution[weights.columns]
        } else {
            let compact = labels.map { label in present.firstIndex(of: Int(label)) ?? 0 }
            let problem = MultinomialProblem(
                data.features, compact, data.weights, classes: present.count,
                penalty: 1 / self.c)
            let solution = try problem.solve()
            for (index, k) in present.enumerated() {
                for column in 0..<weights.columns {
                    weights[k, column] = solution[index * weights.columns + column]
                }
                intercepts[k] = solution[present.count * weights.columns + index]
            }
        }
        return LogisticPredictor(weights: weights, intercepts: intercepts)
    }
}

/// Probabilities whose logarithms differ by linear functions of the features.
struct LogisticPredictor: LinearClassifier, Equatable {
    let weights: Matrix
    let intercepts: [Double]

    init(weights: Matrix, intercepts: [Double]) {
        precondition(weights.rows == intercepts.count, "a class has no intercept")
        self.weights = weights
        self.intercepts = intercepts
    }

    func predict(_ features: Matrix) -> Matrix {
        let classes = self.intercepts.count
        if classes == 2 { return self.predictTwo(features) }
        var scores = self.scores(of: features)
        scores.values.withUnsafeMutableBufferPointer { applySoftmax($0, columns: classes) }
        return scores
    }

    private func predictTwo(_ features: Matrix) -> Matrix {
        let width = self.weights.columns
        let difference = (0..<width).map { self.weights[1, $0] - self.weights[0, $0] }
        let intercept = self.intercepts[1] - self.intercepts[0]
        var scores = [Double](repeating: 0, count: features.rows)
        LinearAlgebra.multiply(features, .stored, difference, into: &scores)
        for row in scores.indices { scores[row] += intercept }
        scores.withUnsafeMutableBufferPointer { applySigmoid($0) }
        var prediction = Matrix(rows: features.rows, columns: 2)
        for row in scores.indices {
            prediction.values[2 * row] = 1 - scores[row]
            prediction.values[2 * row + 1] = scores[row]
        }
        return prediction
    }
}
