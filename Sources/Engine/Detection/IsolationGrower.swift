/// Grows isolation trees, one after the other, into the arrays of a `TreeEnsemble`.
struct IsolationGrower {
    private let columns: Int
    private let depthMax: Int
    private let depths: [Double]
    private var nodes: [TreeEnsemble.Node] = []
    private var slots: [Int32] = []
    private var values: [Double] = []
    private var roots: [Int32] = []
    /// Columns in an order that every node shuffles anew.
    private var order: [Int]

    init(columns: Int, rows: Int) {
        self.columns = columns
        // The usual depth of a tree: rows that are not alone there are in a crowd.
        self.depthMax = max(1, Int.bitWidth - (max(rows, 2) - 1).leadingZeroBitCount)
        self.depths = Self.meanDepths(upTo: rows)
        self.order = Array(0..<columns)
    }

    /// For every number of rows the mean depth of an unsuccessful search in a random binary tree
    /// of them: 2 H(n - 1) - 2 (n - 1) / n, with H the harmonic numbers; 0 for one row or none.
    static func meanDepths(upTo rows: Int) -> [Double] {
        var depths = [0.0, 0.0]
        var harmonic = 0.0
        for n in 2...max(rows, 2) {
            harmonic += 1 / Double(n - 1)
            depths.append(2 * harmonic - 2 * Double(n - 1) / Double(n))
        }
        return depths
    }

    func ensemble() -> TreeEnsemble {
        TreeEnsemble(
            uncheckedColumns: self.columns, width: 1, nodes: self.nodes, slots: self.slots,
            values: self.values, roots: self.roots, sets: [])
    }

    /// Adds a tree of `rows`, which are `columns` wide.
    mutating func grow(_ rows: Matrix, _ generator: inout SeededGenerator) {
        self.roots.append(Int32(self.nodes.count))
        var members = Array(0..<rows.rows)
        self.addLeaf()
        // Nodes that are still to be cut: which, of which members, how deep.
        var open = [(node: self.nodes.count - 1, range: 0..<members.count, depth: 0)]
        while let (node, range, depth) = open.popLast() {
            guard range.count > 1, depth < self.depthMax,
                let (column, threshold) = self.cut(rows, members[range], &generator)
            else {
                self.close(node, depth: Double(depth) + self.depths[range.count])
                continue
            }
            var middle = range.lowerBound
            for place in range where rows[members[place], column] <= threshold {
                members.swapAt(place, middle)
                middle += 1
            }
            let left = self.nodes.count
            self.nodes[node] = .init(
                threshold: threshold, left: Int32(left), question: UInt32(column) * 2)
            self.slots[node] = -1
            self.addLeaf()
            self.addLeaf()
            open.append((left + 1, middle..<range.upperBound, depth + 1))
            open.append((left, range.lowerBound..<middle, depth + 1))
        }
        self.number(from: Int(self.roots[self.roots.count - 1]))
    }

    /// A column drawn among those that vary over the members, and a place between its extremes.
    private mutating func cut(
        _ rows: Matrix, _ members: ArraySlice<Int>, _ generator: inout SeededGenerator
    ) -> (column: Int, threshold: Double)? {
        for tried in 0..<self.columns {
            self.order.swapAt(tried, tried + generator.below(self.columns - tried))
            let column = self.order[tried]
            var low = Double.infinity
            var high = -Double.infinity
            for member in members {
                let value = rows[member, column]
                low = min(low, value)
                high = max(high, value)
            }
            guard low < high else { continue }
            let threshold = low + generator.unit() * (high - low)
            // Below the highest, so that neither side is empty.
            return (column, threshold < high ? threshold : low)
        }
        return nil
    }

    private mutating func addLeaf() {
        self.nodes.append(.leaf(at: self.nodes.count))
        self.slots.append(0)
    }

    /// Until the tree is done, `slots` of a leaf holds where its depth lies among the tree's.
    private mutating func close(_ node: Int, depth: Double) {
        self.slots[node] = Int32(self.values.count)
        self.values.append(depth)
    }

    /// Puts the depths into the order of the leaves, as stored ensembles have them.
    private mutating func number(from root: Int) {
        var sorted: [Double] = []
        var first = Int32.max
        for node in root..<self.nodes.count where self.slots[node] >= 0 {
            first = min(first, self.slots[node])
            sorted.append(self.values[Int(self.slots[node])])
        }
        var next = first
        for node in root..<self.nodes.count where self.slots[node] >= 0 {
            self.slots[node] = next
            next += 1
        }
        self.values.replaceSubrange(Int(first)..., with: sorted)
    }
}
