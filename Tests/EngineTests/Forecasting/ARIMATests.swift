import Testing

@testable import Engine

@Suite struct ARIMATests {
    private static let logs = SmallSeries.airline.map(naturalLogarithm)
    /// Differenced by a season and by a step.
    private static let stationary = differenced(differenced(logs, lag: 12), lag: 1)

    struct Case: Sendable {
        let order: ARMAOrder
        let numbers: [Double]
        let likelihood: Double
        let forecast: [Double]
    }

    /// statsmodels 0.15, SARIMAX(w, ..., concentrate_scale=True, tolerance=0).smooth(...)
    static let cases = [
        Case(
            order: ARMAOrder(q: 1, seasonalQ: 1), numbers: [0.5, -0.8],
            likelihood: 42.95417463218936,
            forecast: [-0.038821668200768364, 0.035828740973844864, -0.08073930816196066]),
        Case(
            order: ARMAOrder(p: 2, q: 1, seasonalP: 1, seasonalQ: 1),
            numbers: [0.7, -0.3, 0.4, 0.3, 0.6], likelihood: 44.34114278392123,
            forecast: [-0.014295803670861418, -0.001073869391161018, 0.01753510694874809]),
        Case(
            order: ARMAOrder(p: 3), numbers: [0.7, -0.3, 0.4], likelihood: 24.15690927973118,
            forecast: [0.007508012917370113, 0.010537630155297538, 0.0017083043570564312]),
    ]

    @Test(arguments: cases) func `exact likelihoods and forecasts equal those of statsmodels`(
        case example: Case
    ) {
        let model = ARMA(example.order, season: 12, numbers: example.numbers)
        let outcome = ARMALikelihood.exact(model, Self.stationary)
        let n = Double(Self.stationary.count)
        let likelihood = -0.5 * (outcome.badness + n * naturalLogarithm(2 * Double.pi) + n)
        #expect(abs(likelihood - example.likelihood) < 1e-6)
        let fitted = FittedARIMA(
            model: model, mean: 0, state: outcome.state, deviation: 1, lags: [], tail: [],
            regression: .none, scale: ValueScale(isLogarithmic: false))
        let request = try? ForecastRequest(horizon: 3)
        let forecast = request.map { fitted.forecast($0).mean } ?? []
        #expect(Worlds.isClose(forecast, example.forecast, within: 1e-6))
    }

    @Test func `a filter that becomes steady agrees with the covariance of all values`() throws {
        // The naive twin: the likelihood of the whole series by its Toeplitz covariance.
        let values = SmallSeries.autoregressive(count: 60, phi: 0.6, seed: 2)
        let model = ARMA(ARMAOrder(p: 1, q: 2), season: 1, numbers: [1, 0.3, -0.2])
        let gamma = try #require(model.autocovariances(upTo: 59))
        var covariance = Matrix(rows: 60, columns: 60)
        for i in 0..<60 { for j in 0..<60 { covariance[i, j] = gamma[abs(i - j)] } }
        var solved = values
        #expect(solveInPlace(&covariance, &solved))
        // Elimination leaves pivots whose product is the determinant.
        let logs = (0..<60).reduce(0) { $0 + naturalLogarithm(abs(covariance[$1, $1])) }
        let variance = LinearAlgebra.dot(values, solved) / 60
        let outcome = ARMALikelihood.exact(model, values)
        #expect(abs(outcome.variance - variance) < 1e-7)
        #expect(abs(outcome.badness - (60 * naturalLogarithm(variance) + logs)) < 1e-5)
    }

    @Test func `conditional squares are near the exact ones, and those of the naive twin`() {
        let values = SmallSeries.autoregressive(count: 400, phi: 0.6, seed: 2)
        let model = ARMA(ARMAOrder(p: 1, seasonalQ: 1), season: 4, numbers: [0.7, 0.2])
        var errors: [Double] = []
        for t in values.indices {
            var error = values[t]
            for (i, phi) in model.ar.enumerated() where t > i { error -= phi * values[t - 1 - i] }
            for (i, theta) in model.ma.enumerated() where t > i {
                error -= theta * errors[t - 1 - i]
            }
            errors.append(error)
        }
        let squares = errors.reduce(0) { $0 + $1 * $1 } / 400
        let quick = ARMALikelihood.conditional(model, values)
        #expect(abs(quick - 400 * naturalLogarithm(squares)) < 1e-9)
        #expect(abs(quick - ARMALikelihood.exact(model, values).badness) < 5)
    }

    @Test func `coefficients of a known process are found`() throws {
        let values = SmallSeries.autoregressive(count: 800, phi: 0.7, seed: 11)
        let fitting = ARMAFitting(values, season: 1)
        let order = ARMAOrder(p: 1, hasMean: true)
        let model = fitting.model(fitting.exact(fitting.quick(order)))
        #expect(abs(model.ar[0] - 0.7) < 0.06)
        let search = ARMASearch(fitting: fitting, mayHaveMean: true)
        let best = try #require(search.best())
        let response = fitting.model(best).responses(3)
        #expect(abs(response[1] - 0.7) < 0.1 && abs(response[2] - 0.49) < 0.12)
    }

    @Test func `the airline model is fitted as statsmodels fits it`() throws {
        // statsmodels 0.15, SARIMAX(log y, (0,1,1), (0,1,1,12), simple_differencing=True): 59.569,
        // its seasonal coefficient on the unit circle, where ours stops a little before.
        let fitting = ARMAFitting(Self.stationary, season: 12)
        let result = fitting.exact(fitting.quick(ARMAOrder(q: 1, seasonalQ: 1)))
        let n = Double(Self.stationary.count)
        let outcome = fitting.outcome(result)
        let likelihood = -0.5 * (outcome.badness + n * naturalLogarithm(2 * Double.pi) + n)
        #expect(abs(likelihood - 59.569) < 0.2)
        #expect(abs(fitting.model(result).ma[0] + 0.5538) < 0.05)
    }

    @Test func `differences are undone`() {
        let values = (0..<40).map { Double($0 * $0 % 17) }
        for lags in [[], [1], [4], [4, 1], [1, 1]] {
            let reach = lags.reduce(0, +)
            let differences = lags.reduce(values) { differenced($0, lag: $1) }
            let coming = Array(differences.suffix(10))
            let tail = Array(values[(30 - reach)..<30])
            let again = integrated(coming, tail: tail, lags: lags)
            #expect(Worlds.isClose(again, Array(values[30...]), within: 1e-9))
        }
    }

    @Test func `KPSS statistics equal those of statsmodels, and tell walks from noise`() {
        // statsmodels 0.15, kpss(x, regression="c", nlags=1)[0]
        #expect(abs(UnitRoot.statistic(Self.logs) - 1.8625052164208058) < 1e-9)
        #expect(abs(UnitRoot.statistic(Self.stationary) - 0.10512712833486496) < 1e-9)
        let noise = SmallSeries.autoregressive(count: 300, phi: 0.2, seed: 3)
        #expect(UnitRoot.differences(noise) == 0)
        let walk = noise.reduce(into: [0.0]) { $0.append(($0.last ?? 0) + $1) }
        #expect(UnitRoot.differences(walk) == 1)
        #expect(UnitRoot.needsSeasonalDifference(Self.logs, season: 12))
    }

    @Test func `what an exogenous column explains is forecast with it`() throws {
        let columns = Worlds.uniform(rows: 120, columns: 1, seed: 9)
        let noise = SmallSeries.autoregressive(count: 120, phi: 0.5, seed: 6)
        let values = (0..<120).map { 10 + 30 * columns[$0, 0] + noise[$0] }
        let history = try Series(
            Array(values[..<110]),
            exogenous: columns.rows(at: Array(0..<110)))
        let model = try ForecastModel(fitting: ForecastRecipe(.arima), history)
        #expect(model.exogenousColumns == 1)
        let forecast = try model.forecast(
            ForecastRequest(horizon: 10, exogenous: columns.rows(at: Array(110..<120))))
        for (step, value) in forecast.mean.enumerated() {
            #expect(abs(value - values[110 + step]) < 4)
        }
        #expect(throws: LearnerError(.badParameter, "")) {
            try model.forecast(ForecastRequest(horizon: 10))
        }
    }

    @Test func `a long season is drawn by waves`() throws {
        let values = SmallSeries.seasonal(count: 300, season: 50, slope: 0)
        #expect(SeasonalRegression.harmonics(values, season: 50).first == 1)
        let model = try ForecastModel(
            fitting: ForecastRecipe(.arima), Series(values, season: 50))
        let forecast = try model.forecast(ForecastRequest(horizon: 50))
        for (step, value) in forecast.mean.enumerated() {
            #expect(abs(value - 50 - 5 * sineOfTurns(step, of: 50)) < 2)
        }
        let noise = SmallSeries.autoregressive(count: 300, phi: 0.5, seed: 1)
        #expect(SeasonalRegression.harmonics(noise, season: 50).count <= 1)
        // A day of hours within a week of them is the seventh harmonic.
        let days = SmallSeries.seasonal(count: 700, season: 24, slope: 0)
        #expect(SeasonalRegression.harmonics(days, season: 168).first == 7)
    }
}
