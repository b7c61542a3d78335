import Testing

@testable import Engine

/// Detection from a table to a stored model.
@Suite struct AnomalyTaskTests {
    private static let csv: String = {
        var generator = SeededGenerator(seed: 110)
        let rows = (0..<120).map { row -> String in
            let isOdd = row % 20 == 3
            let size = Oddities.bell(&generator) + (isOdd ? 9 : 0)
            let colour = isOdd ? "green" : ["red", "blue"][generator.below(2)]
            return "\(size),\(colour),\(isOdd ? "broken" : "fine")\n"
        }
        return "size,colour,state\n" + rows.joined()
    }()

    private func dataset(_ csv: String = Self.csv) throws -> Dataset {
        try SmallTables.dataset(csv, target: "state", .anomalyDetection)
    }

    @Test func `the rarer of two values is the anomaly, whatever it is called`() throws {
        let dataset = try self.dataset()
        #expect(dataset.classNames.map(\.revealed) == ["fine", "broken"])
        guard case .flags(let flags) = dataset.answers else {
            Issue.record("a detector's answers are flags")
            return
        }
        #expect(flags.indices.allSatisfy { (flags[$0] == .anomalous) == ($0 % 20 == 3) })
        let even = try self.dataset("size,state\n1,1\n2,0\n3,0\n4,1\n")
        #expect(even.classNames.map(\.revealed) == ["0", "1"])
    }

    @Test func `a target of one value or of three is refused`() {
        for (states, code) in [("aaa", TableError.Code.oneClass), ("abc", .tooManyClasses)] {
            let csv = "size,state\n" + states.map { "1,\($0)\n" }.joined()
            let error = #expect(throws: TableError.self) { try self.dataset(csv) }
            #expect(error?.code == code)
        }
    }

    @Test func `detectors are cross-validated like any family`() throws {
        let dataset = try self.dataset()
        var bench = Workbench(dataset, try Folds(dataset.answers, count: 3, seed: 1))
        let recipe = Recipe(
            .combinedDetector, [.init("trees", 30), .init("contamination", 0.05)], seed: 4)
        let evaluation = try bench.evaluate(
            recipe, metrics: [.areaUnderCurve, .averagePrecision, .balancedAccuracy])
        #expect(evaluation.scores.count == 3)
        #expect(evaluation.scores.allSatisfy { $0.mean > 0.8 }, "\(evaluation.scores)")
        #expect(evaluation.predictions.columns == 1)
        #expect(throws: EvaluationError(.badRecipe, "")) {
            try bench.evaluate(Recipe(.randomForest), metrics: [.areaUnderCurve])
        }
    }

    @Test func `without a target what a detector is judged by is how steadily it ranks`() throws {
        let unmarked = try SmallTables.dataset(
            Self.csv.replacing(",state", with: "").replacing(",fine", with: "")
                .replacing(",broken", with: ""), target: nil, .anomalyDetection)
        var bench = Workbench(unmarked, try Folds(unmarked.answers, count: 3, seed: 1))
        let recipe = Recipe(.combinedDetector, [.init("trees", 30)], seed: 4)
        let evaluation = try bench.evaluate(recipe, metrics: [.stability])
        let score = try #require(evaluation.scores.first)
        #expect(score.metric == .stability && score.mean > 0.7 && score.mean <= 1)
        #expect(try bench.evaluate(recipe, metrics: [.stability]) == evaluation)
        #expect(throws: EvaluationError(.undefinedMetric, "")) {
            try bench.evaluate(recipe, metrics: [.areaUnderCurve])
        }
    }

    @Test(arguments: Oddities.families)
    func `a stored detector gives the same bits, and flags a table's strange row`(
        family: Family
    ) throws {
        let parameters: [Recipe.Parameter] =
            family.parameters.contains { $0.name == "trees" } ? [.init("trees", 20)] : []
        let model = try FittedModel.fit(
            Recipe(family, parameters + [.init("contamination", 0.06)], seed: 3), self.dataset())
        let files = ModelBundle(.table(model), scores: [], lineage: [])
            .files(digest: ModelBundleTests.digest)
        let bundle = try ModelBundle(
            manifest: files.manifest, weights: files.weights, digest: ModelBundleTests.digest)
        let back = try #require(bundle.model.ofTable)
        let frame = try Array("colour,size\nred,0\nblue,0.3\ngreen,9\n".utf8).withUnsafeBytes {
            try back.frame(bytes: $0, for: .prediction)
        }
        let scores = try back.predict(frame)
        #expect(try scores == model.predict(frame))
        #expect(scores.values[2] > max(scores.values[0], scores.values[1]))
        #expect(back.outputs == 1 && back.task == .anomalyDetection)
        let judged = try Array(Self.csv.utf8).withUnsafeBytes {
            try back.frame(bytes: $0, for: .scoring)
        }
        #expect(try back.answers(in: judged) == self.dataset().answers)
    }

    @Test func `without a target all columns are features, and nothing can be judged`() throws {
        let csv = "size,colour\n" + (0..<40).map { "\($0 % 7),\($0 % 3)\n" }.joined()
        let dataset = try SmallTables.dataset(csv, target: nil, .anomalyDetection)
        #expect(dataset.target == nil && dataset.features.columns.count == 2)
        #expect(dataset.answers == .flags(Array(repeating: .unknown, count: 40)))
        #expect(dataset.schema.columns.map(\.name) == ["size", "colour"])
        let model = try FittedModel.fit(Recipe(.histogramOutliers), dataset)
        let files = ModelBundle(.table(model), scores: [], lineage: [])
            .files(digest: ModelBundleTests.digest)
        let bundle = try ModelBundle(
            manifest: files.manifest, weights: files.weights, digest: ModelBundleTests.digest)
        let back = try #require(bundle.model.ofTable)
        #expect(back.target == nil && back.classNames.isEmpty)
        #expect(try back.predict(dataset.features) == model.predict(dataset.features))
        #expect(throws: TableError.self) { try back.answers(in: dataset.features) }
        var bench = Workbench(dataset, try Folds(dataset.answers, count: 2, seed: 1))
        #expect(throws: EvaluationError(.undefinedMetric, "")) {
            try bench.evaluate(Recipe(.histogramOutliers), metrics: [.areaUnderCurve])
        }
    }

    @Test(arguments: [LearningTask.classification, .regression])
    func `other tasks need a target`(task: LearningTask) {
        let error = #expect(throws: TableError.self) {
            try SmallTables.dataset("size\n1\n2\n", target: nil, task)
        }
        #expect(error?.code == .missingColumn)
    }
}
