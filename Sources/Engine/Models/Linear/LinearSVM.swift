/// A linear support vector machine of squared hinge loss, one class against the rest.
///
/// For each class it minimises, with s = 1 for the class's rows and -1 for others,
///
/// ```
/// |w|² / 2 + c × sum of max(0, 1 - s (x·w + b))²
/// ```
///
/// in the primal, by Newton's method while the columns are few and by L-BFGS otherwise; unlike in
/// LIBLINEAR the intercept bears no penalty. Its scores become probabilities by Platt's sigmoid
/// (`PlattScaling`), fitted to scores of rows that were held out: three internal folds, drawn with
/// the seed. Probabilities of several classes are divided by their sum.
package struct LinearSVM: Learner {
    package let c: Double

    static let foldsCount = 3

    package var form: FeatureForm { .dense }

    package init(c: Double) {
        precondition(c > 0, "a strength of \(c) leaves nothing to learn from")
        self.c = c
    }

    /// - Complexity: four fits for each class, see `SquaredHingeProblem`.
    package func fit(_ data: TrainingData, seed: UInt64) throws(LearnerError) -> any Predictor {
        let (labels, count) = try data.requireClasses(for: .linearSVM)
        try data.requireFiniteRows()
        let shares = classShares(labels, count: count, data.weights)
        let present = shares.indices.filter { shares[$0] > 0 }
        var weights = Matrix(rows: count, columns: data.features.columns)
        // e to it is 0 beside any class that has rows.
        var intercepts = [Double](repeating: -1e6, count: count)
        guard present.count > 1 else {
            intercepts[present[0]] = 0
            return OneAgainstRestPredictor(weights: weights, intercepts: intercepts)
        }
        // Two rows at least, since there are two classes.
        let parts = min(Self.foldsCount, labels.count)
        guard let folds = try? Folds(.classes(labels, count: count), count: parts, seed: seed)
        else { throw LearnerError(.tooFewRows, "\(labels.count) rows do not fill \(parts) folds") }
        // The one class is the rest of the other: a second fit would find the mirror image.
        for k in present.count == 2 ? [present[1]] : present {
            let signs = labels.map { Int($0) == k ? 1.0 : -1.0 }
            let (direction, intercept) = try self.fitOne(
                data.features, signs, data.weights, folds)
            for j in 0..<weights.columns { weights[k, j] = direction[j] }
            intercepts[k] = intercept
        }
        if present.count == 2 {
            for j in 0..<weights.columns { weights[present[0], j] = -weights[present[1], j] }
            intercepts[present[0]] = -intercepts[present[1]]
        }
        guard weights.values.allSatisfy(\.isFinite), intercepts.allSatisfy(\.isFinite) else {
            throw LearnerError(.numericalFailure, "the weights left the range of numbers")
        }
        return OneAgainstRestPredictor(weights: weights, intercepts: intercepts)
    }

    /// Weights and intercept whose logistic function is the probability of sign 1.
    private func fitOne(
        _ features: Matrix, _ signs: [Double], _ weights: [Double]?, _ folds: Folds
    ) throws(LearnerError) -> (weights: [Double], intercept: Double) {
        let solution = try SquaredHingeProblem(features, signs: signs, weights, c: self.c)
            .solve()
        var scores = [Double](repeating: 0, count: signs.count)
        for fold in 0..<folds.count {
            let kept = folds.kept(in: fold)
            let heldOut = folds.heldOut(in: fold)
            let problem = SquaredHingeProblem(
                features.rows(at: kept), signs: kept.map { signs[$0] },
                weights.map { weights in kept.map { weights[$0] } }, c: self.c)
            // The minimum is the same wherever the search starts; from here it is near.
            let other = try problem.solve(from: solution)
            let rest = features.rows(at: heldOut)
            var found = [Double](repeating: 0, count: heldOut.count)
            LinearAlgebra.multiply(rest, .stored, Array(other.dropLast()), into: &found)
            for (row, score) in zip(heldOut, found) {
                scores[row] = score + other[features.columns]
            }
        }
        let scaling = PlattScaling(scores, isPositive: signs.map { $0 > 0 }, weights)
        return (
            solution.dropLast().map { $0 * scaling.slope },
            solution[features.columns] * scaling.slope + scaling.intercept
        )
    }
}

/// Sigmoids of linear scores, divided by their sum.
struct OneAgainstRestPredictor: LinearClassifier, Equatable {
    let weights: Matrix
    let intercepts: [Double]

    init(weights: Matrix, intercepts: [Double]) {
        precondition(weights.rows == intercepts.count, "a class has no intercept")
        self.weights = weights
        self.intercepts = intercepts
    }

    func predict(_ features: Matrix) -> Matrix {
        let classes = self.intercepts.count
        var scores = self.scores(of: features)
        scores.values.withUnsafeMutableBufferPointer { scores in
            for index in 0..<scores.count {
                // By logarithms: the sigmoids themselves may all be 0.
                let z = scores[index]
                let rest = exponential(SIMD4(repeating: -abs(z)))[0]
                scores[index] = min(z, 0) - log(1 + rest)
            }
            applySoftmax(scores, columns: classes)
        }
        return scores
    }
}
