import Testing

@testable import Engine

/// The last step where rows count for more or less, where predictions go one way, and where a
/// quantile is judged.
@Suite struct LastStepTermsTests {
    private static let rows = 200

    /// Two classes and two candidates: one knows the light rows, the other the heavy ones.
    private static func world() -> (labels: [Int32], candidates: [Matrix], weights: [Double]) {
        var generator = SeededGenerator(seed: 41)
        var labels: [Int32] = []
        var candidates = Array(repeating: Matrix(rows: Self.rows, columns: 2), count: 2)
        for row in 0..<Self.rows {
            let label = generator.below(2)
            labels.append(Int32(label))
            for index in candidates.indices {
                let isKnown = index == row % 2
                let own = isKnown ? 0.55 + 0.4 * generator.unit() : 0.1 + 0.8 * generator.unit()
                candidates[index][row, label] = own
                candidates[index][row, 1 - label] = 1 - own
            }
        }
        return (labels, candidates, (0..<Self.rows).map { $0 % 2 == 0 ? 1 : 3 })
    }

    /// Weights are 2 on average in every fold, and a row of theirs stands there twice, so that both
    /// tables are of one length: a penalty weighs as much beside either.
    private static let twice = (0..<Self.rows).flatMap { [$0, $0] }
    private static let repeated = (0..<Self.rows).flatMap {
        Array(repeating: $0, count: $0 % 2 == 0 ? 1 : 3)
    }

    private static func folds(_ rows: [Int]) -> Folds {
        Folds(count: 5, ids: rows.map { UInt8($0 / 2 % 5) })
    }

    private static func step(
        _ rows: [Int], _ candidates: [Matrix], _ answers: Answers, _ weights: [Double]?,
        _ metric: Metric
    ) -> LastStep {
        let own = weights.map { weights in rows.map { weights[$0] } }
        return LastStep(
            candidates.map { $0.rows(at: rows) }, answers.rows(at: rows), weights: own,
            learningWeights: own, Self.folds(rows), by: metric)
    }

    @Test(arguments: [Metric.logLoss, .areaUnderCurve, .f1, .rootMeanSquaredError])
    func `whole weights are as good as repeated rows`(metric: Metric) throws {
        let (labels, probabilities, weights) = Self.world()
        let areNumbers = metric == .rootMeanSquaredError
        let answers: Answers =
            areNumbers ? .numbers(labels.map { Double($0) }) : .classes(labels, count: 2)
        let candidates =
            areNumbers
            ? probabilities.map { matrix in
                Matrix(
                    rows: Self.rows, columns: 1, values: (0..<Self.rows).map { matrix[$0, 1] })
            } : probabilities
        let weighted = Self.step(Self.twice, candidates, answers, weights, metric)
        let repeated = Self.step(Self.repeated, candidates, answers, nil, metric)
        let plain = Self.step(Self.twice, candidates, answers, nil, metric)
        for way in areNumbers ? [.average] : LastStep.Way.allCases {
            let one = try #require(weighted.blend(way))
            let other = try #require(repeated.blend(way))
            #expect(Worlds.isClose(one.weights, other.weights, within: 1e-6))
            if case .stacked(let offsets) = one.pooling,
                case .stacked(let others) = other.pooling
            {
                #expect(Worlds.isClose(offsets, others, within: 1e-6))
            } else {
                #expect(one.pooling == other.pooling)
            }
            #expect(try one != #require(plain.blend(way)))
        }
        let (one, other) = (try #require(weighted.choose()), try #require(repeated.choose()))
        #expect(one.blend.pooling.isStack == other.blend.pooling.isStack)
        #expect(one.thresholds == other.thresholds)
    }

    @Test func `rows of weight 0 say nothing`() throws {
        let (labels, candidates, _) = Self.world()
        let weights = (0..<Self.rows).map { $0 % 4 == 3 ? 0.0 : 1 }
        let kept = weights.indices.filter { weights[$0] > 0 }
        for metric in [Metric.logLoss, .balancedAccuracy] {
            let whole = Self.step(
                Array(0..<Self.rows), candidates, .classes(labels, count: 2), weights, metric)
            let without = Self.step(kept, candidates, .classes(labels, count: 2), nil, metric)
            let (one, other) = (try #require(whole.choose()), try #require(without.choose()))
            #expect(one.blend == other.blend && one.thresholds == other.thresholds)
            #expect(one.predictions.rows(at: kept) == other.predictions)
        }
    }

    @Test func `a stack does not undo the weights of classes`() throws {
        let data = try SmallTables.flowers(rows: 150).weighing(.given([1, 9]))
        let folds = try Folds(data.answers, count: 3, seed: 1)
        var bench = Workbench(data, folds)
        let predictions = try [Recipe(.logisticRegression), Recipe(.extraTrees)].map {
            try bench.evaluate($0, metrics: [.logLoss]).predictions
        }
        let blend = try #require(bench.lastStep(predictions, by: .logLoss).blend(.stack))
        let rows = Array(0..<data.rows)
        let learned = try #require(
            Stacking.learn(predictions, data.answers, data.fittingWeights(at: rows)))
        // Sums in the order of the folds are rounded otherwise.
        #expect(Worlds.isClose(blend.weights, learned.weights, within: 1e-9))
        guard case .stacked(let offsets) = blend.pooling else {
            Issue.record("no stack")
            return
        }
        #expect(Worlds.isClose(offsets, learned.offsets, within: 1e-9))
        let plain = try #require(Stacking.learn(predictions, data.answers))
        // Without them the second class would be told to be much rarer.
        #expect(plain.offsets[1] - plain.offsets[0] < learned.offsets[1] - learned.offsets[0] - 1)
    }

    @Test func `a stack of what only rises only rises`() throws {
        var generator = SeededGenerator(seed: 43)
        let count = 240
        let x = (0..<count).map { _ in generator.unit() }
        let z = (0..<count).map { _ in generator.unit() }
        // Waves along x: nothing here goes one way by itself.
        let codes = (0..<count).map { row -> Int32 in
            let wave: Double = (4 * x[row]).truncatingRemainder(dividingBy: 1)
            let sum: Double = wave + 2 * x[row] + z[row] + generator.unit()
            return sum > 2.5 ? 1 : 0
        }
        let data = try Dataset(
            Frame(
                rows: count,
                columns: [
                    .init("x", .numeric(x)), .init("z", .numeric(z)),
                    .init(
                        "y",
                        .categorical(.init(codes: codes, levels: ["no", "yes"]))),
                ]), target: "y", task: .classification
        ).constraining([.init("x", .increasing)])
        var bench = Workbench(data, try Folds(data.answers, count: 3, seed: 1))
        let recipes = [
            Recipe(.gradientBoosting, [.init("trees", 20)]), Recipe(.extraTrees),
            Recipe(.decisionTree),
        ]
        let predictions = try recipes.map {
            try bench.evaluate($0, metrics: [.logLoss]).predictions
        }
        let stack = try #require(Stacking.learn(predictions, data.answers))
        let members = zip(recipes, stack.weights).filter { $0.1 > 0 }
        #expect(members.count > 1)
        let model = try FittedModel.fit(
            Ensemble(
                members.map { .init($0.0, weight: $0.1) }, .stacked(offsets: stack.offsets)), data)
        let steps = 400
        let grid = Frame(
            rows: steps,
            columns: [
                .init("x", .numeric((0..<steps).map { Double($0) / Double(steps) })),
                .init("z", .numeric(Array(repeating: 0.4, count: steps))),
            ])
        let values = try model.predict(grid)
        // A logarithm and its exponential keep order but for the last bits.
        for row in 1..<steps { #expect(values[row, 1] >= values[row - 1, 1] - 1e-12) }
        #expect(values[steps - 1, 1] > values[0, 1])
    }

    @Test func `of quantiles an average is made by the quantile that is judged, and no stack`()
        throws
    {
        var generator = SeededGenerator(seed: 45)
        let truth = (0..<300).map { _ in generator.unit() }
        let candidates = [0.5, 0.95].map {
            Matrix(rows: truth.count, columns: 1, repeating: $0)
        }
        let folds = try Folds(.numbers(truth), count: 3, seed: 1)
        func blend(_ quantile: Double) throws -> LastStep.Blend {
            try #require(
                LastStep(
                    candidates, .numbers(truth), folds, by: .quantileLoss, quantile: quantile
                ).choose()
            ).blend
        }
        #expect(try blend(0.5) == .init(weights: [1, 0], pooling: .plain))
        let high = try blend(0.9)
        #expect(high.pooling == .plain && abs(high.weights[1] - 0.4 / 0.45) < 0.1)
    }

    @Test func `what noise promises is not believed`() throws {
        var generator = SeededGenerator(seed: 47)
        let count = 80
        let labels = (0..<count).map { Int32($0 % 2) }
        let answers = Answers.classes(labels, count: 2)
        let prior = Matrix(rows: count, columns: 2, repeating: 0.5)
        let noise = (0..<9).map { _ in
            Matrix(
                rows: count, columns: 2,
                values: (0..<count).flatMap { _ -> [Double] in
                    let p = 0.2 + 0.6 * generator.unit()
                    return [1 - p, p]
                })
        }
        let candidates = [prior] + noise
        // On the rows that it was learned from a stack of noise is better than nothing.
        let stack = try #require(Stacking.learn(candidates, answers))
        let members = stack.weights.indices.filter { stack.weights[$0] > 0 }
        let promised = Pooling.stacked(offsets: stack.offsets).combine(
            members.map { candidates[$0] }, members.map { stack.weights[$0] }, areClasses: true)
        let nothing = try Metric.logLoss.value(answers, prior)
        #expect(try Metric.logLoss.value(answers, promised) < nothing - 0.02)
        let folds = try Folds(answers, count: 5, seed: 2)
        let choice = try #require(LastStep(candidates, answers, folds, by: .logLoss).choose())
        #expect(!choice.blend.pooling.isStack)
        // And what is said of it is no promise either.
        #expect(try Metric.logLoss.value(answers, choice.predictions) > nothing - 0.002)
    }
}

extension Pooling {
    fileprivate var isStack: Bool { if case .stacked = self { true } else { false } }
}
