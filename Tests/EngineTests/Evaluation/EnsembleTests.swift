import Testing

@testable import Engine

@Suite struct EnsembleTests {
    /// A target that is linear in one feature and a step in another: neither kind of model sees
    /// both well.
    private static func steps(rows: Int, seed: UInt64 = 3) throws -> Dataset {
        var generator = SeededGenerator(seed: seed)
        var columns: [[Double]] = [[], [], []]
        for _ in 0..<rows {
            let (slope, step) = (generator.unit(), generator.unit())
            columns[0].append(slope)
            columns[1].append(step)
            columns[2].append(4 * slope + (step > 0.6 ? 3 : 0) + generator.unit())
        }
        return try Dataset(
            Frame(
                rows: rows,
                columns: [
                    .init("slope", .numeric(columns[0])), .init("step", .numeric(columns[1])),
                    .init("y", .numeric(columns[2])),
                ]), target: "y", task: .regression)
    }

    private static let candidates = [
        Recipe(.extraTrees, [.init("trees", 20)], seed: 5), Recipe(.ridge, seed: 1),
        Recipe(.gradientBoosting, [.init("trees", 20)], seed: 2), Recipe(.baseline),
    ]

    private static func bench(_ dataset: Dataset, folds: Int = 3) throws -> Workbench {
        Workbench(dataset, try Folds(dataset.answers, count: folds, seed: 1))
    }

    @Test func `together candidates score better than the best of them, on new rows too`() throws {
        let dataset = try Self.steps(rows: 240)
        var bench = try Self.bench(dataset)
        let metrics = [Metric.rootMeanSquaredError, .r2]
        let (ensemble, evaluation) = try bench.ensemble(of: Self.candidates, metrics: metrics)
        let alone = try bench.evaluate(Self.candidates[0], metrics: metrics)
        #expect(ensemble.members.count > 1)
        #expect(abs(ensemble.shares.reduce(0, +) - 1) < 1e-12)
        #expect(evaluation.scores[0].mean < alone.scores[0].mean)
        #expect(evaluation.scores.map(\.metric) == metrics)

        let fresh = try Self.steps(rows: 2000, seed: 11)
        func error(_ ensemble: Ensemble) throws -> Double {
            let model = try FittedModel.fit(ensemble, dataset)
            return try metrics[0].value(fresh.answers, model.predict(fresh.features))
        }
        #expect(try error(ensemble) < error(Ensemble(of: Self.candidates[0])))
    }

    @Test func `what was evaluated before is not evaluated again, and changes nothing`() throws {
        let dataset = try SmallTables.flowers(rows: 90)
        let candidates = [
            Recipe(.gradientBoosting, [.init("trees", 10)]), Recipe(.logisticRegression),
            Recipe(.naiveBayes),
        ]
        var fresh = try Self.bench(dataset)
        let first = try fresh.ensemble(of: candidates, metrics: [.logLoss, .accuracy])
        var used = try Self.bench(dataset)
        for candidate in candidates.reversed() {
            _ = try used.evaluate(candidate, metrics: [.logLoss, .accuracy])
            _ = try used.evaluate(candidate, metrics: [.accuracy])
        }
        let second = try used.ensemble(of: candidates, metrics: [.logLoss, .accuracy])
        #expect(first.ensemble == second.ensemble)
        #expect(first.evaluation == second.evaluation)
    }

    @Test func `one that no other helps stays alone`() throws {
        var generator = SeededGenerator(seed: 4)
        let truth = (0..<60).map { _ in generator.unit() }
        let candidates = [0.001, 1].map { noise in
            Matrix(rows: 60, columns: 1, values: truth.map { $0 + noise * generator.unit() })
        }
        let answers = Answers.numbers(truth)
        let folds = try Folds(answers, count: 3, seed: 1)
        let choice = try #require(
            LastStep(candidates, answers, folds, by: .rootMeanSquaredError).choose())
        #expect(choice.blend == .init(weights: [1, 0], pooling: .plain))
    }

    @Test func `one that fails is passed over, unless it is the one to beat`() throws {
        let dataset = try SmallTables.flowers(rows: 60)
        var bench = try Self.bench(dataset)
        let best = Recipe(.gradientBoosting, [.init("trees", 30)])
        let other = Recipe(.naiveBayes)
        let impossible = Recipe(.ridge)
        let with = try bench.ensemble(
            of: [best, other, impossible, best], metrics: [.accuracy])
        let without = try bench.ensemble(of: [best, other], metrics: [.accuracy])
        #expect(with.ensemble == without.ensemble && with.evaluation == without.evaluation)
        #expect(throws: EvaluationError(.badRecipe, "")) {
            try bench.ensemble(of: [impossible, best], metrics: [.accuracy])
        }
    }

    @Test func `the greedy choice is the one that a plain loop makes`() throws {
        let answers = Answers.numbers([1, 2, 3, 4, 5, 6])
        let folds = try Folds(answers, count: 2, seed: 4)
        let candidates: [[Double]] = [
            [1.5, 2.5, 3.5, 4.5, 5.5, 6.5], [0, 1, 2, 4, 4, 5], [9, 0, 9, 0, 9, 0],
        ]
        let matrices = candidates.map { Matrix(rows: 6, columns: 1, values: $0) }
        func error(_ counts: [Int]) -> Double {
            var sum = 0.0
            for fold in 0..<2 {
                let rows = folds.heldOut(in: fold)
                for row in rows {
                    let total = zip(candidates, counts).reduce(0.0) {
                        $0 + $1.0[row] * Double($1.1)
                    }
                    let predicted = total / Double(counts.reduce(0, +))
                    sum += abs(predicted - Double(row + 1)) / Double(rows.count)
                }
            }
            return sum / 2
        }
        var counts = [1, 0, 0]
        var best = counts
        while counts.reduce(0, +) < EnsembleSelection.roundsMax {
            let tries = (0..<3).map { index in
                var tried = counts
                tried[index] += 1
                return tried
            }
            counts = try #require(tries.min { error($0) < error($1) })
            if error(best) - error(counts) > EnsembleSelection.gainMin * error(best) {
                best = counts
            }
        }
        let selection = EnsembleSelection(
            matrices, answers, parts: folds.parts, by: .meanAbsoluteError)
        #expect(selection.counts == best)
        #expect(best[1] > 0 && best[2] == 0)
    }

    @Test func `one that harms as a half may help as a part`() throws {
        let answers = Answers.numbers([0, 0, 0, 0])
        let folds = try Folds(answers, count: 2, seed: 4)
        // The second errs four times as far, the other way.
        let candidates = [[1.0, 1, 1, 1], [-4.0, -4, -4, -4]]
            .map { Matrix(rows: 4, columns: 1, values: $0) }
        let selection = EnsembleSelection(
            candidates, answers, parts: folds.parts, by: .meanAbsoluteError)
        #expect(selection.counts[0] == 4 * selection.counts[1] && selection.counts[1] > 0)
    }

    @Test func `probabilities that are too bold are cooled, and good ones left alone`() {
        var generator = SeededGenerator(seed: 8)
        var honest = Matrix(rows: 4000, columns: 2)
        var labels: [Int32] = []
        for row in 0..<honest.rows {
            let p = 0.05 + 0.9 * generator.unit()
            honest[row, 0] = 1 - p
            honest[row, 1] = p
            labels.append(generator.unit() < p ? 1 : 0)
        }
        let answers = Answers.classes(labels, count: 2)
        #expect(Temperature.best(for: honest, answers) == 1)
        var bold = honest
        bold.temper(0.5)
        let found = Temperature.best(for: bold, answers)
        #expect(abs(found - 2) < 0.15, "\(found)")
        bold.temper(2)
        for (one, other) in zip(bold.values, honest.values) { #expect(abs(one - other) < 1e-12) }
        #expect(Temperature.best(for: honest, .numbers([1])) == 1)
    }

    @Test func `what a stranger's model gives is tempered whatever it is`() {
        var wild = Matrix(
            rows: 3, columns: 2, values: [.infinity, -.infinity, .nan, 0.5, 1e308, -1e-300])
        wild.temper(2)
        for row in 0..<3 {
            #expect(wild[row, 0] >= 0 && wild[row, 1] >= 0)
            #expect(abs(wild[row, 0] + wild[row, 1] - 1) < 1e-12)
        }
    }
}

extension Folds {
    /// The rows that each holds out.
    var parts: [[Int]] { (0..<self.count).map { self.heldOut(in: $0) } }
}
