import Testing

@testable import Engine

@Suite struct ForecastMetricTests {
    private let actual = [3.0, -1, 2, 7]
    private let forecast = [2.5, 0, 2, 8]

    private func value(_ metric: ForecastMetric, scale: Double = 1.25) throws -> Double {
        try metric.value(actual: self.actual, forecast: self.forecast, scale: scale)
    }

    @Test func `metrics have the values of their definitions`() throws {
        #expect(try self.value(.meanAbsoluteError) == 0.625)
        #expect(try self.value(.meanAbsoluteScaledError) == 0.5)
        #expect(try self.value(.rootMeanSquaredError) == 0.75)
        let smape = try self.value(.symmetricMeanAbsolutePercentageError)
        #expect(abs(smape - (1 / 5.5 + 2 + 0 + 2.0 / 15) / 4) < 1e-15)
        let expected = (0.5 / 3 + 1 + 0 + 1.0 / 7) / 4
        #expect(abs(try self.value(.meanAbsolutePercentageError) - expected) < 1e-15)
    }

    @Test func `what has no value says why`() {
        #expect(throws: Metric.Undefined.constantAnswers) {
            try self.value(.meanAbsoluteScaledError, scale: 0)
        }
        #expect(throws: Metric.Undefined.zeroAnswer) {
            try ForecastMetric.meanAbsolutePercentageError.value(
                actual: [0], forecast: [1], scale: 1)
        }
        #expect(throws: Metric.Undefined.overflow) {
            try ForecastMetric.rootMeanSquaredError.value(
                actual: [1e300], forecast: [-1e300], scale: 1)
        }
        #expect(throws: Metric.Undefined.notFinite) {
            try ForecastMetric.meanAbsoluteError.value(actual: [0], forecast: [.nan], scale: 1)
        }
    }

    @Test func `the scale is the error of the seasonal naive forecast`() throws {
        #expect(ForecastMetric.scale(of: try Series([1, 2, 4, 8], season: 2)) == 4.5)
        #expect(ForecastMetric.scale(of: try Series([1, 2, 1, 2], season: 2)) == 1)
        #expect(ForecastMetric.scale(of: try Series([5, 5, 5])) == 0)
        #expect(ForecastMetric.scale(of: try Series([5])) == 0)
    }

    @Test func `intervals are scored by coverage, width and pinball loss`() {
        let interval = Forecast.Interval(level: 0.8, lower: [0, 0], upper: [2, 2])
        let scores = IntervalScores(interval, actual: [1, 3])
        #expect(scores.coverage == 0.5 && scores.width == 2)
        // By hand: (0.1 × 1 + 0.1 × 1) / 2 for the first, (0.1 × 3 + 0.9 × 1) / 2 for the second.
        #expect(abs(scores.pinball - (0.1 + 0.6) / 2) < 1e-15)
    }

    @Test func `quantiles of the normal distribution equal SciPy's`() {
        // scipy.stats.norm.ppf, SciPy 1.17
        for (p, x) in [
            (0.5, 0.0), (0.6, 0.2533471031357997), (0.975, 1.959963984540054),
            (0.05, -1.6448536269514729), (0.9995, 3.2905267314919255), (1e-10, -6.361340902404056),
        ] { #expect(abs(normalQuantile(p) - x) <= 4e-15 * max(1, abs(x))) }
    }
}
