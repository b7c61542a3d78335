package import Privacy

/// A model that forecasts: what was learned of each series, up to its last step.
package struct FittedForecasts: Sendable {
    package let columns: Columns
    /// Of these columns.
    package let schema: Schema
    /// Nil where the table has no column of times.
    let grid: Grid?
    /// Steps ahead that it was judged by; it forecasts more or fewer as well.
    package let horizon: Int
    /// Never empty; of distinct keys.
    package let entries: [Entry]

    /// What the columns of a table are to it.
    package struct Columns: Equatable, Sendable {
        package let target: String
        package let time: String?
        package let key: String?
        package let exogenous: [String]

        init(target: String, time: String?, key: String?, exogenous: [String]) {
            self.target = target
            self.time = time
            self.key = key
            self.exogenous = exogenous
        }

        init(_ plan: SeriesPlan) {
            self.init(
                target: plan.target, time: plan.time, key: plan.key, exogenous: plan.exogenous)
        }
    }

    /// How the steps of all series lie in time.
    struct Grid: Equatable, Sendable {
        let frequency: Frequency
        /// See `TimeGrid`.
        let endsMonths: Bool

        func steps(from start: Double) -> TimeGrid {
            TimeGrid(frequency: self.frequency, start: start, endsMonths: self.endsMonths)
        }
    }

    /// One series.
    package struct Entry: Sendable {
        /// Nil where the table has no column of keys.
        package let key: Private<String>?
        /// The time of its first value.
        let start: Double
        /// Values that were learned from.
        package let count: Int
        /// Steps after which its pattern repeats.
        let season: Int
        /// The error of naive forecasts in the history, for scaled errors.
        let scale: Double
        package let recipe: ForecastRecipe
        let model: ForecastModel
    }

    /// How a table is read that it was learned from: what was refused then is not there.
    package var plan: SeriesPlan {
        var plan = SeriesPlan(target: self.columns.target, time: self.columns.time)
        plan.key = self.columns.key
        plan.exogenous = self.columns.exogenous
        plan.frequency = self.grid?.frequency
        plan.duplicates = .averaged
        let seasons = Set(self.entries.map(\.season))
        // One that was found in each series is found again.
        plan.season = seasons.count == 1 ? seasons.first : nil
        return plan
    }

    // MARK: Coming steps

    /// The time of a step after the last that was learned from, as a table would spell it; nil
    /// where there are no times.
    ///
    /// - Parameter step: from 1.
    package func time(of step: Int, in entry: Int) -> Private<String>? {
        let series = self.entries[entry]
        return self.grid?.steps(from: series.start).text(of: series.count + step - 1)
    }

    /// Whether forecasts need the coming values of other columns.
    package var needsExogenous: Bool {
        self.entries.contains { $0.model.exogenousColumns > 0 }
    }

    /// The coming steps of every series, where that takes no other columns.
    package func forecast(
        horizon: Int, levels: [Double]
    ) throws(LearnerError) -> [Forecast] {
        let request = try ForecastRequest(horizon: horizon, levels: levels)
        var forecasts: [Forecast] = []
        for entry in self.entries { forecasts.append(try entry.model.forecast(request)) }
        return forecasts
    }
}
