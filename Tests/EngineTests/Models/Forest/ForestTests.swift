import Testing

@testable import Engine

@Suite struct ForestTests {
    private func forest(
        _ cuts: Forest.Cuts, _ change: (inout Forest.Settings) -> Void = { _ in }
    ) -> Forest {
        var settings = Forest.Settings()
        settings.trees = 30
        settings.featureFraction = 0.6
        change(&settings)
        return Forest(cuts, settings)
    }

    @Test(arguments: [Forest.Cuts.bestOfAll, .drawnAtRandom])
    func `steps are learned, and rows not seen follow them`(cuts: Forest.Cuts) throws {
        let (train, test) = (Worlds.steps(rows: 1500, seed: 50), Worlds.steps(rows: 500, seed: 51))
        let data = TrainingData(features: train.features, answers: .numbers(train.numbers))
        let prediction = try self.forest(cuts).fit(data, seed: 1).predict(test.features)
        #expect(Worlds.meanSquare(prediction, test.numbers) < 0.5)
    }

    @Test(arguments: [Forest.Cuts.bestOfAll, .drawnAtRandom], [2, 3, 4])
    func `classes are learned, probabilities sum to one`(cuts: Forest.Cuts, count: Int) throws {
        let data = Worlds.clusters(rows: 600, count: count, seed: 52)
        let test = Worlds.clusters(rows: 300, count: count, seed: 53)
        let prediction = try self.forest(cuts) { $0.rowsLeafMin = 3 }
            .fit(data, seed: 1).predict(test.features)
        #expect(Worlds.accuracy(prediction, test.answers.labels) > 0.72)
        for row in 0..<300 {
            let sum = (0..<count).reduce(0) { $0 + prediction[row, $1] }
            #expect(abs(sum - 1) < 1e-12)
        }
    }

    @Test func `extra trees without limits know their own rows by heart`() throws {
        let world = Worlds.steps(rows: 200, seed: 54)
        let data = TrainingData(features: world.features, answers: .numbers(world.numbers))
        let prediction = try self.forest(.drawnAtRandom).fit(data, seed: 1).predict(world.features)
        #expect(Worlds.isClose(prediction.values, world.numbers, within: 1e-9))
    }

    @Test(arguments: [Forest.Cuts.bestOfAll, .drawnAtRandom])
    func `leaves are as large and trees as shallow as asked`(cuts: Forest.Cuts) throws {
        let world = Worlds.steps(rows: 300, seed: 55)
        let binned = BinnedMatrix(world.features)
        var settings = Forest.Settings()
        settings.rowsLeafMin = 20
        settings.depthMax = 3
        let grower = ForestGrower(
            binned, ForestTarget(.numbers(world.numbers)), cuts, settings)
        var chance = SeededGenerator(seed: 1)
        for _ in 0..<5 {
            let (tree, _) = grower.grow(&chance)
            #expect(tree.nodes.count <= 15 && tree.nodes.count >= 3)
            guard cuts == .drawnAtRandom else { continue }
            var sizes = [Int](repeating: 0, count: tree.nodes.count)
            binned.codes.withUnsafeBufferPointer { codes in
                for row in 0..<300 { sizes[tree.leaf(codes.baseAddress! + row * 5)] += 1 }
            }
            #expect(sizes.allSatisfy { $0 == 0 || $0 >= 20 })
        }
    }

    @Test func `the same seed gives the same bits, another seed other trees`() throws {
        let data = Worlds.clusters(rows: 200, count: 3, seed: 56)
        for cuts in [Forest.Cuts.bestOfAll, .drawnAtRandom] {
            let first = try self.forest(cuts).fit(data, seed: 3).tensors
            #expect(first == (try self.forest(cuts).fit(data, seed: 3)).tensors)
            #expect(first != (try self.forest(cuts).fit(data, seed: 4)).tensors)
        }
    }

    @Test func `missing values are learned from`() throws {
        let values = (0..<200).map { $0 % 4 == 0 ? Double.nan : Double($0 % 3) }
        let labels = values.map { Int32($0.isNaN ? 1 : 0) }
        let features = Matrix(rows: 200, columns: 1, values: values)
        let data = TrainingData(features: features, answers: .classes(labels, count: 2))
        for cuts in [Forest.Cuts.bestOfAll, .drawnAtRandom] {
            let prediction = try self.forest(cuts).fit(data, seed: 1).predict(features)
            #expect(Worlds.accuracy(prediction, labels) == 1)
        }
    }
}
