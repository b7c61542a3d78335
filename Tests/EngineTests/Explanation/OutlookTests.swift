import Testing

@testable import Engine

@Suite struct OutlookTests {
    /// Months with a season and a slope, two series of them.
    private static func table(months: Int) throws -> SeriesTable {
        var csv = "month,place,y\n"
        for place in ["a", "b"] {
            for index in 0..<months {
                let (year, month) = (2000 + index / 12, index % 12 + 1)
                let value = 100 + index + (index % 12 < 6 ? 20 : 0) + (place == "b" ? 50 : 0)
                csv += "\(year)-\(month < 10 ? "0" : "")\(month)-01,\(place),\(value)\n"
            }
        }
        var plan = SeriesPlan(target: "y", time: "month")
        plan.key = "place"
        return try SeriesTable(try SmallTables.frame(csv), plan)
    }

    private static func outlook(months: Int, horizon: Int) throws -> Outlook {
        let table = try Self.table(months: months)
        var forecasts: [Forecast] = []
        var choices: [ForecastChoice] = []
        for entry in table.entries {
            let choice = try ForecastChoice(
                entry.series, horizon: horizon, recipes: [ForecastRecipe(.seasonalNaive)])
            choices.append(choice)
            forecasts.append(
                try choice.model(entry.series).forecast(try ForecastRequest(horizon: horizon)))
        }
        return Outlook(table, forecasts, choices)
    }

    @Test func `the end of each series goes on into its forecast`() throws {
        let outlook = try Self.outlook(months: 120, horizon: 12)
        #expect(outlook.series.count == 2 && outlook.omitted == 0)
        #expect(outlook.step == "1 calendar month")
        let line = outlook.series[1]
        #expect(line.name == "b")
        #expect(line.history.revealed.count == 60 && line.history.revealed.last == 100 + 119 + 50)
        #expect(line.expected.count == 12 && line.bands.map(\.level) == [0.8, 0.95])
        #expect(line.times.count == 72)
        #expect(line.times[0] == "2005-01-01" && line.times[59] == "2009-12-01")
        #expect(line.times[60] == "2010-01-01" && line.times[71] == "2010-12-01")
        let rehearsal = try #require(line.rehearsal)
        #expect(rehearsal.start == 48 && rehearsal.expected.count == 12)
        // What a season ago was, each month: twelve less than what came.
        let history = line.history.revealed
        for step in 0..<12 { #expect(rehearsal.expected[step] == history[48 + step] - 12) }
        let explanation = Explanation.forecast(outlook)
        #expect(try Explanation(decoding: explanation.encoded) == explanation)
    }

    @Test func `long forecasts and series are cut to what a chart can show`() throws {
        let outlook = try Self.outlook(months: 700, horizon: 300)
        let line = outlook.series[0]
        #expect(line.history.revealed.count == ExplanationLimits.historyMax)
        #expect(line.expected.count == ExplanationLimits.horizonMax)
        #expect(line.times.count == 600)
        _ = try Explanation(decoding: Explanation.forecast(outlook).encoded)
    }
}
