import Testing

@testable import Engine

@Suite struct ExplanationTests {
    private static func bench(_ dataset: Dataset, folds: Int = 4) throws -> Workbench {
        Workbench(dataset, try Folds(dataset.answers, count: folds, seed: 1))
    }

    private static let forest = Recipe(.extraTrees, [.init("trees", 30)], seed: 3)

    /// y = 3 a + b + noise: by permuting a column its variance comes twice into the error.
    static func plane(rows: Int) throws -> Dataset {
        var generator = SeededGenerator(seed: 9)
        var columns: [[Double]] = [[], [], [], []]
        for _ in 0..<rows {
            let (a, b, c) = (generator.unit(), generator.unit(), generator.unit())
            for (index, value) in [a, b, c].enumerated() { columns[index].append(value) }
            columns[3].append(3 * a + b + 0.2 * (generator.unit() - 0.5))
        }
        let names = ["a", "b", "c", "y"]
        return try Dataset(
            Frame(
                rows: rows,
                columns: zip(names, columns).map { .init($0, .numeric($1)) }),
            target: "y", task: .regression)
    }

    @Test func `a model is judged by the rows that are held out, and by no others`() throws {
        let data = try Self.plane(rows: 600)
        let folds = try Folds(data.answers, share: 0.25, seed: 2)
        var bench = Workbench(data, folds)
        let recipe = Recipe(.ridge)
        guard
            case .regression(let numbers, let influence) = try bench.explanation(
                of: Ensemble(of: recipe), metrics: [.rootMeanSquaredError], seed: 1),
            case .numbers(let answers) = data.answers.rows(at: folds.judged)
        else {
            Issue.record("numbers are explained as numbers")
            return
        }
        let predictions = try bench.evaluate(recipe, metrics: [.rootMeanSquaredError])
            .predictions.rows(at: folds.judged)
        #expect(
            numbers == NumberJudgement(answers: answers, predictions: predictions.values))
        #expect(numbers.rows == 150 && influence.rows == 150 && influence.folds == 1)
    }

    @Test func `importance is what theory says of a plane`() throws {
        var bench = try Self.bench(try Self.plane(rows: 4000))
        guard
            case .regression(let numbers, let influence) = try bench.explanation(
                of: Ensemble(of: Recipe(.ridge)), metrics: [.rootMeanSquaredError, .r2], seed: 1)
        else {
            Issue.record("numbers are explained as numbers")
            return
        }
        #expect(influence.importances.map(\.feature) == ["a", "b", "c"])
        #expect(influence.metric == .rootMeanSquaredError)
        #expect(influence.rows == 4000 && influence.folds == 4 && influence.omitted == 0)
        let noise = 0.04 / 12
        for (importance, slope) in zip(influence.importances, [3.0, 1.0, 0.0]) {
            let expected = (noise + 2 * slope * slope / 12).squareRoot() - noise.squareRoot()
            #expect(abs(importance.mean - expected) < 0.03 * max(expected, 0.03))
            #expect(importance.deviation >= 0 && importance.deviation < 0.02)
        }
        #expect(abs((influence.score ?? 0) - noise.squareRoot()) < 0.002)

        // Its dependence is a line of that slope.
        let dependence = try #require(influence.dependences.first)
        guard case .numbers(let places) = dependence.axis else {
            Issue.record("a number has quantiles")
            return
        }
        let (x, y) = (places.revealed, dependence.curves[0].means)
        for index in x.indices.dropFirst() {
            let slope = (y[index] - y[index - 1]) / (x[index] - x[index - 1])
            #expect(abs(slope - 3) < 0.05)
        }
        #expect(abs(x[0] - 0.02) < 0.02 && abs(x[x.count - 1] - 0.98) < 0.02)

        // Residuals are even between ±0.1, wherever the prediction lies.
        #expect(numbers.rows == 4000 && numbers.bins.count == 20)
        for (level, residual) in zip(NumberJudgement.residualLevels, numbers.residuals) {
            #expect(abs(residual - 0.2 * (level - 0.5)) < 0.01)
        }
        for bin in numbers.bins {
            #expect(bin.rows == 200 && abs(bin.predicted - bin.answer) < 0.02)
            #expect(abs(bin.residuals[0] + 0.08) < 0.02 && abs(bin.residuals[4] - 0.08) < 0.02)
        }
    }

    @Test func `what a flower's kind hangs on is found, and what it does not`() throws {
        let dataset = try SmallTables.flowers(rows: 600)
        var bench = try Self.bench(dataset)
        let evaluation = try bench.evaluate(Self.forest, metrics: [.areaUnderCurve, .accuracy])
        guard
            case .classification(let classes, let influence) = try bench.explanation(
                of: Ensemble(of: Self.forest), metrics: [.areaUnderCurve, .accuracy], seed: 1)
        else {
            Issue.record("classes are explained as classes")
            return
        }
        // The same held-out predictions that the trial was judged by.
        let right = classes.confusion[0][0] + classes.confusion[1][1]
        #expect(abs(Double(right) / 600 - evaluation.scores[1].mean) < 1e-12)
        #expect(classes.rankings.count == 1 && classes.rankings[0].place == 1)
        #expect(classes.names == ["iris", "rose"] && classes.others == 0)

        #expect(influence.importances.map(\.feature) == ["size", "colour", "height"])
        #expect(influence.importances[0].mean > 0.1)
        #expect(abs(influence.importances[2].mean) < 0.02)
        let colour = try #require(influence.dependences.first { $0.feature == "colour" })
        guard case .levels(let levels, let shares) = colour.axis else {
            Issue.record("a text has levels")
            return
        }
        #expect(abs(shares.reduce(0, +) - 1) < 1e-12 && shares == shares.sorted(by: >))
        let red = try #require(levels.firstIndex(of: "red"))
        let means = colour.curves[0].means
        #expect(colour.curves[0].place == 1 && means.max() == means[red])
    }

    @Test func `equal benches, ensembles and seeds give equal bytes`() throws {
        let dataset = try SmallTables.flowers(rows: 200)
        let ensemble = Ensemble(
            [
                .init(Self.forest, weight: 0.75),
                .init(Recipe(.logisticRegression), weight: 0.25),
            ], .average(temperature: 0.8))
        func explain(_ seed: UInt64, warm: Bool = false) throws -> [UInt8] {
            var bench = try Self.bench(dataset)
            if warm { _ = try bench.evaluate(Self.forest, metrics: [.logLoss]) }
            return try bench.explanation(of: ensemble, metrics: [.logLoss], seed: seed).encoded
        }
        #expect(try explain(1) == explain(1, warm: true))
        #expect(try explain(1) != explain(2))
    }

    @Test func `less effort looks at fewer rows of fewer folds, and finds the same`() throws {
        var bench = try Self.bench(try Self.plane(rows: 4000))
        guard
            case .regression(_, let influence) = try bench.explanation(
                of: Ensemble(of: Recipe(.ridge)), metrics: [.rootMeanSquaredError], seed: 1,
                effort: .quick)
        else { return }
        #expect(influence.rows == 1333 && influence.folds == 2)
        #expect((40...55).contains(influence.dependenceRows))
        #expect(influence.importances.map(\.feature) == ["a", "b", "c"])
    }

    @Test func `an ensemble predicts rows held out by what its members say of them`() throws {
        let dataset = try SmallTables.flowers(rows: 200)
        var bench = try Self.bench(dataset)
        let metrics = [Metric.logLoss]
        let ensemble = try bench.ensemble(
            of: [Recipe(.naiveBayes), Self.forest, Recipe(.logisticRegression)], metrics: metrics
        ).ensemble
        let parts = try ensemble.members.map {
            try bench.evaluate($0.recipe, metrics: metrics).predictions
        }
        #expect(
            try bench.heldOutPredictions(of: ensemble, metrics: metrics)
                == ensemble.pooling.combine(
                    parts, ensemble.members.map(\.weight), areClasses: true))
    }

    @Test func `models that look at features have not seen the rows that they are asked of`() throws
    {
        let dataset = try SmallTables.flowers(rows: 90)
        var bench = try Self.bench(dataset)
        var generator = SeededGenerator(seed: 1)
        let samples = try bench.heldOutSamples(
            of: Ensemble(of: Self.forest), rows: 60, folds: 5, &generator)
        #expect(samples.map(\.rows.count).reduce(0, +) == 60)
        for (fold, sample) in samples.enumerated() {
            #expect(Set(sample.rows).isSubset(of: bench.folds.heldOut(in: fold)))
            let evaluation = try bench.evaluate(Self.forest, metrics: [.accuracy])
            #expect(sample.predict() == evaluation.predictions.rows(at: sample.rows))
        }
    }

    @Test func `more classes than are shown share a row, and no row is lost`() throws {
        var generator = SeededGenerator(seed: 2)
        let rows = 2000
        let labels = (0..<rows).map { _ in
            Int32(min(39, Int(generator.unit() * generator.unit() * 44)))
        }
        var values = (0..<rows * 40).map { _ in generator.unit() / 100 }
        for row in 0..<rows { values[row * 40 + (row % 4 == 0 ? 0 : Int(labels[row]))] += 0.5 }
        let scores = ClassScores(
            labels: labels, count: 40, Matrix(rows: rows, columns: 40, values: values))
        let shown = ClassJudgement.shown(scores)
        let classes = ClassJudgement(
            scores, deciding: scores, (0..<40).map { .init("class \($0)") }, shown: shown)
        #expect(classes.names.count == 32 && classes.others == 8)
        #expect(classes.confusion.count == 33)
        #expect(classes.confusion.joined().reduce(0, +) == rows)
        #expect(classes.rankings.count == 8)
        let counts = classes.rankings.map(\.positives)
        #expect(counts == counts.sorted(by: >))
        #expect(counts[0] == labels.count { Int($0) == shown[classes.rankings[0].place] })
    }

    @Test func `anomalies are explained with flags and without`() throws {
        var generator = SeededGenerator(seed: 4)
        let rows = 400
        let strange = (0..<rows).map { $0 % 20 == 0 }
        let values = (0..<2).map { column in
            strange.map { generator.unit() + ($0 && column == 0 ? 3 : 0) }
        }
        let frame = Frame(
            rows: rows,
            columns: [
                .init("x", .numeric(values[0])), .init("z", .numeric(values[1])),
                .init("odd", .numeric(strange.map { $0 ? 1 : 0 })),
            ])
        let recipe = Ensemble(of: Recipe(.isolationForest, [.init("trees", 50)], seed: 1))
        let marked = try Dataset(frame, target: "odd", task: .anomalyDetection)
        var bench = try Self.bench(marked)
        guard
            case .anomalies(let known, let influence) = try bench.explanation(
                of: recipe, metrics: [.areaUnderCurve], seed: 1)
        else {
            Issue.record("anomalies are explained as anomalies")
            return
        }
        #expect(known.rows == rows)
        let total = known.scores.counts.reduce(0, +) + known.scores.below + known.scores.above
        #expect(total == rows)
        let flags = try #require(known.marked)
        #expect(flags.anomalies.counts.reduce(0, +) + flags.anomalies.above == 20)
        #expect(flags.confusion.joined().reduce(0, +) == rows)
        #expect(try #require(flags.ranking).areaUnderCurve > 0.99)
        #expect(influence.importances[0].feature == "x")

        let bare = try Dataset(frame.without("odd"), target: nil, task: .anomalyDetection)
        bench = try Self.bench(bare)
        guard
            case .anomalies(let unknown, let order) = try bench.explanation(
                of: recipe, metrics: [.stability], seed: 1)
        else {
            Issue.record("anomalies are explained as anomalies")
            return
        }
        #expect(unknown.marked == nil)
        #expect(order.metric == .stability && order.score == 1)
        #expect(order.importances.allSatisfy { $0.mean > 0 && $0.mean <= 2 })
    }

    @Test func `a metric without a value on these rows leaves importance out`() throws {
        var bench = try Self.bench(try Self.plane(rows: 60))
        let samples: [HeldOutSample]
        var generator = SeededGenerator(seed: 1)
        samples = try bench.heldOutSamples(
            of: Ensemble(of: Recipe(.ridge)), rows: 40, folds: 5, &generator)
        let probe = InfluenceProbe(bench.dataset, samples, by: .areaUnderCurve, .quick)
        #expect(probe.score == nil)
        #expect(probe.importance(of: 0, &generator) == nil)
    }

    @Test func `of too many features those are looked at that go with what is predicted`() throws {
        let plane = try Self.plane(rows: 300)
        var generator = SeededGenerator(seed: 3)
        let noise = (0..<40).map { index in
            Frame.Column("noise \(index)", .numeric((0..<300).map { _ in generator.unit() }))
        }
        let columns = noise[..<20] + plane.features.columns + noise[20...]
        guard case .numbers(let answers) = plane.answers else { return }
        let dataset = try Dataset(
            Frame(rows: 300, columns: columns + [.init("y", .numeric(answers))]), target: "y",
            task: .regression)
        var bench = try Self.bench(dataset)
        let samples = try bench.heldOutSamples(
            of: Ensemble(of: Recipe(.ridge)), rows: 300, folds: 5, &generator)
        let probe = InfluenceProbe(dataset, samples, by: .rootMeanSquaredError, .quick)
        let screened = probe.screened(most: 3, outputs: [0])
        #expect(screened.count == 3 && screened.contains(20) && screened.contains(21))
        #expect(probe.screened(most: 43, outputs: [0]) == Array(0..<43))
    }

    @Test func `nothing that it holds of the table is written by accident`() throws {
        var bench = try Self.bench(try SmallTables.flowers(rows: 100))
        let explanation = try bench.explanation(
            of: Ensemble(of: Self.forest), metrics: [.accuracy], seed: 1)
        var text = String(reflecting: explanation) + "\(explanation)"
        dump(explanation, to: &text)
        for word in ["iris", "rose", "red", "blue"] { #expect(!text.contains("\"\(word)\"")) }
    }

    @Test(arguments: [(14, 1428), (100, 200), (500, 200), (3, 5000), (0, 5000)])
    func `more features are looked at on fewer rows`(features: Int, rows: Int) {
        #expect(InfluenceEffort.thorough.rows(features: features) == rows)
    }
}
