extension TreeEnsemble {
    /// The ensemble in six tensors, or eight where it asks of sets.
    ///
    /// ```
    /// tree_roots        [trees]           index of each root; the first is 0, ascending
    /// tree_columns      [nodes]           column asked; × -1, - 1 when missing values go right
    /// tree_thresholds   [nodes]           ∞ for leaves
    /// tree_children     [nodes]           index of the left child; leaf: -1
    /// tree_values       [leaves, width]   in the order of the leaves' nodes
    /// feature_columns   [1]               how many columns the features have
    /// tree_set_nodes    [sets]            nodes that ask of a set, ascending; their threshold is 0
    /// tree_sets         [sets, 2]         the ranks that go left as bits: 0 to 31, 32 to 63
    /// ```
    var tensors: [Tensor] {
        var columns: [Int32] = []
        var children: [Int32] = []
        for (node, slot) in zip(self.nodes, self.slots) {
            let column = Int32(node.column)
            columns.append(node.question & 1 == 1 ? -column - 1 : column)
            children.append(slot >= 0 ? -1 : node.left)
        }
        return [
            .integers("tree_roots", self.roots),
            .integers("tree_columns", columns),
            .doubles("tree_thresholds", self.nodes.map { $0.asksSet ? 0 : $0.threshold }),
            .integers("tree_children", children),
            .doubles(
                "tree_values", self.values, shape: [self.values.count / self.width, self.width]),
            .integers("feature_columns", [Int32(self.columns)]),
        ] + self.setTensors
    }

    private var setTensors: [Tensor] {
        guard !self.sets.isEmpty else { return [] }
        let asking = self.nodes.indices.filter { self.nodes[$0].asksSet }
        // In the order of their nodes, whatever that of the list is.
        let bits = asking.flatMap { index in
            let bits = self.sets[Int(self.nodes[index].threshold)].bits
            return [bits, bits >> 32].map { Int32(truncatingIfNeeded: $0) }
        }
        return [
            .integers("tree_set_nodes", asking.map { Int32($0) }),
            .integers("tree_sets", bits, shape: [asking.count, 2]),
        ]
    }

    /// Reads an ensemble, and proves it finite: every child lies behind its parent and within its
    /// tree, every column exists, every leaf has its values. What passes cannot loop, nor read
    /// outside of its memory, on any features.
    init(_ store: inout TensorStore, width: Int) throws(LearnerError) {
        let count = try store.extent(of: "tree_columns", axis: 0)
        let roots = try store.integers("tree_roots", shape: [.any])
        let questions = try store.integers("tree_columns", shape: [.any])
        let children = try store.integers("tree_children", shape: [.exactly(count)])
        let thresholds = try store.doubles(
            "tree_thresholds", shape: [.exactly(count)], values: .ordered)
        let columns = try store.integers("feature_columns", shape: [1])[0]
        let leaves = children.count { $0 == -1 }
        let values = try store.doubles("tree_values", shape: [.exactly(leaves), .exactly(width)])
        guard columns >= 0, columns < 1 << 30, count < 1 << 31 else {
            throw LearnerError(.badTensor, "tensor feature_columns holds \(columns)")
        }
        try Self.requireRoots(roots, nodes: count)
        let (asking, sets) = try Self.sets(&store, leaves: children.map { $0 == -1 })
        var nodes: [Node] = []
        var slots: [Int32] = []
        nodes.reserveCapacity(count)
        slots.reserveCapacity(count)
        var tree = 0
        var leaf: Int32 = 0
        var set = 0
        for index in 0..<count {
            if tree + 1 < roots.count, Int(roots[tree + 1]) == index { tree += 1 }
            let end = tree + 1 < roots.count ? Int(roots[tree + 1]) : count
            let child = Int(children[index])
            if child == -1 {
                nodes.append(.leaf(at: index))
                slots.append(leaf)
                leaf += 1
                continue
            }
            let code = questions[index]
            let column = code < 0 ? -(code + 1) : code
            guard child > index, child + 1 < end, column < columns else {
                throw LearnerError(
                    .badTensor, "node \(index) of the trees points outside of its tree or features")
            }
            var node = Node(
                threshold: thresholds[index], left: Int32(child),
                question: UInt32(column) * 2 + (code < 0 ? 1 : 0))
            if set < asking.count, Int(asking[set]) == index {
                node.threshold = Double(set)
                node.question |= Node.isSet
                set += 1
            }
            nodes.append(node)
            slots.append(-1)
        }
        self.init(
            uncheckedColumns: Int(columns), width: width, nodes: nodes, slots: slots,
            values: values, roots: roots, sets: sets)
    }

    /// The nodes that ask of a set, and the sets.
    private static func sets(
        _ store: inout TensorStore, leaves: [Bool]
    ) throws(LearnerError) -> (nodes: [Int32], sets: [CategorySet]) {
        guard store.holds("tree_set_nodes") else { return ([], []) }
        let nodes = try store.integers("tree_set_nodes", shape: [.any])
        let bits = try store.integers("tree_sets", shape: [.exactly(nodes.count), 2])
        let ascends = zip(nodes, nodes.dropFirst()).allSatisfy { $0 < $1 }
        let known = nodes.allSatisfy { leaves.indices.contains(Int($0)) && !leaves[Int($0)] }
        guard ascends, known else {
            throw LearnerError(.badTensor, "tensor tree_set_nodes names some that ask nothing")
        }
        let sets = nodes.indices.map { index in
            CategorySet(
                bits: UInt64(UInt32(bitPattern: bits[2 * index]))
                    | UInt64(UInt32(bitPattern: bits[2 * index + 1])) << 32)
        }
        return (nodes, sets)
    }

    private static func requireRoots(_ roots: [Int32], nodes: Int) throws(LearnerError) {
        let ascends = zip(roots, roots.dropFirst()).allSatisfy { $0 < $1 }
        let fits =
            roots.isEmpty
            ? nodes == 0 : roots[0] == 0 && ascends && Int(roots[roots.count - 1]) < nodes
        guard fits else {
            throw LearnerError(.badTensor, "tensor tree_roots does not begin the trees' nodes")
        }
    }
}
