/// A support vector machine of two classes, as a function to be minimised.
///
/// The point is (w, b). With m = max(0, 1 - s (x·w + b)) the distance by which a row lacks its
/// margin,
///
/// ```
/// f        = |w|² / 2 + c × sum of m²
/// gradient = (w, 0) - 2 c × [X 1]ᵀ (s m)
/// ```
struct SquaredHingeProblem {
    private let features: Matrix
    /// 1 or -1 for each row.
    private let signs: [Double]
    /// How much each row counts; nil: all alike.
    private let weights: [Double]?
    private let c: Double

    init(_ features: Matrix, signs: [Double], _ weights: [Double]? = nil, c: Double) {
        precondition(features.rows == signs.count, "a feature row has no answer")
        self.features = features
        self.signs = signs
        self.weights = weights
        self.c = c
    }

    /// More steps than any convergent fit was seen to take (30).
    static let newtonStepsMax = 100
    static let halvingsMax = 40

    /// Converged when no component of the gradient exceeds this.
    private var gradientMax: Double { 1e-5 * self.c * Double(self.features.rows) }

    /// - Parameter start: a point near the solution, if one is known.
    func solve(from start: [Double]? = nil) throws(LearnerError) -> [Double] {
        let width = self.features.columns
        let start = start ?? Array(repeating: 0, count: width + 1)
        guard width <= LogisticRegression.newtonColumnsMax else {
            return try self.solveByLBFGS(from: start)
        }
        return try self.solveByNewton(from: start)
    }

    /// - Complexity: 2 × rows × columns multiplications a step; a hundred steps and more.
    func solveByLBFGS(from start: [Double]) throws(LearnerError) -> [Double] {
        var margins = [Double](repeating: 0, count: self.features.rows)
        let minimiser = LBFGS(gradientMax: self.gradientMax)
        return try minimiser.minimise(from: start) { point, gradient in
            self.evaluate(at: point, &margins, into: &gradient)
        }
    }

    /// Newton's method with step halving (Keerthi, DeCoste 2005): the loss is quadratic as long as
    /// the same rows lack their margin, so that the last step is exact.
    ///
    /// - Complexity: rows × columns² / 2 multiplications a step, of the rows that lack their
    ///   margin; ten to thirty steps.
    func solveByNewton(from start: [Double]) throws(LearnerError) -> [Double] {
        var (point, next) = (start, start)
        var (gradient, nextGradient) = (start, start)
        var margins = [Double](repeating: 0, count: self.features.rows)
        var nextMargins = margins
        var loss = self.evaluate(at: point, &margins, into: &gradient)
        for _ in 0..<Self.newtonStepsMax {
            guard gradient.contains(where: { !(abs($0) <= self.gradientMax) }) else { break }
            var step = gradient
            do throws(LinearError) {
                try Cholesky(self.hessian(margins)).solve(&step)
            } catch {
                // Rounding ate the curvature: go on without it.
                return try self.solveByLBFGS(from: point)
            }
            let slope = LinearAlgebra.dot(gradient, step)
            guard slope.isFinite, loss.isFinite else {
                throw LearnerError(.numericalFailure, "the weights left the range of numbers")
            }
            var size = 1.0
            var accepted = false
            for _ in 0..<Self.halvingsMax where !accepted {
                for j in next.indices { next[j] = point[j] - size * step[j] }
                let nextLoss = self.evaluate(at: next, &nextMargins, into: &nextGradient)
                // The last steps may gain less than the loss can show: rounding is forgiven.
                if nextLoss <= loss - 1e-4 * size * slope + 1e-13 * loss {
                    accepted = true
                    loss = nextLoss
                }
                size /= 2
            }
            guard accepted else { break }
            swap(&point, &next)
            swap(&gradient, &nextGradient)
            swap(&margins, &nextMargins)
        }
        return point
    }

    /// I + 2 c [X 1]ᵀ [X 1] over the rows that lack their margin; the intercept has no 1 of I.
    private func hessian(_ margins: [Double]) -> Matrix {
        let width = self.features.columns
        var hessian = self.features.scatterWithIntercept { row in
            margins[row] == 0 ? 0 : self.weights?[row] ?? 1
        }
        // Where no row lacks its margin the intercept has no curvature, and no slope either.
        if hessian[width, width] == 0 { hessian[width, width] = 1 }
        for index in hessian.values.indices { hessian.values[index] *= 2 * self.c }
        for j in 0..<width { hessian[j, j] += 1 }
        return hessian
    }

    /// - Parameter margins: room for a number per row.
    func evaluate(
        at point: [Double], _ margins: inout [Double], into gradient: inout [Double]
    ) -> Double {
        let width = self.features.columns
        let weights = Array(point[..<width])
        LinearAlgebra.multiply(self.features, .stored, weights, into: &margins)
        var (loss, sum) = (0.0, 0.0)
        for row in margins.indices {
            let lack = max(0, 1 - self.signs[row] * (margins[row] + point[width]))
            let weight = self.weights?[row] ?? 1
            loss += weight * lack * lack
            margins[row] = weight * self.signs[row] * lack
            sum += margins[row]
        }
        var product = weights
        LinearAlgebra.multiply(self.features, .transposed, margins, into: &product)
        var square = 0.0
        for j in 0..<width {
            gradient[j] = weights[j] - 2 * self.c * product[j]
            square += weights[j] * weights[j]
        }
        gradient[width] = -2 * self.c * sum
        return square / 2 + self.c * loss
    }
}
