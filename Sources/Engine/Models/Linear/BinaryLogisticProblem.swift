/// Logistic regression of two classes, as a function to be minimised.
///
/// The point is (w, b). With s = 1 for rows of the second class and -1 for the others, a row's
/// label has the likelihood q = 1 / (1 + e^(-s (x·w + b))), and
///
/// ```
/// f        = penalty |w|² / 2 - sum log q
/// gradient = (penalty w, 0) - [X 1]ᵀ (s (1 - q))
/// Hessian  = diag(penalty …, 0) + [X 1]ᵀ diag(q (1 - q)) [X 1]
/// ```
///
/// Written with q, not with the probability of the second class, so that a row which is badly wrong
/// keeps all digits of its small likelihood.
struct BinaryLogisticProblem {
    private let features: Matrix
    /// 1 for the second class, -1 for the first.
    private let signs: [Double]
    /// How much each row counts; nil: all alike.
    private let weights: [Double]?
    private let penalty: Double

    /// More steps than any convergent fit was seen to take (Newton 25, L-BFGS 300).
    static let newtonStepsMax = 100
    static let halvingsMax = 40

    init(
        _ features: Matrix, signs: [Double], _ weights: [Double]? = nil, penalty: Double
    ) {
        precondition(features.rows == signs.count, "a feature row has no answer")
        self.features = features
        self.signs = signs
        self.weights = weights
        self.penalty = penalty
    }

    /// No weights, and the intercept that predicts the share of the second class.
    private var start: [Double] {
        let share = (1 + mean(self.signs, self.weights)) / 2
        var point = [Double](repeating: 0, count: self.features.columns + 1)
        point[point.count - 1] = log(share / (1 - share))
        return point
    }

    /// Newton's method with step halving.
    ///
    /// Converged when the step promises to lower the loss by less than 1e-7 per row; that step is
    /// still taken, and leaves an error of the order of its square.
    ///
    /// - Complexity: rows × columns² / 2 multiplications a step; 5 to 10 steps as a rule.
    func solveByNewton() throws(LearnerError) -> [Double] {
        let rows = self.features.rows
        var point = self.start
        var likelihoods = [Double](repeating: 0, count: rows)
        var loss = self.loss(at: point, &likelihoods)
        var gradient = point
        var trial = likelihoods
        for _ in 0..<Self.newtonStepsMax {
            self.gradient(at: point, likelihoods, into: &gradient)
            var step = gradient
            do throws(LinearError) {
                try Cholesky(self.hessian(likelihoods)).solve(&step)
            } catch {
                throw LearnerError(.numericalFailure, "the Hessian: \(error)")
            }
            let slope = LinearAlgebra.dot(gradient, step)
            guard slope.isFinite else {
                throw LearnerError(.numericalFailure, "the weights left the range of numbers")
            }
            var size = 1.0
            var accepted = false
            for _ in 0..<Self.halvingsMax {
                let next = zip(point, step).map { $0 - size * $1 }
                let nextLoss = self.loss(at: next, &trial)
                // The last steps may gain less than the loss can show: rounding is forgiven.
                if nextLoss <= loss - 1e-4 * size * slope + 1e-13 * loss {
                    point = next
                    loss = nextLoss
                    swap(&likelihoods, &trial)
                    accepted = true
                    break
                }
                size /= 2
            }
            if !accepted || slope / 2 <= 1e-7 * Double(rows) { return point }
        }
        return point
    }

    /// The same minimum by L-BFGS, whose steps cost rows × columns only.
    func solveByLBFGS() throws(LearnerError) -> [Double] {
        var likelihoods = [Double](repeating: 0, count: self.features.rows)
        let minimiser = LBFGS(gradientMax: 1e-5 * Double(self.features.rows))
        return try minimiser.minimise(from: self.start) { point, gradient in
            let loss = self.loss(at: point, &likelihoods)
            self.gradient(at: point, likelihoods, into: &gradient)
            return loss
        }
    }

    /// The loss at `point`, and on the way the likelihood of every row's label.
    func loss(at point: [Double], _ likelihoods: inout [Double]) -> Double {
        let intercept = point[self.features.columns]
        LinearAlgebra.multiply(
            self.features, .stored, Array(point.dropLast()), into: &likelihoods)
        for row in likelihoods.indices {
            likelihoods[row] = self.signs[row] * (likelihoods[row] + intercept)
        }
        likelihoods.withUnsafeMutableBufferPointer { applySigmoid($0) }
        var square = 0.0
        for weight in point.dropLast() { square += weight * weight }
        return self.logLoss(likelihoods) + self.penalty * square / 2
    }

    private func logLoss(_ likelihoods: [Double]) -> Double {
        if let weights {
            var sum = 0.0
            for (likelihood, weight) in zip(likelihoods, weights) {
                sum -= weight * log(likelihood)
            }
            return sum
        }
        var sum = 0.0
        // One logarithm for many rows: that of their product, taken before it underflows.
        var product = 1.0
        for likelihood in likelihoods {
            if likelihood < 1e-100 {
                sum -= log(likelihood)
            } else {
                product *= likelihood
                if product < 1e-200 {
                    sum -= log(product)
                    product = 1
                }
            }
        }
        return sum - log(product)
    }

    /// - Requires: `likelihoods` are those at `point`.
    func gradient(at point: [Double], _ likelihoods: [Double], into gradient: inout [Double]) {
        var residues = likelihoods
        for row in residues.indices { residues[row] = self.signs[row] * (residues[row] - 1) }
        if let weights { for row in residues.indices { residues[row] *= weights[row] } }
        var product = [Double](repeating: 0, count: self.features.columns)
        LinearAlgebra.multiply(self.features, .transposed, residues, into: &product)
        for column in product.indices {
            gradient[column] = product[column] + self.penalty * point[column]
        }
        gradient[product.count] = residues.reduce(0, +)
    }

    private func hessian(_ likelihoods: [Double]) -> Matrix {
        var hessian = self.features.scatterWithIntercept { row in
            // Floored, or rows that are certain would leave the intercept without a pivot.
            let q = likelihoods[row]
            return (self.weights?[row] ?? 1) * max(q * (1 - q), 1e-10)
        }
        for column in 0..<self.features.columns { hessian[column, column] += self.penalty }
        return hessian
    }
}
