import Testing

@testable import Engine

@Suite struct ForecastChoiceTests {
    @Test func `candidates are ranked by their score, and the best three are combined`() throws {
        let values = SmallSeries.seasonal(count: 96, season: 4)
        let series = try Series(values, season: 4)
        let choice = try ForecastChoice(series, horizon: 8, folds: 3)
        let scores = choice.candidates.compactMap(\.score)
        #expect(scores == scores.sorted() && scores.count == choice.candidates.count)
        let combination = try #require(
            choice.candidates.first { $0.recipe.family == .combination })
        let singles = choice.candidates.filter { $0.recipe.family != .combination }
        #expect(combination.recipe.members.count == 3)
        #expect(combination.recipe.members.first == singles.first?.recipe)
        #expect(choice.metric == .meanAbsoluteScaledError)
        #expect(choice.rolling?.origins.count == 3)
        let model = try choice.model(series)
        let forecast = try model.forecast(ForecastRequest(horizon: 8))
        for (step, value) in forecast.mean.enumerated() {
            let truth: Double = 50 + 0.3 * Double(96 + step) + 5 * sineOfTurns(step % 4, of: 4)
            #expect(abs(value - truth) < 2)
        }
        // What was judged is what the fitted combination forecasts.
        let refitted = try #require(choice.rolling).evaluate(combination.recipe, series)
        let judged = try combination.outcome.get().evaluation
        for (fold, twin) in zip(judged.folds, refitted.folds) {
            #expect(Worlds.isClose(fold.forecast.mean, twin.forecast.mean, within: 1e-9))
        }
    }

    @Test func `a model that two recipes come to is combined once`() throws {
        let series = try Series(SmallSeries.autoregressive(count: 60, phi: 0.9, seed: 4))
        let choice = try ForecastChoice(
            series, horizon: 4, folds: 3,
            recipes: [
                ForecastRecipe(.naive), ForecastRecipe(.seasonalNaive), ForecastRecipe(.drift),
            ])
        let combination = choice.candidates.first { $0.recipe.family == .combination }
        #expect(combination?.recipe.members.count == 2)
    }

    @Test func `of a long history the newest values are learned from, whole seasons left out`()
        throws
    {
        let long = try Series((0..<101).map { Double($0) }, season: 4)
        #expect(long.newest(30).values == (72..<101).map { Double($0) })
        #expect(long.newest(200) == long)
        #expect(try Series([1, 2, 3], season: 4).newest(2).count == 3)
    }

    @Test func `one recipe that is clearly better is chosen alone`() throws {
        let values = (0..<60).map { Double([3, 9, 4, 1][$0 % 4]) }
        let choice = try ForecastChoice(
            Series(values, season: 4), horizon: 8, folds: 3,
            recipes: [ForecastRecipe(.naive), ForecastRecipe(.seasonalNaive)])
        #expect(choice.chosen == ForecastRecipe(.seasonalNaive))
        // The history repeats without an error, so that errors have no scale.
        #expect(choice.metric == .meanAbsoluteScaledError || choice.metric == .meanAbsoluteError)
    }

    @Test func `short, constant and huge series are forecast, horizons beyond the history too`()
        throws
    {
        let poor: [[Double]] = [
            [3], [3, 4], [1, 2, 3, 4, 5], [1, 2, 3, 4, 5, 6], Array(repeating: 7, count: 30),
            (0..<20).map { Double($0) * 1e300 / 20 }, (0..<13).map { Double($0 % 5) },
        ]
        for values in poor {
            for season in [1, 4, 12] {
                let series = try Series(values, season: season)
                let choice = try ForecastChoice(series, horizon: 40)
                let forecast = try choice.model(series).forecast(ForecastRequest(horizon: 40))
                #expect(forecast.isFinite)
                if values.count < 6 { #expect(choice.rolling == nil) }
            }
        }
    }

    @Test func `exogenous columns reach the forecast`() throws {
        let columns = Worlds.uniform(rows: 120, columns: 1, seed: 2)
        let values = (0..<120).map { 5 + 10 * columns[$0, 0] }
        let series = try Series(
            Array(values[..<110]), exogenous: columns.rows(at: Array(0..<110)))
        let choice = try ForecastChoice(series, horizon: 10, folds: 2)
        let model = try choice.model(series)
        #expect(model.exogenousColumns == 1)
        let forecast = try model.forecast(
            ForecastRequest(horizon: 10, exogenous: columns.rows(at: Array(110..<120))))
        for step in 0..<10 { #expect(abs(forecast.mean[step] - values[110 + step]) < 2) }
    }

    @Test func `settings out of range are refused`() throws {
        let series = try Series((0..<30).map { Double($0) })
        #expect(throws: LearnerError(.badParameter, "")) {
            try ForecastChoice(series, horizon: 0)
        }
        #expect(throws: LearnerError(.badParameter, "")) {
            try ForecastChoice(series, horizon: 3, folds: 0)
        }
        #expect(throws: LearnerError(.badParameter, "")) {
            try ForecastChoice(series, horizon: 3, recipes: [])
        }
    }
}
