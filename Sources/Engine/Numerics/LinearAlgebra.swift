private import COpenBLAS

/// How a stored matrix enters a product.
package enum Orientation: Sendable {
    case stored, transposed

    fileprivate var flag: CBLAS_TRANSPOSE { self == .stored ? CblasNoTrans : CblasTrans }

    fileprivate func shape(_ matrix: Matrix) -> (rows: Int, columns: Int) {
        switch self {
        case .stored: (matrix.rows, matrix.columns)
        case .transposed: (matrix.columns, matrix.rows)
        }
    }
}

/// Dense products, checked for shape and handed to CBLAS.
///
/// A wrong shape is a bug of the caller and stops the process with the shapes in the sentence.
/// The number of threads is the process's affair (one, by `openblas_set_num_threads`).
package enum LinearAlgebra {
    /// Sets `c` to the product `op(a) op(b)`.
    ///
    /// - Requires: `op(a)` is m × k, `op(b)` is k × n, `c` is m × n.
    /// - Complexity: m n k multiplications.
    package static func multiply(
        _ a: Matrix, _ aOrientation: Orientation = .stored,
        _ b: Matrix, _ bOrientation: Orientation = .stored, into c: inout Matrix
    ) {
        let left = aOrientation.shape(a)
        let right = bOrientation.shape(b)
        precondition(
            left.columns == right.rows && c.rows == left.rows && c.columns == right.columns,
            "(\(left)) × (\(right)) does not give \(c.rows) × \(c.columns)")
        guard c.rows > 0, c.columns > 0 else { return }
        guard left.columns > 0 else { return c = Matrix(rows: c.rows, columns: c.columns) }
        let (m, n, k) = (Int32(c.rows), Int32(c.columns), Int32(left.columns))
        let (lda, ldb) = (Int32(a.columns), Int32(b.columns))
        c.values.withUnsafeMutableBufferPointer { c in
            cblas_dgemm(
                CblasRowMajor, aOrientation.flag, bOrientation.flag, m, n, k,
                1, a.values, lda, b.values, ldb, 0, c.baseAddress, n)
        }
    }

    /// Sets `y` to the product `op(a) x`.
    ///
    /// - Requires: `op(a)` is m × n, `x` has n values, `y` has m.
    /// - Complexity: m n multiplications.
    package static func multiply(
        _ a: Matrix, _ orientation: Orientation = .stored, _ x: [Double], into y: inout [Double]
    ) {
        let shape = orientation.shape(a)
        precondition(
            shape.columns == x.count && shape.rows == y.count,
            "(\(shape)) × \(x.count) does not give \(y.count) values")
        guard shape.rows > 0, shape.columns > 0 else {
            return y = Array(repeating: 0, count: y.count)
        }
        y.withUnsafeMutableBufferPointer { y in
            cblas_dgemv(
                CblasRowMajor, orientation.flag, Int32(a.rows), Int32(a.columns),
                1, a.values, Int32(a.columns), x, 1, 0, y.baseAddress, 1)
        }
    }

    /// Rows that `multiplyRows` hands to CBLAS at once.
    static let rowsBlock = 64

    /// Sets each row of `c` to that row of `a` times `op(b)`: bits that depend on no other row.
    ///
    /// CBLAS sums in another order at the edges of a matrix, in small ones and in one row alone. So
    /// it is always given a block of `rowsBlock` rows, the last one being filled up with zeros: a
    /// row that is predicted alone is predicted as in a table.
    ///
    /// - Requires: `a` is m × k, `op(b)` is k × n, `c` is m × n.
    /// - Complexity: m n k multiplications, m rounded up to a multiple of `rowsBlock`.
    package static func multiplyRows(
        _ a: Matrix, _ b: Matrix, _ orientation: Orientation = .stored, into c: inout Matrix
    ) {
        let right = orientation.shape(b)
        precondition(
            a.columns == right.rows && c.rows == a.rows && c.columns == right.columns,
            "(\(a.rows), \(a.columns)) × (\(right)) does not give \(c.rows) × \(c.columns)")
        a.values.withUnsafeBufferPointer { a in
            c.values.withUnsafeMutableBufferPointer { c in
                Self.multiplyRows(a, b, orientation, into: c)
            }
        }
    }

    /// The same for rows that lie in memory one after another.
    static func multiplyRows(
        _ a: UnsafeBufferPointer<Double>, _ b: Matrix, _ orientation: Orientation = .stored,
        into c: UnsafeMutableBufferPointer<Double>
    ) {
        let (inner, width) = orientation.shape(b)
        guard !c.isEmpty else { return }
        precondition(
            width > 0 && c.count % width == 0 && a.count == c.count / width * inner,
            "\(a.count) values × (\(inner), \(width)) do not give \(c.count)")
        guard inner > 0 else { return c.update(repeating: 0) }
        Self.byBlocks(a, inner, width, into: c) { a, c in
            cblas_dgemm(
                CblasRowMajor, CblasNoTrans, orientation.flag, Int32(Self.rowsBlock), Int32(width),
                Int32(inner), 1, a, Int32(inner), b.values, Int32(b.columns), 0, c, Int32(width))
        }
    }

    /// Sets each of `y` to that row of `a` times `x`: bits that depend on no other row.
    ///
    /// - Requires: `a` is m × n, `x` has n values, `y` has m.
    package static func multiplyRows(_ a: Matrix, _ x: [Double], into y: inout [Double]) {
        precondition(
            a.columns == x.count && a.rows == y.count,
            "(\(a.rows), \(a.columns)) × \(x.count) does not give \(y.count) values")
        guard a.rows > 0, a.columns > 0 else {
            return y = Array(repeating: 0, count: y.count)
        }
        a.values.withUnsafeBufferPointer { values in
            y.withUnsafeMutableBufferPointer { y in
                Self.byBlocks(values, a.columns, 1, into: y) { rows, y in
                    cblas_dgemv(
                        CblasRowMajor, CblasNoTrans, Int32(Self.rowsBlock), Int32(a.columns), 1,
                        rows, Int32(a.columns), x, 1, 0, y, 1)
                }
            }
        }
    }

    /// Calls `multiply` with each block of rows, and with where their products go.
    ///
    /// - Requires: rows of `inner` values in `a`, of `width` in `c`.
    private static func byBlocks(
        _ a: UnsafeBufferPointer<Double>, _ inner: Int, _ width: Int,
        into c: UnsafeMutableBufferPointer<Double>,
        _ multiply: (UnsafePointer<Double>, UnsafeMutablePointer<Double>) -> Void
    ) {
        guard let rows = a.baseAddress, let products = c.baseAddress else { return }
        let count = c.count / width
        let whole = count / Self.rowsBlock * Self.rowsBlock
        for row in stride(from: 0, to: whole, by: Self.rowsBlock) {
            multiply(rows + row * inner, products + row * width)
        }
        let rest = count - whole
        guard rest > 0 else { return }
        var last = [Double](repeating: 0, count: Self.rowsBlock * inner)
        for index in 0..<rest * inner { last[index] = rows[whole * inner + index] }
        var product = [Double](repeating: 0, count: Self.rowsBlock * width)
        product.withUnsafeMutableBufferPointer { product in
            last.withUnsafeBufferPointer { last in
                guard let from = last.baseAddress, let to = product.baseAddress else { return }
                multiply(from, to)
            }
        }
        for index in 0..<rest * width { products[whole * width + index] = product[index] }
    }

    /// Sets the upper triangle of `c` to that of aᵀa (`.transposed`) or of aaᵀ (`.stored`); what
    /// stands below the diagonal of `c` is left as it was.
    ///
    /// - Requires: `c` is n × n with n the columns (`.transposed`) or rows (`.stored`) of `a`.
    /// - Complexity: n² k / 2 multiplications, k being the other extent of `a`.
    package static func gram(_ a: Matrix, _ orientation: Orientation, into c: inout Matrix) {
        let shape = orientation.shape(a)
        precondition(
            c.rows == shape.rows && c.columns == shape.rows,
            "the Gram matrix of (\(shape)) is not \(c.rows) × \(c.columns)")
        guard shape.rows > 0 else { return }
        guard shape.columns > 0 else { return c = Matrix(rows: c.rows, columns: c.columns) }
        c.values.withUnsafeMutableBufferPointer { c in
            cblas_dsyrk(
                CblasRowMajor, CblasUpper, orientation.flag, Int32(shape.rows),
                Int32(shape.columns), 1, a.values, Int32(a.columns), 0, c.baseAddress,
                Int32(shape.rows))
        }
    }

    /// Rows that are worth a call of `addGram`: with so many CBLAS is at its full speed.
    static let rowsAdded = 4 * rowsBlock

    /// Adds the upper triangle of aᵀa to that of `c`; what stands below its diagonal is left.
    ///
    /// - Requires: `c` is n × n, n above 0, and `a` holds rows of n values.
    /// - Complexity: n² k / 2 multiplications, k being the rows of `a`.
    static func addGram(_ a: UnsafeBufferPointer<Double>, into c: inout Matrix) {
        precondition(
            c.rows == c.columns && c.rows > 0 && a.count % c.rows == 0,
            "\(a.count) values have no Gram matrix of \(c.rows) × \(c.columns)")
        let order = Int32(c.rows)
        let rows = Int32(a.count / c.rows)
        c.values.withUnsafeMutableBufferPointer { c in
            cblas_dsyrk(
                CblasRowMajor, CblasUpper, CblasTrans, order, rows, 1, a.baseAddress, order, 1,
                c.baseAddress, order)
        }
    }

    /// Sets `c` to a bᵀ in single precision: every row of `a` times every row of `b`.
    ///
    /// - Requires: `a` holds m × k values, `b` n × k, `c` at least m × n.
    /// - Complexity: m n k multiplications.
    package static func multiplyTransposed(
        _ a: UnsafeBufferPointer<Float>, _ b: UnsafeBufferPointer<Float>, inner k: Int,
        into c: UnsafeMutableBufferPointer<Float>
    ) {
        precondition(k > 0 && a.count % k == 0 && b.count % k == 0, "rows are not \(k) wide")
        let (m, n) = (a.count / k, b.count / k)
        precondition(c.count >= m * n, "\(c.count) values do not hold \(m) × \(n)")
        guard m > 0, n > 0 else { return }
        cblas_sgemm(
            CblasRowMajor, CblasNoTrans, CblasTrans, Int32(m), Int32(n), Int32(k),
            1, a.baseAddress, Int32(k), b.baseAddress, Int32(k), 0, c.baseAddress, Int32(n))
    }

    /// Sets `c` to the product `op(a) op(b)` in single precision.
    ///
    /// - Requires: `op(a)` is m × k, `op(b)` is k × n, `c` has room for m × n values.
    /// - Complexity: m n k multiplications.
    static func multiply(
        _ a: UnsafePointer<Float>, _ aOrientation: Orientation,
        _ b: UnsafePointer<Float>, _ bOrientation: Orientation,
        m: Int, n: Int, k: Int, into c: UnsafeMutablePointer<Float>
    ) {
        precondition(m >= 0 && n >= 0 && k >= 0, "\(m) × \(k) × \(n)")
        guard m > 0, n > 0 else { return }
        guard k > 0 else { return c.update(repeating: 0, count: m * n) }
        cblas_sgemm(
            CblasRowMajor, aOrientation.flag, bOrientation.flag, Int32(m), Int32(n), Int32(k),
            1, a, Int32(aOrientation == .stored ? k : m),
            b, Int32(bOrientation == .stored ? n : k), 0, c, Int32(n))
    }

    package static func dot(_ a: [Double], _ b: [Double]) -> Double {
        precondition(a.count == b.count, "\(a.count) values cannot be paired with \(b.count)")
        var sum = 0.0
        for i in a.indices { sum += a[i] * b[i] }
        return sum
    }
}

/// Why a linear system has no answer.
package enum LinearError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The leading minor that ends at this pivot, counted from 0, is not positive definite.
    case notPositiveDefinite(pivot: Int)

    package var description: String {
        switch self {
        case .notPositiveDefinite(let pivot): "not positive definite at pivot \(pivot)"
        }
    }
}

/// The triangular factor of a symmetric positive definite matrix.
package struct Cholesky: Sendable {
    private let factor: Matrix

    /// Factors `matrix`, of which only the upper triangle is read.
    ///
    /// A pivot that is positive only by what rounding left of its diagonal element fails as well:
    /// the solution would be noise.
    ///
    /// - Requires: `matrix` is n × n.
    /// - Complexity: n³/3 multiplications.
    /// - Throws: `LinearError.notPositiveDefinite` naming the first failing pivot.
    package init(_ matrix: consuming Matrix) throws(LinearError) {
        precondition(
            matrix.rows == matrix.columns, "\(matrix.rows) × \(matrix.columns) is not square")
        let order = Int32(matrix.rows)
        let rounding = Double(matrix.rows) * Double.ulpOfOne
        let floors = (0..<matrix.rows).map { matrix[$0, $0] * rounding }
        // Row-major upper is column-major lower: said this way LAPACKE need not transpose a copy.
        let info = matrix.values.withUnsafeMutableBufferPointer { values in
            values.isEmpty
                ? 0
                : LAPACKE_dpotrf_work(
                    LAPACK_COL_MAJOR, CChar(UInt8(ascii: "L")), order, values.baseAddress, order)
        }
        precondition(info >= 0, "dpotrf refused argument \(-info)")
        guard info == 0 else { throw .notPositiveDefinite(pivot: Int(info) - 1) }
        for pivot in 0..<matrix.rows {
            // Written so that NaN fails, too, which OpenBLAS lets pass.
            let root = matrix[pivot, pivot]
            guard root * root > floors[pivot] else { throw .notPositiveDefinite(pivot: pivot) }
        }
        self.factor = matrix
    }

    /// Replaces `b` by the x for which A x = b.
    ///
    /// - Requires: `b` has n values.
    /// - Complexity: n² multiplications.
    package func solve(_ b: inout [Double]) {
        precondition(b.count == self.factor.rows, "\(b.count) values, order \(self.factor.rows)")
        guard !b.isEmpty else { return }
        let order = Int32(self.factor.rows)
        let info = b.withUnsafeMutableBufferPointer { b in
            LAPACKE_dpotrs_work(
                LAPACK_COL_MAJOR, CChar(UInt8(ascii: "L")), order, 1, self.factor.values, order,
                b.baseAddress, order)
        }
        precondition(info == 0, "dpotrs refused argument \(-info)")
    }
}
