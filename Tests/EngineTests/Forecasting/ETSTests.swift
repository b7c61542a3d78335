import Testing

@testable import Engine

@Suite struct ETSTests {
    private let values = SmallSeries.airline.map { $0 / 128 }
    private let additive = (0..<12).map { -0.2 + 0.03 * Double($0) + 0.035 }
    /// Of mean 1.
    private let shares = (0..<12).map { (0.9 + 0.02 * Double($0)) / 1.01 }

    private func run(
        _ form: ETSForm, _ weights: ETSWeights, season: [Double]
    ) -> (likelihood: Double, forecast: [Double]) {
        let start = ETSState(level: 0.9, slope: form.trend == .none ? 0 : 0.01, season: season)
        let result = ETSFitting(form, self.values, season: max(1, season.count))
            .result(weights, start)
        let n = 48.0
        let likelihood =
            -0.5
            * (result.outcome.badness - n * naturalLogarithm(n)
                + n * naturalLogarithm(2 * Double.pi) + n)
        let request = try? ForecastRequest(horizon: 3)
        let forecast = request.map { FittedETS(result, count: 48).forecast($0).mean }
        return (likelihood, forecast ?? [])
    }

    @Test func `likelihoods and forecasts equal those of statsmodels for the same weights`() {
        // statsmodels 0.15, ETSModel(..., initialization_method="known").smooth(...)
        let plain = ETSWeights(alpha: 0.4, beta: 0.05, gamma: 0.2, phi: 1)
        let linear = self.run(
            ETSForm(error: .additive, trend: .additive, season: .additive), plain,
            season: self.additive)
        #expect(abs(linear.likelihood - 17.37369029490621) < 1e-9)
        let expected = [1.501467803011838, 1.5046473367641289, 1.5551238821509148]
        #expect(Worlds.isClose(linear.forecast, expected, within: 1e-12))
        let relative = self.run(
            ETSForm(error: .multiplicative, trend: .additive, season: .additive), plain,
            season: self.additive)
        #expect(abs(relative.likelihood - 13.812601501108578) < 1e-9)
        let damped = self.run(
            ETSForm(error: .multiplicative, trend: .damped, season: .none),
            ETSWeights(alpha: 0.4, beta: 0.05, gamma: 0, phi: 0.9), season: [])
        #expect(abs(damped.likelihood - 24.97365756415324) < 1e-9)
        let dampedExpected = [1.5159942232021182, 1.5104540874154555, 1.5054679652074592]
        #expect(Worlds.isClose(damped.forecast, dampedExpected, within: 1e-12))
        let simple = self.run(
            ETSForm(error: .multiplicative, trend: .none, season: .none),
            ETSWeights(alpha: 0.4, beta: 0, gamma: 0, phi: 1), season: [])
        #expect(abs(simple.likelihood - 26.05731948328683) < 1e-9)
    }

    @Test func `a multiplicative season follows the relative errors of its naive twin`() {
        // Hyndman et al. 2008, table 2.3. statsmodels divides by the new level, which is another
        // model, and agrees only where alpha or gamma vanish.
        var (level, season, squares, logs) = (0.9, self.shares, 0.0, 0.0)
        for (t, value) in self.values.enumerated() {
            let expected = level * season[t % 12]
            let error = (value - expected) / expected
            squares += error * error
            logs += naturalLogarithm(expected)
            level *= 1 + 0.4 * error
            season[t % 12] *= 1 + 0.2 * error
        }
        let ours = self.run(
            ETSForm(error: .multiplicative, trend: .none, season: .multiplicative),
            ETSWeights(alpha: 0.4, beta: 0, gamma: 0.2, phi: 1), season: self.shares)
        let twin = naturalLogarithm(2 * Double.pi * squares / 48) + 1
        #expect(abs(ours.likelihood - (-24 * twin - logs)) < 1e-9)
        let coming = (0..<3).map { level * season[$0] }
        #expect(Worlds.isClose(ours.forecast, coming, within: 1e-12))
    }

    @Test func `there are fifteen stable forms`() {
        #expect(ETSForm.all.count == 15)
    }

    @Test(arguments: [12, 4, 1]) func `the criterion finds the season and the trend that are there`(
        season: Int
    ) throws {
        var values = SmallSeries.seasonal(count: 120, season: season, noise: 0.5)
        if season == 1 {
            values = (0..<80).map { t in
                let noise: Double = Double(t * 37 % 11) / 11
                return 10 + Double(t) + noise
            }
        }
        let fitted = try ETS().fit(values.map { $0 / 64 }, season: max(season, 12))
        #expect((fitted.form.season != .none) == (season > 1))
        #expect(fitted.form.trend != .none)
        let request = try ForecastRequest(horizon: 12)
        let forecast = fitted.forecast(request).mean.map { $0 * 64 }
        for (step, value) in forecast.enumerated() where season > 1 {
            let wave = 5 * sineOfTurns(step % season, of: season)
            let truth: Double = 86 + 0.3 * Double(step) + wave
            #expect(abs(value - truth) < 2)
        }
    }

    @Test func `simulated intervals of a relative model lie near those of an additive one`() throws
    {
        let values = SmallSeries.autoregressive(count: 200, phi: 0.1, seed: 4).map { 1 + $0 / 100 }
        func widths(_ error: ETSForm.Error) throws -> [Double] {
            let form = ETSForm(error: error, trend: .none, season: .none)
            let interval = try ETS([form]).fit(values, season: 1)
                .forecast(ForecastRequest(horizon: 5, levels: [0.9])).intervals[0]
            return zip(interval.upper, interval.lower).map { $0 - $1 }
        }
        for (a, b) in zip(try widths(.additive), try widths(.multiplicative)) {
            #expect(abs(a / b - 1) < 0.15)
        }
    }

    @Test func `of many seasons the newest fifty are learned from`() throws {
        let old = [Double](repeating: 9, count: 301)
        let new = SmallSeries.seasonal(count: 1000, season: 4, slope: 0).map { $0 / 64 }
        let form = ETSForm(error: .additive, trend: .none, season: .additive)
        let fitted = try ETS([form]).fit(old + new, season: 4)
        #expect(fitted == (try ETS([form]).fit(new, season: 4)))
    }

    @Test func `parameters choose among the forms`() throws {
        let damped = try ForecasterFamily.ets.forecaster(parameters: [("trend", 3), ("season", 1)])
        #expect((damped as? ETS)?.forms.map(\.error) == [.additive, .multiplicative])
        let none = try ForecasterFamily.ets.forecaster(parameters: [("error", 1), ("season", 3)])
        #expect(throws: LearnerError(.badParameter, "")) {
            try none.fit(try Series([1, 2, 3]), seed: 0)
        }
    }
}
