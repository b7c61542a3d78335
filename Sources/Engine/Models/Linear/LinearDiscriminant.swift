/// Linear discriminant analysis: one normal distribution per class, all of one covariance.
///
/// With W the scatter within the classes over n rows, the covariance is drawn to a multiple of the
/// identity, as scikit-learn's `LinearDiscriminantAnalysis(shrinkage=…)` does:
///
/// ```
/// C = (1 - shrinkage) W / n + shrinkage × trace(W / n) / p × I
/// ```
///
/// A row's score for class k is mₖᵀC⁻¹(x - m) - mₖᵀC⁻¹mₖ / 2 + log(share of k), with m the mean of
/// all rows and mₖ the class's distance from it (Fisher 1936; shrinkage: Friedman 1989). Classes
/// that have no row get probability 0.
package struct LinearDiscriminant: Learner {
    package let shrinkage: Double

    package var form: FeatureForm { .dense }

    package init(shrinkage: Double) {
        precondition((0...1).contains(shrinkage), "\(shrinkage) is no share")
        self.shrinkage = shrinkage
    }

    /// - Complexity: n p min(n, p) / 2 multiplications.
    package func fit(_ data: TrainingData, seed: UInt64) throws(LearnerError) -> any Predictor {
        let (labels, count) = try data.requireClasses(for: .linearDiscriminant)
        try data.requireFiniteRows()
        let width = data.features.columns
        var centred = data.features
        let centre = centred.centreColumns(data.weights)
        let means = centred.centreClasses(labels, count: count, data.weights)
        let shares = classShares(labels, count: count, data.weights)
        centred.scaleRows(byRootsOf: data.weights)
        let covariance = try ShrunkCovariance(centred, shrinkage: self.shrinkage)
        var weights = Matrix(rows: count, columns: width)
        var intercepts = [Double](repeating: 0, count: count)
        var first: Int?
        for k in 0..<count where shares[k] > 0 {
            first = first ?? k
            let mean = Array(means.values[k * width..<(k + 1) * width])
            let direction = covariance.solve(mean)
            weights.values.replaceSubrange(k * width..<(k + 1) * width, with: direction)
            intercepts[k] =
                log(shares[k]) - LinearAlgebra.dot(mean, direction) / 2
                - LinearAlgebra.dot(centre, direction)
        }
        guard let first, weights.values.allSatisfy(\.isFinite),
            intercepts.allSatisfy(\.isFinite)
        else { throw LearnerError(.numericalFailure, "the weights left the range of numbers") }
        for k in 0..<count where shares[k] == 0 {
            // Always so far below a class that has rows that e to the difference is 0.
            let pattern = weights.values[first * width..<(first + 1) * width]
            weights.values.replaceSubrange(k * width..<(k + 1) * width, with: pattern)
            intercepts[k] = intercepts[first] - 2000
        }
        return LogisticPredictor(weights: weights, intercepts: intercepts)
    }
}

/// A covariance drawn to a multiple of the identity, ready to be divided by.
///
/// With X the centred rows (n × p), C = a XᵀX + b I. When there are more columns than rows, the
/// matrix that is factored is n × n (Woodbury 1950):
///
/// ```
/// C⁻¹ v = (v - Xᵀ (XXᵀ + b / a I)⁻¹ X v) / b
/// ```
private struct ShrunkCovariance {
    private let factor: Cholesky
    /// X, which only the dual form needs again.
    private let rows: Matrix?
    private let identity: Double

    init(_ centred: Matrix, shrinkage: Double) throws(LearnerError) {
        let (n, p) = (Double(centred.rows), Double(max(centred.columns, 1)))
        let trace = centred.values.reduce(0) { $0 + $1 * $1 } / n
        let share = (1 - shrinkage) / n
        let identity = shrinkage * trace / p
        self.identity = identity
        // A share so small that the dual form could not divide by it leaves the identity alone.
        let isDual = centred.columns > centred.rows && share > 0
        self.rows = isDual ? centred : nil
        let order = isDual ? centred.rows : centred.columns
        var system = Matrix(rows: order, columns: order)
        if isDual {
            LinearAlgebra.gram(centred, .stored, into: &system)
            for i in 0..<order { system[i, i] += identity / share }
        } else if share > 0 {
            LinearAlgebra.gram(centred, .transposed, into: &system)
            for index in system.values.indices { system.values[index] *= share }
            for i in 0..<order { system[i, i] += identity }
        } else {
            for i in 0..<order { system[i, i] = identity }
        }
        do throws(LinearError) {
            self.factor = try Cholesky(system)
        } catch {
            throw LearnerError(
                .numericalFailure,
                "shrinkage \(shrinkage) is too small for columns that depend on each other, or no "
                    + "class varies: \(error)")
        }
    }

    func solve(_ vector: [Double]) -> [Double] {
        guard let rows = self.rows else {
            var solution = vector
            self.factor.solve(&solution)
            return solution
        }
        var inner = [Double](repeating: 0, count: rows.rows)
        LinearAlgebra.multiply(rows, .stored, vector, into: &inner)
        self.factor.solve(&inner)
        var back = [Double](repeating: 0, count: vector.count)
        LinearAlgebra.multiply(rows, .transposed, inner, into: &back)
        return zip(vector, back).map { ($0 - $1) / self.identity }
    }
}

extension Matrix {
    /// Subtracts from every row the mean of its class, and returns the means, a row per class;
    /// those of classes without rows are 0.
    fileprivate mutating func centreClasses(
        _ labels: [Int32], count: Int, _ weights: [Double]?
    ) -> Matrix {
        let width = self.columns
        var means = Matrix(rows: count, columns: width)
        var sizes = [Double](repeating: 0, count: count)
        for (row, label) in labels.enumerated() {
            let k = Int(label)
            let weight = weights?[row] ?? 1
            sizes[k] += weight
            for j in 0..<width {
                means.values[k * width + j] += weight * self.values[row * width + j]
            }
        }
        for k in 0..<count where sizes[k] > 0 {
            for j in 0..<width { means.values[k * width + j] /= sizes[k] }
        }
        for (row, label) in labels.enumerated() {
            let start = Int(label) * width
            for j in 0..<width { self.values[row * width + j] -= means.values[start + j] }
        }
        return means
    }
}
