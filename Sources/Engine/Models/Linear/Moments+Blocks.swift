extension Moments {
    /// Rows that are made at once: they stay in a core's cache until they are centred.
    static let rowsMade = LinearAlgebra.rowsBlock

    /// The primal form, of features that never lie in memory all together.
    ///
    /// ```
    /// rows 0…63       made ─▶ less shift ─▶ sums, right ─▶ × root of weight ┐
    /// rows 64…127     …                                                     ├ gram += XᵀX
    /// …                                                                     ┘
    /// ```
    ///
    /// The shift is the mean of the rows that were made first. What the means lack of it is little,
    /// so that taking it from the products in the end costs no digits (Chan, Golub and LeVeque
    /// 1983, "Algorithms for computing the sample variance").
    ///
    /// - Parameter make: fills rows of `columns` values each.
    /// - Complexity: rows × columns² / 2 multiplications; memory for `LinearAlgebra.rowsAdded`
    ///   rows.
    init(
        _ numbers: [Double], _ weights: [Double]?, columns: Int,
        make: (Range<Int>, UnsafeMutableBufferPointer<Double>) -> Void
    ) {
        let meanAnswer = mean(numbers, weights)
        let (shift, sums, right) = (
            Memory<Double>(count: columns, repeating: 0),
            Memory<Double>(count: columns, repeating: 0),
            Memory<Double>(count: columns, repeating: 0)
        )
        let block = Memory<Double>(
            count: min(numbers.count, LinearAlgebra.rowsAdded) * columns, repeating: 0)
        var gram = Matrix(rows: columns, columns: columns)
        var (total, residues) = (0.0, 0.0)
        for start in stride(from: 0, to: numbers.count, by: LinearAlgebra.rowsAdded) {
            let end = min(start + LinearAlgebra.rowsAdded, numbers.count)
            for first in stride(from: start, to: end, by: Self.rowsMade) {
                let rows = first..<min(first + Self.rowsMade, end)
                let made = UnsafeMutableBufferPointer(
                    start: block.base + (first - start) * columns, count: rows.count * columns)
                make(rows, made)
                if first == 0 { Self.average(made, into: shift) }
                for row in rows {
                    let weight = weights?[row] ?? 1
                    let residue = weight * (numbers[row] - meanAnswer)
                    total += weight
                    residues += residue
                    Self.add(
                        block.base + (row - start) * columns, less: shift.base, weight, residue,
                        to: sums.base, right.base, columns)
                }
            }
            LinearAlgebra.addGram(
                UnsafeBufferPointer(start: block.base, count: (end - start) * columns), into: &gram)
        }
        self.form = .primal
        self.meanAnswer = meanAnswer
        self.centred = nil
        self.means = (0..<columns).map { shift.base[$0] + sums.base[$0] / total }
        self.right = (0..<columns).map {
            right.base[$0] - sums.base[$0] / total * residues
        }
        gram.values.withUnsafeMutableBufferPointer { gram in
            for i in 0..<columns {
                for j in i..<columns {
                    gram[i * columns + j] -= sums.base[i] / total * sums.base[j]
                }
            }
        }
        self.gram = gram
    }

    private static func average(
        _ rows: UnsafeMutableBufferPointer<Double>, into means: Memory<Double>
    ) {
        let count = rows.count / means.count
        for row in 0..<count {
            for column in 0..<means.count {
                means.base[column] += rows[row * means.count + column] / Double(count)
            }
        }
    }

    /// Takes the shift from a row, adds it to the sums, and scales it by the root of its weight.
    private static func add(
        _ row: UnsafeMutablePointer<Double>, less shift: UnsafePointer<Double>, _ weight: Double,
        _ residue: Double, to sums: UnsafeMutablePointer<Double>,
        _ right: UnsafeMutablePointer<Double>, _ columns: Int
    ) {
        let root = weight.squareRoot()
        for column in 0..<columns {
            let value = row[column] - shift[column]
            sums[column] += weight * value
            right[column] += residue * value
            row[column] = root * value
        }
    }
}
