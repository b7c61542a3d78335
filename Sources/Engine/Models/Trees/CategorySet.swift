/// Some of the numbers 0 to 63: codes, or ranks, of categories.
struct CategorySet: Equatable, Sendable {
    var bits: UInt64

    /// Numbers that it tells apart.
    static let most = 64

    init(bits: UInt64 = 0) { self.bits = bits }

    /// - Requires: `number` lies in 0..<64.
    @inline(__always)
    func contains(_ number: Int) -> Bool { self.bits &>> UInt64(number) & 1 == 1 }

    mutating func insert(_ number: Int) { self.bits |= 1 &<< UInt64(number) }

    var numbers: [Int] { (0..<Self.most).filter(self.contains) }

    /// 1 for a number that it holds; 0 for all others, missing ones included.
    @inline(__always)
    func indicator(_ value: Double) -> Int32 {
        guard value >= 0, value < Double(Self.most) else { return 0 }
        return Int32(truncatingIfNeeded: self.bits &>> UInt64(value) & 1)
    }
}

extension BinnedMatrix.Feature {
    /// The ranks whose codes are in `codes`.
    func ranks(of codes: CategorySet) -> CategorySet {
        var ranks = CategorySet()
        var code = 0
        for rank in 0..<CategorySet.most {
            while code < self.cuts.count, self.cuts[code] < Double(rank) { code += 1 }
            if codes.contains(code) { ranks.insert(rank) }
        }
        return ranks
    }
}

extension SplitFinder {
    /// How categories are parted.
    struct Categories: Equatable {
        /// The most categories that stand together against the rest.
        var most: Int
        /// Hessian, in units, that draws each category's mean to nothing before they are sorted,
        /// and each side's: few rows of a category prove little.
        var smoothing: Double
    }

    /// The best set of categories against the others: sorted by gradient over hessian, the best of
    /// all sets is a beginning of the order (Fisher 1958, "On grouping for maximum homogeneity"),
    /// as LightGBM finds it. Rows without a value are a category.
    ///
    /// - Returns: nil where no set gains.
    /// - Complexity: O(k log k) for k codes.
    func bestSet(
        _ cells: UnsafePointer<Int64>, _ feature: BinnedMatrix.Feature, position: Int,
        total: PackedSum, _ categories: Categories
    ) -> Split? {
        var sums: [(code: Int, sum: PackedSum, mean: Double)] = []
        for code in 0..<feature.cells where cells[code] != 0 {
            let sum = PackedSum(bits: cells[code])
            let mean = Double(sum.gradient) / (Double(sum.hessian) + categories.smoothing + 1e-9)
            sums.append((code, sum, mean))
        }
        guard sums.count > 1 else { return nil }
        sums.sort { ($0.mean, $0.code) < ($1.mean, $1.code) }
        let finder = SplitFinder(
            l2: self.l2 + categories.smoothing, hessianMin: self.hessianMin)
        let parent = self.term(total)
        var left = PackedSum(bits: 0)
        var best: (count: Int, gain: Double, left: PackedSum)?
        for (index, entry) in sums.dropLast().enumerated() {
            left.bits &+= entry.sum.bits
            let count = index + 1
            let right = PackedSum(bits: total.bits &- left.bits)
            guard min(count, sums.count - count) <= categories.most,
                left.hessian >= self.hessianMin, right.hessian >= self.hessianMin
            else { continue }
            let gain = finder.term(left) + finder.term(right) - parent
            guard gain > 1e-9 * parent, gain > best?.gain ?? 0 else { continue }
            best = (count, gain, left)
        }
        guard let best else { return nil }
        // The fewer categories are named; what is named nowhere goes with the others.
        let isFirst = 2 * best.count <= sums.count
        var set = CategorySet()
        for entry in isFirst ? sums.prefix(best.count) : sums.dropFirst(best.count) {
            set.insert(entry.code)
        }
        let sum = isFirst ? best.left : PackedSum(bits: total.bits &- best.left.bits)
        let missing = feature.hasMissing && set.contains(feature.ranges)
        return Split(
            feature: position, boundary: -1, missing: missing ? .left : .right, gain: best.gain,
            left: sum, set: set)
    }
}
