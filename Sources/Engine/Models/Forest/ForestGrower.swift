/// Grows the trees of a forest, each node to the end before the next.
///
/// This is the policy; sums and cuts come from `CutBoard`, the order of rows from `Partition`.
final class ForestGrower {
    private struct Open {
        let node: Int
        let rows: Range<Int>
        let depth: Int
        var bounds = LeafBounds()
    }

    private let binned: BinnedMatrix
    private let target: ForestTarget
    private let cuts: Forest.Cuts
    private let drawsRows: Bool
    private let settings: Forest.Settings
    /// By feature; nil: all are free.
    private let ways: [Monotone]?
    private let partition: Partition
    private let board: CutBoard
    /// How often each row was drawn, or how much it counts where none are drawn.
    private var weights: [Double]
    /// What the rows of a leaf weigh at least.
    private let leafMin: Double
    /// Sums of the weights of the rows up to each, where rows are drawn by them.
    private let drawing: [Double]?
    /// All features, in an order that every node goes on shuffling.
    private var order: [Int]

    init(
        _ binned: BinnedMatrix, _ target: ForestTarget, weights: [Double]? = nil,
        ways: [Monotone]? = nil, _ cuts: Forest.Cuts, _ settings: Forest.Settings
    ) {
        precondition(settings.rowsLeafMin >= 1, "a leaf of \(settings.rowsLeafMin) rows")
        self.binned = binned
        self.target = target
        self.cuts = cuts
        self.settings = settings
        precondition(ways == nil || target.channels == 1, "several classes that go one way")
        self.ways = ways.map { ways in binned.features.map { ways[$0.column] } }
        self.partition = Partition(rows: binned.rows)
        self.board = CutBoard(rows: binned.rows, channels: target.channels)
        let draws = cuts == .bestOfAll && settings.rows == .drawnWithReturn
        self.drawsRows = draws
        self.weights = (draws ? nil : weights) ?? Array(repeating: 1, count: binned.rows)
        // Half of the lightest: what is left of a sum of weights is rounded.
        let lightest = draws ? nil : weights?.min().map { $0 / 2 }
        self.leafMin =
            settings.rowsLeafMin == 1 ? lightest ?? 1 : Double(settings.rowsLeafMin)
        var sum = 0.0
        self.drawing =
            draws
            ? weights?.map { weight in
                sum += weight
                return sum
            } : nil
        self.order = Array(0..<binned.features.count)
    }

    /// Grows a tree; `values` holds one row of `channels` for every node, used at the leaves.
    func grow(_ chance: inout SeededGenerator) -> (tree: GrownTree, values: [Double]) {
        self.drawRows(&chance)
        self.order = Array(0..<self.binned.features.count)
        var tree = GrownTree()
        var values: [Double] = []
        var open = [Open(node: 0, rows: 0..<self.partition.count, depth: 0)]
        while let node = open.popLast() {
            self.board.gather(self.partition.rows(node.rows), self.target, self.weights)
            if let (split, middle, bounds) = self.divide(node, &chance) {
                let left = tree.divide(node.node, split, self.binned.features[split.feature])
                open.append(
                    Open(
                        node: left + 1, rows: middle..<node.rows.upperBound, depth: node.depth + 1,
                        bounds: bounds.right))
                open.append(
                    Open(
                        node: left, rows: node.rows.lowerBound..<middle, depth: node.depth + 1,
                        bounds: bounds.left))
            } else {
                self.board.storeMeans(self.target, at: node.node, of: &values, node.bounds)
            }
        }
        let missing = tree.nodes.count * self.target.channels - values.count
        values.append(contentsOf: repeatElement(0, count: max(0, missing)))
        return (tree, values)
    }

    private func drawRows(_ chance: inout SeededGenerator) {
        guard self.drawsRows else { return self.partition.reset() }
        let rows = self.binned.rows
        for row in 0..<rows { self.weights[row] = 0 }
        for _ in 0..<rows { self.weights[self.drawnRow(&chance)] += 1 }
        var drawn: [UInt32] = []
        drawn.reserveCapacity(rows)
        for row in 0..<rows where self.weights[row] > 0 { drawn.append(UInt32(row)) }
        self.partition.assign(drawn)
    }

    private func drawnRow(_ chance: inout SeededGenerator) -> Int {
        guard let drawing, let total = drawing.last else { return chance.below(self.binned.rows) }
        let place = chance.unit() * total
        var (low, high) = (0, drawing.count - 1)
        while low < high {
            let middle = (low + high) / 2
            if drawing[middle] <= place { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// Divides a node's rows; nil when they agree, are too few, or no feature tells them apart.
    private func divide(
        _ node: Open, _ chance: inout SeededGenerator
    ) -> (split: Split, middle: Int, bounds: (left: LeafBounds, right: LeafBounds))? {
        guard node.depth < self.settings.depthMax, !self.board.isPure,
            self.board.weight >= 2 * self.leafMin,
            let (split, middle) = self.best(node, &chance)
        else { return nil }
        let feature = self.binned.features[split.feature]
        let lefts = self.binned.codes.withUnsafeBufferPointer { codes in
            self.partition.divide(
                node.rows, codes.baseAddress!, width: self.binned.features.count,
                feature: split.feature, boundary: split.boundary, missing: feature.ranges,
                side: split.missing)
        }
        precondition(lefts > 0 && lefts < node.rows.count, "a split left one side empty")
        return (
            split, node.rows.lowerBound + lefts,
            node.bounds.divided(at: middle, self.ways?[split.feature] ?? .free)
        )
    }

    /// The best split of the features that this node looks at; as long as none of them can divide
    /// the rows, it looks at one more.
    ///
    /// - Returns: it, and the middle between the means of its sides where features have ways.
    private func best(
        _ node: Open, _ chance: inout SeededGenerator
    ) -> (split: Split, middle: Double)? {
        let wanted = max(
            1, Int((self.settings.featureFraction * Double(self.order.count)).rounded()))
        var best: (split: Split, middle: Double)?
        for index in self.order.indices {
            guard index < wanted || best == nil else { break }
            self.order.swapAt(index, index + chance.below(self.order.count - index))
            let position = self.order[index]
            let feature = self.binned.features[position]
            let rows = self.partition.rows(node.rows)
            let terms = self.ways.map { CutBoard.Terms(way: $0[position], bounds: node.bounds) }
            let cut = self.binned.codes.withUnsafeBufferPointer { codes in
                let column = codes.baseAddress! + position
                let width = self.binned.features.count
                return switch self.cuts {
                case .bestOfAll:
                    self.board.bestCut(
                        rows, column, width: width, feature, least: self.leafMin, terms)
                case .drawnAtRandom:
                    self.board.randomCut(
                        rows, column, width: width, feature, least: self.leafMin, &chance, terms)
                }
            }
            if let cut, cut.merit > best?.split.gain ?? -.infinity {
                let split = Split(
                    feature: position,
                    boundary: feature.boundary(between: cut.below, and: cut.above),
                    missing: cut.missing, gain: cut.merit, left: PackedSum(bits: 0))
                best = (split, cut.middle)
            }
        }
        return best
    }
}
