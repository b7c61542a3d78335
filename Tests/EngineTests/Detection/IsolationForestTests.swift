import Testing

@testable import Engine

@Suite struct IsolationForestTests {
    @Test func `the mean depth is what all orders of insertion give`() {
        // n rows inserted in random order: the mean of (1 + depths of both sides) over first cuts.
        var naive = [0.0, 0.0]
        for n in 2...20 {
            // Of n leaves, a first cut puts i of them left, each i in 1..<n equally likely.
            var sum = 0.0
            for i in 1..<n {
                sum += 1 + (Double(i) * naive[i] + Double(n - i) * naive[n - i]) / Double(n)
            }
            naive.append(sum / Double(n - 1))
        }
        let depths = IsolationGrower.meanDepths(upTo: 20)
        // The paper counts n inner nodes where these are n - 1, and corrects it by 2 (n - 1) / n.
        for n in 2...20 {
            let harmonic = (1...n).reduce(0.0) { $0 + 1 / Double($1) }
            #expect(abs(naive[n] - 2 * (harmonic - 1)) < 1e-12)
            #expect(abs(depths[n] - naive[n]) < 1e-12)
        }
    }

    @Test func `a leaf's value is its depth and that of the rows in it`() {
        let rows = Worlds.uniform(rows: 64, columns: 3, seed: 82)
        var grower = IsolationGrower(columns: 3, rows: 64)
        for seed in 0..<20 {
            var generator = SeededGenerator(seed: UInt64(seed))
            grower.grow(rows, &generator)
        }
        let ensemble = grower.ensemble()
        let depths = IsolationGrower.meanDepths(upTo: 64)
        var naive = Matrix(rows: 64, columns: 1)
        for root in ensemble.roots {
            let leaves = (0..<64).map { Self.descend(ensemble, root, rows, $0) }
            for (row, leaf) in leaves.enumerated() {
                let company = leaves.count { $0.index == leaf.index }
                naive.values[row] += Double(leaf.depth) + depths[company]
                #expect(leaf.depth <= 6)
            }
        }
        var fast = Matrix(rows: 64, columns: 1)
        ensemble.accumulate(rows, into: &fast)
        #expect(Worlds.isClose(fast.values, naive.values, within: 1e-9))
    }

    private static func descend(
        _ ensemble: TreeEnsemble, _ root: Int32, _ rows: Matrix, _ row: Int
    ) -> (index: Int, depth: Int) {
        var index = Int(root)
        var depth = 0
        while ensemble.slots[index] < 0 {
            let node = ensemble.nodes[index]
            let isAbove = rows[row, Int(node.question >> 1)] > node.threshold
            index = Int(node.left) + (isAbove ? 1 : 0)
            depth += 1
        }
        return (index, depth)
    }

    @Test func `scores lie between 0 and 1, and a row far away is ahead of all`() throws {
        let world = Oddities.scattered(seed: 83)
        for directions in [0, 16] {
            let forest = IsolationForest(trees: 60, rowsTree: 128, directions: directions)
            let detection = try forest.fit(
                world.rows, sample: Array(0..<world.rows.rows), seed: 4)
            #expect(detection.own.values.allSatisfy { $0 > 0 && $0 < 1 })
            #expect(try world.area(detection.own) > 0.99)
        }
    }

    @Test func `cuts across directions see what cuts along columns do not`() throws {
        let world = Oddities.dependence(seed: 84)
        func area(_ directions: Double) throws -> Double {
            let learner = try Oddities.learner(.isolationForest, [("directions", directions)])
            return try world.area(learner.fit(world.data, seed: 1).predict(world.rows))
        }
        #expect(try area(64) > area(0))
    }
}
