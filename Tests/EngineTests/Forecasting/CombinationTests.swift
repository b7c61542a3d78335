import Testing

@testable import Engine

@Suite struct CombinationTests {
    private func forecast(_ mean: [Double], reach: Double) -> Forecast {
        Forecast(
            mean: mean,
            intervals: [
                .init(
                    level: 0.8, lower: mean.map { $0 - reach }, upper: mean.map { $0 + reach })
            ])
    }

    @Test func `steps and bounds are averaged, or their median is taken`() {
        let forecasts = [
            self.forecast([1, 10], reach: 1), self.forecast([2, 20], reach: 2),
            self.forecast([9, 90], reach: 6),
        ]
        let average = Forecast(combining: forecasts, rule: .mean)
        #expect(Worlds.isClose(average.mean, [4, 40], within: 1e-12))
        #expect(Worlds.isClose(average.intervals[0].upper, [7, 43], within: 1e-12))
        let median = Forecast(combining: forecasts, rule: .median)
        #expect(median.mean == [2, 20])
        #expect(median.intervals[0].lower == [0, 18])
    }

    @Test func `members that cannot learn are left out, and one suffices`() throws {
        let short = try Series([4, 5])
        let recipe = ForecastRecipe(
            .combination, members: [ForecastRecipe(.arima), ForecastRecipe(.naive)])
        let model = try ForecastModel(fitting: recipe, short)
        #expect(try model.forecast(ForecastRequest(horizon: 1)).mean == [5])
        #expect(throws: LearnerError(.tooFewRows, "")) {
            try ForecastModel(
                fitting: ForecastRecipe(.combination, members: [ForecastRecipe(.arima)]), short)
        }
    }

    @Test func `combinations of combinations, and members of others, are refused`() throws {
        let series = try Series([4, 5])
        let inner = ForecastRecipe(.combination)
        for recipe in [
            ForecastRecipe(.combination, members: [inner]),
            ForecastRecipe(.naive, members: [ForecastRecipe(.drift)]),
        ] {
            #expect(throws: LearnerError(.badParameter, "")) {
                try ForecastModel(fitting: recipe, series)
            }
        }
        let index = Int32(ForecasterFamily.allCases.firstIndex(of: .combination) ?? 0)
        #expect(throws: LearnerError(.badTensor, "")) {
            try ForecastModel(
                .combination,
                from: [
                    .integers("exponent", [0]), .integers("members", [index]),
                    .integers("rule", [0]),
                ])
        }
    }
}
