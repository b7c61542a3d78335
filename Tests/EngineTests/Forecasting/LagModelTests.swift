import Testing

@testable import Engine

@Suite struct LagModelTests {
    @Test func `a row holds the values before, the place in the season and columns beside`() {
        let design = LagDesign(lags: [1, 3], season: 4, calendar: .indicators, exogenous: 2)
        let exogenous = Matrix(rows: 6, columns: 2, values: (0..<12).map { Double($0) })
        let data = design.rows([10, 11, 12, 13, 14], exogenous: exogenous, from: 1)
        #expect(data.answers == .numbers([13, 14]))
        // The first row tells of the fifth value of the table, which is of phase 0.
        #expect(data.features.values[..<10] == [12, 10, 1, 0, 0, 0, 8, 9, 6, 7])
        #expect(data.features.values[10...] == [13, 11, 0, 1, 0, 0, 10, 11, 8, 9])
        let whole = LagDesign(lags: [1, 4], season: 4, calendar: .none, exogenous: 1)
        let rows = whole.rows(
            [1, 2, 3, 4, 5], exogenous: Matrix(rows: 5, columns: 1, values: [5, 6, 7, 8, 9]),
            from: 0)
        #expect(rows.features.values == [4, 1, 9, 8, 5])
        for calendar in [LagDesign.Calendar.none, .waves, .phase] {
            for season in [4, 7, 365] {
                let other = LagDesign(
                    lags: [1], season: season, calendar: calendar, exogenous: 0,
                    harmonics: [2, 1])
                let rows = other.rows(
                    [1, 2, 3], exogenous: Matrix(rows: 3, columns: 0), from: 0)
                #expect(rows.features.columns == other.columns && rows.features.rows == 2)
            }
        }
    }

    @Test func `usual lags suit the season and leave more rows than columns`() {
        func lags(_ count: Int, _ season: Int, _ wanted: Int = 0, _ isDifferenced: Bool = false)
            -> Int
        {
            LagDesign.lags(
                count: count, season: season, wanted: wanted, isDifferenced: isDifferenced
            ).count
        }
        #expect(lags(200, 12) == 13 && lags(200, 12, 0, true) == 12)
        #expect(lags(30, 12) == 10)
        #expect(lags(900, 365) == 14)
        #expect(lags(90, 1) == 8 && lags(90, 1, 3) == 3)
        #expect(lags(2, 1) == 1)
    }

    @Test func `ridge recovers an autoregression and its intervals are as wide as they should be`()
        throws
    {
        let values = SmallSeries.autoregressive(count: 600, phi: 0.8, seed: 5)
        let recipe = ForecastRecipe(
            .ridgeLags, [.init("lags", 1), .init("alpha", 1e-6), .init("difference", 0)])
        let forecast = try ForecastModel(fitting: recipe, Series(values)).forecast(
            ForecastRequest(horizon: 3, levels: [0.8]))
        for step in 0..<3 {
            let decay = [0.8, 0.64, 0.512][step]
            #expect(abs(forecast.mean[step] - decay * values[599]) < 0.25)
            let spread = [1.0, 1.64, 2.0496][step].squareRoot()
            let width = forecast.intervals[0].upper[step] - forecast.intervals[0].lower[step]
            #expect(abs(width / (2 * 1.2816 * spread) - 1) < 0.15)
        }
    }

    @Test(arguments: [ForecasterFamily.ridgeLags, .boostingLags])
    func `a trend and a season are continued`(family: ForecasterFamily) throws {
        let values = SmallSeries.seasonal(count: 144, season: 12, noise: 0.3)
        let forecast = try ForecastModel(
            fitting: ForecastRecipe(family), Series(values, season: 12)
        ).forecast(ForecastRequest(horizon: 12))
        for (step, value) in forecast.mean.enumerated() {
            let truth: Double = 50 + 0.3 * Double(144 + step) + 5 * sineOfTurns(step, of: 12)
            #expect(abs(value - truth) < 2.5)
        }
    }

    @Test func `an exogenous column is used, and asked for`() throws {
        let columns = Worlds.uniform(rows: 200, columns: 1, seed: 2)
        let values = (0..<200).map { 5 + 10 * columns[$0, 0] }
        let history = try Series(
            Array(values[..<190]), exogenous: columns.rows(at: Array(0..<190)))
        let coming = columns.rows(at: Array(190..<200))
        for family in [ForecasterFamily.ridgeLags, .boostingLags] {
            let model = try ForecastModel(fitting: ForecastRecipe(family), history)
            let forecast = try model.forecast(ForecastRequest(horizon: 10, exogenous: coming))
            for step in 0..<10 { #expect(abs(forecast.mean[step] - values[190 + step]) < 1) }
            #expect(throws: LearnerError(.badParameter, "")) {
                try model.forecast(ForecastRequest(horizon: 10))
            }
        }
    }

    @Test func `logarithms are undone`() throws {
        let values = (0..<96).map { t in
            exp(Double(t) / 24) * (3 + sineOfTurns(t % 12, of: 12))
        }
        let forecast = try ForecastModel(
            fitting: ForecastRecipe(.ridgeLags, [.init("log", 1), .init("alpha", 1e-3)]),
            Series(values, season: 12)
        ).forecast(ForecastRequest(horizon: 12))
        for (step, value) in forecast.mean.enumerated() {
            let truth = exp(Double(96 + step) / 24) * (3 + sineOfTurns(step, of: 12))
            #expect(abs(value / truth - 1) < 0.05)
        }
    }
}
