import Testing

@testable import Engine

/// Rows with codes and packed sums, for the kernels' tests.
struct BinnedWorld {
    let binned: BinnedMatrix
    let packed: [Int64]

    init(rows: Int, columns: Int, seed: UInt64, missing: Int = 0) {
        var generator = SeededGenerator(seed: seed)
        var matrix = Worlds.uniform(rows: rows, columns: columns, seed: seed)
        for _ in 0..<missing { matrix[generator.below(rows), generator.below(columns)] = .nan }
        self.binned = BinnedMatrix(matrix, limit: 20)
        self.packed = (0..<rows).map { row in
            let step = matrix[row, 0] < 0.5 ? -400 : 300
            return PackedSum(
                gradient: Int32(step + generator.below(1000) - 500),
                hessian: Int32(generator.below(300) + 1)
            ).bits
        }
    }

    func histogram(_ rows: [UInt32], positions: [Int]? = nil) -> [Int64] {
        let layout = HistogramLayout(
            self.binned, positions: positions ?? Array(self.binned.features.indices))
        var cells = [Int64](repeating: 0, count: self.binned.cells)
        rows.withUnsafeBufferPointer { rows in
            cells.withUnsafeMutableBufferPointer { cells in
                Histogram.accumulate(
                    self.binned.codes, layout, rows: rows, packed: self.packed,
                    into: cells.baseAddress!)
            }
        }
        return cells
    }

    /// The plain twin of `Histogram.accumulate`: feature by feature, gradients apart from hessians.
    func naiveHistogram(_ rows: [UInt32]) -> [(gradient: Int, hessian: Int)] {
        var cells = Array(repeating: (gradient: 0, hessian: 0), count: self.binned.cells)
        for (position, feature) in self.binned.features.enumerated() {
            for row in rows {
                let code = self.binned.codes[Int(row) * self.binned.features.count + position]
                let sum = PackedSum(bits: self.packed[Int(row)])
                cells[feature.firstCell + Int(code)].gradient += Int(sum.gradient)
                cells[feature.firstCell + Int(code)].hessian += Int(sum.hessian)
            }
        }
        return cells
    }
}

@Suite struct HistogramTests {
    @Test(arguments: 1...9) func `the kernel equals its plain twin for any number of columns`(
        columns: Int
    ) {
        let world = BinnedWorld(rows: 300, columns: columns, seed: 15, missing: 20)
        let rows = (0..<300).filter { $0 % 3 != 1 }.map { UInt32($0) }
        for (cell, naive) in zip(world.histogram(rows), world.naiveHistogram(rows)) {
            let sum = PackedSum(bits: cell)
            #expect(Int(sum.gradient) == naive.gradient && Int(sum.hessian) == naive.hessian)
        }
    }

    @Test(arguments: [0, 1, 7, 8, 9, 20]) func `few rows are counted, too`(count: Int) {
        let world = BinnedWorld(rows: 100, columns: 5, seed: 14, missing: 10)
        let rows = (0..<count).map { UInt32($0 * 5) }
        for (cell, naive) in zip(world.histogram(rows), world.naiveHistogram(rows)) {
            let sum = PackedSum(bits: cell)
            #expect(Int(sum.gradient) == naive.gradient && Int(sum.hessian) == naive.hessian)
        }
    }

    @Test func `some of the features are counted, the others are left alone`() {
        let world = BinnedWorld(rows: 200, columns: 6, seed: 16)
        let rows = (0..<200).map { UInt32($0) }
        let (all, some) = (world.histogram(rows), world.histogram(rows, positions: [1, 4]))
        for (position, feature) in world.binned.features.enumerated() {
            for cell in feature.firstCell..<feature.firstCell + feature.cells {
                #expect(some[cell] == (position == 1 || position == 4 ? all[cell] : 0))
            }
        }
    }

    @Test func `a parent less one child is the other child, bit for bit`() {
        let world = BinnedWorld(rows: 500, columns: 4, seed: 17, missing: 30)
        let rows = (0..<500).map { UInt32($0) }
        var parent = world.histogram(rows)
        let child = world.histogram(rows.filter { $0 % 7 == 0 })
        let layout = HistogramLayout(world.binned, positions: [0, 1, 2, 3])
        parent.withUnsafeMutableBufferPointer {
            Histogram.subtract(layout, child, from: $0.baseAddress!)
        }
        #expect(parent == world.histogram(rows.filter { $0 % 7 != 0 }))
    }

    @Test func `packed sums keep gradients and hessians apart`() {
        let pairs: [(Int32, Int32)] = [(-5, 7), (3, 0), (-1, 1), (1_000_000, 2_000_000_000)]
        let total = pairs.reduce(Int64(0)) {
            $0 + PackedSum(gradient: $1.0, hessian: $1.1).bits
        }
        #expect(PackedSum(bits: total).gradient == 999_997)
        #expect(PackedSum(bits: total).hessian == 2_000_000_008)
    }

    @Test func `gradients are packed to the nearest unit, hessians too`() {
        let gradients: [Float] = [0.5, -1.25, 0, 3e-7, -0.75]
        let hessians: [Float] = [0.25, 0.1, 0, 0.2, 0.05]
        var packed = [Int64](repeating: 0, count: 5)
        packed.withUnsafeMutableBufferPointer { packed in
            gradients.withUnsafeBufferPointer { g in
                hessians.withUnsafeBufferPointer { h in
                    let units = PackedGradients(g, hessians: h, into: packed.baseAddress!)
                    for row in 0..<5 {
                        let sum = PackedSum(bits: packed[row])
                        let gradient = Double(sum.gradient) * units.gradientUnit
                        let hessian = Double(sum.hessian) * units.hessianUnit
                        #expect(abs(gradient - Double(g[row])) <= units.gradientUnit / 2)
                        #expect(abs(hessian - Double(h[row])) <= units.hessianUnit / 2)
                    }
                }
            }
        }
    }
}
