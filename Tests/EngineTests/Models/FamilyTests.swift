import Testing

@testable import Engine

@Suite struct FamilyTests {
    @Test func `names are what job files say`() {
        #expect(
            Family.allCases.map(\.rawValue) == [
                "baseline", "ridge", "logistic_regression", "naive_bayes", "k_nearest_neighbors",
                "random_forest", "extra_trees", "gradient_boosting", "multilayer_perceptron",
                "elastic_net", "linear_discriminant", "linear_svm", "kernel_machine",
                "decision_tree", "isolation_forest", "nearest_neighbor_distance",
                "local_outlier_factor", "hbos", "principal_components", "elliptic_envelope",
                "autoencoder", "combined_detector",
            ])
    }

    @Test(arguments: Family.allCases) func `defaults lie in their ranges, and both ends are valid`(
        family: Family
    ) throws {
        for range in family.parameters {
            #expect(range.contains(range.standard) && range.low < range.high)
            _ = try family.learner(parameters: [(range.name, range.low)])
            _ = try family.learner(parameters: [(range.name, range.high)])
        }
        #expect(Set(family.parameters.map(\.name)).count == family.parameters.count)
    }

    @Test(arguments: Family.allCases) func `what is out of range names its range`(
        family: Family
    ) throws {
        for range in family.parameters {
            for value in [range.low.nextDown, range.high.nextUp, .nan, .infinity, -.infinity] {
                let error = #expect(throws: LearnerError.self) {
                    try family.learner(parameters: [(range.name, value)])
                }
                #expect(error?.code == .badParameter)
                #expect(error?.description.contains(range.sentence) == true)
            }
        }
    }

    @Test func `fractions of whole numbers, unknown names and repeats are refused`() {
        #expect(throws: LearnerError(.badParameter, "")) {
            try Family.randomForest.learner(parameters: [("trees", 10.5)])
        }
        #expect(throws: LearnerError(.unknownParameter, "")) {
            try Family.ridge.learner(parameters: [("c", 1)])
        }
        #expect(throws: LearnerError(.unknownParameter, "")) {
            try Family.baseline.learner(parameters: [("alpha", 1)])
        }
        #expect(throws: LearnerError(.badParameter, "")) {
            try Family.ridge.learner(parameters: [("alpha", 1), ("alpha", 1)])
        }
    }

    /// A family fitted to a small world of each task that it supports.
    private func fitted(_ family: Family) throws -> [(any Predictor, TrainingData)] {
        let steps = Worlds.steps(rows: 60, seed: 70)
        let worlds: [(LearningTask, TrainingData)] = [
            (.regression, TrainingData(features: steps.features, answers: .numbers(steps.numbers))),
            (.classification, Worlds.clusters(rows: 60, count: 2, seed: 71)),
            (.classification, Worlds.clusters(rows: 60, count: 3, seed: 72)),
            (.anomalyDetection, Oddities.unlabelled(steps.features)),
        ]
        let small = family.parameters.contains { $0.name == "trees" } ? [("trees", 5.0)] : []
        let learner = try family.learner(parameters: small)
        return try worlds.filter { family.supports($0.0) }.map { task, data in
            (try learner.fit(data, seed: 9), data)
        }
    }

    @Test(arguments: Family.allCases)
    func `a predictor read from its tensors predicts the same bits`(
        family: Family
    ) throws {
        for (predictor, data) in try self.fitted(family) {
            let again = try family.predictor(
                from: predictor.tensors, outputs: data.answers.outputs)
            #expect(again.tensors == predictor.tensors)
            #expect(again.columns == predictor.columns)
            #expect(again.predict(data.features) == predictor.predict(data.features))
            #expect(predictor.columns == data.features.columns || predictor.columns == nil)
        }
    }

    @Test(arguments: Family.allCases)
    func `a tensor that is missing, doubled or misshapen is refused`(
        family: Family
    ) throws {
        for (predictor, data) in try self.fitted(family) {
            let tensors = predictor.tensors
            func refuses(_ tensors: [Tensor], outputs: Int? = nil) {
                #expect(throws: LearnerError(.badTensor, "")) {
                    try family.predictor(
                        from: tensors, outputs: outputs ?? data.answers.outputs)
                }
            }
            refuses([])
            refuses(tensors + [Tensor(name: "more", shape: [1], values: .u8([1]))])
            refuses(tensors, outputs: data.answers.outputs + 3)
            refuses(tensors, outputs: 0)
            for (index, tensor) in tensors.enumerated() {
                var changed = tensors
                changed.remove(at: index)
                refuses(changed)
                refuses(tensors + [tensor])
                changed = tensors
                changed[index] = Tensor(name: tensor.name, shape: [1, 1, 1], values: .u8([1]))
                refuses(changed)
                changed[index] = Tensor(
                    name: tensor.name, shape: tensor.shape + [2], values: tensor.values)
                refuses(changed)
                changed[index] = Tensor(
                    name: tensor.name, shape: [.max, .max], values: tensor.values)
                refuses(changed)
                guard case .f64(var values) = tensor.values, !values.isEmpty else { continue }
                values[0] = .nan
                changed[index] = Tensor(
                    name: tensor.name, shape: tensor.shape, values: .f64(values))
                refuses(changed)
            }
        }
    }

    @Test(arguments: [1e-200, 1, 1e150]) func `numbers of any size are learned`(
        size: Double
    ) throws {
        let steps = Worlds.steps(rows: 200, seed: 73)
        let data = TrainingData(
            features: steps.features, answers: .numbers(steps.numbers.map { $0 * size }))
        let families: [Family] = [
            .nearestNeighbors, .randomForest, .extraTrees, .gradientBoosting, .multilayerPerceptron,
            .decisionTree,
        ]
        for family in families {
            let learner = try family.learner(parameters: [])
            let prediction = try learner.fit(data, seed: 0).predict(data.features)
            let relative = Matrix(
                rows: 200, columns: 1, values: prediction.values.map { $0 / size })
            #expect(Worlds.meanSquare(relative, steps.numbers) < 3)
        }
    }

    @Test func `a task that a family cannot learn is refused by its learner too`() throws {
        let numbers = TrainingData(
            features: Worlds.eight, answers: .numbers(Array(repeating: 0, count: 8)))
        for family in Family.allCases where !family.supports(.regression) {
            let learner = try family.learner(parameters: [])
            #expect(throws: LearnerError(.unsupportedTask, "")) {
                try learner.fit(numbers, seed: 0)
            }
        }
    }
}
