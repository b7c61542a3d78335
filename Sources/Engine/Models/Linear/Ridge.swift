/// Linear regression whose squared weights, times `alpha`, are part of the loss.
///
/// Minimises |Xw + b - y|² + alpha |w|², as scikit-learn's `Ridge` does. The products of the rows
/// are computed once per `TrainingData`; every further `alpha` costs one Cholesky factor.
package struct Ridge: Learner {
    package let alpha: Double

    package var form: FeatureForm { .dense }

    package init(alpha: Double) {
        precondition(alpha >= 0, "a penalty of \(alpha) would reward large weights")
        self.alpha = alpha
    }

    package func fit(_ data: TrainingData, seed: UInt64) throws(LearnerError) -> any Predictor {
        let numbers = try data.requireNumbers(for: .ridge)
        try data.requireFiniteRows()
        return try self.predictor(data.preparation.moments(data.features, numbers, data.weights))
    }

    func predictor(_ moments: Moments) throws(LearnerError) -> RidgePredictor {
        var solution = moments.right
        do throws(LinearError) {
            var system = moments.gram
            for i in 0..<system.rows { system[i, i] += self.alpha }
            try Cholesky(system).solve(&solution)
        } catch {
            throw LearnerError(
                .numericalFailure,
                "alpha \(self.alpha) is too small for columns that depend on each other: \(error)")
        }
        var weights = solution
        if let centred = moments.centred {
            weights = Array(repeating: 0, count: centred.columns)
            LinearAlgebra.multiply(centred, .transposed, solution, into: &weights)
        }
        let intercept = moments.meanAnswer - LinearAlgebra.dot(weights, moments.means)
        guard intercept.isFinite, weights.allSatisfy(\.isFinite) else {
            throw LearnerError(.numericalFailure, "the weights left the range of numbers")
        }
        return RidgePredictor(weights: weights, intercept: intercept)
    }
}

/// A linear function of the features.
struct RidgePredictor: Predictor, Equatable {
    let weights: [Double]
    let intercept: Double

    var columns: Int? { self.weights.count }

    init(weights: [Double], intercept: Double) {
        self.weights = weights
        self.intercept = intercept
    }

    init(_ store: inout TensorStore, outputs: Int) throws(LearnerError) {
        guard outputs == 1 else {
            throw LearnerError(.badTensor, "a linear model of numbers has 1 output, not \(outputs)")
        }
        self.weights = try store.doubles("weights", shape: [.any])
        self.intercept = try store.doubles("intercept", shape: [1])[0]
    }

    var tensors: [Tensor] {
        [.doubles("weights", self.weights), .doubles("intercept", [self.intercept])]
    }

    /// - Complexity: rows × columns multiplications.
    func predict(_ features: Matrix) -> Matrix {
        var numbers = [Double](repeating: 0, count: features.rows)
        LinearAlgebra.multiplyRows(features, self.weights, into: &numbers)
        for row in numbers.indices { numbers[row] += self.intercept }
        return Matrix(rows: features.rows, columns: 1, values: numbers)
    }
}
