/// Which way predictions may go as a feature grows and nothing else changes.
package enum Monotone: Equatable, Sendable {
    case free, increasing, decreasing
    /// Two columns that are one to the training rows may go opposite ways: so they say nothing.
    case constant

    /// Whether a left side may have `left` and a right side `right`.
    @inline(__always)
    func allows(_ left: Double, _ right: Double) -> Bool {
        switch self {
        case .free: true
        case .increasing: left <= right
        case .decreasing: left >= right
        case .constant: false
        }
    }
}

/// What the leaves below a node may be, so that those on one side of a monotone cut never pass
/// those on the other.
///
/// The basic method of LightGBM: where a node is cut by a monotone feature, the leaves below either
/// child stay on their side of the middle between the two. Careful beyond need, as no later cut can
/// give back what the middle took, and cheap.
///
/// ```
/// increasing, children 2 and 6      low … 4 │ 4 … high      leaves on the left, on the right
/// ```
struct LeafBounds: Equatable {
    var low = -Double.infinity
    var high = Double.infinity

    @inline(__always)
    func clip(_ value: Double) -> Double { max(self.low, min(self.high, value)) }

    @inline(__always)
    func holds(_ value: Double) -> Bool { value >= self.low && value <= self.high }

    /// Those of the two children of a node that is cut by a feature going this way.
    ///
    /// - Parameter middle: between what the two children are.
    func divided(at middle: Double, _ way: Monotone) -> (left: LeafBounds, right: LeafBounds) {
        var (left, right) = (self, self)
        switch way {
        case .increasing: (left.high, right.low) = (min(self.high, middle), max(self.low, middle))
        case .decreasing: (left.low, right.high) = (max(self.low, middle), min(self.high, middle))
        case .free, .constant: break
        }
        return (left, right)
    }
}

extension SplitFinder {
    /// What a leaf is, in units of gradient over hessian.
    func output(_ sum: PackedSum, _ bounds: LeafBounds) -> Double {
        bounds.clip(-Double(sum.gradient) / (Double(sum.hessian) + self.l2))
    }

    /// As `best`, where features have their ways and leaves their bounds: outputs are clipped to
    /// these, and count by what the loss then falls: -(2 G w + (H + l2) w²).
    ///
    /// - Parameter ways: by position.
    /// - Complexity: O(cells of the features), one by one.
    func best(
        _ cells: UnsafePointer<Int64>, total: PackedSum, features: [BinnedMatrix.Feature],
        positions: [Int32], ways: [Monotone], bounds: LeafBounds
    ) -> Split? {
        guard total.hessian >= self.hessianMin else { return nil }
        let parent = self.fall(total, self.output(total, bounds))
        var best: Split?
        for position in positions where ways[Int(position)] != .constant {
            let feature = features[Int(position)]
            let first = cells + feature.firstCell
            let missing = feature.hasMissing ? first[feature.ranges] : 0
            func scan(_ boundaries: Int, from start: Int64, _ side: Split.Side) {
                var left = PackedSum(bits: start)
                for boundary in 0..<boundaries {
                    left.bits &+= first[boundary]
                    let right = PackedSum(bits: total.bits - left.bits)
                    guard left.hessian >= self.hessianMin, right.hessian >= self.hessianMin
                    else { continue }
                    let (own, other) = (self.output(left, bounds), self.output(right, bounds))
                    guard ways[Int(position)].allows(own, other) else { continue }
                    let gain = self.fall(left, own) + self.fall(right, other) - parent
                    guard gain > 1e-9 * abs(parent), gain > best?.gain ?? 0 else { continue }
                    // Where the leaf has no missing rows, those that come later go the heavier way.
                    let isLighter = missing == 0 && left.hessian < total.hessian / 2
                    best = Split(
                        feature: Int(position), boundary: boundary,
                        missing: isLighter ? .right : side, gain: gain, left: left)
                }
            }
            if missing != 0 { scan(feature.ranges, from: 0, .right) }
            scan(feature.ranges - 1, from: missing, .left)
        }
        return best
    }

    private func fall(_ sum: PackedSum, _ output: Double) -> Double {
        let weight = Double(sum.hessian) + self.l2
        return -(2 * Double(sum.gradient) + weight * output) * output
    }
}
