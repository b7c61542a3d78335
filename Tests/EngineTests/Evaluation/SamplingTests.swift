import Testing

@testable import Engine

/// Recipes that are judged by some rows of each fold.
@Suite struct SamplingTests {
    private static let count = 900

    /// A tenth of the rows are of class 2, three rows of class 3.
    private static func labels() -> Answers {
        var labels = (0..<Self.count).map { Int32($0 % 2) }
        for row in stride(from: 0, to: Self.count, by: 10) { labels[row] = 2 }
        for row in 0..<3 { labels[row] = 3 }
        return .classes(labels, count: 4)
    }

    private static func bench() throws -> Workbench {
        let data = try SmallTables.flowers(rows: 240)
        return Workbench(data, try Folds(data.answers, count: 3, seed: 1))
    }

    @Test(arguments: [30, 100, 500]) func `a sample has its share of every class`(size: Int) throws
    {
        let answers = Self.labels()
        let rows = Array(stride(from: 0, to: Self.count, by: 1))
        let sample = Folds.sample(rows, size, answers, seed: 9)
        #expect(sample == sample.sorted() && Set(sample).count == sample.count)
        #expect((size...size + 4).contains(sample.count))
        guard case .classes(let labels, _) = answers.rows(at: sample),
            case .classes(let all, _) = answers
        else { return }
        for label in Int32(0)..<4 {
            let share = Double(all.count { $0 == label }) * Double(size) / Double(Self.count)
            let found = Double(labels.count { $0 == label })
            #expect(found >= 1 && abs(found - share) <= 2, "class \(label)")
        }
        #expect(sample == Folds.sample(rows, size, answers, seed: 9))
        #expect(sample != Folds.sample(rows, size, answers, seed: 10))
    }

    @Test func `all rows are a sample of no fewer`() {
        #expect(
            Folds.sample([4, 7, 9], 3, .numbers(Array(repeating: 0, count: 10)), seed: 1) == [
                4, 7, 9,
            ])
        #expect(
            Folds.sample([4, 7, 9], 2, .numbers(Array(repeating: 0, count: 10)), seed: 1).count == 2
        )
    }

    /// Beside a plain one: a fold's sample is drawn, encoded, learned from and judged by hand.
    @Test func `a sampled evaluation is that of the sampled rows`() throws {
        var bench = try Self.bench()
        let recipe = Recipe(.logisticRegression, [.init("c", 1)], seed: 3)
        let scores = try bench.evaluate(recipe, metrics: [.logLoss, .accuracy], rows: 60)
        #expect(scores.map(\.metric) == [.logLoss, .accuracy])
        let (dataset, folds) = (bench.dataset, bench.folds)
        for fold in 0..<3 {
            let kept = Folds.sample(
                folds.kept(in: fold), 60, dataset.answers, seed: UInt64(2 * fold))
            let judged = Folds.sample(
                folds.heldOut(in: fold), 60, dataset.answers, seed: UInt64(2 * fold + 1))
            #expect(Set(kept).isDisjoint(with: folds.heldOut(in: fold)))
            let (encoder, training) = try Encoder.fit(
                dataset.features, dataset.answers, rows: kept, form: .dense)
            let predictor = try recipe.learner(for: .classification).fit(
                TrainingData(features: training, answers: dataset.answers.rows(at: kept)), seed: 3)
            let prediction = predictor.predict(encoder.encode(dataset.features, rows: judged))
            #expect(
                try scores[0].folds[fold]
                    == Metric.logLoss.value(dataset.answers.rows(at: judged), prediction))
        }
    }

    @Test func `what was tried on some rows changes no score on all`() throws {
        let recipe = Recipe(.gradientBoosting, [.init("trees", 10)], seed: 3)
        var plain = try Self.bench()
        var mixed = try Self.bench()
        let few = try mixed.evaluate(recipe, metrics: [.logLoss], rows: 50)
        let all = try mixed.evaluate(recipe, metrics: [.logLoss])
        #expect(all == (try plain.evaluate(recipe, metrics: [.logLoss])))
        #expect(few[0].folds != all.scores[0].folds)
        #expect(try mixed.evaluate(recipe, metrics: [.logLoss], rows: 50) == few)
    }
}
