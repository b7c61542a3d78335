import Testing

@testable import Engine

/// Recipes judged on all series of a table, and the model that is made of them.
@Suite struct SeriesBenchTests {
    /// Series under keys, one row a month; `change` may set what else the plan says.
    static func bench(
        _ series: [(key: String, values: [Double])], horizon: Int = 3, folds: Int = 4,
        _ change: (inout SeriesPlan) -> Void = { _ in }
    ) throws -> SeriesBench {
        let rows = series.flatMap { series in
            series.values.enumerated().map { place, value in
                "\(2001 + place / 12)-\(place % 12 < 9 ? "0" : "")\(place % 12 + 1),"
                    + "\(series.key),\(value),\(place % 5)\n"
            }
        }
        var plan = SeriesPlan(target: "y", time: "t")
        plan.key = "k"
        change(&plan)
        return try Self.bench("t,k,y,x\n" + rows.joined(), plan, horizon, folds)
    }

    static func bench(
        _ csv: String, _ plan: SeriesPlan, _ horizon: Int, _ folds: Int = 4
    ) throws -> SeriesBench {
        try Array(csv.utf8).withUnsafeBytes { bytes in
            let schema = try Schema.infer(from: bytes)
            return try SeriesBench(
                try CSVReader(bytes).table(schema), plan, schema: schema, horizon: horizon,
                folds: folds)
        }
    }

    private static let long = SmallSeries.airline
    private static let metrics: [ForecastMetric] = [.meanAbsoluteScaledError, .meanAbsoluteError]

    // MARK: Judging

    @Test func `the score of a recipe is the mean over series of that over origins`() throws {
        let other = SmallSeries.seasonal(count: 40, season: 12)
        let bench = try Self.bench([("a", Self.long), ("b", other)]) { $0.season = 12 }
        let recipe = ForecastRecipe(.theta)
        let scores = try bench.evaluate(recipe, metrics: Self.metrics)
        var expected = [0.0, 0]
        for values in [Self.long, other] {
            let series = try Series(values, season: 12)
            let rolling = try #require(try RollingOrigin(judging: series, horizon: 3, folds: 4))
            let evaluation = try rolling.evaluate(recipe, series)
            for (place, metric) in Self.metrics.enumerated() {
                expected[place] += try evaluation.value(metric) / 2
            }
        }
        #expect(scores.map(\.metric) == Self.metrics)
        for (score, value) in zip(scores, expected) {
            #expect(abs(score.value - value) < 1e-12 * value)
        }
    }

    @Test func `where a series is too short for a recipe the naive forecast stands in`() throws {
        let short = ("b", [3.0, 5, 4, 6, 5, 7, 6])
        let bench = try Self.bench([("a", Self.long), short]) { $0.season = 1 }
        let alone = try Self.bench([short]) { $0.season = 1 }
        let long = try Self.bench([("a", Self.long)]) { $0.season = 1 }
        let recipe = ForecastRecipe(.boostingLags)
        #expect(throws: EvaluationError.self) {
            try alone.evaluate(recipe, metrics: Self.metrics)
        }
        let naive = try alone.evaluate(ForecastRecipe(.naive), metrics: Self.metrics)[1].value
        let boosted = try long.evaluate(recipe, metrics: Self.metrics)[1].value
        let both = try bench.evaluate(recipe, metrics: Self.metrics)[1].value
        #expect(abs(both - (naive + boosted) / 2) < 1e-12 * both)
    }

    @Test func `a recipe that is wrong is an error, whatever the series`() throws {
        let bench = try Self.bench([("a", Self.long)])
        let error = #expect(throws: EvaluationError.self) {
            try bench.evaluate(
                ForecastRecipe(.theta, [.init("depth", 3)]), metrics: Self.metrics)
        }
        #expect(error?.code == .badRecipe)
        let constant = try Self.bench([("a", [Double](repeating: 4, count: 30))])
        let undefined = #expect(throws: EvaluationError.self) {
            try constant.evaluate(ForecastRecipe(.naive), metrics: Self.metrics)
        }
        #expect(undefined?.code == .undefinedMetric)
    }

    @Test func `what makes no series that can be judged is refused, saying why`() throws {
        func error(
            _ values: [Double], horizon: Int, _ change: (inout SeriesPlan) -> Void = { _ in }
        ) -> SeriesError? {
            #expect(throws: SeriesError.self) {
                try Self.bench([("a", values)], horizon: horizon, change)
            }
        }
        let horizon = error([1, 2, 3, 4, 5, 6, 7], horizon: 7)
        #expect(horizon?.code == .badHorizon)
        #expect(horizon?.description.contains("the longest has 7") == true)
        #expect(error([1, 2, 3, 4], horizon: 1)?.code == .noValues)
        #expect(error([1], horizon: 1)?.code == .wrongFrequency)
        let many = (0...ForecastLimits.seriesMax).map { ("k\($0)", [1.0, 2]) }
        #expect(throws: SeriesError(.tooMany, column: "k", "")) { try Self.bench(many) }
    }

    // MARK: The model

    /// Random walks: nothing forecasts them better than their last value, but by luck.
    @Test func `the luckiest recipe on a few origins makes way for what serves all`() throws {
        let recipes = [ForecasterFamily.naive, .seasonalNaive, .drift, .theta].map {
            ForecastRecipe($0)
        }
        var errors = (alone: 0.0, among: 0.0)
        var trials: [ForecastTrials] = []
        let walks = try (0..<40).map { seed in
            var sum = 100.0
            let values = SmallSeries.autoregressive(count: 60, phi: 0, seed: UInt64(seed)).map {
                sum += $0
                return sum
            }
            return try Series(values, season: 7)
        }
        for walk in walks {
            trials.append(
                try ForecastTrials(
                    walk.prefix(50), horizon: 10, folds: 2, metric: .meanAbsoluteError,
                    recipes: recipes))
        }
        #expect(ForecastMerits([trials[0]]) == nil)
        let merits = try #require(ForecastMerits(trials))
        #expect(merits.ofRecipes.count == 4)
        for (walk, trials) in zip(walks, trials) {
            func error(_ merits: ForecastMerits?) throws -> Double {
                let model = try ForecastChoice(trials, among: merits).model(walk.prefix(50))
                let forecast = try model.forecast(ForecastRequest(horizon: 10))
                return try ForecastMetric.meanAbsoluteError.value(
                    actual: Array(walk.values[50...]), forecast: forecast.mean, scale: 1)
            }
            errors.alone += try error(nil)
            errors.among += try error(merits)
        }
        #expect(errors.among < 0.98 * errors.alone, "\(errors)")
    }

    @Test func `each series gets what serves it best, and the shares say how much`() throws {
        let other = SmallSeries.autoregressive(count: 60, phi: 0.5, seed: 3)
        let bench = try Self.bench([("a", Self.long), ("b", other)]) { $0.season = 12 }
        let recipes = [ForecastRecipe(.naive), ForecastRecipe(.theta), ForecastRecipe(.ets)]
        let choice = try bench.model(of: recipes, metrics: Self.metrics)
        #expect(abs(choice.shares.reduce(0, +) - 1) < 1e-12)
        let singles = try recipes.map { try bench.evaluate($0, metrics: Self.metrics)[0].value }
        #expect(choice.scores[0].value <= singles.min() ?? 0)
        let forecasts = try choice.model.forecast(horizon: 3, levels: [0.8])
        for (index, values) in [Self.long, other].enumerated() {
            let single = try ForecastChoice(
                try Series(values, season: 12), horizon: 3, folds: 4, recipes: recipes)
            let model = try single.model(try Series(values, season: 12))
            let expected = try model.forecast(ForecastRequest(horizon: 3, levels: [0.8]))
            #expect(forecasts[index] == expected)
        }
    }

    @Test func `one recipe alone is fitted to all, and has no score to tell`() throws {
        let bench = try Self.bench([("a", Self.long), ("b", [1, 2])])
        let choice = try bench.model(of: [ForecastRecipe(.boostingLags)], metrics: Self.metrics)
        #expect(choice.scores.isEmpty && choice.shares == [1])
        let families = choice.model.entries.map(\.recipe.family)
        #expect(families == [.boostingLags, .naive])
    }
}
