private import CPrefetch

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
    /// Rows ahead of the one that is added whose codes are asked for. A leaf's rows lie far apart,
    /// so that no line comes by itself; eight rows take about as long as a line from memory.
    private static let ahead = 8

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
        let count = layout.positions.count
        withUnsafeTemporaryAllocation(of: Cells.self, capacity: count) { first in
            for i in 0..<count {
                first.initializeElement(at: i, to: cells + Int(layout.firstCells[i]))
            }
            guard let first = first.baseAddress else { return }
            if layout.isWhole {
                self.walk(codes, layout, rows, packed) { value, code in
                    self.add(value, code, first, count)
                }
            } else {
                layout.positions.withUnsafeBufferPointer { positions in
                    self.walk(codes, layout, rows, packed) { value, code in
                        for i in 0..<count { first[i][Int(code[Int(positions[i])])] &+= value }
                    }
                }
            }
        }
    }

    /// The cells of one feature.
    private typealias Cells = UnsafeMutablePointer<Int64>

    /// Calls `add` with each row's packed sum and codes, and asks for those of later rows.
    @inline(__always)
    private static func walk(
        _ codes: UnsafePointer<UInt8>, _ layout: HistogramLayout,
        _ rows: UnsafeBufferPointer<UInt32>, _ packed: UnsafePointer<Int64>,
        _ add: (Int64, UnsafePointer<UInt8>) -> Void
    ) {
        let width = layout.width
        let asking = max(0, rows.count - self.ahead)
        for index in 0..<asking {
            let later = Int(rows[index &+ self.ahead])
            prefetch(packed + later)
            let code = codes + later &* width
            prefetch(code + (width &- 1))
            // Of a row of many lines, those between come by themselves.
            prefetch(code)
            let row = Int(rows[index])
            add(packed[row], codes + row &* width)
        }
        for index in asking..<rows.count {
            let row = Int(rows[index])
            add(packed[row], codes + row &* width)
        }
    }

    @inline(__always)
    private static func add(
        _ value: Int64, _ code: UnsafePointer<UInt8>, _ first: UnsafePointer<Cells>, _ count: Int
    ) {
        var i = 0
        // Four cells are found before four change, and four codes are one load: the compiler cannot
        // know that a cell is never one of the codes.
        while i &+ 4 <= count {
            let four = UInt32(
                littleEndian: UnsafeRawPointer(code + i).loadUnaligned(as: UInt32.self))
            let a = first[i] + Int(four & 0xFF)
            let b = first[i &+ 1] + Int(four &>> 8 & 0xFF)
            let c = first[i &+ 2] + Int(four &>> 16 & 0xFF)
            let d = first[i &+ 3] + Int(four &>> 24)
            a.pointee &+= value
            b.pointee &+= value
            c.pointee &+= value
            d.pointee &+= value
            i &+= 4
        }
        while i < count {
            first[i][Int(code[i])] &+= value
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
