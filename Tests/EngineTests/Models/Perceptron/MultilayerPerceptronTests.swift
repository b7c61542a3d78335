import Testing

@testable import Engine

@Suite struct MultilayerPerceptronTests {
    private func learner(
        _ change: (inout MultilayerPerceptron.Settings) -> Void = { _ in }
    ) -> MultilayerPerceptron {
        var settings = MultilayerPerceptron.Settings()
        settings.units = 16
        settings.epochs = 80
        settings.learningRate = 0.02
        change(&settings)
        return MultilayerPerceptron(settings)
    }

    /// Whether two columns have the same sign, of which no straight line knows anything.
    private static func signs(rows: Int, seed: UInt64) -> TrainingData {
        var features = Worlds.uniform(rows: rows, columns: 3, seed: seed)
        for index in features.values.indices { features.values[index] -= 0.5 }
        let labels = (0..<rows).map { Int32(features[$0, 0] * features[$0, 1] > 0 ? 1 : 0) }
        return TrainingData(features: features, answers: .classes(labels, count: 2))
    }

    @Test(arguments: [1, 2, 3]) func `what no line can tell apart is learned`(layers: Int) throws {
        let (train, test) = (Self.signs(rows: 800, seed: 81), Self.signs(rows: 300, seed: 82))
        let prediction = try self.learner { $0.layers = layers }.fit(train, seed: 1)
            .predict(test.features)
        #expect(Worlds.accuracy(prediction, test.answers.labels) > 0.9)
        for row in 0..<300 { #expect(abs(prediction[row, 0] + prediction[row, 1] - 1) < 1e-12) }
    }

    @Test func `several classes and numbers are learned`() throws {
        let data = Worlds.clusters(rows: 600, count: 4, seed: 83)
        let test = Worlds.clusters(rows: 300, count: 4, seed: 84)
        let prediction = try self.learner().fit(data, seed: 1).predict(test.features)
        #expect(Worlds.accuracy(prediction, test.answers.labels) > 0.72)
        let (steps, rest) = (Worlds.steps(rows: 1000, seed: 85), Worlds.steps(rows: 300, seed: 86))
        let numbers = TrainingData(features: steps.features, answers: .numbers(steps.numbers))
        let fitted = try self.learner().fit(numbers, seed: 1)
        // The variance of the answers is about 5.
        #expect(Worlds.meanSquare(fitted.predict(rest.features), rest.numbers) < 1)
    }

    @Test func `the same seed gives the same bits, another seed other weights`() throws {
        let data = Worlds.clusters(rows: 100, count: 3, seed: 87)
        let first = try self.learner { $0.epochs = 3 }.fit(data, seed: 3).tensors
        #expect(first == (try self.learner { $0.epochs = 3 }.fit(data, seed: 3)).tensors)
        #expect(first != (try self.learner { $0.epochs = 3 }.fit(data, seed: 4)).tensors)
    }

    @Test func `a single row, constant columns and many columns have sane answers`() throws {
        let one = TrainingData(
            features: Matrix(rows: 1, columns: 2, values: [1, 2]), answers: .numbers([7]))
        #expect(abs(try self.learner().fit(one, seed: 0).predict(one.features)[0, 0] - 7) < 1e-6)
        let constant = TrainingData(
            features: Matrix(rows: 60, columns: 1, repeating: 0),
            answers: .numbers((0..<60).map { Double($0) }))
        let mean = try self.learner().fit(constant, seed: 0).predict(constant.features)[0, 0]
        #expect(abs(mean - 29.5) < 8)
        let wide = TrainingData(
            features: Worlds.uniform(rows: 10, columns: 40, seed: 88),
            answers: .classes((0..<10).map { Int32($0 % 2) }, count: 3))
        let prediction = try self.learner().fit(wide, seed: 0).predict(wide.features)
        #expect(Worlds.accuracy(prediction, wide.answers.labels) == 1)
        #expect(prediction.values.allSatisfy { $0.isFinite && $0 >= 0 })
    }

    @Test func `a class without rows is hardly ever expected, a class alone nearly always`() throws
    {
        let some = Worlds.clusters(rows: 200, count: 2, seed: 89)
        let data = TrainingData(
            features: some.features, answers: .classes(some.answers.labels, count: 3))
        let prediction = try self.learner().fit(data, seed: 0).predict(data.features)
        #expect((0..<200).allSatisfy { prediction[$0, 2] < 0.05 })
        let alone = TrainingData(
            features: some.features, answers: .classes(Array(repeating: 1, count: 200), count: 2))
        #expect(try self.learner().fit(alone, seed: 0).predict(some.features)[3, 1] > 0.95)
    }

    @Test func `learning much too fast gives an error or a sane model, never NaN`() throws {
        let data = Worlds.clusters(rows: 100, count: 2, seed: 90)
        let hasty = self.learner {
            $0.learningRate = 1
            $0.weightDecay = 10
        }
        guard let fitted = try? hasty.fit(data, seed: 0) else { return }
        #expect(fitted.predict(data.features).values.allSatisfy { $0.isFinite })
    }

    @Test func `stored edges and widths that contradict each other are refused`() throws {
        let data = Worlds.clusters(rows: 60, count: 2, seed: 91)
        let tensors = try self.learner { $0.epochs = 1 }.fit(data, seed: 0).tensors
        func refuses(_ name: String, _ values: Tensor.Values, shape: [Int]) {
            let changed = tensors.map { tensor in
                tensor.name == name ? Tensor(name: name, shape: shape, values: values) : tensor
            }
            #expect(throws: LearnerError(.badTensor, "")) {
                try Family.multilayerPerceptron.predictor(from: changed, outputs: 2)
            }
        }
        refuses("edge_counts", .i32([17, 17, 17, -17]), shape: [4])
        refuses("edge_counts", .i32([17, 17, 17, 1]), shape: [4])
        refuses("edge_counts", .i32([.max, .max, 17, 17]), shape: [4])
        refuses("edges", .f64(Array(repeating: 1, count: 68)), shape: [68])
        refuses("widths", .i32([68, -1, 16, 2]), shape: [4])
        refuses("widths", .i32([.max, 16, 16, 2]), shape: [4])
        refuses("widths", .i32([]), shape: [0])
        // Valid, but every row would become half a million numbers and one.
        let many = PerceptronInputs.widthMax + 1
        let edges = (0..<many).map { Double($0) }
        let bomb =
            tensors.filter { !$0.name.hasPrefix("edge") } + [
                .integers("edge_counts", [Int32(many), 0]), .doubles("edges", edges),
            ]
        #expect(throws: LearnerError(.badTensor, "")) {
            try Family.multilayerPerceptron.predictor(from: bomb, outputs: 2)
        }
    }
}
