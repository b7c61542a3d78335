import Testing

@testable import Engine

@Suite struct KernelMachineTests {
    @Test func `products of random features approximate the kernel`() {
        let features = RandomFeatures(columns: 2, components: 8000, gamma: 0.7, seed: 30)
        let z = features.transform(Worlds.eight)
        for i in 0..<8 {
            for j in 0..<8 {
                let product = (0..<8000).reduce(0.0) { $0 + z[i, $1] * z[j, $1] }
                let (dx, dy) = (
                    Worlds.eight[i, 0] - Worlds.eight[j, 0], Worlds.eight[i, 1] - Worlds.eight[j, 1]
                )
                #expect(abs(product - exp(-0.7 * (dx * dx + dy * dy))) < 0.05)
            }
        }
    }

    @Test func `a feature is the cosine of one direction's product`() {
        let features = RandomFeatures(columns: 2, components: 5, gamma: 1, seed: 31)
        let z = features.transform(Worlds.eight)
        for row in 0..<8 {
            for k in 0..<5 {
                let turns =
                    features.directions[k, 0] * Worlds.eight[row, 0]
                    + features.directions[k, 1] * Worlds.eight[row, 1] + features.phases[k]
                let naive = 0.4.squareRoot() * cosineOfTurns(SIMD4(repeating: turns))[0]
                #expect(abs(z[row, k] - naive) < 1e-12)
            }
        }
    }

    @Test func `normal draws have mean 0, variance 1 and a twentieth beyond 1.96`() {
        var generator = SeededGenerator(seed: 32)
        var (sum, squares, far) = (0.0, 0.0, 0)
        for _ in 0..<10_000 {
            let pair = generator.normalPair()
            sum += pair.0 + pair.1
            squares += pair.0 * pair.0 + pair.1 * pair.1
            far += (abs(pair.0) > 1.96 ? 1 : 0) + (abs(pair.1) > 1.96 ? 1 : 0)
        }
        #expect(abs(sum / 20_000) < 0.03)
        #expect(abs(squares / 20_000 - 1) < 0.05)
        #expect((850...1150).contains(far))
    }

    @Test func `curves are learned that no line follows`() throws {
        let (train, test) = (Worlds.uniform(rows: 500, columns: 2, seed: 33), 200)
        func truth(_ features: Matrix) -> [Double] {
            (0..<features.rows).map { row in
                let (x, y) = (features[row, 0] - 0.5, features[row, 1] - 0.5)
                return 8 * (x * x + y * y)
            }
        }
        let rest = Worlds.uniform(rows: test, columns: 2, seed: 34)
        let learner = KernelMachine(gamma: 1, components: 200, penalty: 0.01)
        let numbers = TrainingData(features: train, answers: .numbers(truth(train)))
        let prediction = try learner.fit(numbers, seed: 1).predict(rest)
        #expect(Worlds.meanSquare(prediction, truth(rest)) < 0.01)
        let labels = truth(train).map { Int32($0 > 1.2 ? 1 : 0) }
        let classes = TrainingData(features: train, answers: .classes(labels, count: 2))
        #expect(
            Worlds.accuracy(
                try learner.fit(classes, seed: 1).predict(rest),
                truth(rest).map { Int32($0 > 1.2 ? 1 : 0) }) > 0.95)
    }

    @Test(arguments: [false, true]) func `features made in blocks give the model of all at once`(
        isWeighted: Bool
    ) throws {
        let rows = LinearAlgebra.rowsAdded + 2 * Moments.rowsMade + 5
        let features = Worlds.uniform(rows: rows, columns: 3, seed: 38)
        let numbers = (0..<rows).map { 100 + features[$0, 0] * features[$0, 1] }
        let weights = isWeighted ? (0..<rows).map { Double($0 % 4 + 1) } : nil
        let data = TrainingData(features: features, answers: .numbers(numbers), weights: weights)
        let fitted = try KernelMachine(gamma: 1, components: 40, penalty: 0.1).fit(data, seed: 2)
        let machine = try #require(fitted as? KernelPredictor)
        let whole = TrainingData(
            features: machine.features.transform(features), answers: .numbers(numbers),
            weights: weights)
        let plain = try Ridge(alpha: 0.1).fit(whole, seed: 2).predict(whole.features)
        #expect(Worlds.isClose(fitted.predict(features).values, plain.values, within: 1e-9))
    }

    @Test func `the same seed gives the same bits, another seed other directions`() throws {
        let data = Worlds.clusters(rows: 80, count: 3, seed: 35)
        let learner = KernelMachine(gamma: 1, components: 20, penalty: 1)
        let first = try learner.fit(data, seed: 3).tensors
        #expect(first == (try learner.fit(data, seed: 3)).tensors)
        #expect(first != (try learner.fit(data, seed: 4)).tensors)
    }

    @Test func `one row, constant columns and far-off rows have finite answers`() throws {
        let learner = KernelMachine(gamma: 1, components: 30, penalty: 1)
        let one = TrainingData(
            features: Matrix(rows: 1, columns: 2, values: [1, 2]), answers: .numbers([7]))
        #expect(abs(try learner.fit(one, seed: 0).predict(one.features)[0, 0] - 7) < 1e-9)
        let constant = TrainingData(
            features: Matrix(rows: 6, columns: 1, repeating: 3),
            answers: .classes([0, 1, 0, 1, 0, 0], count: 3))
        let fitted = try learner.fit(constant, seed: 0)
        let prediction = fitted.predict(Matrix(rows: 2, columns: 1, values: [3, 1e300]))
        for row in 0..<2 { #expect(abs(prediction[row, 0] - 2.0 / 3) < 0.01) }
        let wide = TrainingData(
            features: Worlds.uniform(rows: 5, columns: 50, seed: 36),
            answers: .numbers([1, 2, 3, 4, 5]))
        let far = try learner.fit(wide, seed: 0)
            .predict(Matrix(rows: 1, columns: 50, repeating: 1e250))
        #expect(far[0, 0].isFinite)
        let huge = TrainingData(
            features: Matrix(rows: 2, columns: 1, values: [1e200, -1e200]),
            answers: .numbers([1, 2]))
        #expect(throws: LearnerError(.numericalFailure, "")) { try learner.fit(huge, seed: 0) }
    }

    @Test func `stored weights that do not fit the directions are refused`() throws {
        let data = Worlds.clusters(rows: 40, count: 3, seed: 37)
        let small = KernelMachine(gamma: 1, components: 5, penalty: 1)
        let large = KernelMachine(gamma: 1, components: 6, penalty: 1)
        let mixed =
            try small.fit(data, seed: 0).tensors[..<2] + large.fit(data, seed: 0).tensors[2...]
        #expect(throws: LearnerError(.badTensor, "")) {
            try Family.kernelMachine.predictor(from: Array(mixed), outputs: 3)
        }
        // No columns, so that a small file could ask for any number of components.
        let many = RandomFeatures.componentsMax + 1
        let bomb: [Tensor] = [
            .doubles("directions", [], shape: [many, 0]),
            .doubles("phases", Array(repeating: 0, count: many)),
            .doubles("weights", Array(repeating: 0, count: many)), .doubles("intercept", [0]),
        ]
        #expect(throws: LearnerError(.badTensor, "")) {
            try Family.kernelMachine.predictor(from: bomb, outputs: 1)
        }
    }
}
