private import COpenBLAS

/// The eigenvalues and eigenvectors of a symmetric matrix.
struct SymmetricEigen: Sendable {
    /// Descending.
    let values: [Double]
    /// Row i is the unit eigenvector of `values[i]`.
    let vectors: Matrix

    /// Decomposes `matrix`, of which only the upper triangle is read.
    ///
    /// - Requires: `matrix` is n × n.
    /// - Complexity: about 9 n³ multiplications.
    /// - Throws: `LearnerError` with code `numericalFailure` if it does not converge, as with NaN.
    init(_ matrix: consuming Matrix) throws(LearnerError) {
        precondition(
            matrix.rows == matrix.columns, "\(matrix.rows) × \(matrix.columns) is not square")
        let order = matrix.rows
        guard matrix.values.allSatisfy(\.isFinite) else { throw Self.failure }
        var values = [Double](repeating: 0, count: order)
        if order > 0 {
            // Row-major upper is column-major lower, and columns of vectors come back as rows.
            let info = matrix.values.withUnsafeMutableBufferPointer { entries in
                LAPACKE_dsyevd(
                    LAPACK_COL_MAJOR, CChar(UInt8(ascii: "V")), CChar(UInt8(ascii: "L")),
                    Int32(order), entries.baseAddress, Int32(order), &values)
            }
            guard info == 0, values.allSatisfy(\.isFinite) else { throw Self.failure }
        }
        self.values = values.reversed()
        self.vectors = matrix.rows(at: Array((0..<order).reversed()))
    }

    private static var failure: LearnerError {
        LearnerError(.numericalFailure, "the columns' covariance has no finite eigenvalues")
    }
}
