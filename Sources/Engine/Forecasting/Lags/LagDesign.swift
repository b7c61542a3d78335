/// Which columns tell the next value of a series: values before it, its place in the season, and
/// exogenous columns beside it and before it.
///
/// ```
/// columns  │ lag 1 │ lag 2 │ … │ season: indicators, or waves of a long one │ exogenous │
/// ```
///
/// Exogenous columns are looked at as they were, too: what they did to a value before is no news of
/// the next one, and a difference of values is told by a difference of theirs.
struct LagDesign: Equatable {
    /// Ascending, at least one.
    let lags: [Int]
    let season: Int
    let calendar: Calendar
    let exogenous: Int
    /// How often each wave swings in a season.
    var harmonics: [Int] = []

    enum Calendar: Int, Equatable {
        case none
        /// One column per phase.
        case indicators
        /// Cosine and sine of each harmonic.
        case waves
        /// The phase as one number, for trees, and cosine and sine of each harmonic.
        case phase
    }

    /// A longer season is drawn by waves.
    static let indicatorsMax = 24

    var columns: Int {
        self.lags.count + self.calendarColumns + self.exogenous * self.exogenousLags.count
    }

    /// How many steps back each exogenous column is looked at.
    private var exogenousLags: [Int] {
        self.season > 1 && self.reach >= self.season ? [0, 1, self.season] : [0, 1]
    }

    /// Steps before the next whose exogenous columns its row holds.
    var exogenousReach: Int { self.exogenous == 0 ? 0 : self.exogenousLags.max() ?? 0 }

    /// Values that the first row looks back on.
    var reach: Int { self.lags.last ?? 1 }

    private var calendarColumns: Int {
        switch self.calendar {
        case .none: 0
        case .indicators: self.season
        case .waves: 2 * self.harmonics.count
        case .phase: 1 + 2 * self.harmonics.count
        }
    }

    /// Usual lags for so many values: a season where it is short, a few steps where there is none
    /// or only waves of it.
    ///
    /// - Parameter isDifferenced: a season of differences tells of one value more than it has.
    static func lags(count: Int, season: Int, wanted: Int, isDifferenced: Bool) -> [Int] {
        // A third of the values at most, so that rows outnumber columns.
        let room = max(1, count / 3)
        var usual = 8
        if season > Self.indicatorsMax {
            usual = 14
        } else if season > 1 {
            usual = isDifferenced ? season : season + 1
        }
        return Array(1...min(wanted > 0 ? wanted : usual, room))
    }

    /// Writes a row for the step at `place` of the season, the values before it being the last of
    /// `history`.
    ///
    /// - Parameters:
    ///   - outside: exogenous columns, step after step.
    ///   - step: the one of `outside` that is looked ahead to.
    /// - Requires: `history` has at least `reach` values, `step` is at least `exogenousReach`.
    func row(
        _ history: UnsafeBufferPointer<Double>, place: Int, outside: [Double], step: Int,
        into row: inout [Double]
    ) {
        row.removeAll(keepingCapacity: true)
        for lag in self.lags { row.append(history[history.count - lag]) }
        let phase = place % self.season
        switch self.calendar {
        case .none: break
        case .indicators:
            for k in 0..<self.season { row.append(k == phase ? 1 : 0) }
        case .phase:
            row.append(Double(phase))
            self.appendWaves(phase, to: &row)
        case .waves: self.appendWaves(phase, to: &row)
        }
        guard self.exogenous > 0 else { return }
        for lag in self.exogenousLags {
            let first = (step - lag) * self.exogenous
            row.append(contentsOf: outside[first..<first + self.exogenous])
        }
    }

    private func appendWaves(_ phase: Int, to row: inout [Double]) {
        for k in self.harmonics {
            row.append(cosineOfTurns(k * phase, of: self.season))
            row.append(sineOfTurns(k * phase, of: self.season))
        }
    }

    /// The rows of all values that have `reach` values before them, and those values.
    func rows(_ values: [Double], exogenous: Matrix, from start: Int) -> TrainingData {
        let count = values.count - self.reach
        var features = Matrix(rows: count, columns: self.columns)
        var row: [Double] = []
        values.withUnsafeBufferPointer { all in
            for index in 0..<count {
                let t = index + self.reach
                self.row(
                    UnsafeBufferPointer(rebasing: all[..<t]), place: start + t,
                    outside: exogenous.values, step: start + t, into: &row)
                for (j, value) in row.enumerated() { features[index, j] = value }
            }
        }
        return TrainingData(features: features, answers: .numbers(Array(values[self.reach...])))
    }
}
