/// In which directions a picture's edges run, and where: histograms of oriented gradients (Dalal
/// and Triggs 2005).
///
/// ```
///   cells of 8 × 8 values, each with a histogram of 9 directions
///   ┌───┬───┬───┬───┐
///   │   │   │   │   │     a block is 2 × 2 cells; blocks overlap, so that an inner cell
///   ├───╆━━━╅───┼───┤     lies in four of them and is compared with other neighbours in each
///   │   ┃   ┃   │   │
///   ├───╄━━━╃───┼───┤
/// ```
enum GradientHistograms {
    /// Values along a side of a cell.
    static let cell = 8
    /// Directions of half a turn: an edge from dark to light runs as one from light to dark does.
    static let directions = 9
    /// Above this share of its block's length a number is cut, so that one edge does not hide all
    /// others.
    static let shareMax = 0.2
    /// Against which a block's length counts as large: the picture's range of values is 1.
    private static let quiet = 0.1

    /// Blocks along a side of a square of this size.
    static func blocks(size: Int) -> Int { size / Self.cell - 1 }

    /// Numbers from 0 to 1: for each block, row after row, the four histograms of its cells.
    static func values(of plane: Plane) -> [Double] {
        let cells = plane.size / Self.cell
        let histograms = Self.histograms(of: plane, cells: cells)
        var values: [Double] = []
        for y in 0..<cells - 1 {
            for x in 0..<cells - 1 {
                var block: [Double] = []
                for (across, down) in [(0, 0), (1, 0), (0, 1), (1, 1)] {
                    let start = ((y + down) * cells + x + across) * Self.directions
                    block += histograms[start..<start + Self.directions]
                }
                values += Self.normalised(block)
            }
        }
        return values
    }

    /// Each value's gradient counts by its length, shared by the two nearest directions and the
    /// four nearest cells, the nearer more.
    private static func histograms(of plane: Plane, cells: Int) -> [Double] {
        var histograms = [Double](repeating: 0, count: cells * cells * Self.directions)
        let last = plane.size - 1
        for y in 0...last {
            let (top, lower) = Self.nearest(y)
            for x in 0...last {
                let across = plane[min(x + 1, last), y] - plane[max(x - 1, 0), y]
                let down = plane[x, min(y + 1, last)] - plane[x, max(y - 1, 0)]
                let length = (across * across + down * down).squareRoot()
                if length == 0 { continue }
                let turn = arctangent(down, across) / Double.pi
                let place = (turn < 0 ? turn + 1 : turn) * Double(Self.directions) - 0.5
                let before = place.rounded(.down)
                let after = place - before
                let first = (Int(before) + Self.directions) % Self.directions
                let second = (first + 1) % Self.directions
                let (left, right) = Self.nearest(x)
                for (row, vertical) in [(top, 1 - lower), (top + 1, lower)]
                where (0..<cells).contains(row) {
                    for (column, horizontal) in [(left, 1 - right), (left + 1, right)]
                    where (0..<cells).contains(column) {
                        let start = (row * cells + column) * Self.directions
                        let weight = length * vertical * horizontal
                        histograms[start + first] += weight * (1 - after)
                        histograms[start + second] += weight * after
                    }
                }
            }
        }
        return histograms
    }

    /// The cell whose centre lies at or before a value, -1 before the first, and how far on the way
    /// to the next it lies.
    private static func nearest(_ value: Int) -> (cell: Int, share: Double) {
        let place = (Double(value) + 0.5) / Double(Self.cell) - 0.5
        let before = place.rounded(.down)
        return (Int(before), place - before)
    }

    private static func normalised(_ block: [Double]) -> [Double] {
        let cut = Self.scaled(block).map { min($0, Self.shareMax) }
        return Self.scaled(cut)
    }

    private static func scaled(_ block: [Double]) -> [Double] {
        let square = block.reduce(Self.quiet * Self.quiet) { $0 + $1 * $1 }
        return block.map { $0 / square.squareRoot() }
    }
}
