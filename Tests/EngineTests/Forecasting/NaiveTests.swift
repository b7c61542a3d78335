import Testing

@testable import Engine

@Suite struct NaiveTests {
    private func forecast(
        _ kind: NaiveForecaster.Kind, _ series: Series, horizon: Int
    ) throws -> Forecast {
        try NaiveForecaster(kind).fit(series, seed: 0)
            .forecast(ForecastRequest(horizon: horizon, levels: [0.8]))
    }

    @Test func `the last value, season or step is repeated`() throws {
        let series = try Series([1, 5, 2, 6, 4, 7], season: 2)
        #expect(try self.forecast(.last, series, horizon: 2).mean == [7, 7])
        #expect(try self.forecast(.lastSeason, series, horizon: 3).mean == [4, 7, 4])
        let drift = try self.forecast(.drift, series, horizon: 2).mean
        #expect(Worlds.isClose(drift, [8.2, 9.4], within: 1e-12))
    }

    @Test func `intervals widen with the square root of the errors that add up`() throws {
        let series = try Series([1, 5, 2, 6, 4, 7], season: 2)
        let naive = try self.forecast(.last, series, horizon: 4).intervals[0]
        let widths = zip(naive.upper, naive.lower).map { $0 - $1 }
        #expect(abs(widths[3] / widths[0] - 2) < 1e-12)
        let seasonal = try self.forecast(.lastSeason, series, horizon: 3).intervals[0]
        let seasonalWidths = zip(seasonal.upper, seasonal.lower).map { $0 - $1 }
        #expect(abs(seasonalWidths[1] - seasonalWidths[0]) < 1e-12)
        #expect(abs(seasonalWidths[2] / seasonalWidths[0] - 2.0.squareRoot()) < 1e-12)
        // Squared errors of the last four: 1, 1, 4, 1.
        let reach = 2 * 1.2815515655446004 * (7.0 / 4).squareRoot()
        #expect(abs(seasonalWidths[0] - reach) < 1e-12)
    }

    @Test(arguments: [NaiveForecaster.Kind.last, .lastSeason, .drift])
    func `one value and a history shorter than a season suffice`(
        kind: NaiveForecaster.Kind
    ) throws {
        #expect(try self.forecast(kind, Series([3], season: 12), horizon: 2).mean == [3, 3])
        let two = try self.forecast(kind, Series([3, 4], season: 12), horizon: 20)
        #expect(two.isFinite)
    }
}
