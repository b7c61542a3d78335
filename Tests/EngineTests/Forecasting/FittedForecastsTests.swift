import Testing

@testable import Engine

/// A stored model of series, and the tables that it is asked about.
@Suite struct FittedForecastsTests {
    private static func model(
        _ csv: String, _ recipes: [ForecastRecipe] = [ForecastRecipe(.drift)],
        _ change: (inout SeriesPlan) -> Void = { _ in }
    ) throws -> FittedForecasts {
        var plan = SeriesPlan(target: "y", time: "t")
        change(&plan)
        return try SeriesBenchTests.bench(csv, plan, 2)
            .model(of: recipes, metrics: [.meanAbsoluteError]).model
    }

    /// Numbers 1, 2, … whose drift goes on.
    private static func rows(_ times: [String]) -> String {
        "t,y\n" + times.enumerated().map { "\($0.element),\($0.offset + 1)\n" }.joined()
    }

    private static func steps(
        _ model: FittedForecasts, _ csv: String, for purpose: FittedModel.Purpose = .prediction
    ) throws -> ComingSteps {
        try Array(csv.utf8).withUnsafeBytes { bytes in
            try model.steps(of: try model.frame(bytes: bytes, for: purpose))
        }
    }

    // MARK: Times

    @Test(arguments: [
        (["2024-01", "2024-02", "2024-03", "2024-04", "2024-05", "2024-06"], "2024-07-01"),
        (
            ["2023-11-30", "2023-12-31", "2024-01-31", "2024-02-29", "2024-03-31", "2024-04-30"],
            "2024-05-31"
        ),
        (
            ["2023-01-30", "2023-02-28", "2023-03-30", "2023-04-30", "2023-05-30", "2023-06-30"],
            "2023-07-30"
        ),
        (["2024-Q1", "2024-Q2", "2024-Q3", "2024-Q4", "2025-Q1", "2025-Q2"], "2025-07-01"),
        (["1", "2", "3", "4", "5", "6"], "7"),
        (["0.1", "0.2", "0.3", "0.4", "0.5", "0.6"], "0.7"),
        (
            [0, 1, 2, 3, 4, 5].map { "2024-02-28T\(18 + $0):30:00Z" },
            "2024-02-29T00:30:00"
        ),
        (
            ["2024-02-24", "2024-02-25", "2024-02-26", "2024-02-27", "2024-02-28", "2024-02-29"],
            "2024-03-01"
        ),
    ]) func `the next step is told as a table would spell it`(times: [String], next: String)
        throws
    {
        // Days that differ tell of months to whoever knows.
        let model = try Self.model(Self.rows(times)) {
            $0.frequency = times[1] == "2023-02-28" ? .months(1) : nil
        }
        #expect(model.time(of: 1, in: 0)?.revealed == next)
        let steps = try Self.steps(model, "t\n\(next)\n")
        #expect(steps.places.map(\.step) == [1] && steps.horizons == [1])
    }

    @Test func `rows without times are steps in their order`() throws {
        let csv = "y\n" + (1...8).map { "\($0)\n" }.joined()
        let model = try Self.model(csv) { $0.time = nil }
        #expect(model.time(of: 1, in: 0) == nil)
        #expect(try Self.steps(model, "y\n9\n10\n", for: .scoring).places.map(\.step) == [1, 2])
    }

    // MARK: Coming rows

    private static let months = (1...12).map { "2024-\($0 < 10 ? "0" : "")\($0)" }

    private static func keyed() throws -> FittedForecasts {
        let rows = months.enumerated().flatMap { place, month in
            ["\(month),a,\(place + 1)\n", "\(month),b,\(100 - place)\n"]
        }
        return try Self.model("t,k,y\n" + rows.joined()) { $0.key = "k" }
    }

    @Test func `rows of any order are answered with their own series and step`() throws {
        let model = try Self.keyed()
        let steps = try Self.steps(model, "k,t\nb,2025-02\na,2025-03\nb,2025-01\n")
        #expect(steps.places.map(\.entry) == [1, 0, 1])
        #expect(steps.places.map(\.step) == [2, 3, 1])
        let forecasts = try model.forecast(steps, levels: [0.9])
        #expect(forecasts.map { $0?.mean.map { $0.rounded() } } == [[13, 14, 15], [88, 87]])
    }

    @Test func `scores are the mean over series, and rows without a target say nothing`() throws {
        let model = try Self.keyed()
        let steps = try Self.steps(
            model, "k,t,y\na,2025-01,14\na,2025-02,\nb,2025-01,85\n", for: .scoring)
        let scores = model.scores(steps, try model.forecast(steps, levels: []))
        let values = Dictionary(uniqueKeysWithValues: scores.map { ($0.metric, $0.value) })
        #expect(abs((values[.meanAbsoluteError] ?? 0) - 2) < 1e-9)
        #expect(abs((values[.meanAbsoluteScaledError] ?? 0) - 2) < 1e-9)
    }

    @Test(arguments: [
        ("k,t\na,2024-12\n", SeriesError.Code.notFuture, 1),
        ("k,t\na,2025-01\nc,2025-01\n", .unknownKey, 2),
        ("k,t\na,2025-01\na,2025-01\n", .duplicateTime, 2),
        ("k,t\na,2025-01-15\n", .offGrid, 1),
        ("k,t\na,9999-01\n", .badHorizon, 1),
        ("k,t\na,\n", .missingTime, 1),
    ]) func `a row that is no coming step is named`(
        csv: String, code: SeriesError.Code, row: Int
    ) throws {
        let model = try Self.keyed()
        let error = #expect(throws: SeriesError.self) { try Self.steps(model, csv) }
        #expect(error?.code == code && error?.row == row, "\(String(describing: error))")
    }

    @Test func `other columns are needed for every step, where a forecaster looks at them`()
        throws
    {
        let rows = (1...30).map { "\($0),\(3 * ($0 % 4) + $0 % 2),\($0 % 4)\n" }
        let model = try Self.model("t,y,x\n" + rows.joined(), [ForecastRecipe(.ridgeLags)]) {
            $0.exogenous = ["x"]
        }
        #expect(model.needsExogenous)
        #expect(throws: LearnerError.self) { try model.forecast(horizon: 1, levels: []) }
        let steps = try Self.steps(model, "x,t\n0,32\n3,31\n")
        #expect(steps.exogenous[0].values == [3, 0])
        #expect(try model.forecast(steps, levels: [0.5])[0]?.mean.count == 2)
        for (csv, row) in [("x,t\n0,32\n", 1), ("x,t\n3,31\n,32\n", 2)] {
            let error = #expect(throws: SeriesError.self) { try Self.steps(model, csv) }
            #expect(error?.code == .missingFuture && error?.row == row)
        }
        let blind = try Self.model("t,y,x\n" + rows.joined(), [ForecastRecipe(.naive)]) {
            $0.exogenous = ["x"]
        }
        #expect(try Self.steps(blind, "t\n31\n").places.map(\.step) == [1])
    }

    // MARK: Storage

    @Test(arguments: ForecasterFamily.allCases)
    func `a model that was stored forecasts the same bits`(family: ForecasterFamily) throws {
        let bench = try SeriesBenchTests.bench([
            ("a", SmallSeries.airline), ("b", SmallSeries.seasonal(count: 40, season: 12)),
        ]) { $0.exogenous = ["x"] }
        let recipe =
            family == .combination
            ? ForecastRecipe(
                .combination, members: [ForecastRecipe(.theta), ForecastRecipe(.ridgeLags)])
            : ForecastRecipe(family, seed: .max)
        let model = try bench.model(of: [recipe], metrics: [.meanAbsoluteError]).model
        let files = ModelBundle(
            .series(model), scores: [.init("mase", 0.75)], lineage: [.init("data", "d")]
        ).files(digest: ModelBundleTests.digest)
        let back = try ModelBundle(
            manifest: files.manifest, weights: files.weights, digest: ModelBundleTests.digest)
        #expect(back.files(digest: ModelBundleTests.digest) == files)
        guard case .series(let stored) = back.model else {
            Issue.record("it came back as a model of rows")
            return
        }
        #expect(stored.columns == model.columns && stored.grid == model.grid)
        let future = (1...3).map { "2005-0\($0),a,1\n2004-0\($0 + 4),b,0\n" }.joined()
        let steps = try Self.steps(stored, "t,k,x\n" + future)
        #expect(try stored.forecast(steps, levels: [0.8]) == model.forecast(steps, levels: [0.8]))
    }

    @Test(arguments: [
        (#""horizon": 2"#, #""horizon": 0"#), (#""step": 1"#, #""step": 0"#),
        (#""unit": "months""#, #""unit": "moons""#), (#""start": 1704067200.0"#, #""start": 1e18"#),
        (#""count": 12"#, #""count": 0"#), (#""key": "a""#, #""key": "b""#),
        (#""key": "k""#, #""key": null"#), (#""target": "y""#, #""target": "t""#),
        (#""family": "drift""#, #""family": "ets""#), (#""scale": 1"#, #""scale": -1"#),
    ]) func `what does not fit together is refused`(part: String, other: String) throws {
        let files = ModelBundle(.series(try Self.keyed()), scores: [], lineage: [])
            .files { _ in "same" }
        let text = String(decoding: files.manifest, as: UTF8.self)
        let changed = text.replacing(part, with: other, maxReplacements: 1)
        #expect(changed != text, "\(part) is nowhere in the manifest: \(text)")
        #expect(throws: ArtifactError.self) {
            try ModelBundle(manifest: Array(changed.utf8), weights: files.weights) { _ in "same" }
        }
    }
}
