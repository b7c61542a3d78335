import Testing

@testable import Engine

@Suite struct SplittingTests {
    /// The plain twin of `SplitFinder`: every boundary and side of every feature, in double
    /// precision, straight from the formula.
    private func naiveGains(
        _ world: BinnedWorld, _ cells: [(gradient: Int, hessian: Int)], finder: SplitFinder
    ) -> [(feature: Int, boundary: Int, missing: Split.Side, gain: Double)] {
        var gains: [(Int, Int, Split.Side, Double)] = []
        let first = world.binned.features[0]
        let all = cells[first.firstCell..<first.firstCell + first.cells]
        let total = all.reduce((0, 0)) { ($0.0 + $1.gradient, $0.1 + $1.hessian) }
        func term(_ g: Int, _ h: Int) -> Double { Double(g) * Double(g) / (Double(h) + finder.l2) }
        for (position, feature) in world.binned.features.enumerated() {
            let missing =
                feature.hasMissing
                ? cells[feature.firstCell + feature.ranges] : (gradient: 0, hessian: 0)
            for side in [Split.Side.left, .right] {
                var left = side == .left ? (missing.gradient, missing.hessian) : (0, 0)
                for boundary in 0..<feature.ranges {
                    let cell = cells[feature.firstCell + boundary]
                    left = (left.0 + cell.gradient, left.1 + cell.hessian)
                    let right = (total.0 - left.0, total.1 - left.1)
                    guard left.1 >= Int(finder.hessianMin), right.1 >= Int(finder.hessianMin)
                    else { continue }
                    let gain =
                        term(left.0, left.1) + term(right.0, right.1) - term(total.0, total.1)
                    gains.append((position, boundary, side, gain))
                }
            }
        }
        return gains.map { (feature: $0.0, boundary: $0.1, missing: $0.2, gain: $0.3) }
    }

    @Test(arguments: [0, 1, 40], [0.0, 5000]) func `the best split is the best of all splits`(
        missing: Int, l2: Double
    ) throws {
        for seed in UInt64(20)..<30 {
            let world = BinnedWorld(rows: 150, columns: 4, seed: seed, missing: missing)
            let rows = (0..<150).map { UInt32($0) }
            let finder = SplitFinder(l2: l2, hessianMin: 2000)
            let cells = world.histogram(rows)
            let total = PackedSum(bits: world.packed.reduce(0, +))
            let split = try #require(
                finder.best(
                    cells, total: total, features: world.binned.features,
                    positions: [0, 1, 2, 3], scratch: SplitFinder.Scratch()))
            let gains = self.naiveGains(world, world.naiveHistogram(rows), finder: finder)
            let best = try #require(gains.map(\.gain).max())
            // The order within a feature is single precision: the winner may be second by that.
            #expect(split.gain >= best * (1 - 1e-5) && split.gain <= best * (1 + 1e-12))
            let same = gains.filter {
                $0.feature == split.feature && $0.boundary == split.boundary
            }
            #expect(same.contains { abs($0.gain - split.gain) <= 1e-9 * best })
        }
    }

    @Test func `no split is found where a side would be too light, or nothing differs`() {
        let world = BinnedWorld(rows: 50, columns: 2, seed: 31)
        let cells = world.histogram((0..<50).map { UInt32($0) })
        let total = PackedSum(bits: world.packed.reduce(0, +))
        func best(_ finder: SplitFinder, _ cells: [Int64], _ total: PackedSum) -> Split? {
            finder.best(
                cells, total: total, features: world.binned.features, positions: [0, 1],
                scratch: SplitFinder.Scratch())
        }
        #expect(best(SplitFinder(l2: 0, hessianMin: 1), cells, total) != nil)
        #expect(best(SplitFinder(l2: 0, hessianMin: total.hessian / 2 + 1), cells, total) == nil)
        let even = cells.map { cell in
            let hessian = PackedSum(bits: cell).hessian
            return PackedSum(gradient: 3 * hessian, hessian: hessian).bits
        }
        let evenTotal = PackedSum(gradient: 3 * total.hessian, hessian: total.hessian)
        #expect(best(SplitFinder(l2: 0, hessianMin: 1), even, evenTotal) == nil)
    }
}
