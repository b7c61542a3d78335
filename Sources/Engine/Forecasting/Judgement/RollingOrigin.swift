/// Judges forecasters by forecasts from several origins near the end of a series, each made from
/// what lay before its origin only (Tashman 2000).
///
/// ```
/// time      ──────────────────────────────────▶
/// origin 1  ░░░░░░░░░░░░░░░░░░░░│▓▓▓▓
/// origin 2  ░░░░░░░░░░░░░░░░░░░░░░░░│▓▓▓▓           ░ history   ▓ horizon
/// origin 3  ░░░░░░░░░░░░░░░░░░░░░░░░░░░░│▓▓▓▓
/// ```
///
/// Origins lie one horizon apart, closer where the series is too short for that. Steps that nobody
/// observed judge nothing, and where there is no other behind an origin it is passed over.
package struct RollingOrigin: Equatable, Sendable {
    package let horizon: Int
    /// The lengths of the histories, ascending; at least one.
    package let origins: [Int]

    /// - Parameter historyMin: the shortest history that a forecaster is judged with.
    /// - Throws: `LearnerError` when not even one origin fits.
    package init(
        count: Int, horizon: Int, folds: Int, historyMin: Int
    ) throws(LearnerError) {
        guard horizon >= 1, folds >= 1, historyMin >= 1 else {
            throw LearnerError(
                .badParameter, "\(folds) folds of \(horizon) steps are no evaluation")
        }
        guard count - historyMin >= horizon else {
            throw LearnerError(
                .tooFewRows,
                "\(count) values are too few to hold \(horizon) steps back from a history of "
                    + "\(historyMin)")
        }
        self.horizon = horizon
        let last = count - horizon
        let room = last - historyMin
        let wanted = min(folds, room + 1)
        let stride = wanted > 1 ? max(1, min(horizon, room / (wanted - 1))) : 0
        self.origins = (0..<wanted).map { last - (wanted - 1 - $0) * stride }
    }

    /// Origins in the newer half of a series, where what is learned is like what will be; nil when
    /// it is too short for any.
    ///
    /// - Parameter horizon: steps ahead that matter; fewer are looked at where the series is short.
    /// - Throws: `LearnerError` when horizon or folds are out of range.
    package init?(
        judging series: Series, horizon: Int, folds: Int
    ) throws(LearnerError) {
        guard horizon >= 1, horizon <= ForecastLimits.horizonMax, folds >= 1 else {
            throw LearnerError(
                .badParameter, "\(folds) folds of \(horizon) steps are no evaluation")
        }
        guard series.count >= Self.countMin else { return nil }
        let history = max(4, series.count / 2)
        // A history of two seasons lets every recipe show what it makes of them.
        let seasons = min(2 * series.season + 2, series.count * 3 / 4)
        let longest = max(history, seasons)
        try self.init(
            count: series.count, horizon: min(horizon, series.count - longest), folds: folds,
            historyMin: longest)
    }

    /// Shorter series are forecast naively: whatever fits them fits by chance.
    static let countMin = 6

    /// One forecast and what came.
    package struct Fold: Equatable, Sendable {
        /// Values of the history.
        package let origin: Int
        /// Steps of the forecast whose values were observed, from 0; at least one.
        package let steps: [Int]
        /// What came at these steps.
        package let actual: [Double]
        package let forecast: Forecast
        /// The naive error in the history.
        package let scale: Double

        /// The forecast of these steps.
        var judged: Forecast {
            self.steps.count == self.forecast.mean.count
                ? self.forecast : self.forecast.at(self.steps)
        }
    }

    /// - Throws: `LearnerError` when the recipe cannot be fitted to one of the histories, naming
    ///   the fold.
    package func evaluate(
        _ recipe: ForecastRecipe, _ series: Series, levels: [Double] = [0.8, 0.95]
    ) throws(LearnerError) -> ForecastEvaluation {
        var folds: [Fold] = []
        for (index, origin) in self.origins.enumerated() {
            let steps = (0..<self.horizon).filter { series.isObserved(origin + $0) }
            guard !steps.isEmpty else { continue }
            let history = series.prefix(origin)
            do throws(LearnerError) {
                let model = try ForecastModel(fitting: recipe, history)
                let forecast = try model.forecast(
                    self.request(at: origin, of: series, levels: levels))
                folds.append(
                    Fold(
                        origin: origin, steps: steps,
                        actual: steps.map { series.values[origin + $0] }, forecast: forecast,
                        scale: ForecastMetric.scale(of: history)))
            } catch {
                throw LearnerError(error.code, "fold \(index + 1): \(error.description)")
            }
        }
        return ForecastEvaluation(folds: folds)
    }

    private func request(
        at origin: Int, of series: Series, levels: [Double]
    ) throws(LearnerError) -> ForecastRequest {
        let columns = series.exogenous
        return try ForecastRequest(
            horizon: self.horizon, levels: levels,
            exogenous: columns.columns == 0
                ? nil : columns.rows(at: Array(origin..<origin + self.horizon)))
    }

}

/// What the origins found out about a recipe.
package struct ForecastEvaluation: Equatable, Sendable {
    /// At least one.
    package let folds: [RollingOrigin.Fold]

    /// The mean of the metric over the folds.
    ///
    /// - Throws: why it is undefined in one of them.
    package func value(_ metric: ForecastMetric) throws(Metric.Undefined) -> Double {
        var sum = 0.0
        for fold in self.folds {
            sum += try metric.value(
                actual: fold.actual, forecast: fold.judged.mean, scale: fold.scale)
        }
        return sum / Double(self.folds.count)
    }

    /// How well the intervals held, level by level.
    package var intervals: [IntervalScores] {
        guard let first = self.folds.first else { return [] }
        return first.forecast.intervals.indices.map { level in
            IntervalScores(
                mean: self.folds.map {
                    IntervalScores($0.judged.intervals[level], actual: $0.actual)
                })
        }
    }
}
