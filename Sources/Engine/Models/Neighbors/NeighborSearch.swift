/// Finds the nearest rows of a set of points, by matrix product in blocks.
///
/// |q - p|² = |q|² - 2 q·p + |p|², of which |q|² orders nothing. So a block of queries times a
/// block of points, one `sgemm`, gives what decides:
///
/// ```
///             points 0…2047      2048…4095           for each query, the best k so far:
/// queries   ┌───────────────┐ ┌───────────────┐      rank = |p|² - 2 q·p, ascending, equal ranks
/// 0…127     │ -2 q·p        │ │ -2 q·p        │  →   by row; a rank not below the k-th is passed
///           └───────────────┘ └───────────────┘      over with one comparison
/// ```
///
/// Ranks are single precision, so two points whose distances differ by a few parts in 10⁷ may
/// change places; distances that are handed out are computed anew from the coordinates'
/// differences.
struct NeighborSearch {
    struct Neighbor: Equatable {
        let row: Int
        let distance: Double
    }

    private let points: [Float]
    private let columns: Int
    private let count: Int
    private let k: Int
    private let squares: [Float]
    private var products: [Float]

    /// - Requires: `points` holds rows of `columns` values, and at least `k` of them.
    init(points: [Float], columns: Int, k: Int) {
        self.points = points
        self.columns = columns
        self.count = columns == 0 ? k : points.count / columns
        self.k = k
        precondition(k >= 1 && k <= self.count, "\(k) neighbours among \(self.count) points")
        self.squares = (0..<self.count).map { row in
            var sum: Float = 0
            for j in 0..<columns {
                sum += points[row * columns + j] * points[row * columns + j]
            }
            return sum
        }
        self.products = Array(
            repeating: 0,
            count: NeighborsPredictor.queriesBlock * NeighborsPredictor.pointsBlock)
    }

    /// The `k` nearest points of every query, nearest first.
    ///
    /// - Requires: `count` queries of `columns` values, at most `NeighborsPredictor.queriesBlock`.
    mutating func nearest(_ queries: [Float], count: Int) -> [[Neighbor]] {
        precondition(count <= NeighborsPredictor.queriesBlock, "\(count) queries in one block")
        precondition(queries.count == count * self.columns, "queries are not \(self.columns) wide")
        var best = Array(repeating: Selection(limit: self.k), count: count)
        let filled = NeighborsPredictor.queriesBlock * self.columns
        // Twice as long and the other way: products are then what is added to |p|².
        let block = queries.map { -2 * $0 } + repeatElement(0, count: filled - queries.count)
        for start in stride(from: 0, to: self.count, by: NeighborsPredictor.pointsBlock) {
            let end = min(start + NeighborsPredictor.pointsBlock, self.count)
            self.multiply(block, points: start..<end)
            self.products.withUnsafeBufferPointer { products in
                self.squares.withUnsafeBufferPointer { squares in
                    for query in 0..<count {
                        best[query].offer(
                            products: products.baseAddress! + query * (end - start),
                            squares: squares.baseAddress! + start, rows: start..<end)
                    }
                }
            }
        }
        return best.enumerated().map { query, selection in
            selection.rows.map { row in
                Neighbor(row: row, distance: self.distance(queries, query, to: row))
            }
        }
    }

    /// By as many queries as a block has, however many there are: CBLAS sums in another order at
    /// the edges of a matrix, and what is nearest must not depend on who asks besides.
    private mutating func multiply(_ queries: [Float], points: Range<Int>) {
        guard self.columns > 0 else { return }
        let range = points.lowerBound * self.columns..<points.upperBound * self.columns
        queries.withUnsafeBufferPointer { queries in
            self.points.withUnsafeBufferPointer { points in
                self.products.withUnsafeMutableBufferPointer { products in
                    LinearAlgebra.multiplyTransposed(
                        queries, UnsafeBufferPointer(rebasing: points[range]),
                        inner: self.columns, into: products)
                }
            }
        }
    }

    private func distance(_ queries: [Float], _ query: Int, to row: Int) -> Double {
        var sum = 0.0
        for j in 0..<self.columns {
            let difference =
                Double(queries[query * self.columns + j])
                - Double(self.points[row * self.columns + j])
            sum += difference * difference
        }
        return sum.squareRoot()
    }
}

/// The rows of the `limit` lowest ranks offered so far, in order.
struct Selection {
    private(set) var rows: [Int] = []
    private var ranks: [Float] = []
    private let limit: Int
    /// No rank that is not below this can enter.
    private var bar = Float.infinity

    init(limit: Int) {
        precondition(limit >= 1, "a selection of \(limit)")
        self.limit = limit
        self.rows.reserveCapacity(limit + 1)
        self.ranks.reserveCapacity(limit + 1)
    }

    /// Offers rank `squares[i] + products[i]` for the i-th row of `rows`, rows ascending.
    ///
    /// - Complexity: a part of a comparison a row, and O(limit) for each that enters: for rows in
    ///   random order about limit × log(rows / limit) of them do.
    mutating func offer(
        products: UnsafePointer<Float>, squares: UnsafePointer<Float>, rows: Range<Int>
    ) {
        var i = 0
        while i < rows.count, self.rows.count < self.limit {
            self.offer(squares[i] + products[i], row: rows.lowerBound &+ i)
            i &+= 1
        }
        var bar = SIMD8<Float>(repeating: self.bar)
        while i &+ 32 <= rows.count {
            // Nearly always none of them is below the bar: one branch for all.
            let a = Self.ranks(products + i, squares + i) .< bar
            let b = Self.ranks(products + i + 8, squares + i + 8) .< bar
            let c = Self.ranks(products + i + 16, squares + i + 16) .< bar
            let d = Self.ranks(products + i + 24, squares + i + 24) .< bar
            if any((a .| b) .| (c .| d)) {
                for index in i..<i &+ 32 {
                    self.offer(squares[index] + products[index], row: rows.lowerBound &+ index)
                }
                bar = SIMD8(repeating: self.bar)
            }
            i &+= 32
        }
        while i < rows.count {
            self.offer(squares[i] + products[i], row: rows.lowerBound &+ i)
            i &+= 1
        }
    }

    @inline(__always)
    private static func ranks(
        _ products: UnsafePointer<Float>, _ squares: UnsafePointer<Float>
    ) -> SIMD8<Float> {
        UnsafeRawPointer(squares).loadUnaligned(as: SIMD8<Float>.self)
            + UnsafeRawPointer(products).loadUnaligned(as: SIMD8<Float>.self)
    }

    private mutating func offer(_ rank: Float, row: Int) {
        guard self.rows.count < self.limit || rank < self.bar else { return }
        // Behind all that are not above it: equal ranks stay in the order of their rows.
        var low = 0
        var high = self.ranks.count
        while low < high {
            let middle = (low + high) / 2
            if self.ranks[middle] <= rank { low = middle + 1 } else { high = middle }
        }
        self.ranks.insert(rank, at: low)
        self.rows.insert(row, at: low)
        if self.rows.count > self.limit {
            self.ranks.removeLast()
            self.rows.removeLast()
        }
        if self.rows.count == self.limit { self.bar = self.ranks[self.limit - 1] }
    }
}
