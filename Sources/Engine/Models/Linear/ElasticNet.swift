/// Linear regression whose weights are drawn to zero, and set to zero where they say too little.
///
/// With X the centred features (n × p) and y the standardised numbers, it minimises
///
/// ```
/// |Xw - y|² / 2n + alpha × (l1_ratio × |w|₁ + (1 - l1_ratio) × |w|² / 2)
/// ```
///
/// which is scikit-learn's `ElasticNet` on a target of variance 1: an `alpha` then means the same
/// for euros and for millions of them. Solved by cyclic coordinate descent (Friedman, Hastie,
/// Tibshirani 2010): while there are more rows than columns on the Gram matrix that all linear
/// trials of these rows share ("covariance updates"), otherwise on the residue.
package struct ElasticNet: Learner {
    package let alpha: Double
    package let l1Ratio: Double

    package var form: FeatureForm { .dense }

    package init(alpha: Double, l1Ratio: Double) {
        precondition(alpha >= 0, "a penalty of \(alpha) would reward large weights")
        precondition((0...1).contains(l1Ratio), "\(l1Ratio) is no share")
        self.alpha = alpha
        self.l1Ratio = l1Ratio
    }

    package func fit(_ data: TrainingData, seed: UInt64) throws(LearnerError) -> any Predictor {
        let numbers = try data.requireNumbers(for: .elasticNet)
        try data.requireFiniteRows()
        let moments = data.preparation.moments(data.features, numbers, data.weights)
        let scale = try StandardizedNumbers(numbers, data.weights).scale
        guard moments.gram.values.allSatisfy(\.isFinite), moments.right.allSatisfy(\.isFinite)
        else {
            throw LearnerError(
                .numericalFailure, "products of the features leave the range of numbers")
        }
        let rows = Double(data.features.rows)
        let descent = CoordinateDescent(
            // In units of the numbers themselves: the ridge part grows with rows, the lasso part
            // with the deviation as well.
            threshold: self.alpha * self.l1Ratio * rows * scale,
            ridge: self.alpha * (1 - self.l1Ratio) * rows,
            tolerance: scale * rows.squareRoot())
        let weights: [Double]
        if let centred = moments.centred {
            weights = descent.solve(centred: centred, residue: moments.right)
        } else {
            weights = descent.solve(gram: moments.gram, right: moments.right)
        }
        let intercept = moments.meanAnswer - LinearAlgebra.dot(weights, moments.means)
        guard intercept.isFinite, weights.allSatisfy(\.isFinite) else {
            throw LearnerError(.numericalFailure, "the weights left the range of numbers")
        }
        return RidgePredictor(weights: weights, intercept: intercept)
    }
}

/// Minimises |Xw - y|² / 2 + threshold × |w|₁ + ridge × |w|² / 2, one weight after the other.
///
/// With c = Xᵀ(y - Xw), what a column still has to say, and g = XᵀX, the best of one weight while
/// the others stay is
///
/// ```
/// w ← S(c + g w, threshold) / (g + ridge)       S(z, t) = sign(z) × max(0, |z| - t)
/// ```
///
/// A sweep over all columns that moves a weight is followed by sweeps over the weights that are not
/// zero until these rest, because they are few and the others seldom change.
struct CoordinateDescent {
    let threshold: Double
    let ridge: Double
    /// The length of the answers: the fit rests when no step changes the predictions by more than
    /// `restShare` of it.
    let tolerance: Double

    static let restShare = 1e-9
    /// Enough but for columns that hardly differ, whose weights do not matter much either.
    static let sweepsMax = 2000

    /// - Parameters:
    ///   - gram: XᵀX (p × p), upper triangle.
    ///   - right: Xᵀy.
    /// - Complexity: p multiplications for each weight that moves.
    func solve(gram: Matrix, right: [Double]) -> [Double] {
        let width = right.count
        var full = gram
        for i in 0..<width {
            for j in 0..<i { full.values[i * width + j] = full.values[j * width + i] }
        }
        let squares = (0..<width).map { full[$0, $0] }
        var slopes = right
        return full.values.withUnsafeBufferPointer { gram in
            slopes.withUnsafeMutableBufferPointer { slopes in
                self.descend(
                    squares,
                    slope: { slopes[$0] },
                    move: { column, step in
                        let start = column * width
                        for j in 0..<width { slopes[j] -= step * gram[start + j] }
                    })
            }
        }
    }

    /// - Parameters:
    ///   - centred: X (n × p).
    ///   - residue: y.
    /// - Complexity: n multiplications for each weight that is looked at.
    func solve(centred: Matrix, residue: [Double]) -> [Double] {
        let (rows, width) = (centred.rows, centred.columns)
        // Column by column, as they are walked.
        var columns = [Double](repeating: 0, count: rows * width)
        for row in 0..<rows {
            for j in 0..<width { columns[j * rows + row] = centred.values[row * width + j] }
        }
        var residue = residue
        return columns.withUnsafeBufferPointer { columns in
            residue.withUnsafeMutableBufferPointer { residue in
                let squares = (0..<width).map { j in
                    (0..<rows).reduce(0.0) { $0 + columns[j * rows + $1] * columns[j * rows + $1] }
                }
                return self.descend(
                    squares,
                    slope: { column in
                        var sum = 0.0
                        for row in 0..<rows { sum += columns[column * rows + row] * residue[row] }
                        return sum
                    },
                    move: { column, step in
                        for row in 0..<rows { residue[row] -= step * columns[column * rows + row] }
                    })
            }
        }
    }

    private func descend(
        _ squares: [Double], slope: (Int) -> Double, move: (_ column: Int, _ step: Double) -> Void
    ) -> [Double] {
        var weights = [Double](repeating: 0, count: squares.count)
        /// The largest change of the predictions, as a length.
        func sweep(_ columns: some Sequence<Int>) -> Double {
            var largest = 0.0
            for column in columns where squares[column] > 0 {
                let square = squares[column]
                let sum = slope(column) + square * weights[column]
                let beyond = abs(sum) - self.threshold
                let weight =
                    beyond > 0 ? (sum < 0 ? -beyond : beyond) / (square + self.ridge) : 0
                let step = weight - weights[column]
                guard step != 0 else { continue }
                move(column, step)
                weights[column] = weight
                largest = max(largest, abs(step) * square.squareRoot())
            }
            return largest
        }
        let rest = Self.restShare * self.tolerance
        var sweeps = 0
        while sweeps < Self.sweepsMax {
            sweeps += 1
            guard sweep(squares.indices) > rest else { break }
            let active = squares.indices.filter { weights[$0] != 0 }
            while sweeps < Self.sweepsMax {
                sweeps += 1
                guard sweep(active) > rest else { break }
            }
        }
        return weights
    }
}
