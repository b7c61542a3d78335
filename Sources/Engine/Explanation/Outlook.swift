package import Privacy

/// The end of some series, and what is forecast to follow: what a chart of a forecast is drawn
/// from.
///
/// Unlike all other explanations it holds values of the table, the newest ones of each series. They
/// are `Private`, and a forecast cannot be looked at without them.
package struct Outlook: Equatable, Sendable {
    package let series: [Line]
    /// Series that were too many to be shown.
    package let omitted: Int
    /// How far two steps lie apart, in words; nil without a time column.
    package let step: String?

    package struct Line: Equatable, Sendable {
        /// The level of the key column; nil without one.
        package let name: Private<String>?
        /// The newest values, the oldest of them first.
        package let history: Private<[Double]>
        /// The median of what is expected, one for each step after the history.
        package let expected: [Double]
        package let bands: [Band]
        /// What was forecast for the newest values when they were held back; nil where the series
        /// is too short for that.
        package let rehearsal: Rehearsal?
        /// When each step of the history and of the forecast is; empty without a time column.
        package let times: [Private<String>]

        package init(
            name: Private<String>?, history: Private<[Double]>, expected: [Double],
            bands: [Band], rehearsal: Rehearsal?, times: [Private<String>]
        ) {
            self.name = name
            self.history = history
            self.expected = expected
            self.bands = bands
            self.rehearsal = rehearsal
            self.times = times
        }
    }

    /// Bounds between which what comes lies with a probability of `level`.
    package struct Band: Equatable, Sendable {
        package let level: Double
        package let lower: [Double]
        package let upper: [Double]

        package init(level: Double, lower: [Double], upper: [Double]) {
            self.level = level
            self.lower = lower
            self.upper = upper
        }
    }

    package struct Rehearsal: Equatable, Sendable {
        /// Index in the history of the first value that was held back.
        package let start: Int
        package let expected: [Double]

        package init(start: Int, expected: [Double]) {
            self.start = start
            self.expected = expected
        }
    }

    package init(series: [Line], omitted: Int, step: String?) {
        self.series = series
        self.omitted = omitted
        self.step = step
    }

    /// - Parameters:
    ///   - forecasts: one for each entry of `table`, finite.
    ///   - choices: how each was chosen, from which the rehearsals are taken.
    package init(_ table: SeriesTable, _ forecasts: [Forecast], _ choices: [ForecastChoice]) {
        precondition(
            forecasts.count == table.entries.count && choices.count == forecasts.count,
            "a series has no forecast, or no choice")
        let shown = min(table.entries.count, ExplanationLimits.seriesMax)
        self.series = (0..<shown).map { index in
            Line(table.entries[index], table, forecasts[index], choices[index])
        }
        self.omitted = table.entries.count - shown
        self.step = table.frequency?.description
    }
}

extension Outlook.Line {
    fileprivate init(
        _ entry: SeriesTable.Entry, _ table: SeriesTable, _ forecast: Forecast,
        _ choice: ForecastChoice
    ) {
        let horizon = min(forecast.mean.count, ExplanationLimits.horizonMax)
        let values = entry.series.values
        // Enough of the past to see what the forecast goes on from, not so much as to dwarf it.
        let wanted = max(60, 4 * horizon, 3 * entry.series.season)
        let first = max(0, values.count - min(wanted, ExplanationLimits.historyMax))
        self.init(
            name: entry.key.map(\.shortened), history: Private(Array(values[first...])),
            expected: Array(forecast.mean.prefix(horizon)),
            bands: forecast.intervals.prefix(ExplanationLimits.intervalsMax).map { interval in
                Outlook.Band(
                    level: interval.level, lower: Array(interval.lower.prefix(horizon)),
                    upper: Array(interval.upper.prefix(horizon)))
            },
            rehearsal: Self.rehearsal(choice, first: first),
            times: table.frequency.map { frequency in
                let grid = TimeGrid(
                    frequency: frequency, start: entry.start,
                    endsMonths: table.endsMonths)
                return (first..<values.count + horizon).map { grid.text(of: $0) ?? "" }
            } ?? [])
    }

    /// The last of the origins that the chosen recipe was judged from, where it lies in what is
    /// shown.
    private static func rehearsal(_ choice: ForecastChoice, first: Int) -> Outlook.Rehearsal? {
        let judged = choice.candidates.first { $0.recipe == choice.chosen }
        guard let fold = (try? judged?.outcome.get())?.evaluation.folds.last,
            fold.origin >= first, fold.forecast.isFinite
        else { return nil }
        return Outlook.Rehearsal(
            start: fold.origin - first,
            expected: Array(fold.forecast.mean.prefix(ExplanationLimits.horizonMax)))
    }
}

extension SeriesBench {
    /// The end of each series and what `model`, which was made of them, expects to follow.
    ///
    /// - Throws: `EvaluationError` where it was made of others, or cannot forecast without the
    ///   coming values of other columns.
    package func outlook(of model: FittedForecasts) throws(EvaluationError) -> Outlook {
        guard model.entries.map(\.key) == self.series.entries.map(\.key) else {
            throw EvaluationError(.badRecipe, "the model was made of other series")
        }
        do throws(LearnerError) {
            var choices: [ForecastChoice] = []
            for (entry, own) in zip(self.series.entries, model.entries) {
                choices.append(
                    try ForecastChoice(
                        entry.series, horizon: self.horizon, folds: self.folds,
                        recipes: [own.recipe]))
            }
            let forecasts = try model.forecast(horizon: self.horizon, levels: [0.8, 0.95])
            return Outlook(self.series, forecasts, choices)
        } catch {
            throw EvaluationError(error)
        }
    }
}
