import Testing

@testable import Engine

@Suite struct ThetaTests {
    @Test func `a line is continued with half its slope beyond the last level`() throws {
        let series = try Series((0..<40).map { 3 + 2 * Double($0) })
        let forecast = try Theta().fit(series, seed: 0).forecast(ForecastRequest(horizon: 3)).mean
        // With alpha near 1 the level is the last value, 81.
        #expect(Worlds.isClose(forecast, [82, 83, 84], within: 0.02))
        let line = try Theta(theta: 1).fit(series, seed: 0).forecast(ForecastRequest(horizon: 2))
        #expect(abs(line.mean[1] - line.mean[0]) < 1e-9)
    }

    @Test func `a significant season is taken out and put back`() throws {
        let values = SmallSeries.seasonal(count: 96, season: 12, slope: 0.1, noise: 0.2)
        let fitted = try Theta().fit(try Series(values, season: 12), seed: 0)
        let forecast = fitted.forecast(try ForecastRequest(horizon: 12)).mean
        for (step, value) in forecast.enumerated() {
            let truth = 50 + 0.1 * Double(96 + step) + 5 * sineOfTurns(step, of: 12)
            #expect(abs(value - truth) < 1.5)
        }
        #expect((fitted as? FittedTheta)?.kind == .multiplicative)
    }

    @Test func `forecasts lie near those of statsmodels`() throws {
        // statsmodels 0.15, ThetaModel(y, period=12, use_test=False).fit().forecast(3)
        let fitted = try Theta(season: 3).fit(try Series(SmallSeries.airline, season: 12), seed: 0)
        let forecast = fitted.forecast(try ForecastRequest(horizon: 3)).mean
        let theirs = [195.3823389617379, 204.97903778270904, 228.4755694445253]
        for (ours, value) in zip(forecast, theirs) { #expect(abs(ours / value - 1) < 0.01) }
    }
}
