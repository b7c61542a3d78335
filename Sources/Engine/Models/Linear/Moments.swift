/// What ridge regression needs of its rows, whatever `alpha` is: means, and products of what is
/// left when they are subtracted.
///
/// With X the centred features (n × p) and y the centred numbers, the minimum of
/// |Xw - y|² + alpha |w|² is
///
/// ```
/// primal, p ≤ n:   w = (XᵀX + alpha I)⁻¹ Xᵀy        gram is p × p
/// dual,   p > n:   w = Xᵀ (XXᵀ + alpha I)⁻¹ y       gram is n × n
/// ```
///
/// Centring takes the intercept out of the problem, so that it bears no penalty. Where rows have
/// weights, the means go by them, and each centred row is multiplied by the root of its own.
struct Moments: Sendable {
    enum Form { case primal, dual }

    let form: Form
    let means: [Double]
    let meanAnswer: Double
    /// XᵀX or XXᵀ, upper triangle.
    let gram: Matrix
    /// Xᵀy or y.
    let right: [Double]
    /// X, which only the dual form needs again.
    let centred: Matrix?

    /// - Complexity: n p min(n, p) / 2 multiplications.
    init(_ features: Matrix, _ numbers: [Double], _ weights: [Double]? = nil) {
        precondition(features.rows == numbers.count, "a feature row has no answer")
        var centred = features
        self.means = centred.centreColumns(weights)
        let meanAnswer = mean(numbers, weights)
        var residue = numbers.map { $0 - meanAnswer }
        centred.scaleRows(byRootsOf: weights)
        if let weights { residue = zip(residue, weights).map { $0 * $1.squareRoot() } }
        self.meanAnswer = meanAnswer
        self.form = features.columns > features.rows ? .dual : .primal
        switch self.form {
        case .primal:
            var gram = Matrix(rows: features.columns, columns: features.columns)
            LinearAlgebra.gram(centred, .transposed, into: &gram)
            var right = [Double](repeating: 0, count: features.columns)
            LinearAlgebra.multiply(centred, .transposed, residue, into: &right)
            self.gram = gram
            self.right = right
            self.centred = nil
        case .dual:
            var gram = Matrix(rows: features.rows, columns: features.rows)
            LinearAlgebra.gram(centred, .stored, into: &gram)
            self.gram = gram
            self.right = residue
            self.centred = centred
        }
    }
}
