/// Rows that leave the directions in which columns vary together are strange: a squared distance
/// along the principal components, each in its own standard deviations, so that the minor ones
/// weigh as much as the major ones (Shyu, Chen, Sarinnapakorn, Chang, A novel anomaly detection
/// scheme based on principal component classifier, 2003).
///
/// Variances are shrunk towards their mean as far as few rows make them uncertain (Ledoit and Wolf,
/// A well-conditioned estimator for large-dimensional covariance matrices, 2004), which makes more
/// columns than rows a case like others.
struct PrincipalComponents: Detector {
    /// The least variance that a direction counts with, as a share of the largest: smaller ones
    /// are rounding, or columns that follow from others.
    let varianceFloor: Double

    var sampleRows: Int { DetectionLimits.sampleRows }

    /// - Complexity: rows × columns × min(rows, columns) multiplications, and 9 times the cube of
    ///   the latter, which `DetectionLimits.axesMax` bounds.
    func fit(
        _ rows: Matrix, sample: [Int], seed: UInt64
    ) throws(LearnerError) -> Detection {
        let scorer = try self.ellipsoid(rows, seed: seed, axesMax: DetectionLimits.axesMax)
        return Detection(scorer: scorer, own: scorer.score(rows.rows(at: sample)))
    }

    /// The ellipsoid of `rows` with at most `axesMax` axes, the longest.
    func ellipsoid(
        _ rows: Matrix, seed: UInt64, axesMax: Int
    ) throws(LearnerError) -> Ellipsoid {
        var centred = rows
        if min(rows.rows, rows.columns) > DetectionLimits.axesMax {
            var generator = SeededGenerator(seed: seed)
            centred = rows.rows(at: generator.sample(DetectionLimits.axesMax, of: rows.rows))
        }
        let means = centred.centreColumns()
        let (variances, vectors) = try Self.spectrum(centred)
        let shrunk = Self.shrunk(variances, centred)
        let largest = shrunk.variances.first ?? 0
        let floor = largest > 0 ? self.varianceFloor * largest : 1
        let room = max(1, DetectionLimits.axesNumbersMax / rows.columns)
        let kept = shrunk.variances.prefix(min(axesMax, room)).prefix { $0 > floor }.count
        // Directions without an axis share what variance is left.
        let left =
            shrunk.variances.dropFirst(kept).reduce(0, +)
            + shrunk.others * Double(rows.columns - variances.count)
        let rest = left / Double(max(1, rows.columns - kept))
        var transform = Matrix(rows: kept, columns: kept)
        for axis in 0..<kept { transform[axis, axis] = 1 / shrunk.variances[axis].squareRoot() }
        return Ellipsoid(
            means: means, axes: vectors.rows(at: Array(0..<kept)),
            centre: Array(repeating: 0, count: kept), transform: transform,
            restVariance: max(rest, floor))
    }

    /// The variances along the principal components that rows can have, descending, and the
    /// components as rows.
    private static func spectrum(
        _ centred: Matrix
    ) throws(LearnerError) -> (variances: [Double], vectors: Matrix) {
        let (rows, columns) = (centred.rows, centred.columns)
        let isWide = columns > rows
        var gram = Matrix(rows: min(rows, columns), columns: min(rows, columns))
        LinearAlgebra.gram(centred, isWide ? .stored : .transposed, into: &gram)
        for index in gram.values.indices { gram.values[index] /= Double(rows) }
        let eigen = try SymmetricEigen(gram)
        // What rounding left of nothing is nothing, and has no direction.
        let noise = (eigen.values.first ?? 0) * 1e-12
        let count = eigen.values.prefix { $0 > noise }.count
        let variances = Array(eigen.values.prefix(count))
        let vectors = eigen.vectors.rows(at: Array(0..<count))
        guard isWide else { return (variances, vectors) }
        var axes = Matrix(rows: count, columns: columns)
        LinearAlgebra.multiply(vectors, .stored, centred, .stored, into: &axes)
        for axis in 0..<count {
            let length = (variances[axis] * Double(rows)).squareRoot()
            for column in 0..<columns { axes[axis, column] /= length }
        }
        return (variances, axes)
    }

    /// The variances, and that of all other directions, after shrinking towards their mean.
    private static func shrunk(
        _ variances: [Double], _ centred: Matrix
    ) -> (variances: [Double], others: Double) {
        let (rows, columns) = (Double(centred.rows), Double(centred.columns))
        let mean = variances.reduce(0, +) / columns
        let squares = variances.reduce(0) { $0 + $1 * $1 }
        let spread = squares - columns * mean * mean
        var fourth = 0.0
        for row in 0..<centred.rows {
            var length = 0.0
            for column in 0..<centred.columns {
                length += centred[row, column] * centred[row, column]
            }
            fourth += length * length
        }
        let doubt = max(0, fourth / rows - squares) / rows
        let share = spread > 0 ? min(1, doubt / spread) : 0
        return (variances.map { (1 - share) * $0 + share * mean }, share * mean)
    }
}
