/// Distances from a centre, measured in standard deviations along axes (Mahalanobis 1936).
///
/// ```
/// x ──less means──▶ ──along axes──▶ y  ──less centre, transform──▶ |·|²   the axes' part
///        └────────── |x|² - |y|²: what no axis sees ──▶ over its variance  the rest's part
/// ```
struct Ellipsoid: Scorer, Equatable {
    let means: [Double]
    /// Axes × columns; orthonormal rows.
    let axes: Matrix
    /// In the coordinates of the axes.
    let centre: [Double]
    /// Axes × axes: turns deviations from the centre into numbers of variance 1.
    let transform: Matrix
    /// Of every direction that no axis points along.
    let restVariance: Double

    var columns: Int { self.means.count }
    var width: Int { 1 }

    init(
        means: [Double], axes: Matrix, centre: [Double], transform: Matrix, restVariance: Double
    ) {
        self.means = means
        self.axes = axes
        self.centre = centre
        self.transform = transform
        self.restVariance = restVariance
    }

    /// Squared distances, each over the number of columns.
    ///
    /// - Complexity: rows × axes × (columns + axes) multiplications.
    func score(_ rows: Matrix) -> Matrix {
        let (places, rests) = self.places(rows)
        var deviations = places
        for row in 0..<rows.rows {
            for axis in 0..<self.axes.rows { deviations[row, axis] -= self.centre[axis] }
        }
        var lengths = Matrix(rows: rows.rows, columns: self.axes.rows)
        LinearAlgebra.multiplyRows(deviations, self.transform, .transposed, into: &lengths)
        var scores = Matrix(rows: rows.rows, columns: 1)
        for row in 0..<rows.rows {
            var sum = rests[row] / self.restVariance
            for axis in 0..<self.axes.rows { sum += lengths[row, axis] * lengths[row, axis] }
            scores.values[row] = sum / Double(self.columns)
        }
        return scores
    }

    /// Where rows lie along the axes, and the squared length of what no axis sees.
    func places(_ rows: Matrix) -> (along: Matrix, rests: [Double]) {
        var centred = rows
        for row in 0..<rows.rows {
            for column in 0..<self.columns { centred[row, column] -= self.means[column] }
        }
        var along = Matrix(rows: rows.rows, columns: self.axes.rows)
        LinearAlgebra.multiplyRows(centred, self.axes, .transposed, into: &along)
        var rests = [Double](repeating: 0, count: rows.rows)
        // With as many axes as columns the difference would be rounding, and is left at 0.
        guard self.axes.rows < self.columns else { return (along, rests) }
        for row in 0..<rows.rows {
            var rest = 0.0
            for column in 0..<self.columns { rest += centred[row, column] * centred[row, column] }
            for axis in 0..<self.axes.rows { rest -= along[row, axis] * along[row, axis] }
            rests[row] = max(0, rest)
        }
        return (along, rests)
    }

    init(_ store: inout TensorStore) throws(LearnerError) {
        let count = try store.extent(of: "axes", axis: 0)
        let columns = try store.extent(of: "axes", axis: 1)
        let axes = try store.doubles("axes", shape: [.exactly(count), .exactly(columns)])
        let square: [TensorStore.Extent] = [.exactly(count), .exactly(count)]
        self.means = try store.doubles("means", shape: [.exactly(columns)])
        self.centre = try store.doubles("centre", shape: [.exactly(count)])
        self.transform = Matrix(
            rows: count, columns: count, values: try store.doubles("transform", shape: square))
        self.restVariance = try store.doubles("rest_variance", shape: [1])[0]
        self.axes = Matrix(rows: count, columns: columns, values: axes)
        guard columns > 0, count <= columns, self.restVariance > 0 else {
            throw LearnerError(.badTensor, "tensors axes and rest_variance make no ellipsoid")
        }
    }

    var tensors: [Tensor] {
        let count = self.axes.rows
        return [
            .doubles("means", self.means),
            .doubles("axes", self.axes.values, shape: [count, self.columns]),
            .doubles("centre", self.centre),
            .doubles("transform", self.transform.values, shape: [count, count]),
            .doubles("rest_variance", [self.restVariance]),
        ]
    }
}
