/// Features as small whole numbers: which of at most 255 ranges a value falls into.
///
/// Trees only ask whether a value lies above a cut, so a column needs no more than its cuts and,
/// for every row, one byte. Columns that never vary are left out.
///
/// ```
/// cuts of a column     c₀      c₁      c₂            a value x has the code
/// values             ──┼───────┼───────┼──           number of cuts below x,
/// codes              0 │   1   │   2   │ 3           so that x ≤ c_b  ⇔  code ≤ b
/// missing            4                               the code after the last range
///
/// codes, row-major:  row 0 │ f₀ f₁ f₂ … │            one row of 50 features is one cache line:
///                    row 1 │ f₀ f₁ f₂ … │            a leaf's rows are fetched one line each
///
/// cells:   │ f₀: 0 1 2 3 ? │ f₁: 0 1 │ f₂: …         a histogram has a cell per code; a feature's
///            ↑ firstCell             ↑               cells lie together, the missing one last
/// ```
package struct BinnedMatrix: Sendable {
    /// The most ranges of a column: with the code for missing values they fill a byte.
    package static let limitMax = 255

    /// More values than this tell nothing more about where to cut; a regular sample is sorted.
    static let sampleMax = 200_000

    package struct Feature: Equatable, Sendable {
        /// The column of the matrix.
        package let column: Int
        /// Ascending.
        package let cuts: [Double]
        package let hasMissing: Bool
        /// The least and the greatest value, as far as they are finite.
        let lowest: Double
        let highest: Double
        let firstCell: Int
        /// Whether its numbers are categories, whose order says nothing; then all codes, that of
        /// missing values included, fit a `CategorySet`.
        var isCategorical = false

        /// Ranges of values, not counting missing ones.
        var ranges: Int { self.cuts.count + 1 }
        var cells: Int { self.ranges + (self.hasMissing ? 1 : 0) }

        /// The greatest value whose code is at most `boundary`.
        func threshold(_ boundary: Int) -> Double {
            boundary < self.cuts.count ? self.cuts[boundary] : .infinity
        }
    }

    package let rows: Int
    /// The columns of the matrix that was binned.
    package let columns: Int
    /// Those columns that vary.
    package let features: [Feature]
    /// rows × features.
    package let codes: [UInt8]
    let cells: Int

    /// - Complexity: O(rows × columns); about 20 ns a value, half of it sorting.
    ///
    /// - Parameter categories: by column whether it holds ranks of categories; nil: none does.
    package init(_ matrix: Matrix, limit: Int = limitMax, categories: [Bool]? = nil) {
        precondition(limit >= 2 && limit <= Self.limitMax, "\(limit) ranges do not fit a byte")
        var features: [Feature] = []
        var encoded: [[UInt8]] = []
        var cells = 0
        var cutter = Cutter(limit: limit)
        for first in stride(from: 0, to: matrix.columns, by: Self.group) {
            let columns = first..<min(first + Self.group, matrix.columns)
            for (column, values) in zip(columns, Self.extract(columns, from: matrix)) {
                let cuts = cutter.cuts(of: values)
                let hasMissing = values.contains { $0.isNaN }
                let isMissing = hasMissing && values.allSatisfy { $0.isNaN }
                guard !isMissing, !cuts.isEmpty || hasMissing else { continue }
                let (lowest, highest) = Self.extremes(of: values)
                let feature = Feature(
                    column: column, cuts: cuts, hasMissing: hasMissing, lowest: lowest,
                    highest: highest, firstCell: cells,
                    isCategorical: categories?[column] == true
                        && cuts.count + 2 <= CategorySet.most)
                cells += feature.cells
                features.append(feature)
                encoded.append(Self.encode(values, cuts))
            }
        }
        self.rows = matrix.rows
        self.columns = matrix.columns
        self.features = features
        self.cells = cells
        self.codes = Self.interleave(encoded, rows: matrix.rows)
    }

    /// Columns that are taken out of the matrix at once: eight doubles are one cache line.
    private static let group = 8

    private static func extract(_ columns: Range<Int>, from matrix: Matrix) -> [[Double]] {
        var values = columns.map { _ in [Double](repeating: 0, count: matrix.rows) }
        let width = matrix.columns
        // Blocks of rows, so that the lines of one column group stay in the nearest cache.
        let block = 256
        matrix.values.withUnsafeBufferPointer { source in
            for start in stride(from: 0, to: matrix.rows, by: block) {
                let end = min(start + block, matrix.rows)
                for (index, column) in columns.enumerated() {
                    values[index].withUnsafeMutableBufferPointer { target in
                        for row in start..<end { target[row] = source[row * width + column] }
                    }
                }
            }
        }
        return values
    }

    private static func extremes(of values: [Double]) -> (lowest: Double, highest: Double) {
        var lowest = Double.greatestFiniteMagnitude
        var highest = -Double.greatestFiniteMagnitude
        for value in values {
            // Comparisons with NaN are false, so missing values pass by.
            if value < lowest { lowest = value }
            if value > highest { highest = value }
        }
        let bound = Double.greatestFiniteMagnitude
        return (max(lowest, -bound), min(highest, bound))
    }

    /// The code of every value: how many cuts lie below it, by a search without branches.
    static func encode(_ values: [Double], _ cuts: [Double]) -> [UInt8] {
        // Padded to 2ⁿ - 1 with cuts that nothing exceeds, every search takes n equal steps.
        var top = 1
        while top <= cuts.count { top *= 2 }
        let padded = cuts + Array(repeating: .infinity, count: top - 1 - cuts.count)
        let missing = UInt8(truncatingIfNeeded: cuts.count + 1)
        return [UInt8](unsafeUninitializedCapacity: values.count) { codes, count in
            padded.withUnsafeBufferPointer { cuts in
                values.withUnsafeBufferPointer { values in
                    var row = 0
                    while row < values.count {
                        // Four searches side by side: none of them waits for the others.
                        let lanes = min(4, values.count - row)
                        var value = SIMD4<Double>(repeating: 0)
                        for lane in 0..<lanes { value[lane] = values[row + lane] }
                        var below = SIMD4<Int64>(repeating: 0)
                        var step = top / 2
                        while step > 0 {
                            let probe = cuts.baseAddress! + (step &- 1)
                            let cut = SIMD4<Double>(
                                probe[Int(below[0])], probe[Int(below[1])],
                                probe[Int(below[2])], probe[Int(below[3])])
                            below.replace(with: below &+ Int64(step), where: cut .< value)
                            step /= 2
                        }
                        for lane in 0..<lanes {
                            codes[row + lane] =
                                value[lane].isNaN
                                ? missing : UInt8(truncatingIfNeeded: below[lane])
                        }
                        row += 4
                    }
                }
            }
            count = values.count
        }
    }

    private static func interleave(_ columns: [[UInt8]], rows: Int) -> [UInt8] {
        let width = columns.count
        return [UInt8](unsafeUninitializedCapacity: rows * width) { codes, count in
            let block = 512
            for start in stride(from: 0, to: rows, by: block) {
                let end = min(start + block, rows)
                for (index, column) in columns.enumerated() {
                    column.withUnsafeBufferPointer { column in
                        for row in start..<end { codes[row * width + index] = column[row] }
                    }
                }
            }
            count = rows * width
        }
    }
}
