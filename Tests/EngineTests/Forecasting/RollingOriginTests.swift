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

    @Test func `what nobody observed judges nothing`() throws {
        // Of days in pairs the second is missing.
        let values = (0..<31).map { $0 % 2 == 0 ? Double($0 * $0) : .nan }
        let series = try Series(
            filling: values, season: 1, exogenous: Matrix(rows: 31, columns: 0))
        let rolling = try RollingOrigin(count: 31, horizon: 1, folds: 6, historyMin: 5)
        let naive = try rolling.evaluate(ForecastRecipe(.naive), series)
        #expect(naive.folds.map(\.origin) == [26, 28, 30])
        for fold in naive.folds {
            let (last, here) = (Double(fold.origin - 2), Double(fold.origin))
            #expect(fold.forecast.mean == [last * last] && fold.actual == [here * here])
            // The only neighbours that were observed lie two steps apart.
            let differences = stride(from: 2, to: here, by: 2).map { 4 * $0 - 4 }
            let mean = differences.reduce(0, +) / Double(differences.count)
            #expect(abs(fold.scale - mean) < 1e-9 * mean)
        }
        let longer = try RollingOrigin(count: 31, horizon: 4, folds: 2, historyMin: 5)
        let drift = try longer.evaluate(ForecastRecipe(.drift), series)
        #expect(drift.folds.map(\.steps) == [[1, 3], [1, 3]])
        #expect(drift.folds.map(\.forecast.mean.count) == [4, 4])
        let errors = drift.folds.map { fold in
            zip(fold.steps, fold.actual).reduce(0) {
                $0 + abs(fold.forecast.mean[$1.0] - $1.1) / 2
            }
        }
        #expect(try drift.value(.meanAbsoluteError) == (errors[0] + errors[1]) / 2)
        #expect(drift.intervals.allSatisfy { $0.width.isFinite })
    }
}
