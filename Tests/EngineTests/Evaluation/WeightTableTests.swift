import Testing

@testable import Engine

/// Weights as a column of a table, and classes that count for more.
@Suite struct WeightTableTests {
    private static func table(
        _ csv: String, weight: String? = "w", task: LearningTask = .classification,
        schema: Schema? = nil, split: RowSplit? = nil
    ) throws -> Dataset {
        try Array(csv.utf8).withUnsafeBytes { bytes in
            let (table, demanding) = try Dataset.table(
                bytes: bytes, schema: try schema ?? Schema.infer(from: bytes),
                target: task == .anomalyDetection ? nil : "y", task: task, split: split,
                weight: weight)
            return try Dataset(
                table, target: task == .anomalyDetection ? nil : "y", task: task,
                schema: demanding, weight: weight)
        }
    }

    @Test func `a weight is no feature, and the model does not ask for it`() throws {
        let data = try Self.table("x,w,y\n1,2,a\n2,0,b\n3,0.5,a\n")
        #expect(data.weights(at: [2, 0, 1]) == [0.5, 2, 0])
        #expect(data.features.columns.map(\.name) == ["x"])
        #expect(data.schema.columns.map(\.name) == ["x", "y"])
        #expect(data.learned(of: [0, 1, 2]) == [0, 2])
        #expect(try Self.table("x,y\n1,a\n2,b\n", weight: nil).weights(at: [0]) == nil)
    }

    @Test(arguments: [["1.5e308", "1.5e308", "1", "3"], ["5e-324", "1e-300", "5e-324", "1e-310"]])
    func `weights beyond all measure count by their proportions`(weights: [String]) throws {
        let rows = weights.enumerated().map { "\($0),\($1),\($0 % 2 == 0 ? "a" : "b")\n" }
        let data = try Self.table("x,w,y\n" + rows.joined())
        let rowsOfAll = Array(0..<4)
        #expect(data.learned(of: rowsOfAll) == rowsOfAll)
        for classes in [ClassWeights.balanced, .given([1e-300, 1e300]), .given([0.3, 1])] {
            let fitting = try #require(
                try data.weighing(classes).fittingWeights(at: rowsOfAll))
            #expect(fitting.allSatisfy { $0 > 0 && $0.isFinite })
            let relative = relativeWeights(fitting) ?? []
            #expect(relative.allSatisfy { $0 > 0 && $0.isFinite })
        }
        let own = try #require(data.weights(at: rowsOfAll))
        #expect(own.reduce(0, +).isFinite)
        let given = weights.compactMap { Double($0) }
        let heaviest = try #require(given.max())
        for (weight, was) in zip(own, given) where was / heaviest > 1e-20 {
            let proportion = weight / (own.max() ?? 1)
            #expect(abs(proportion - was / heaviest) < 1e-12)
        }
    }

    @Test func `a weight that is none is refused by its row, and its value is not told`() throws {
        for (csv, code, words) in [
            ("x,w,y\n1,2,a\n2,-777,b\n", TableError.Code.badWeight, "row 2"),
            ("x,w,y\n1,0,a\n2,0,b\n", .badWeight, "all rows"),
            ("x,w,y\n1,2,a\n2,,b\n", .missingValue, "line 3"),
            ("x,w,y\n1,2,a\n2,777x,b\n", .badNumber, "line 3"),
            ("x,y\n1,a\n2,b\n", .missingColumn, "column w"),
        ] {
            let error = #expect(throws: TableError.self) { try Self.table(csv) }
            #expect(error?.code == code, "\(csv)")
            #expect(error?.description.contains(words) == true, "\(error!)")
            #expect(error?.description.contains("column") == true)
            #expect(error?.description.contains("777") == false)
        }
    }

    @Test func `rows that are dropped before are counted when a row is named`() throws {
        let schema = try Schema([
            .init("x", .numeric(bounds: .init(low: 0, high: nil)), remedy: .drop),
            .init("w", .numeric()), .init("y", .categorical()),
        ])
        let error = #expect(throws: TableError.self) {
            try Self.table("x,w,y\n-1,1,a\n2,1,b\n3,-1,b\n", schema: schema)
        }
        #expect(error?.description.contains("row 3") == true)
    }

    @Test func `neither the target nor what rows are split by weighs them, nor a text`() throws {
        let schema = try Schema([
            .init("x", .numeric()), .init("w", .categorical(categories: ["1", "2"])),
            .init("y", .categorical()),
        ])
        let csv = "x,w,y\n1,2,a\n2,1,b\n"
        #expect(throws: TableError.self) { try Self.table(csv, schema: schema) }
        #expect(throws: TableError.self) { try Self.table(csv, weight: "y") }
        #expect(throws: TableError.self) {
            try Self.table(csv, split: RowSplit(.group(.init("w")), .folds(2)))
        }
        let error = #expect(throws: TableError.self) {
            try Self.table(csv, task: .anomalyDetection)
        }
        #expect(error?.description.contains("anomalies take all rows alike") == true)
    }

    // MARK: What is learned and judged

    private static func weighted(
        _ data: Dataset, _ weights: [Double], _ rows: [Int]? = nil
    ) throws -> Dataset {
        let rows = rows ?? Array(0..<data.rows)
        let columns = data.features.rows(at: rows).columns
        guard case .classes(let labels, _) = data.answers else { return data }
        let names = data.classNames.map(\.revealed)
        let texts = MixedTable.categories(rows.map { names[Int(labels[$0])] })
        return try Dataset(
            Frame(rows: rows.count, columns: columns + [.init("kind", .categorical(texts))]),
            target: "kind", task: .classification,
            weighting: .init(column: "w", weights: rows.map { weights[$0] }))
    }

    @Test(arguments: [
        Family.gradientBoosting, .randomForest, .logisticRegression, .nearestNeighbors,
    ]) func `a row of weight 0 is as good as not there`(family: Family) throws {
        let flowers = try SmallTables.flowers(rows: 120)
        let weights = (0..<120).map { Double($0 % 4) }
        let all = try Self.weighted(flowers, weights)
        let some = try Self.weighted(flowers, weights, (0..<120).filter { weights[$0] > 0 })
        let recipe = Recipe(family, family == .randomForest ? [.init("trees", 5)] : [], seed: 2)
        let models = try [all, some].map { try FittedModel.fit(recipe, $0) }
        #expect(models[0].members[0].predictor.tensors == models[1].members[0].predictor.tensors)
    }

    @Test func `trials learn by the weights, and are judged by them`() throws {
        let flowers = try SmallTables.flowers(rows: 200)
        let weights = (0..<200).map { $0 % 3 == 0 ? 5.0 : 1 }
        let data = try Self.weighted(flowers, weights)
        let folds = try Folds(data.answers, count: 3, seed: 1)
        var bench = Workbench(data, folds)
        let recipe = Recipe(.naiveBayes)
        let evaluation = try bench.evaluate(recipe, metrics: [.logLoss])
        for fold in 0..<3 {
            let rows = folds.heldOut(in: fold)
            let kept = folds.kept(in: fold)
            let prepared = try bench.prepare(fold, .dense)
            let plain = TrainingData(
                features: prepared.training.features, answers: data.answers.rows(at: kept),
                weights: kept.map { weights[$0] })
            let prediction = try NaiveBayes(smoothing: 1e-9).fit(plain, seed: 0)
                .predict(prepared.heldOut)
            let score = try Metric.logLoss.value(
                data.answers.rows(at: rows), prediction, rows.map { weights[$0] })
            #expect(evaluation.scores[0].folds[fold] == score)
        }
        // An ensemble of one is that one; of two it is judged by weight as well.
        let choice = try bench.ensemble(
            of: [recipe, Recipe(.logisticRegression)], metrics: [.logLoss])
        #expect(choice.evaluation.scores[0].mean <= evaluation.scores[0].mean)
        var unweighted = Workbench(flowers, folds)
        #expect(
            try unweighted.evaluate(recipe, metrics: [.logLoss]).scores[0]
                != evaluation.scores[0])
    }

    @Test func `a fold whose rows all weigh nothing says so`() throws {
        let flowers = try SmallTables.flowers(rows: 20)
        let folds = try Folds(flowers.answers, count: 2, seed: 1)
        let weights = (0..<20).map { folds.ids[$0] == 0 ? 1.0 : 0 }
        var bench = Workbench(try Self.weighted(flowers, weights), folds)
        let error = #expect(throws: EvaluationError.self) {
            try bench.evaluate(Recipe(.baseline), metrics: [.accuracy])
        }
        #expect(error?.description == "fold 1: all rows to learn from have a weight of 0")
    }

    // MARK: Classes

    @Test func `balanced classes weigh the same together, rows' own weights included`() throws {
        let flowers = try SmallTables.flowers(rows: 90)
        guard case .classes(let labels, let count) = flowers.answers else { return }
        let own = (0..<90).map { 1 + Double($0 % 3) }
        for data in [flowers, try Self.weighted(flowers, own)] {
            let weights = try #require(
                try data.weighing(.balanced).fittingWeights(at: Array(0..<90)))
            var sums = [Double](repeating: 0, count: count)
            for (label, weight) in zip(labels, weights) { sums[Int(label)] += weight }
            #expect(sums.allSatisfy { abs($0 - sums[0]) < 1e-9 })
            // Scores are not touched: scikit-learn's convention.
            #expect(try data.weighing(.balanced).weights(at: [1, 2]) == data.weights(at: [1, 2]))
        }
        let given = try Self.weighted(flowers, own).weighing(.given([2, 0.5]))
        let product = (0..<90).map { own[$0] * (labels[$0] == 0 ? 2 : 0.5) }
        #expect(given.fittingWeights(at: Array(0..<90)) == product)
        #expect(throws: TableError.self) { try flowers.weighing(.given([1, 2, 3])) }
        #expect(try flowers.weighing(nil) == flowers)
    }

    @Test func `a rare class that counts for more is found more often`() throws {
        var generator = SeededGenerator(seed: 50)
        let numbers = (0..<400).map { _ in generator.unit() }
        let kinds = numbers.map { $0 > 0.8 && generator.unit() < 0.4 ? "rare" : "usual" }
        let frame = Frame(
            rows: 400,
            columns: [
                .init("x", .numeric(numbers)),
                .init("y", .categorical(MixedTable.categories(kinds))),
            ])
        let plain = try Dataset(frame, target: "y", task: .classification)
        let folds = try Folds(plain.answers, count: 4, seed: 1)
        for family in [Family.gradientBoosting, .logisticRegression, .extraTrees] {
            let leaf = family == .logisticRegression ? [] : [Recipe.Parameter("min_rows_leaf", 20)]
            let recalls = try [plain, plain.weighing(.balanced)].map { data in
                var bench = Workbench(data, folds)
                return try bench.evaluate(Recipe(family, leaf), metrics: [.balancedAccuracy])
                    .scores[0].mean
            }
            #expect(recalls[1] > recalls[0] + 0.1, "\(family)")
        }
    }
}
