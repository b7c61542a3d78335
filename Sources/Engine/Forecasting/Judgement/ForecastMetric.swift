/// How forecasts are judged, by the names that job files and leaderboards use. Less is better.
///
/// | name | what |
/// | --- | --- |
/// | mase | mean absolute error over that of the seasonal naive forecast one step ahead in the |
/// | | history (Hyndman and Koehler 2006); of the naive one where there is no season |
/// | smape | mean of 2 abs(error) / (abs(actual) + abs(forecast)), 0 to 2 (Makridakis 1993) |
/// | rmse, mae | root of the mean squared error, mean absolute error |
/// | mape | mean of the absolute error over the size of what came |
package enum ForecastMetric: String, CaseIterable, Sendable {
    case meanAbsoluteScaledError = "mase"
    case symmetricMeanAbsolutePercentageError = "smape"
    case rootMeanSquaredError = "rmse"
    case meanAbsoluteError = "mae"
    case meanAbsolutePercentageError = "mape"

    /// - Parameter scale: the error of the naive forecast in the history, for `mase`.
    /// - Throws: why the metric has no value here.
    func value(
        actual: [Double], forecast: [Double], scale: Double
    ) throws(Metric.Undefined) -> Double {
        precondition(actual.count == forecast.count, "a forecast has no actual value")
        guard !actual.isEmpty else { throw .noRows }
        guard forecast.allSatisfy(\.isFinite) else { throw .notFinite }
        let scores = NumberScores(answers: actual, predictions: forecast)
        let value: Double
        switch self {
        case .meanAbsoluteScaledError:
            guard scale > 0 else { throw .constantAnswers }
            value = scores.meanAbsoluteError / scale
        case .symmetricMeanAbsolutePercentageError:
            var sum = 0.0
            for (a, f) in zip(actual, forecast) where a != f {
                // Halves, because the sum of two large numbers may overflow.
                sum += abs(a / 2 - f / 2) / (abs(a) / 4 + abs(f) / 4)
            }
            value = sum / Double(actual.count)
        case .rootMeanSquaredError: value = scores.rootMeanSquaredError
        case .meanAbsoluteError: value = scores.meanAbsoluteError
        case .meanAbsolutePercentageError: value = try scores.meanAbsolutePercentageError()
        }
        guard value.isFinite else { throw .overflow }
        return value
    }

    /// The mean absolute difference between values one season apart, both of them observed; one
    /// step apart where that is zero or the history is too short; between any two neighbours that
    /// were observed where no two steps are one apart; 0 where every value is the same.
    static func scale(of history: Series) -> Double {
        let places = (0..<history.count).filter(history.isObserved)
        for season in [history.season, 1] {
            let later = places.filter { $0 >= season && history.isObserved($0 - season) }
            let scale = Self.meanDifference(history, later.map { ($0, $0 - season) })
            if scale > 0 { return scale }
        }
        return Self.meanDifference(history, Array(zip(places.dropFirst(), places)))
    }

    private static func meanDifference(_ series: Series, _ pairs: [(Int, Int)]) -> Double {
        pairs.reduce(0) { sum, pair in
            sum + abs(series.values[pair.0] - series.values[pair.1]) / Double(pairs.count)
        }
    }
}

/// How well the intervals of one level hold what came.
package struct IntervalScores: Equatable, Sendable {
    package let level: Double
    /// The share of steps whose value lay within; `level` is the aim.
    package let coverage: Double
    /// The mean pinball loss of both bounds (Koenker and Bassett 1978), in the series' unit.
    package let pinball: Double
    /// The mean distance of the bounds.
    package let width: Double

    /// - Requires: as many values as the interval has steps, at least one.
    init(_ interval: Forecast.Interval, actual: [Double]) {
        let count = Double(actual.count)
        var (inside, loss, width) = (0.0, 0.0, 0.0)
        let (low, high) = (0.5 - interval.level / 2, 0.5 + interval.level / 2)
        for (step, value) in actual.enumerated() {
            let (lower, upper) = (interval.lower[step], interval.upper[step])
            if value >= lower && value <= upper { inside += 1 }
            loss += max(low * (value - lower), (low - 1) * (value - lower)) / 2
            loss += max(high * (value - upper), (high - 1) * (value - upper)) / 2
            width += upper - lower
        }
        self.level = interval.level
        self.coverage = inside / count
        self.pinball = loss / count
        self.width = width / count
    }

    /// The mean over evaluations of one level.
    ///
    /// - Requires: at least one.
    init(mean scores: [IntervalScores]) {
        let count = Double(scores.count)
        self.level = scores[0].level
        self.coverage = scores.reduce(0) { $0 + $1.coverage } / count
        self.pinball = scores.reduce(0) { $0 + $1.pinball } / count
        self.width = scores.reduce(0) { $0 + $1.width } / count
    }
}
