/// A dense matrix of doubles in row-major order.
///
/// Element (i, j) of an m × n matrix lies at `values[i * n + j]`, the order in which CSV rows
/// arrive and in which CBLAS is called (`CblasRowMajor`).
package struct Matrix: Equatable, Sendable {
    package let rows: Int
    package let columns: Int
    package var values: [Double]

    /// - Requires: `values.count == rows * columns`.
    package init(rows: Int, columns: Int, values: [Double]) {
        precondition(
            values.count == rows * columns,
            "\(values.count) values do not fill a \(rows) × \(columns) matrix")
        self.rows = rows
        self.columns = columns
        self.values = values
    }

    /// A matrix whose every element is `value`.
    package init(rows: Int, columns: Int, repeating value: Double = 0) {
        self.init(
            rows: rows, columns: columns, values: Array(repeating: value, count: rows * columns))
    }

    package subscript(row: Int, column: Int) -> Double {
        get { self.values[row * self.columns + column] }
        set { self.values[row * self.columns + column] = newValue }
    }

    /// The matrix of the given rows, in the given order; a row may be named more than once.
    ///
    /// - Complexity: O(`indices.count` × `columns`).
    package func rows(at indices: [Int]) -> Matrix {
        var picked: [Double] = []
        picked.reserveCapacity(indices.count * self.columns)
        for row in indices {
            picked.append(contentsOf: self.values[row * self.columns..<(row + 1) * self.columns])
        }
        return Matrix(rows: indices.count, columns: self.columns, values: picked)
    }
}
