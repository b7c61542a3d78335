extension Matrix {
    /// [X 1]ᵀ D [X 1], upper triangle, X being this matrix and D diagonal: how linear models with
    /// an intercept curve. The intercept is the last of the columns + 1 unknowns.
    ///
    /// Rows are multiplied by the roots of their weights some at a time, so that no second X is
    /// made; those of no weight cost nothing.
    ///
    /// - Parameter weight: of a row, not negative.
    /// - Complexity: rows × columns² / 2 multiplications; memory for `LinearAlgebra.rowsAdded`
    ///   rows.
    func scatterWithIntercept(_ weight: (Int) -> Double) -> Matrix {
        let width = self.columns + 1
        let block = Memory<Double>(
            count: min(self.rows, LinearAlgebra.rowsAdded) * width, repeating: 0)
        var scatter = Matrix(rows: width, columns: width)
        var used = 0
        func add() {
            LinearAlgebra.addGram(
                UnsafeBufferPointer(start: block.base, count: used), into: &scatter)
            used = 0
        }
        self.values.withUnsafeBufferPointer { values in
            for row in 0..<self.rows {
                let root = weight(row).squareRoot()
                if root == 0 { continue }
                let start = row * self.columns
                for column in 0..<self.columns {
                    block.base[used + column] = root * values[start + column]
                }
                block.base[used + self.columns] = root
                used += width
                if used == block.count { add() }
            }
        }
        if used > 0 { add() }
        return scatter
    }
}
