import Testing

@testable import Engine

@Suite struct WorkbenchTests {
    private static func recipe(_ family: Family) -> Recipe {
        let takesTrees = family.parameters.contains { $0.name == "trees" }
        return Recipe(family, takesTrees ? [.init("trees", 5)] : [], seed: 3)
    }

    private static func bench(bytesMax: Int = Workbench.bytesMaxStandard) throws -> Workbench {
        let data = try SmallTables.flowers(rows: 120)
        return Workbench(data, try Folds(data.answers, count: 3, seed: 1), bytesMax: bytesMax)
    }

    @Test func `neither the order of trials nor what is cached changes a bit`() throws {
        let families = Family.allCases.filter { $0.supports(.classification) }
        let metrics = [Metric.logLoss, .areaUnderCurve, .accuracy]
        var forwards = try Self.bench()
        var backwards = try Self.bench(bytesMax: 0)
        var first: [Evaluation] = []
        var second: [Evaluation] = []
        for family in families {
            first.append(try forwards.evaluate(Self.recipe(family), metrics: metrics))
        }
        for family in families.reversed() {
            second.append(try backwards.evaluate(Self.recipe(family), metrics: metrics))
        }
        #expect(first == second.reversed())
        #expect(first.allSatisfy { $0.scores.count == 3 && $0.scores[0].folds.count == 3 })
    }

    @Test func `predictions are those of models that had not seen the row`() throws {
        var bench = try Self.bench()
        let recipe = Recipe(.naiveBayes)
        let evaluation = try bench.evaluate(recipe, metrics: [.logLoss])
        for fold in 0..<3 {
            let kept = bench.folds.kept(in: fold)
            let heldOut = bench.folds.heldOut(in: fold)
            let features = bench.dataset.features
            let encoder = try Encoder.fitted(features, .dense, rows: kept)
            let predictor = try Family.naiveBayes.learner(parameters: []).fit(
                TrainingData(
                    features: encoder.encode(features, rows: kept),
                    answers: bench.dataset.answers.rows(at: kept)),
                seed: recipe.seed)
            let expected = predictor.predict(encoder.encode(features, rows: heldOut))
            #expect(evaluation.predictions.rows(at: heldOut) == expected)
            #expect(
                try Metric.logLoss.value(bench.dataset.answers.rows(at: heldOut), expected)
                    == evaluation.scores[0].folds[fold])
        }
    }

    @Test func `of a family the best are remembered, and the best of others besides`() throws {
        var bench = try Self.bench()
        let metrics = [Metric.logLoss]
        let guess = Recipe(.baseline)
        let recipes = (0..<20).map {
            Recipe(.linearDiscriminant, [.init("shrinkage", Double($0 + 1) / 20)])
        }
        _ = try bench.evaluate(guess, metrics: metrics)
        let losses = try recipes.map { recipe in
            try bench.evaluate(recipe, metrics: metrics).scores[0].mean
        }
        let order = recipes.indices.sorted { losses[$0] < losses[$1] }
        for (rank, index) in order.enumerated() {
            let isRemembered = bench.remembered(of: recipes[index], metrics: metrics) != nil
            #expect(isRemembered == (rank < 16))
        }
        #expect(bench.remembered(of: guess, metrics: metrics) != nil)
    }

    @Test func `a model finds the truth that is in the table`() throws {
        var bench = try Self.bench()
        let metrics = [Metric.areaUnderCurve]
        let guess = try bench.evaluate(Recipe(.baseline), metrics: metrics).scores[0].mean
        let linear = try bench.evaluate(Recipe(.logisticRegression), metrics: metrics)
        #expect(guess == 0.5)
        #expect(linear.scores[0].mean > 0.9)
    }

    @Test func `a first metric without a value fails the trial, another leaves a gap`() throws {
        let frame = Frame(
            rows: 12,
            columns: [
                .init("x", .numeric((0..<12).map(Double.init))),
                .init("y", .numeric((0..<12).map { Double($0) })),
            ])
        let data = try Dataset(frame, target: "y", task: .regression)
        var bench = Workbench(data, try Folds(data.answers, count: 3, seed: 1))
        let evaluation = try bench.evaluate(
            Recipe(.ridge), metrics: [.rootMeanSquaredError, .meanAbsolutePercentageError, .r2])
        #expect(evaluation.scores.map(\.metric) == [.rootMeanSquaredError, .r2])
        #expect(
            evaluation.gaps == [.init(metric: .meanAbsolutePercentageError, reason: .zeroAnswer)])
        let error = #expect(throws: EvaluationError.self) {
            try bench.evaluate(Recipe(.ridge), metrics: [.meanAbsolutePercentageError])
        }
        #expect(error?.code == .undefinedMetric)
    }

    @Test func `a recipe that cannot be used says why`() throws {
        var bench = try Self.bench()
        let cases: [(Recipe, EvaluationError.Code)] = [
            (Recipe(.ridge), .badRecipe),
            (Recipe(.logisticRegression, [.init("depth", 1)]), .badRecipe),
            (Recipe(.logisticRegression, [.init("c", -1)]), .badRecipe),
        ]
        for (recipe, code) in cases {
            let error = #expect(throws: EvaluationError.self) {
                try bench.evaluate(recipe, metrics: [.accuracy])
            }
            #expect(error?.code == code)
            #expect((error?.description.count ?? 0) > 15)
        }
        #expect(throws: LearnerError(.unknownFamily, "")) {
            try Recipe(familyName: "oracle", [], seed: 1)
        }
    }

    @Test func `features that never vary fail the trial and name the fold`() throws {
        let csv = "x,y\n" + (0..<12).map { "1,\($0 % 2)\n" }.joined()
        let data = try SmallTables.dataset(csv, target: "y", .classification)
        var bench = Workbench(data, try Folds(data.answers, count: 3, seed: 1))
        let error = #expect(throws: EvaluationError.self) {
            try bench.evaluate(Recipe(.naiveBayes), metrics: [.accuracy])
        }
        #expect(error?.code == .unlearnable)
        #expect(error?.description.hasPrefix("fold 1: ") == true)
    }
}
