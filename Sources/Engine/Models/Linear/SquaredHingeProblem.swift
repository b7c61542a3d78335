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
    private let c: Double

    init(_ features: Matrix, signs: [Double], c: Double) {
        precondition(features.rows == signs.count, "a feature row has no answer")
        self.features = features
        self.signs = signs
        self.c = c
    }

    /// Converged when no component of the gradient exceeds 1e-5 per row and unit of `c`.
    ///
    /// - Parameter start: a point near the solution, if one is known.
    /// - Complexity: 2 × rows × columns multiplications a step.
    func solve(from start: [Double]? = nil) throws(LearnerError) -> [Double] {
        let start = start ?? Array(repeating: 0, count: self.features.columns + 1)
        var margins = [Double](repeating: 0, count: self.features.rows)
        let minimiser = LBFGS(gradientMax: 1e-5 * self.c * Double(self.features.rows))
        return try minimiser.minimise(from: start) { point, gradient in
            self.evaluate(at: point, &margins, into: &gradient)
        }
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
            loss += lack * lack
            margins[row] = self.signs[row] * lack
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
