import Testing

@testable import Engine

@Suite struct FeatureRankingTests {
    /// Columns 3 and 7 tell the class; column 5 repeats 3 with noise, column 9 never varies; all
    /// else is chance.
    private static func data(rows: Int = 600) throws -> Dataset {
        var generator = SeededGenerator(seed: 4)
        var text = (0..<10).map { "x\($0)" }.joined(separator: ",") + ",y\n"
        for _ in 0..<rows {
            var values = (0..<10).map { _ in generator.unit() }
            values[5] = values[3] + generator.unit() / 2
            values[9] = 1
            let isHigh = values[3] + values[7] > 1
            text += values.map { "\($0)" }.joined(separator: ",") + ",\(isHigh ? "a" : "b")\n"
        }
        return try SmallTables.dataset(text, target: "y", .classification)
    }

    private static func order(_ data: Dataset, rows: [Int]) throws -> [Int] {
        let (encoder, training) = try Encoder.fit(
            data.features, data.answers, rows: rows, form: .ordinal)
        return try FeatureRanking.order(
            encoder, TrainingData(features: training, answers: data.answers.rows(at: rows)))
    }

    @Test func `what tells stands first, what never varies last`() throws {
        let data = try Self.data()
        let order = try Self.order(data, rows: Array(0..<data.rows))
        #expect(Set(order.prefix(2)) == [3, 7] && order.last == 9)
        #expect(order.sorted() == Array(0..<10))
    }

    @Test func `nothing of the rows held out is looked at`() throws {
        let data = try Self.data()
        let kept = Array(0..<400)
        var (labels, count): ([Int32], Int) = ([], 2)
        if case .classes(let all, let classes) = data.answers { (labels, count) = (all, classes) }
        for row in 400..<data.rows { labels[row] = 1 - labels[row] }
        let (encoder, training) = try Encoder.fit(
            data.features, .classes(labels, count: count), rows: kept, form: .ordinal)
        let other = try FeatureRanking.order(
            encoder,
            TrainingData(
                features: training, answers: Answers.classes(labels, count: count).rows(at: kept)))
        #expect(try Self.order(data, rows: kept) == other)
    }

    /// Beside a plain one: a table that has the chosen columns alone.
    @Test(arguments: [Family.gradientBoosting, .logisticRegression])
    func `a recipe of few columns is the recipe on a table of these`(family: Family) throws {
        let data = try Self.data()
        let model = try FittedModel.fit(Recipe(family, [.init("features", 2)], seed: 3), data)
        let kept = model.encoders[0].columns.filter { $0.encoding.width > 0 }.map(\.name)
        #expect(kept == ["x3", "x7"])
        let small = Frame(
            rows: data.rows, columns: data.features.columns.filter { kept.contains($0.name) })
        let form: FeatureForm = family == .gradientBoosting ? .ordinal : .dense
        let (encoder, training) = try Encoder.fit(
            small, data.answers, rows: Array(0..<data.rows), form: form)
        let plain = try Recipe(family, seed: 3).learner(for: .classification).fit(
            TrainingData(features: training, answers: data.answers), seed: 3)
        #expect(try model.predict(data.features) == plain.predict(encoder.encode(small)))
    }

    @Test func `a bundle keeps each member's own columns`() throws {
        let data = try Self.data()
        let recipes = [
            Recipe(.gradientBoosting, [.init("trees", 5)], seed: 1),
            Recipe(.gradientBoosting, [.init("trees", 5), .init("features", 3)], seed: 1),
            Recipe(.logisticRegression, [.init("features", 2)], seed: 1),
        ]
        let ensemble = Ensemble(
            [0.5, 0.25, 0.25].enumerated().map { .init(recipes[$0], weight: $1) }, .plain)
        let model = try FittedModel.fit(ensemble, data)
        #expect(model.encoders.map { $0.columns.count { $0.encoding.width > 0 } } == [9, 3, 2])
        let files = ModelBundle(.table(model), scores: [], lineage: []).files { _ in "digest" }
        let read = try ModelBundle(
            manifest: files.manifest, weights: files.weights, digest: { _ in "digest" })
        guard case .table(let again) = read.model else {
            Issue.record("another kind of model")
            return
        }
        #expect(again.members.map(\.recipe) == recipes)
        #expect(try again.predict(data.features) == model.predict(data.features))
    }

    @Test func `every fold ranks its own rows, and a trial's order changes no score`() throws {
        let data = try Self.data()
        let folds = try Folds(data.answers, count: 3, seed: 1)
        let few = Recipe(.logisticRegression, [.init("features", 2)], seed: 3)
        let all = Recipe(.logisticRegression, seed: 3)
        var first = Workbench(data, folds)
        var second = Workbench(data, folds, bytesMax: 0)
        let scores = try [few, all].map { try first.evaluate($0, metrics: [.logLoss]) }
        let again = try [all, few].map { try second.evaluate($0, metrics: [.logLoss]) }
        #expect(scores == again.reversed())
        #expect(scores[0] != scores[1])
    }
}
