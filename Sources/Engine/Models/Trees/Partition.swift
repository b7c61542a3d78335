private import CPrefetch

/// The rows of a tree's leaves: each leaf owns a range of one array.
///
/// A split reorders the range of its leaf, and keeps the order within each side, so that rows stay
/// ascending and memory is walked forwards:
///
/// ```
/// before      │ 2  5  7  8  11  14 │         codes ≤ boundary: 2, 8, 11
/// scan        left grows in place    2  8  11
///             right is set aside     5  7  14
/// after       │ 2  8  11 │ 5  7  14 │        right is copied behind left
/// ```
final class Partition {
    private let storage: Memory<UInt32>
    private let aside: Memory<UInt32>
    private(set) var count: Int

    /// All rows in one range, ascending.
    init(rows: Int) {
        self.storage = Memory(count: rows, repeating: 0)
        self.aside = Memory(count: rows, repeating: 0)
        self.count = rows
        self.reset()
    }

    /// Starts anew with all rows.
    func reset() {
        self.count = self.storage.count
        for row in 0..<self.count { self.storage.base[row] = UInt32(truncatingIfNeeded: row) }
    }

    /// Starts anew with `count` of the rows, drawn at random without return, ascending.
    ///
    /// Knuth's selection sampling: a row is taken with the chance (still wanted) / (still left).
    func sample(_ count: Int, _ generator: inout SeededGenerator) {
        precondition(count >= 0 && count <= self.storage.count, "\(count) rows were wanted")
        var taken = 0
        for row in 0..<self.storage.count where taken < count {
            let left = self.storage.count - row
            if generator.unit() * Double(left) < Double(count - taken) {
                self.storage.base[taken] = UInt32(truncatingIfNeeded: row)
                taken += 1
            }
        }
        self.count = taken
    }

    /// Starts anew with the given rows.
    func assign(_ rows: [UInt32]) {
        precondition(rows.count <= self.storage.count, "more rows than there is room for")
        for (index, row) in rows.enumerated() { self.storage.base[index] = row }
        self.count = rows.count
    }

    /// The rows it holds.
    var all: UnsafeBufferPointer<UInt32> { self.rows(0..<self.count) }

    func rows(_ range: Range<Int>) -> UnsafeBufferPointer<UInt32> {
        UnsafeBufferPointer(start: self.storage.base + range.lowerBound, count: range.count)
    }

    /// Moves the rows of `range` whose code at `feature` is in `set` to its front.
    ///
    /// - Requires: codes are below 64.
    /// - Returns: how many went left.
    func divide(
        _ range: Range<Int>, _ codes: UnsafePointer<UInt8>, width: Int, feature: Int,
        set: CategorySet
    ) -> Int {
        self.divide(range, codes + feature, width: width) { code in
            Int(truncatingIfNeeded: set.bits &>> UInt64(code) & 1)
        }
    }

    /// Moves the rows of `range` whose code at `feature` is at most `boundary` to its front; those
    /// whose code is `missing` go where `side` says.
    ///
    /// - Returns: how many went left.
    /// - Complexity: O(rows of the range), without branches that depend on the data.
    func divide(
        _ range: Range<Int>, _ codes: UnsafePointer<UInt8>, width: Int, feature: Int,
        boundary: Int, missing: Int, side: Split.Side
    ) -> Int {
        // Missing has the highest code of its feature, so it goes right unless it is told apart.
        let told = side == .left ? missing : Int(UInt8.max) + 1
        return self.divide(range, codes + feature, width: width) { code in
            // Not `||`: that would be a branch, and wrong every other time.
            (Int(code) <= boundary ? 1 : 0) | (Int(code) == told ? 1 : 0)
        }
    }

    /// Rows ahead of the one that is moved whose code is asked for: each is in a line of its own.
    private static let ahead = 32

    /// Moves the rows for whose code `goesLeft` is 1, not 0, to the front of `range`.
    ///
    /// - Parameter column: the first row's code; from one row's to the next are `width` bytes.
    @inline(__always)
    private func divide(
        _ range: Range<Int>, _ column: UnsafePointer<UInt8>, width: Int,
        _ goesLeft: (UInt8) -> Int
    ) -> Int {
        let left = self.storage.base + range.lowerBound
        let right = self.aside.base
        var lefts = 0
        let asking = max(0, range.count - Self.ahead)
        for index in 0..<range.count {
            if index < asking { prefetch(column + Int(left[index &+ Self.ahead]) &* width) }
            let row = left[index]
            let isLeft = goesLeft(column[Int(row) &* width])
            left[lefts] = row
            right[index &- lefts] = row
            lefts &+= isLeft
        }
        (left + lefts).update(from: right, count: range.count - lefts)
        return lefts
    }
}
