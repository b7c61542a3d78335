/// Finished trees, flat in memory, for prediction.
///
/// ```
/// nodes     │ root │ …  │ root │ …  │        trees one after the other; a right child lies behind
///             tree 0      tree 1             its left one, and children behind their parents
/// node      column, threshold, left          value ≤ threshold: left, else left + 1
/// leaf      threshold ∞, left = itself       a row that has arrived stays where it is, so that
///                                            several rows descend side by side without asking
/// values    one row of `width` per leaf
/// ```
struct TreeEnsemble: Equatable, Sendable {
    struct Node: Equatable, Sendable {
        var threshold: Double
        var left: Int32
        /// Column × 2, plus 1 when missing values go right; its highest bit tells that the
        /// threshold is the index of a set of ranks that go left.
        var question: UInt32

        static let isSet: UInt32 = 1 << 31

        var asksSet: Bool { self.question & Self.isSet != 0 }
        var column: Int { Int((self.question & ~Self.isSet) >> 1) }

        static func leaf(at index: Int) -> Node {
            Node(threshold: .infinity, left: Int32(index), question: 0)
        }
    }

    /// The columns of the features; every node's column is below.
    let columns: Int
    /// Values of a leaf.
    let width: Int
    private(set) var nodes: [Node] = []
    /// For every node its row of `values`, -1 for inner nodes.
    private(set) var slots: [Int32] = []
    private(set) var values: [Double] = []
    /// The index of every tree's root.
    private(set) var roots: [Int32] = []
    /// Ranks of categories that nodes send left.
    private(set) var sets: [CategorySet] = []

    init(columns: Int, width: Int) {
        precondition(columns >= 0 && columns < 1 << 30, "\(columns) columns")
        precondition(width >= 1, "leaves of \(width) values")
        self.columns = columns
        self.width = width
    }

    /// An ensemble whose parts were checked to fit together, as its tensors' reader does.
    init(
        uncheckedColumns columns: Int, width: Int, nodes: [Node], slots: [Int32], values: [Double],
        roots: [Int32], sets: [CategorySet]
    ) {
        self.init(columns: columns, width: width)
        self.nodes = nodes
        self.slots = slots
        self.values = values
        self.roots = roots
        self.sets = sets
    }

    /// Adds a finished tree.
    ///
    /// - Parameter values: `width` values for every node of the tree; the leaves' are kept.
    mutating func append(_ tree: GrownTree, values: [Double]) {
        let root = self.nodes.count
        precondition(root + tree.nodes.count <= Int(Int32.max), "more nodes than can be indexed")
        precondition(
            values.count == tree.nodes.count * self.width,
            "\(values.count) values for \(tree.nodes.count) nodes")
        self.roots.append(Int32(root))
        for (index, node) in tree.nodes.enumerated() {
            if let question = node.question {
                precondition(question.column < self.columns, "column \(question.column) is new")
                var own = Node(
                    threshold: question.threshold, left: Int32(root + node.left),
                    question: UInt32(question.column) * 2 + (question.missing == .right ? 1 : 0))
                if let set = question.set {
                    own.threshold = Double(self.sets.count)
                    own.question |= Node.isSet
                    self.sets.append(set.ranks)
                }
                self.nodes.append(own)
                self.slots.append(-1)
            } else {
                self.nodes.append(.leaf(at: root + index))
                self.slots.append(Int32(self.values.count / self.width))
                self.values.append(
                    contentsOf: values[index * self.width..<(index + 1) * self.width])
            }
        }
    }

    /// Adds to every row of `sums` the values of the leaves it falls into; tree t adds to the
    /// columns from (t mod `groups`) × `width` on.
    ///
    /// - Requires: `sums` has a row per row of features, and `groups` × `width` columns.
    /// - Complexity: O(rows × trees × depth).
    func accumulate(_ features: Matrix, groups: Int = 1, into sums: inout Matrix) {
        precondition(
            features.columns == self.columns, "\(features.columns) columns, not \(self.columns)")
        precondition(
            sums.rows == features.rows && sums.columns == groups * self.width,
            "\(sums.rows) × \(sums.columns) sums for \(features.rows) rows")
        guard features.rows > 0, self.columns > 0 else {
            return self.accumulateWithoutFeatures(groups: groups, into: &sums)
        }
        let stride = sums.columns
        self.withUnsafePointers { pointers in
            features.values.withUnsafeBufferPointer { features in
                sums.values.withUnsafeMutableBufferPointer { sums in
                    let rows = sums.count / stride
                    // A block of rows stays in the cache while all trees pass over it.
                    for start in Swift.stride(from: 0, to: rows, by: Self.block) {
                        for (tree, root) in self.roots.enumerated() {
                            Self.descend(
                                pointers, root: root, width: self.width,
                                features: features.baseAddress! + start * self.columns,
                                columns: self.columns, rows: min(Self.block, rows - start),
                                sums: sums.baseAddress! + start * stride
                                    + tree % groups * self.width,
                                stride: stride)
                        }
                    }
                }
            }
        }
    }

    private static let block = 256

    private struct Pointers {
        let nodes: UnsafePointer<Node>
        let slots: UnsafePointer<Int32>
        let values: UnsafePointer<Double>
        let sets: UnsafeBufferPointer<CategorySet>
    }

    private func withUnsafePointers(_ body: (Pointers) -> Void) {
        guard !self.nodes.isEmpty else { return }
        self.nodes.withUnsafeBufferPointer { nodes in
            self.slots.withUnsafeBufferPointer { slots in
                self.values.withUnsafeBufferPointer { values in
                    self.sets.withUnsafeBufferPointer { sets in
                        body(
                            Pointers(
                                nodes: nodes.baseAddress!, slots: slots.baseAddress!,
                                values: values.baseAddress!, sets: sets))
                    }
                }
            }
        }
    }

    /// Without columns every tree is one leaf.
    private func accumulateWithoutFeatures(groups: Int, into sums: inout Matrix) {
        for (tree, root) in self.roots.enumerated() {
            let leaf = Int(self.slots[Int(root)]) * self.width
            for row in 0..<sums.rows {
                for k in 0..<self.width {
                    sums[row, tree % groups * self.width + k] += self.values[leaf + k]
                }
            }
        }
    }

    /// Sends the rows down one tree, eight side by side: a row waits for its next node to come from
    /// memory while seven others do the same.
    @inline(__always)
    private static func descend(
        _ pointers: Pointers, root: Int32, width: Int, features: UnsafePointer<Double>,
        columns: Int, rows: Int, sums: UnsafeMutablePointer<Double>, stride: Int
    ) {
        let nodes = pointers.nodes
        var row = 0
        while row < rows {
            let count = min(8, rows - row)
            // The last rows of a block go together with copies of the very last.
            let last = features + (rows - 1) * columns
            let first = features + row * columns
            let x0 = first
            let x1 = count > 1 ? first + columns : last
            let x2 = count > 2 ? first + 2 * columns : last
            let x3 = count > 3 ? first + 3 * columns : last
            let x4 = count > 4 ? first + 4 * columns : last
            let x5 = count > 5 ? first + 5 * columns : last
            let x6 = count > 6 ? first + 6 * columns : last
            let x7 = count > 7 ? first + 7 * columns : last
            var at = SIMD8<Int32>(repeating: root)
            // Most ensembles ask of no set, and need not look.
            while !pointers.sets.isEmpty {
                var next = at
                for (lane, row) in [x0, x1, x2, x3, x4, x5, x6, x7].enumerated() {
                    next[lane] = Self.step(pointers, at[lane], row)
                }
                if next == at { break }
                at = next
            }
            while pointers.sets.isEmpty {
                let next = SIMD8<Int32>(
                    Self.step(nodes, at[0], x0), Self.step(nodes, at[1], x1),
                    Self.step(nodes, at[2], x2), Self.step(nodes, at[3], x3),
                    Self.step(nodes, at[4], x4), Self.step(nodes, at[5], x5),
                    Self.step(nodes, at[6], x6), Self.step(nodes, at[7], x7))
                if next == at { break }
                at = next
            }
            for lane in 0..<count {
                let leaf = pointers.values + Int(pointers.slots[Int(at[lane])]) * width
                let target = sums + (row + lane) * stride
                for k in 0..<width { target[k] += leaf[k] }
            }
            row += count
        }
    }

    @inline(__always)
    private static func step(
        _ pointers: Pointers, _ index: Int32, _ row: UnsafePointer<Double>
    ) -> Int32 {
        let node = pointers.nodes[Int(index)]
        guard node.asksSet else { return Self.step(pointers.nodes, index, row) }
        let value = row[node.column]
        if value.isNaN { return node.left &+ Int32(truncatingIfNeeded: node.question & 1) }
        return node.left &+ 1 &- pointers.sets[Int(node.threshold)].indicator(value)
    }

    @inline(__always)
    private static func step(
        _ nodes: UnsafePointer<Node>, _ index: Int32, _ row: UnsafePointer<Double>
    ) -> Int32 {
        let node = nodes[Int(index)]
        let value = row[Int(node.question >> 1)]
        let isAbove: Int32 = value > node.threshold ? 1 : 0
        let isMissing: Int32 = value.isNaN ? 1 : 0
        return node.left &+ (isAbove | (isMissing & Int32(truncatingIfNeeded: node.question & 1)))
    }
}
