import Testing

@testable import Engine

@Suite struct RollingOriginTests {
    @Test func `origins lie a horizon apart, closer where there is no room`() throws {
        func origins(_ count: Int, _ folds: Int) throws -> [Int] {
            try RollingOrigin(count: count, horizon: 10, folds: folds, historyMin: 20).origins
        }
        #expect(try origins(100, 3) == [70, 80, 90])
        #expect(try origins(40, 3) == [20, 25, 30])
        #expect(try origins(31, 3) == [20, 21])
        #expect(try origins(30, 3) == [20])
        #expect(throws: LearnerError(.tooFewRows, "")) { try origins(29, 3) }
        #expect(throws: LearnerError(.badParameter, "")) { try origins(29, 0) }
    }

    @Test func `every forecast is made from what lay before its origin`() throws {
        let series = try Series((0..<30).map { Double($0 * $0) })
        let rolling = try RollingOrigin(count: 30, horizon: 4, folds: 3, historyMin: 5)
        let evaluation = try rolling.evaluate(ForecastRecipe(.naive), series)
        #expect(evaluation.folds.map(\.origin) == [18, 22, 26])
        for fold in evaluation.folds {
            #expect(
                fold.forecast.mean == Array(repeating: series.values[fold.origin - 1], count: 4))
            #expect(fold.actual == Array(series.values[fold.origin..<fold.origin + 4]))
            #expect(fold.scale == ForecastMetric.scale(of: series.prefix(fold.origin)))
        }
        let perFold = try evaluation.folds.map {
            try ForecastMetric.meanAbsoluteError.value(
                actual: $0.actual, forecast: $0.forecast.mean, scale: 1)
        }
        #expect(try evaluation.value(.meanAbsoluteError) == perFold.reduce(0, +) / 3)
        #expect(evaluation.intervals.map(\.level) == [0.8, 0.95])
    }
}
