/// The features that a histogram covers: where their codes and cells lie.
struct HistogramLayout {
    /// Bytes from one row's codes to the next.
    let width: Int
    /// Positions in a row of codes, ascending.
    let positions: [Int32]
    /// For each position, the first of its cells.
    let firstCells: [Int32]
    let cellCounts: [Int32]

    init(_ binned: BinnedMatrix, positions: [Int]) {
        self.width = binned.features.count
        self.positions = positions.map { Int32($0) }
        self.firstCells = positions.map { Int32(binned.features[$0].firstCell) }
        self.cellCounts = positions.map { Int32(binned.features[$0].cells) }
    }

    var isWhole: Bool { self.positions.count == self.width }
}

/// The kernels that fill, subtract and clear histograms: packed sums, one per cell.
///
/// This is where boosting spends most of its time: one load of a code, one addition to a cell, for
/// every row and feature.
///
/// ```
/// rows of the leaf   codes             cells
///      3 ─────────▶ │ 7 │ 0 │ … │       f₀[7] += packed[3]    f₁[0] += packed[3]  …
///      4 ─────────▶ │ 2 │ 0 │ … │       f₀[2] += packed[4]    f₁[0] += packed[4]  …
/// ```
enum Histogram {
    /// Adds the packed sums of `rows` to the cells of their codes.
    ///
    /// - Requires: IN `codes` (all rows of the matrix), `packed` (one per row of it), `rows`;
    ///   OUT `cells`, cleared before.
    /// - Complexity: rows × features additions.
    static func accumulate(
        _ codes: UnsafePointer<UInt8>, _ layout: HistogramLayout,
        rows: UnsafeBufferPointer<UInt32>, packed: UnsafePointer<Int64>,
        into cells: UnsafeMutablePointer<Int64>
    ) {
        let width = layout.width
        layout.firstCells.withUnsafeBufferPointer { firstCells in
            let first = firstCells.baseAddress!
            if layout.isWhole {
                for index in 0..<rows.count {
                    let row = Int(rows[index])
                    self.add(packed[row], codes + row &* width, first, width, cells)
                }
            } else {
                layout.positions.withUnsafeBufferPointer { positions in
                    for index in 0..<rows.count {
                        let row = Int(rows[index])
                        let value = packed[row]
                        let code = codes + row &* width
                        for i in 0..<positions.count {
                            cells[Int(first[i]) &+ Int(code[Int(positions[i])])] &+= value
                        }
                    }
                }
            }
        }
    }

    @inline(__always)
    private static func add(
        _ value: Int64, _ code: UnsafePointer<UInt8>, _ first: UnsafePointer<Int32>, _ width: Int,
        _ cells: UnsafeMutablePointer<Int64>
    ) {
        var i = 0
        // Four indices are computed before four cells change: the compiler cannot know that a cell
        // is never one of the codes.
        while i &+ 4 <= width {
            let a = Int(first[i]) &+ Int(code[i])
            let b = Int(first[i &+ 1]) &+ Int(code[i &+ 1])
            let c = Int(first[i &+ 2]) &+ Int(code[i &+ 2])
            let d = Int(first[i &+ 3]) &+ Int(code[i &+ 3])
            cells[a] &+= value
            cells[b] &+= value
            cells[c] &+= value
            cells[d] &+= value
            i &+= 4
        }
        while i < width {
            cells[Int(first[i]) &+ Int(code[i])] &+= value
            i &+= 1
        }
    }

    static func clear(_ layout: HistogramLayout, _ cells: UnsafeMutablePointer<Int64>) {
        for i in 0..<layout.positions.count {
            (cells + Int(layout.firstCells[i])).update(
                repeating: 0, count: Int(layout.cellCounts[i]))
        }
    }

    /// Subtracts one child's histogram from its parent's, which becomes the other child's.
    ///
    /// - Complexity: one subtraction a cell, however many rows there are.
    static func subtract(
        _ layout: HistogramLayout, _ child: UnsafePointer<Int64>,
        from parent: UnsafeMutablePointer<Int64>
    ) {
        for i in 0..<layout.positions.count {
            let from = parent + Int(layout.firstCells[i])
            let what = child + Int(layout.firstCells[i])
            for cell in 0..<Int(layout.cellCounts[i]) { from[cell] &-= what[cell] }
        }
    }
}
