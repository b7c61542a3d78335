import Testing

@testable import Engine

@Suite struct GrowingTests {
    /// Grows one tree on squared loss around zero: a leaf's value is the mean of its numbers.
    private func grow(
        _ features: Matrix, _ numbers: [Double], hessians: [Float]? = nil,
        _ settings: TreeGrower.Settings
    ) -> (tree: GrownTree, leaves: [(rows: [UInt32], mean: Double)]) {
        let binned = BinnedMatrix(features)
        let grower = TreeGrower(binned, settings)
        let packed = Memory<Int64>(count: numbers.count, repeating: 0)
        let floats = numbers.map { Float($0) }
        let gradients = floats.withUnsafeBufferPointer { floats in
            if let hessians {
                return hessians.withUnsafeBufferPointer {
                    PackedGradients(floats, hessians: $0, into: packed.base)
                }
            }
            return PackedGradients(floats, hessians: nil, into: packed.base)
        }
        let (tree, leaves) = grower.grow(
            gradients, positions: Array(binned.features.indices))
        return (
            tree,
            leaves.map { leaf in
                let mean =
                    Double(leaf.sum.gradient) * gradients.gradientUnit
                    / (Double(leaf.sum.hessian) * gradients.hessianUnit)
                return (Array(grower.partition.rows(leaf.rows)), mean)
            }
        )
    }

    @Test func `a simple yet lopsided decision is found node by node`() throws {
        // x < 0.3: 20.   Otherwise y < 0.6: -3, else 1.   The third column is noise.
        let features = Worlds.uniform(rows: 2000, columns: 3, seed: 33)
        let numbers = (0..<2000).map { row in
            features[row, 0] < 0.3 ? 20.0 : features[row, 1] < 0.6 ? -3 : 1
        }
        let settings = TreeGrower.Settings(leavesMax: 3, rowsMin: 5)
        let (tree, leaves) = self.grow(features, numbers, settings)

        #expect(tree.nodes.count == 5 && leaves.count == 3)
        let root = try #require(tree.nodes[0].question)
        #expect(root.column == 0 && abs(root.threshold - 0.3) < 0.01)
        #expect(tree.nodes[1].question == nil)
        let second = try #require(tree.nodes[2].question)
        #expect(second.column == 1 && abs(second.threshold - 0.6) < 0.01)
        let means = leaves.map(\.mean).sorted()
        #expect(abs(means[0] + 3) < 0.1 && abs(means[1] - 1) < 0.1 && abs(means[2] - 20) < 0.5)
    }

    @Test func `every row lies in the leaf that its tree sends it to`() {
        let world = Worlds.steps(rows: 700, seed: 34)
        var features = world.features
        for row in stride(from: 0, to: 700, by: 9) { features[row, row % 5] = .nan }
        let settings = TreeGrower.Settings(leavesMax: 20, rowsMin: 3)
        let (tree, leaves) = self.grow(features, world.numbers, settings)
        let binned = BinnedMatrix(features)
        #expect(leaves.map(\.rows.count).reduce(0, +) == 700)
        binned.codes.withUnsafeBufferPointer { codes in
            for leaf in leaves {
                let nodes = Set(
                    leaf.rows.map { tree.leaf(codes.baseAddress! + Int($0) * 5) })
                #expect(nodes.count == 1)
            }
        }
    }

    @Test(arguments: [1, 7, 50]) func `no leaf has fewer rows than asked, whatever the hessians`(
        rowsMin: Int
    ) {
        let world = Worlds.steps(rows: 400, seed: 35)
        // Very uneven hessians: estimates of rows from hessians are far off.
        let hessians = (0..<400).map { Float($0 % 11 == 0 ? 1 : 0.001) }
        let settings = TreeGrower.Settings(leavesMax: 64, rowsMin: rowsMin, hessianMin: 0)
        let (_, leaves) = self.grow(world.features, world.numbers, hessians: hessians, settings)
        #expect(leaves.count > 2)
        #expect(leaves.allSatisfy { $0.rows.count >= rowsMin })
    }

    @Test func `missing values go to the side where they belong, and can be all there is`() throws {
        let values = (0..<300).map { $0 % 3 == 0 ? Double.nan : 7.5 }
        let numbers = values.map { $0.isNaN ? 5.0 : -5 }
        let features = Matrix(rows: 300, columns: 1, values: values)
        let (tree, leaves) = self.grow(features, numbers, TreeGrower.Settings(leavesMax: 2))
        let question = try #require(tree.nodes[0].question)
        #expect(question.threshold == .infinity && question.missing == .right)
        #expect(abs(leaves[0].mean + 5) < 1e-6 && abs(leaves[1].mean - 5) < 1e-6)
    }

    @Test func `equal numbers leave the root alone, so do columns that never vary`() {
        let features = Worlds.uniform(rows: 100, columns: 2, seed: 36)
        let same = self.grow(features, Array(repeating: 2, count: 100), TreeGrower.Settings())
        #expect(same.tree.nodes.count == 1)
        let flat = Matrix(rows: 100, columns: 2, repeating: 1)
        let numbers = (0..<100).map { Double($0) }
        #expect(self.grow(flat, numbers, TreeGrower.Settings()).tree.nodes.count == 1)
    }
}
