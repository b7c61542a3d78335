/// Grows one tree leaf by leaf: always the leaf whose split gains most.
///
/// This is the policy; the numbers come from `Histogram`, `SplitFinder` and `Partition`.
///
/// ```
/// 1) the root's histogram is counted, its best split found
/// 2) the leaf with the highest gain is divided        ┌─ smaller child: rows are counted
///                                                     └─ larger child: parent minus smaller,
///                                                        in the parent's memory
/// 3) both children's best splits are found, back to 2 until there are leaves enough
/// ```
///
/// One grower serves all trees of a fit, so that memory is allocated once.
final class TreeGrower {
    struct Settings: Equatable, Sendable {
        var leavesMax = 31
        var rowsMin = 20
        var hessianMin = 1e-3
        var l2 = 0.0
        /// The most categories that stand together in a split; 0: they are parted by rank.
        var categoriesMax = 0
        var categorySmoothing = 10.0
    }

    /// A leaf while the tree grows, and in the end.
    struct Leaf {
        /// Index of its node in the tree.
        var node: Int
        /// Its rows in the partition.
        var rows: Range<Int>
        var sum: PackedSum
        var split: Split?
        /// What it may be, in units of gradient over hessian.
        var bounds = LeafBounds()
        /// Features whose best split left a child too few rows.
        fileprivate var banned: [Int32] = []
        fileprivate var histogram: Memory<Int64>?
    }

    let binned: BinnedMatrix
    let partition: Partition
    private let settings: Settings
    /// By feature; nil: all are free.
    private let ways: [Monotone]?
    private let scratch = SplitFinder.Scratch()
    /// Histograms that no leaf uses.
    private var idle: [Memory<Int64>] = []

    /// - Parameter ways: by column of the matrix that was binned; nil: all are free.
    init(_ binned: BinnedMatrix, _ settings: Settings, ways: [Monotone]? = nil) {
        precondition(settings.leavesMax >= 2, "a tree of \(settings.leavesMax) leaves")
        precondition(settings.rowsMin >= 1, "a leaf of \(settings.rowsMin) rows")
        self.binned = binned
        self.partition = Partition(rows: binned.rows)
        self.settings = settings
        self.ways = ways.map { ways in binned.features.map { ways[$0.column] } }
    }

    /// Grows a tree on the rows that the partition holds.
    ///
    /// - Parameter positions: the features that may be split on, ascending.
    /// - Returns: the tree, and its leaves with their rows, in the order of their birth.
    func grow(
        _ gradients: PackedGradients, positions: [Int]
    ) -> (tree: GrownTree, leaves: [Leaf]) {
        let layout = HistogramLayout(self.binned, positions: positions)
        var tree = GrownTree()
        var leaves = [self.root(gradients, layout)]
        while leaves.count < self.settings.leavesMax {
            guard let index = Self.mostPromising(leaves), let split = leaves[index].split
            else { break }
            let leaf = leaves[index]
            let feature = self.binned.features[split.feature]
            let lefts = self.binned.codes.withUnsafeBufferPointer { codes in
                split.set.map {
                    self.partition.divide(
                        leaf.rows, codes.baseAddress!, width: layout.width,
                        feature: split.feature, set: $0)
                }
                    ?? self.partition.divide(
                        leaf.rows, codes.baseAddress!, width: layout.width, feature: split.feature,
                        boundary: split.boundary, missing: feature.ranges, side: split.missing)
            }
            // Rows are estimated from hessians while splits are compared (exactly so where all
            // hessians are equal). Here they are counted; a split that leaves too few bans its
            // feature from this leaf, which is searched again.
            guard lefts >= self.settings.rowsMin, leaf.rows.count - lefts >= self.settings.rowsMin
            else {
                leaves[index].banned.append(Int32(split.feature))
                leaves[index].split = self.split(of: leaves[index], gradients, layout)
                continue
            }
            let node = tree.divide(leaf.node, split, feature)
            let middle = leaf.rows.lowerBound + lefts
            var left = Leaf(
                node: node, rows: leaf.rows.lowerBound..<middle, sum: split.left)
            var right = Leaf(
                node: node + 1, rows: middle..<leaf.rows.upperBound,
                sum: PackedSum(bits: leaf.sum.bits - split.left.bits))
            self.bound(&left, &right, by: split, of: leaf, gradients)
            if leaves.count + 1 < self.settings.leavesMax {
                self.prepare(&left, &right, leaf.histogram, gradients, layout)
            } else {
                self.release(leaf.histogram)
            }
            leaves[index] = left
            leaves.append(right)
        }
        for index in leaves.indices {
            self.release(leaves[index].histogram)
            leaves[index].histogram = nil
        }
        return (tree, leaves)
    }

    /// What the leaf is, in units of score: Newton's step within its bounds.
    func output(of leaf: Leaf, _ gradients: PackedGradients) -> Double {
        guard gradients.hessianUnit > 0, leaf.sum.hessian > 0 else { return 0 }
        // Once clipped, nothing but a factor: what is ordered stays so.
        return self.finder(leaf, gradients).output(leaf.sum, leaf.bounds)
            * (gradients.gradientUnit / gradients.hessianUnit)
    }

    private func bound(
        _ left: inout Leaf, _ right: inout Leaf, by split: Split, of parent: Leaf,
        _ gradients: PackedGradients
    ) {
        guard let ways else { return }
        let finder = self.finder(parent, gradients)
        let middle =
            (finder.output(left.sum, parent.bounds) + finder.output(right.sum, parent.bounds)) / 2
        (left.bounds, right.bounds) = parent.bounds.divided(at: middle, ways[split.feature])
    }

    /// The index of the leaf whose split gains most, the oldest where several do.
    private static func mostPromising(_ leaves: [Leaf]) -> Int? {
        var best: (index: Int, gain: Double)?
        for (index, leaf) in leaves.enumerated() {
            guard let split = leaf.split, split.gain > best?.gain ?? 0 else { continue }
            best = (index, split.gain)
        }
        return best?.index
    }

    private func root(_ gradients: PackedGradients, _ layout: HistogramLayout) -> Leaf {
        var sum: Int64 = 0
        let rows = 0..<self.partition.count
        for row in self.partition.rows(rows) { sum &+= gradients.packed[Int(row)] }
        var root = Leaf(node: 0, rows: rows, sum: PackedSum(bits: sum))
        guard self.isDivisible(root), !layout.positions.isEmpty else { return root }
        root.histogram = self.count(root.rows, gradients, layout)
        root.split = self.split(of: root, gradients, layout)
        return root
    }

    /// Gives two new leaves their histograms, as far as they may be divided, and their best splits.
    private func prepare(
        _ left: inout Leaf, _ right: inout Leaf, _ parent: Memory<Int64>?,
        _ gradients: PackedGradients, _ layout: HistogramLayout
    ) {
        guard let parent, self.isDivisible(left) || self.isDivisible(right) else {
            return self.release(parent)
        }
        let leftIsSmaller = left.rows.count <= right.rows.count
        let smaller = self.count(leftIsSmaller ? left.rows : right.rows, gradients, layout)
        Histogram.subtract(layout, smaller.base, from: parent.base)
        left.histogram = leftIsSmaller ? smaller : parent
        right.histogram = leftIsSmaller ? parent : smaller
        left.split = self.split(of: left, gradients, layout)
        right.split = self.split(of: right, gradients, layout)
    }

    private func isDivisible(_ leaf: Leaf) -> Bool {
        leaf.rows.count >= 2 * self.settings.rowsMin
    }

    private func split(
        of leaf: Leaf, _ gradients: PackedGradients, _ layout: HistogramLayout
    ) -> Split? {
        guard let histogram = leaf.histogram, self.isDivisible(leaf) else { return nil }
        let finder = self.finder(leaf, gradients)
        let positions =
            leaf.banned.isEmpty
            ? layout.positions : layout.positions.filter { !leaf.banned.contains($0) }
        if let ways {
            return finder.best(
                histogram.base, total: leaf.sum, features: self.binned.features,
                positions: positions, ways: ways, bounds: leaf.bounds)
        }
        return finder.best(
            histogram.base, total: leaf.sum, features: self.binned.features, positions: positions,
            scratch: self.scratch)
    }

    private func finder(_ leaf: Leaf, _ gradients: PackedGradients) -> SplitFinder {
        // The hessian that `rowsMin` average rows of this leaf have.
        let share = Double(leaf.sum.hessian) / Double(leaf.rows.count)
        let rowsHessian = share * Double(self.settings.rowsMin)
        let least =
            gradients.hessianUnit > 0
            ? self.settings.hessianMin / gradients.hessianUnit : 0
        return SplitFinder(
            l2: gradients.hessianUnit > 0 ? self.settings.l2 / gradients.hessianUnit : 0,
            hessianMin: Int32(max(1, min(max(rowsHessian, least).rounded(.up), 0x1p31 - 1))),
            categories: self.settings.categoriesMax == 0 || gradients.hessianUnit <= 0
                ? nil
                : .init(
                    most: self.settings.categoriesMax,
                    smoothing: self.settings.categorySmoothing / gradients.hessianUnit))
    }

    private func count(
        _ rows: Range<Int>, _ gradients: PackedGradients, _ layout: HistogramLayout
    ) -> Memory<Int64> {
        let histogram = self.idle.popLast() ?? Memory(count: self.binned.cells, repeating: 0)
        Histogram.clear(layout, histogram.base)
        self.binned.codes.withUnsafeBufferPointer { codes in
            Histogram.accumulate(
                codes.baseAddress!, layout, rows: self.partition.rows(rows),
                packed: gradients.packed, into: histogram.base)
        }
        return histogram
    }

    private func release(_ histogram: Memory<Int64>?) {
        if let histogram { self.idle.append(histogram) }
    }
}
