import Testing

@testable import Engine

@Suite struct GradientBoostingTests {
    private func learner(
        _ change: (inout GradientBoosting.Settings) -> Void = { _ in }
    ) -> GradientBoosting {
        var settings = GradientBoosting.Settings()
        settings.trees = 40
        settings.leaves = 8
        settings.rowsLeafMin = 5
        change(&settings)
        return GradientBoosting(settings)
    }

    @Test func `steps are learned, and rows not seen follow them`() throws {
        let (train, test) = (Worlds.steps(rows: 1500, seed: 40), Worlds.steps(rows: 500, seed: 41))
        let data = TrainingData(features: train.features, answers: .numbers(train.numbers))
        let prediction = try self.learner().fit(data, seed: 1).predict(test.features)
        #expect(Worlds.meanSquare(prediction, test.numbers) < 0.15)
    }

    @Test func `one tree of full rate on two groups is their means`() throws {
        let features = Matrix(rows: 40, columns: 1, values: (0..<40).map { $0 < 10 ? 0 : 1 })
        let numbers = (0..<40).map { $0 < 10 ? 8.0 : -2 }
        let data = TrainingData(features: features, answers: .numbers(numbers))
        let predictor = try self.learner {
            $0.trees = 1
            $0.learningRate = 1
        }.fit(data, seed: 0)
        #expect(Worlds.isClose(predictor.predict(features).values, numbers, within: 1e-6))
    }

    @Test func `the first step for two classes is Newton's, with l2`() throws {
        // 20 rows at 0 with 5 ones, 20 rows at 1 with 15 ones: p = 0.5, g = ±5, h = 5 a side.
        let features = Matrix(rows: 40, columns: 1, values: (0..<40).map { $0 < 20 ? 0 : 1 })
        let labels = (0..<40).map { Int32(($0 < 20 ? $0 < 5 : $0 < 35) ? 1 : 0) }
        let data = TrainingData(features: features, answers: .classes(labels, count: 2))
        let predictor = try self.learner {
            $0.trees = 1
            $0.learningRate = 1
            $0.l2 = 3
        }.fit(data, seed: 0)
        let high = predictor.predict(features)[39, 1]
        #expect(abs(high - sigmoid(5.0 / 8)) < 1e-6)
    }

    @Test(arguments: [2, 3, 5]) func `classes are learned, probabilities sum to one`(
        count: Int
    ) throws {
        let data = Worlds.clusters(rows: 800, count: count, seed: 42)
        let test = Worlds.clusters(rows: 400, count: count, seed: 43)
        let prediction = try self.learner().fit(data, seed: 1).predict(test.features)
        #expect(prediction.columns == count)
        #expect(Worlds.accuracy(prediction, test.answers.labels) > (count == 5 ? 0.5 : 0.75))
        for row in 0..<400 {
            let sum = (0..<count).reduce(0) { $0 + prediction[row, $1] }
            #expect(abs(sum - 1) < 1e-12)
        }
    }

    @Test func `the same seed gives the same bits, another seed other rows`() throws {
        let data = Worlds.clusters(rows: 300, count: 3, seed: 44)
        let drawn = self.learner {
            $0.rowFraction = 0.6
            $0.featureFraction = 0.5
        }
        let first = try drawn.fit(data, seed: 5)
        let fresh = TrainingData(features: data.features, answers: data.answers)
        #expect(first.tensors == (try drawn.fit(fresh, seed: 5)).tensors)
        #expect(first.tensors != (try drawn.fit(data, seed: 6)).tensors)
    }

    @Test func `drawn rows and features learn as well`() throws {
        let (train, test) = (Worlds.steps(rows: 1500, seed: 45), Worlds.steps(rows: 500, seed: 46))
        let data = TrainingData(features: train.features, answers: .numbers(train.numbers))
        let drawn = self.learner {
            $0.rowFraction = 0.5
            $0.featureFraction = 0.6
            $0.trees = 80
        }
        let prediction = try drawn.fit(data, seed: 1).predict(test.features)
        #expect(Worlds.meanSquare(prediction, test.numbers) < 0.3)
    }

    @Test func `scores while learning are the predictor's scores`() throws {
        // With every tree at full rate, any disagreement of codes and thresholds would show.
        var world = Worlds.steps(rows: 300, seed: 47)
        for row in stride(from: 0, to: 300, by: 7) { world.features[row, row % 5] = .nan }
        let data = TrainingData(features: world.features, answers: .numbers(world.numbers))
        for fraction in [1.0, 0.7] {
            let predictor = try self.learner {
                $0.learningRate = 1
                $0.trees = 60
                $0.rowsLeafMin = 1
                $0.leaves = 60
                $0.rowFraction = fraction
            }.fit(data, seed: 1)
            #expect(Worlds.meanSquare(predictor.predict(world.features), world.numbers) < 1e-3)
        }
    }

    @Test func `a class of two rows among thousands makes no leaps`() throws {
        var generator = SeededGenerator(seed: 5)
        let count = 3000
        let values = (0..<2 * count).map { _ in generator.unit() }
        let features = Matrix(rows: count, columns: 2, values: values)
        let labels = (0..<count).map { row -> Int32 in
            row == 17 || row == 1203 ? 2 : values[2 * row] + 0.2 * generator.normal() > 0.5 ? 1 : 0
        }
        for count in [2, 3] {
            // Of two classes: the rare one against all others.
            let own = labels.map { count == 3 ? $0 : $0 == 2 ? 1 : 0 }
            let predictor = try self.learner { $0.rowsLeafMin = 20 }.fit(
                TrainingData(features: features, answers: .classes(own, count: count)), seed: 1)
            let fresh = Matrix(
                rows: 500, columns: 2, values: (0..<1000).map { _ in generator.unit() })
            let prediction = predictor.predict(fresh)
            let rare = (0..<500).map { prediction[$0, count - 1] }
            #expect(rare.max() ?? 1 < 0.5)
            #expect(rare.reduce(0, +) / 500 < 0.02)
        }
    }

    @Test func `one class alone, one row and no varying column are no accident`() throws {
        let one = TrainingData(
            features: Worlds.eight, answers: .classes(Array(repeating: 1, count: 8), count: 2))
        #expect(try self.learner().fit(one, seed: 0).predict(Worlds.eight)[0, 1] > 0.999)
        let row = TrainingData(
            features: Matrix(rows: 1, columns: 2, values: [1, 2]), answers: .numbers([7]))
        #expect(try self.learner().fit(row, seed: 0).predict(row.features)[0, 0] == 7)
        let flat = TrainingData(
            features: Matrix(rows: 8, columns: 1), answers: .classes(Worlds.eightThirds, count: 4))
        let prediction = try self.learner().fit(flat, seed: 0).predict(flat.features)
        #expect(abs(prediction[0, 0] - 0.375) < 1e-6 && prediction[0, 3] < 1e-6)
        let none = TrainingData(features: Matrix(rows: 8, columns: 0), answers: flat.answers)
        _ = try self.learner().fit(none, seed: 0).predict(none.features)
    }
}
