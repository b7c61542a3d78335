/// The distance from the densest half of the rows, in its own standard deviations: the minimum
/// covariance determinant (Rousseeuw and Van Driessen, A fast algorithm for the minimum covariance
/// determinant estimator, 1999), with their final weighting.
///
/// It needs several rows for each axis: where there are fewer than five, only the longest principal
/// components take part, and the rest of a row is measured as `PrincipalComponents` does.
struct EllipticEnvelope: Detector {
    /// The share of rows whose covariance is the least; 0.5 resists the most anomalies.
    let support: Double

    var sampleRows: Int { DetectionLimits.sampleRows }

    /// - Complexity: 60 covariances of at most 1,500 rows, and some 60 of the sample.
    func fit(
        _ rows: Matrix, sample: [Int], seed: UInt64
    ) throws(LearnerError) -> Detection {
        let scorer = try self.ellipsoid(rows, seed: seed)
        return Detection(scorer: scorer, own: scorer.score(rows.rows(at: sample)))
    }

    private func ellipsoid(_ rows: Matrix, seed: UInt64) throws(LearnerError) -> Ellipsoid {
        let axesMax = max(1, min(rows.rows / 5, DetectionLimits.envelopeAxesMax))
        let base = try PrincipalComponents(varianceFloor: 1e-3)
            .ellipsoid(rows, seed: seed, axesMax: axesMax)
        guard base.axes.rows > 0 else { return base }
        var generator = SeededGenerator(seed: seed)
        let looked = rows.rows(at: generator.sample(self.sampleRows, of: rows.rows))
        // In standard deviations along the axes, so that no axis is nearly flat to begin with.
        var places = Matrix(rows: looked.rows, columns: base.axes.rows)
        LinearAlgebra.multiply(
            base.places(looked).along, .stored, base.transform, .transposed, into: &places)
        let best = try DensestRows(support: self.support).whitening(of: places, &generator)
        var transform = Matrix(rows: base.axes.rows, columns: base.axes.rows)
        LinearAlgebra.multiply(best.roots, .stored, base.transform, .stored, into: &transform)
        let centre = best.centre.enumerated().map { axis, place in
            place / base.transform[axis, axis]
        }
        return Ellipsoid(
            means: base.means, axes: base.axes, centre: centre, transform: transform,
            restVariance: base.restVariance)
    }
}

/// The search for the rows whose covariance has the least determinant.
struct DensestRows {
    let support: Double

    /// A centre, and the inverse root of a covariance.
    struct Whitening {
        let centre: [Double]
        /// axes × axes.
        let roots: Matrix
        /// The logarithm of the covariance's determinant.
        let size: Double

        /// Of rows that are not all equal; flat directions count as 10⁻⁶ of the longest.
        init(_ rows: Matrix) throws(LearnerError) {
            var centred = rows
            self.centre = centred.centreColumns()
            var gram = Matrix(rows: rows.columns, columns: rows.columns)
            LinearAlgebra.gram(centred, .transposed, into: &gram)
            for index in gram.values.indices { gram.values[index] /= Double(rows.rows) }
            let eigen = try SymmetricEigen(gram)
            let floor = max((eigen.values.first ?? 0) * 1e-6, 1e-12)
            var roots = eigen.vectors
            var size = 0.0
            for (axis, value) in eigen.values.enumerated() {
                let variance = max(value, floor)
                size += naturalLogarithm(variance)
                let factor = 1 / variance.squareRoot()
                for column in 0..<rows.columns { roots[axis, column] *= factor }
            }
            self.roots = roots
            self.size = size
        }

        /// Squared distances of `rows`.
        func distances(_ rows: Matrix) -> [Double] {
            var centred = rows
            for row in 0..<rows.rows {
                for column in 0..<rows.columns { centred[row, column] -= self.centre[column] }
            }
            var turned = Matrix(rows: rows.rows, columns: rows.columns)
            LinearAlgebra.multiply(centred, .stored, self.roots, .transposed, into: &turned)
            return (0..<rows.rows).map { row in
                (0..<rows.columns).reduce(0) { $0 + turned[row, $1] * turned[row, $1] }
            }
        }
    }

    private static let starts = 30
    private static let finalists = 3
    private static let startRows = 1500
    private static let stepsMax = 20

    /// Random starts and two steps each on a part of the rows, the best of them on all; then the
    /// covariance of all rows that lie within its 97.5 % ellipsoid.
    func whitening(
        of rows: Matrix, _ generator: inout SeededGenerator
    ) throws(LearnerError) -> Whitening {
        let part = rows.rows(at: generator.sample(Self.startRows, of: rows.rows))
        var candidates: [Whitening] = []
        for _ in 0..<Self.starts {
            let few = generator.sample(rows.columns + 1, of: part.rows)
            var one = try Whitening(part.rows(at: few))
            for _ in 0..<2 { one = try self.step(one, part) }
            candidates.append(one)
        }
        let ranked = candidates.indices.sorted {
            (candidates[$0].size, $0) < (candidates[$1].size, $1)
        }
        var best: Whitening?
        for index in ranked.prefix(Self.finalists) {
            var one = candidates[index]
            for _ in 0..<Self.stepsMax {
                let next = try self.step(one, rows)
                let isDone = next.size >= one.size - 1e-9
                one = next
                if isDone { break }
            }
            if best.map({ one.size < $0.size }) ?? true { best = one }
        }
        guard let best else { preconditionFailure("there is at least one start") }
        return try self.reweighted(best, rows)
    }

    /// The covariance of the rows that are nearest by the last one: never a larger determinant.
    private func step(_ last: Whitening, _ rows: Matrix) throws(LearnerError) -> Whitening {
        let distances = last.distances(rows)
        let least = (rows.rows + rows.columns + 1) / 2
        let count = min(rows.rows, max(least, Int(self.support * Double(rows.rows))))
        let nearest = distances.indices.sorted { (distances[$0], $0) < (distances[$1], $1) }
        return try Whitening(rows.rows(at: nearest.prefix(count).sorted()))
    }

    /// Distances are scaled so that their median is that of normal rows before the line is drawn.
    private func reweighted(_ raw: Whitening, _ rows: Matrix) throws(LearnerError) -> Whitening {
        let distances = raw.distances(rows)
        let median = distances.sorted()[(rows.rows - 1) / 2]
        let line =
            Self.chiSquare(rows.columns, normal: 1.959_964) * median
            / Self.chiSquare(rows.columns, normal: 0)
        let within = distances.indices.filter { distances[$0] <= line }
        return try Whitening(rows.rows(at: within))
    }

    /// A quantile of the chi-square distribution, by that of the normal one (Wilson and Hilferty
    /// 1931); within 1 % where it is used here.
    static func chiSquare(_ degrees: Int, normal: Double) -> Double {
        let ratio = 2 / (9 * Double(degrees))
        let root = 1 - ratio + normal * ratio.squareRoot()
        return Double(degrees) * root * root * root
    }
}
