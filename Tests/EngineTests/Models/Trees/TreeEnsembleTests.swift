import Testing

@testable import Engine

@Suite struct TreeEnsembleTests {
    /// Two trees with missing values on both sides, made by boosting.
    private func ensemble() throws -> TreeEnsemble {
        let world = Worlds.steps(rows: 400, seed: 37)
        var features = world.features
        for row in stride(from: 0, to: 400, by: 5) { features[row, row % 4] = .nan }
        var settings = GradientBoosting.Settings()
        settings.trees = 6
        settings.leaves = 12
        settings.rowsLeafMin = 3
        let data = TrainingData(features: features, answers: .numbers(world.numbers))
        let fitted = try GradientBoosting(settings).fit(data, seed: 1)
        return try #require(fitted as? BoostingPredictor).ensemble
    }

    /// The plain twin of `accumulate`: one row, one tree, one question at a time.
    private func naive(_ ensemble: TreeEnsemble, _ row: ArraySlice<Double>) -> Double {
        var sum = 0.0
        for root in ensemble.roots {
            var index = Int(root)
            while ensemble.slots[index] < 0 {
                let node = ensemble.nodes[index]
                let value = row[row.startIndex + Int(node.question >> 1)]
                let goesRight =
                    value.isNaN ? node.question & 1 == 1 : value > node.threshold
                index = Int(node.left) + (goesRight ? 1 : 0)
            }
            sum += ensemble.values[Int(ensemble.slots[index])]
        }
        return sum
    }

    @Test(arguments: [1, 7, 8, 300]) func `rows side by side land where each lands alone`(
        rows: Int
    ) throws {
        let ensemble = try self.ensemble()
        var features = Worlds.uniform(rows: rows, columns: 5, seed: 38)
        for row in stride(from: 0, to: rows, by: 3) { features[row, row % 5] = .nan }
        features[0, 1] = .infinity
        var sums = Matrix(rows: rows, columns: 1)
        ensemble.accumulate(features, into: &sums)
        for row in 0..<rows {
            let naive = self.naive(ensemble, features.values[row * 5..<row * 5 + 5])
            #expect(abs(sums[row, 0] - naive) < 1e-12)
        }
    }

    @Test func `what is stored is what is read`() throws {
        let ensemble = try self.ensemble()
        var store = try TensorStore(ensemble.tensors)
        #expect(try TreeEnsemble(&store, width: 1) == ensemble)
        try store.requireNothingLeft()
    }

    /// The tensors of `ensemble` with one i32 value changed.
    private func changed(
        _ tensors: [Tensor], _ name: String, at index: Int, to value: Int32
    ) -> [Tensor] {
        tensors.map { tensor in
            guard tensor.name == name, case .i32(var values) = tensor.values else { return tensor }
            values[index] = value
            return Tensor(name: name, shape: tensor.shape, values: .i32(values))
        }
    }

    @Test func `a tree that loops, leaves its bounds or asks for a column it has not is refused`()
        throws
    {
        let tensors = try self.ensemble().tensors
        let hostile: [(String, Int, Int32)] = [
            ("tree_children", 0, 0), ("tree_children", 2, 1), ("tree_children", 0, .max),
            ("tree_children", 0, .min), ("tree_children", 0, -2), ("tree_children", 0, 22),
            ("tree_columns", 0, 5), ("tree_columns", 0, .min), ("tree_columns", 0, .max),
            ("tree_roots", 0, 1), ("tree_roots", 1, 0), ("tree_roots", 5, .max),
            ("tree_roots", 3, -7), ("feature_columns", 0, -1), ("feature_columns", 0, 1),
        ]
        for (name, index, value) in hostile {
            #expect(throws: LearnerError(.badTensor, ""), "\(name)[\(index)] = \(value)") {
                var store = try TensorStore(self.changed(tensors, name, at: index, to: value))
                _ = try TreeEnsemble(&store, width: 1)
            }
        }
    }
}
