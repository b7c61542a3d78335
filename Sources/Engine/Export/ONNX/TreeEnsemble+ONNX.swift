extension BoostingPredictor: ONNXPredictor {
    func export(_ features: ONNXGraph.Value, into graph: inout ONNXGraph) -> ONNXGraph.Value {
        let scores: ONNXGraph.Value
        if self.ensemble.roots.isEmpty {
            scores = graph.repeated(self.base, alongRowsOf: features)
        } else {
            let groups = self.base.count
            let sums = self.ensemble.export(
                self.ensemble.roots.indices, features, targets: groups, target: { $0 % groups },
                value: { self.ensemble.values[$0] }, into: &graph)
            scores = graph.node("Add", sums, graph.constant(.doubles(self.base)))
        }
        switch self.outputs {
        case 1: return self.link == .logarithm ? graph.node("Exp", scores) : scores
        case 2: return graph.bothClasses(graph.node("Sigmoid", scores))
        default: return graph.softmax(scores)
        }
    }
}

extension ForestPredictor: ONNXPredictor {
    func export(_ features: ONNXGraph.Value, into graph: inout ONNXGraph) -> ONNXGraph.Value {
        let sums =
            self.ensemble.width == 1
            ? self.ensemble.export(
                self.ensemble.roots.indices, features, targets: 1, target: { _ in 0 },
                value: { self.ensemble.values[$0] }, into: &graph)
            : self.sumsOfRows(features, into: &graph)
        let share = graph.scalar(1 / Double(self.ensemble.roots.count))
        let means = graph.node("Mul", sums, share)
        return self.outputs == 2 ? graph.bothClasses(means) : means
    }

    /// A leaf of the operator holds one number, ours a row of them. So each tree gives, in a column
    /// of its own, which row its leaf holds, and the rows are taken from a table of different ones:
    /// most leaves are of one class alone.
    private func sumsOfRows(
        _ features: ONNXGraph.Value, into graph: inout ONNXGraph
    ) -> ONNXGraph.Value {
        let width = self.ensemble.width
        let (table, places) = self.distinctRows
        let rows = graph.constant(ONNXTensor([table.count / width, width], .doubles(table)))
        let trees = self.ensemble.roots.count
        let groupMax = max(1, Self.numbersOfRowMax / width)
        var sums: [ONNXGraph.Value] = []
        for start in stride(from: 0, to: trees, by: groupMax) {
            let group = start..<min(trees, start + groupMax)
            let indices = self.ensemble.export(
                group, features, targets: group.count, target: { $0 - start },
                value: { Double(places[$0]) }, into: &graph)
            let found = graph.node("Gather", rows, graph.cast(indices, to: .integer))
            sums.append(graph.sum(found, alongAxis: 1, keepsAxis: false))
        }
        return sums.count == 1 ? sums[0] : graph.node("Sum", sums)
    }

    /// The different rows of leaves, one after the other, and where among them each leaf's stands.
    private var distinctRows: (table: [Double], places: [Int]) {
        let width = self.ensemble.width
        var known: [ArraySlice<Double>: Int] = [:]
        var table: [Double] = []
        let places = stride(from: 0, to: self.ensemble.values.count, by: width).map { start in
            let row = self.ensemble.values[start..<start + width]
            if let place = known[row] { return place }
            known[row] = known.count
            table += row
            return known.count - 1
        }
        return (table, places)
    }

    /// Numbers that are taken from the table for one row at once: 8 KiB.
    private static let numbersOfRowMax = 1024
}

extension TreeEnsemble {
    /// The sums of what the leaves hold that a row falls into, rows × `targets`.
    ///
    /// - Parameters:
    ///   - trees: not empty.
    ///   - target: the column that a tree adds to.
    ///   - value: what a leaf adds, by its row of `values`.
    fileprivate func export(
        _ trees: Range<Int>, _ features: ONNXGraph.Value, targets: Int, target: (Int) -> Int,
        value: (Int) -> Double, into graph: inout ONNXGraph
    ) -> ONNXGraph.Value {
        guard graph.hasRoom(for: self.nodes(of: trees).count * Self.nodeBytesMin) else {
            return graph.fresh()
        }
        let layout = ONNXTrees(self, trees)
        return graph.node("TreeEnsemble", features, of: .machineLearning) { node in
            node.attribute("n_targets", targets)
            node.attribute("aggregate_function", 1)
            node.attribute("post_transform", 0)
            node.attribute("tree_roots", layout.roots)
            layout.write(self, to: &node)
            node.attribute("leaf_targetids", layout.leaves.map { target($0.tree) })
            node.attribute(
                "leaf_weights",
                ONNXTensor(.doubles(layout.leaves.map { value(Int(self.slots[$0.node])) })))
        }
    }

    /// The least that a leaf takes, a number and where it goes; a node that asks takes more.
    private static let nodeBytesMin = 9

    /// - Parameter trees: not empty.
    fileprivate func nodes(of trees: Range<Int>) -> Range<Int> {
        let end =
            trees.upperBound < self.roots.count
            ? Int(self.roots[trees.upperBound]) : self.nodes.count
        return Int(self.roots[trees.lowerBound])..<end
    }
}

/// Where the nodes of some trees stand in the lists of a `TreeEnsemble` operator, which keeps nodes
/// that ask apart from leaves.
///
/// A tree must ask something: for one that is a leaf alone stands a node that leads to the leaf's
/// twin otherwise. (To the same leaf, onnxruntime 1.25 goes astray.)
private struct ONNXTrees {
    /// Indices of our nodes that ask, and of the roots that are leaves.
    var inner: [Int] = []
    var leaves: [(node: Int, tree: Int)] = []
    /// By tree, its place in `inner`.
    var roots: [Int] = []
    /// For every node, from `start` on, its place in `inner` or in `leaves`.
    var places: [Int32] = []
    let start: Int

    init(_ ensemble: TreeEnsemble, _ trees: Range<Int>) {
        self.start = ensemble.nodes(of: trees).lowerBound
        for tree in trees {
            let nodes = ensemble.nodes(of: tree..<tree + 1)
            self.roots.append(self.inner.count)
            for node in nodes {
                guard ensemble.slots[node] >= 0 else {
                    self.places.append(Int32(self.inner.count))
                    self.inner.append(node)
                    continue
                }
                self.places.append(Int32(self.leaves.count))
                self.leaves.append((node, tree))
                guard node == nodes.lowerBound else { continue }
                self.inner.append(node)
                self.leaves.append((node, tree))
            }
        }
    }

    /// Writes what the nodes ask, and where they lead: a value ≤ threshold leads to the left, and
    /// a missing one does where `question` is even.
    func write(_ ensemble: TreeEnsemble, to node: inout ProtobufWriter) {
        let asking = self.inner.map { ensemble.nodes[$0] }
        node.attribute("nodes_featureids", asking.map(\.column))
        node.attribute("nodes_missing_value_tracks_true", asking.map { Int(1 - $0.question & 1) })
        let sets = asking.map { $0.asksSet ? ensemble.sets[Int($0.threshold)].numbers : [] }
        // "BRANCH_LEQ", and "BRANCH_MEMBER" of a set, which must not be empty.
        node.attribute("nodes_modes", ONNXTensor(.bytes(sets.map { $0.isEmpty ? 0 : 6 })))
        let members = sets.filter { !$0.isEmpty }.flatMap { $0.map { Double($0) } + [.nan] }
        if !members.isEmpty { node.attribute("membership_values", ONNXTensor(.doubles(members))) }
        // No rank is below 0: only missing values go left of -1.
        node.attribute(
            "nodes_splits", ONNXTensor(.doubles(asking.map { $0.asksSet ? -1 : $0.threshold })))
        let left = self.inner.lazy.map { self.child(0, of: $0, ensemble) }
        let right = self.inner.lazy.map { self.child(1, of: $0, ensemble) }
        node.attribute("nodes_truenodeids", left.map(\.place))
        node.attribute("nodes_falsenodeids", right.map(\.place))
        node.attribute("nodes_trueleafs", left.map { $0.isLeaf ? 1 : 0 })
        node.attribute("nodes_falseleafs", right.map { $0.isLeaf ? 1 : 0 })
    }

    /// The left (0) or right (1) child of one of `inner`.
    private func child(
        _ side: Int, of node: Int, _ ensemble: TreeEnsemble
    ) -> (place: Int, isLeaf: Bool) {
        if ensemble.slots[node] >= 0 { return (Int(self.places[node - self.start]) + side, true) }
        let child = Int(ensemble.nodes[node].left) + side
        return (Int(self.places[child - self.start]), ensemble.slots[child] >= 0)
    }
}
