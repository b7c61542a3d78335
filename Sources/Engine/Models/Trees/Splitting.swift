/// Where a leaf is best divided.
struct Split: Equatable, Sendable {
    /// Where rows without a value go.
    enum Side: Equatable, Sendable { case left, right }

    /// Position of the feature among those of the binned matrix.
    let feature: Int
    /// Rows whose code is at most this go left.
    let boundary: Int
    let missing: Side
    /// How much the loss falls, in squared gradient units per hessian unit; more than 0.
    let gain: Double
    /// The sum over the rows that go left.
    let left: PackedSum
    /// Of categories, the codes that go left, instead of a boundary.
    var set: CategorySet?
}

/// Finds the best split of a leaf from its histogram.
///
/// A split into sums (Gₗ, Hₗ) and (Gᵣ, Hᵣ) lowers the loss by half of
///
///     Gₗ² / (Hₗ + l2) + Gᵣ² / (Hᵣ + l2) - G² / (H + l2)
///
/// ```
/// cells of a feature    0     1     2     3   missing
/// prefix sums          S₀    S₁    S₂    S₃              the left side, missing right
///                     +M    +M    +M                     the left side, missing left
/// allowed              ─    lo ── hi     ─               hessians only grow from left to right, so
///                                                        both sides are heavy enough in one range
/// gains, 8 at a time         ▲                           single precision, for the order only
/// ```
///
/// The winner of each feature is weighed again in double precision against the other features'.
/// Equal gains: the lowest feature and boundary win, so that the same rows give the same tree.
struct SplitFinder {
    /// In hessian units.
    let l2: Double
    /// The least hessian of a leaf, in units; at least 1, so that no side is empty.
    let hessianMin: Int32
    /// Nil: categories are parted by their ranks.
    var categories: Categories?

    /// Prefix sums and gains of one feature, at most 255 each, rounded up to whole vectors.
    final class Scratch {
        static let count = 264
        let sums = Memory<Int64>(count: count, repeating: 0)
        let gains = Memory<Float>(count: count, repeating: 0)
    }

    /// The best split of a leaf; nil when no split is allowed, or none gains.
    ///
    /// - Parameter total: the sum over the leaf's rows.
    /// - Parameter positions: the features to consider.
    /// - Complexity: O(cells of these features).
    func best(
        _ cells: UnsafePointer<Int64>, total: PackedSum, features: [BinnedMatrix.Feature],
        positions: [Int32], scratch: Scratch
    ) -> Split? {
        guard total.hessian >= self.hessianMin else { return nil }
        let parent = self.term(total)
        var best: Split?
        for position in positions {
            let feature = features[Int(position)]
            let first = cells + feature.firstCell
            if let categories, feature.isCategorical {
                let split = self.bestSet(
                    first, feature, position: Int(position), total: total, categories)
                if let split, split.gain > best?.gain ?? 0 { best = split }
                continue
            }
            let missing = feature.hasMissing ? first[feature.ranges] : 0
            if missing != 0 {
                let right = self.scan(
                    first, boundaries: feature.ranges, startingAt: 0, total: total, scratch)
                self.keep(
                    right, .right, Int(position), parent: parent, total: total, in: &best)
            }
            let left = self.scan(
                first, boundaries: feature.ranges - 1, startingAt: missing, total: total, scratch)
            // Where the leaf has no missing rows, those that come later go the heavier way.
            var side = Split.Side.left
            if missing == 0, let left, left.sum.hessian < total.hessian / 2 { side = .right }
            self.keep(left, side, Int(position), parent: parent, total: total, in: &best)
        }
        return best
    }

    private struct Candidate {
        let boundary: Int
        let sum: PackedSum
    }

    private func keep(
        _ candidate: Candidate?, _ side: Split.Side, _ feature: Int, parent: Double,
        total: PackedSum, in best: inout Split?
    ) {
        guard let candidate else { return }
        let right = PackedSum(bits: total.bits - candidate.sum.bits)
        let gain = self.term(candidate.sum) + self.term(right) - parent
        // Below a few parts in 10⁹, a gain is what rounding left of nothing.
        guard gain > 1e-9 * parent, gain > best?.gain ?? 0 else { return }
        best = Split(
            feature: feature, boundary: candidate.boundary, missing: side, gain: gain,
            left: candidate.sum)
    }

    /// What a side contributes: G² / (H + l2).
    func term(_ sum: PackedSum) -> Double {
        let g = Double(sum.gradient)
        return g * g / (Double(sum.hessian) + self.l2)
    }

    /// The boundary with the highest gain when the left side starts with `start`.
    private func scan(
        _ cells: UnsafePointer<Int64>, boundaries: Int, startingAt start: Int64,
        total: PackedSum, _ scratch: Scratch
    ) -> Candidate? {
        let sums = scratch.sums.base
        var sum = start
        for boundary in 0..<boundaries {
            sum &+= cells[boundary]
            sums[boundary] = sum
        }
        let low = Self.firstIndex(sums, boundaries, atLeast: self.hessianMin)
        let heaviest = total.hessian - self.hessianMin
        guard low < boundaries, PackedSum(bits: sums[low]).hessian <= heaviest else { return nil }
        let end = Self.firstIndex(sums, boundaries, atLeast: heaviest + 1)
        let index = self.highest(sums + low, count: end - low, total: total, scratch.gains.base)
        return Candidate(boundary: low + index, sum: PackedSum(bits: sums[low + index]))
    }

    /// The first of the ascending hessians that is at least `bound`; `count` when none is.
    private static func firstIndex(
        _ sums: UnsafePointer<Int64>, _ count: Int, atLeast bound: Int32
    ) -> Int {
        var low = 0
        var high = count
        while low < high {
            let middle = (low + high) / 2
            if PackedSum(bits: sums[middle]).hessian < bound {
                low = middle + 1
            } else {
                high = middle
            }
        }
        return low
    }

    /// The index of the highest gain among `count` left sums, the first where several are equal.
    ///
    /// With one division: (Gₗ² (Hᵣ + l2) + Gᵣ² (Hₗ + l2)) / ((Hₗ + l2) (Hᵣ + l2)). Products of sums
    /// below 2³¹ stay far below the largest single-precision number.
    @inline(__always)
    private func highest(
        _ sums: UnsafePointer<Int64>, count: Int, total: PackedSum,
        _ gains: UnsafeMutablePointer<Float>
    ) -> Int {
        let gradient = SIMD8<Int32>(repeating: total.gradient)
        let hessian = SIMD8<Int32>(repeating: total.hessian)
        let l2 = SIMD8<Float>(repeating: Float(self.l2))
        var highest = SIMD8<Float>(repeating: -1)
        let source = UnsafeRawPointer(sums)
        let target = UnsafeMutableRawPointer(gains)
        var i = 0
        while i < count {
            // May read and write past `count`, up to the end of the scratch; masked below.
            let pairs = source.loadUnaligned(fromByteOffset: i * 8, as: SIMD16<Int32>.self)
            let leftG = SIMD8<Float>(pairs.oddHalf)
            let leftH = SIMD8<Float>(pairs.evenHalf) + l2
            let rightG = SIMD8<Float>(gradient &- pairs.oddHalf)
            let rightH = SIMD8<Float>(hessian &- pairs.evenHalf) + l2
            let gain = (leftG * leftG * rightH + rightG * rightG * leftH) / (leftH * rightH)
            target.storeBytes(of: gain, toByteOffset: i * 4, as: SIMD8<Float>.self)
            if i + 8 <= count {
                highest = highest.replacing(with: gain, where: gain .> highest)
                i += 8
            } else {
                for lane in 0..<count - i { highest[lane] = max(highest[lane], gain[lane]) }
                i = count
            }
        }
        let best = highest.max()
        var index = 0
        while index < count - 1, gains[index] != best { index += 1 }
        return index
    }
}
