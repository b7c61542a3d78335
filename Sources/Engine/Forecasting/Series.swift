/// Numbers at equal steps of time, the oldest first.
package struct Series: Equatable, Sendable {
    /// Finite; at least one.
    package let values: [Double]
    /// Steps after which the pattern repeats; 1 where it does not.
    package let season: Int
    /// What else was known at each step: rows × columns, finite; without columns if nothing.
    package let exogenous: Matrix
    /// Places of values that nobody observed: they lie on lines between those that are there.
    private let filled: Set<Int>

    /// - Throws: `LearnerError` when there is no value, one is not finite, or the columns do not
    ///   fit.
    package init(
        _ values: [Double], season: Int = 1, exogenous: Matrix? = nil
    ) throws(LearnerError) {
        guard !values.isEmpty else {
            throw LearnerError(.tooFewRows, "a series has one value or more")
        }
        guard season >= 1, season <= ForecastLimits.seasonMax else {
            throw LearnerError(
                .badParameter,
                "a season is 1 to \(ForecastLimits.seasonMax) steps long, not \(season)")
        }
        let columns = exogenous ?? Matrix(rows: values.count, columns: 0)
        guard columns.rows == values.count else {
            throw LearnerError(
                .badParameter,
                "\(columns.rows) rows of exogenous columns beside \(values.count) values")
        }
        guard values.allSatisfy(\.isFinite), columns.values.allSatisfy(\.isFinite) else {
            throw LearnerError(.notFinite, "a value of the series is missing or infinite")
        }
        self.init(checked: values, season: season, exogenous: columns)
    }

    /// The same of values some of which are missing: NaN, but for one at least. Between two that
    /// are there they lie on a line.
    init(
        filling values: [Double], season: Int, exogenous: Matrix
    ) throws(LearnerError) {
        let whole = try Series(interpolated(values), season: season, exogenous: exogenous)
        self.init(
            checked: whole.values, season: season, exogenous: exogenous,
            filled: Set(values.indices.filter { values[$0].isNaN }))
    }

    private init(checked values: [Double], season: Int, exogenous: Matrix, filled: Set<Int> = []) {
        self.values = values
        self.season = season
        self.exogenous = exogenous
        self.filled = filled
    }

    package var count: Int { self.values.count }

    /// Whether the value of a place was observed.
    func isObserved(_ place: Int) -> Bool {
        self.filled.isEmpty || !self.filled.contains(place)
    }

    /// The oldest values only, as they were known then: a gap at their end keeps the last value, as
    /// the line across it leads to one that came later.
    ///
    /// - Requires: `count` lies in 1...self.count.
    func prefix(_ count: Int) -> Series {
        precondition(count >= 1 && count <= self.count, "\(count) of \(self.count) values")
        let width = self.exogenous.columns
        var values = Array(self.values[..<count])
        var known = count
        while known > 0, !self.isObserved(known - 1) { known -= 1 }
        if known > 0 {
            for place in known..<count { values[place] = values[known - 1] }
        }
        return Series(
            checked: values, season: self.season,
            exogenous: Matrix(
                rows: count, columns: width,
                values: Array(self.exogenous.values[..<(count * width)])),
            filled: self.filled.filter { $0 < count })
    }

    /// The newest values, whole seasons of older ones left out: `limit` at most, or three seasons.
    func newest(_ limit: Int) -> Series {
        let excess = self.count - max(limit, 3 * self.season)
        guard excess > 0 else { return self }
        let first = (excess + self.season - 1) / self.season * self.season
        let width = self.exogenous.columns
        return Series(
            checked: Array(self.values[first...]), season: self.season,
            exogenous: Matrix(
                rows: self.count - first, columns: width,
                values: Array(self.exogenous.values[(first * width)...])),
            filled: Set(self.filled.filter { $0 >= first }.map { $0 - first }))
    }

    /// The series by itself, for when nothing is known of the columns' coming values.
    package var withoutExogenous: Series {
        Series(
            checked: self.values, season: self.season,
            exogenous: Matrix(rows: self.count, columns: 0), filled: self.filled)
    }

    /// The same steps with other finite numbers, and no exogenous columns.
    func replacing(_ values: [Double], season: Int? = nil) -> Series {
        Series(
            checked: values, season: season ?? self.season,
            exogenous: Matrix(rows: values.count, columns: 0))
    }

    /// Every value times `factor`, which must leave them finite.
    func scaled(by factor: Double) -> Series {
        Series(
            checked: self.values.map { $0 * factor }, season: self.season,
            exogenous: self.exogenous, filled: self.filled)
    }

    /// The season, as far as the values tell of it: 1 unless two whole ones are there.
    var usableSeason: Int { self.count >= 2 * self.season ? self.season : 1 }
}

/// The bounds on forecasting, each with its reason.
package enum ForecastLimits {
    /// Values that forecasters learn from, the newest of a series: 27 years of days, beyond which
    /// the past says little and the search for orders takes minutes.
    package static let historyMax = 10_000
    /// Values that ETS and ARIMA with a season learn from: fifty seasons tell all that their few
    /// weights can say, and every step of a season makes each of them dearer.
    static func seasonalHistory(_ season: Int) -> Int { max(1000, 50 * season) }
    /// Steps ahead: more than any calendar plans for, few enough for simulated paths.
    package static let horizonMax = 10_000
    /// Steps of a season: a year of half hours.
    package static let seasonMax = 17_568
    /// Levels of prediction intervals in one forecast.
    package static let levelsMax = 20
    /// Exogenous columns: regressions on more of them would need more steps than series have.
    package static let exogenousMax = 1000
    /// Series of one model: each has tensors and a history of its own.
    package static let seriesMax = 1000
    /// Origins of all series of a job, so that a trial of many costs what one of few does: with
    /// more than fifty series each is judged from fewer than eight.
    static let originsMax = 400
    /// Gaps to fill for every value that is there; beyond, most of the series would be made up.
    package static let fillRatioMax = 1.0
}

/// NaN replaced by the line between the neighbours that are there, or by the nearest at the ends.
///
/// - Requires: at least one value is not NaN.
func interpolated(_ values: [Double]) -> [Double] {
    var filled = values
    var before: Int?
    for (index, value) in values.enumerated() where !value.isNaN {
        let start = before ?? -1
        for gap in start + 1..<index {
            let share = Double(gap - start) / Double(index - start)
            filled[gap] = start < 0 ? value : values[start] * (1 - share) + value * share
        }
        before = index
    }
    if let before {
        for gap in before + 1..<max(before + 1, values.count) { filled[gap] = values[before] }
    }
    return filled
}
