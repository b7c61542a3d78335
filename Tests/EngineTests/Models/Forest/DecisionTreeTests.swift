import Testing

@testable import Engine

@Suite struct DecisionTreeTests {
    @Test func `a tree without limits knows rows of different features by heart`() throws {
        let world = Worlds.steps(rows: 200, seed: 57)
        let data = TrainingData(features: world.features, answers: .numbers(world.numbers))
        let prediction = try DecisionTree(depthMax: 64, rowsLeafMin: 1).fit(data, seed: 1)
            .predict(world.features)
        #expect(Worlds.isClose(prediction.values, world.numbers, within: 1e-9))
    }

    @Test func `steps are found again, from all rows, whatever the seed`() throws {
        let (train, test) = (Worlds.steps(rows: 1500, seed: 58), Worlds.steps(rows: 300, seed: 59))
        let data = TrainingData(features: train.features, answers: .numbers(train.numbers))
        let tree = DecisionTree(depthMax: 6, rowsLeafMin: 5)
        let first = try tree.fit(data, seed: 1).predict(test.features)
        #expect(Worlds.meanSquare(first, test.numbers) < 0.5)
        let second = try tree.fit(data, seed: 2).predict(test.features)
        #expect(Worlds.isClose(first.values, second.values, within: 0.5))
    }

    @Test func `one level is the best single cut`() throws {
        let features = Matrix(
            rows: 6, columns: 2, values: [1, 9, 2, 8, 3, 1, 4, 7, 5, 2, 6, 3])
        let data = TrainingData(features: features, answers: .numbers([0, 0, 5, 0, 5, 5]))
        let prediction = try DecisionTree(depthMax: 1, rowsLeafMin: 1).fit(data, seed: 0)
            .predict(features)
        #expect(Worlds.isClose(prediction.values, [0, 0, 5, 0, 5, 5], within: 1e-12))
    }

    @Test func `leaves hold as many rows as asked, and classes get their shares`() throws {
        let data = Worlds.clusters(rows: 300, count: 3, seed: 60)
        let prediction = try DecisionTree(depthMax: 64, rowsLeafMin: 30).fit(data, seed: 0)
            .predict(data.features)
        let shares = Set((0..<300).map { prediction[$0, 0] })
        #expect(shares.count <= 10 && shares.count >= 3)
        #expect(Worlds.accuracy(prediction, data.answers.labels) > 0.6)
        let one = TrainingData(
            features: Matrix(rows: 1, columns: 1, values: [.nan]), answers: .numbers([7]))
        #expect(
            try DecisionTree(depthMax: 1, rowsLeafMin: 1).fit(one, seed: 0).predict(one.features)
                .values == [7])
    }
}
