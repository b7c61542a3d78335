/// A part of a date that trees take as a number.
package enum DatePart: String, CaseIterable, Equatable, Sendable {
    /// Since 1970-01-01 00:00 UTC.
    case seconds
    case year
    /// 1...12.
    case month
    /// 1...31.
    case day
    /// 0...6, from Monday.
    case weekday
    /// 0...365.
    case dayOfYear = "day_of_year"
    /// 0..<24, with its fraction.
    case hour
}

/// Something that comes round, which models of lines and distances take as sines and cosines: the
/// last of December then lies beside the first of January.
package enum DateCycle: String, CaseIterable, Equatable, Sendable {
    case year, month, week, day

    /// In seconds; the shortest there is where it varies.
    var period: Double {
        switch self {
        case .year: 365 * 86_400
        case .month: 28 * 86_400
        case .week: 7 * 86_400
        case .day: 86_400
        }
    }

    /// Sines and cosines of this many multiples of the angle. Three of the week are all that seven
    /// days can tell; a year and a day have two humps at most; within a month little happens.
    var harmonics: Int {
        switch self {
        case .week: 3
        case .year, .day: 2
        case .month: 1
        }
    }
}

/// A date as models see it: in UTC, whatever offset the table wrote.
struct DateFeatures {
    private let civil: CivilTime
    private let seconds: Double
    /// What the civil time leaves: below 1.
    private let fraction: Double

    /// The years 0 to 9999, and a day beyond for offsets from UTC.
    private static let range = -62_167_305_600.0...253_402_387_200

    init(_ seconds: Double) {
        self.seconds = min(max(seconds, Self.range.lowerBound), Self.range.upperBound)
        let whole = self.seconds.rounded(.down)
        self.civil = CivilTime(seconds: Int(whole))
        self.fraction = self.seconds - whole
    }

    func value(of part: DatePart) -> Double {
        switch part {
        case .seconds: self.seconds
        case .year: Double(self.civil.year)
        case .month: Double(self.civil.month)
        case .day: Double(self.civil.day)
        case .weekday: Double(self.civil.weekday)
        case .dayOfYear: Double(self.civil.dayOfYear)
        case .hour: self.secondOfDay / 3600
        }
    }

    /// How much of the cycle is over: 0 or more and below 1. The year, the month and the week go by
    /// days, so that a time of day does not blur them.
    func share(of cycle: DateCycle) -> Double {
        switch cycle {
        case .year:
            Double(self.civil.dayOfYear)
                / (CivilTime.days(inMonth: 2, of: self.civil.year) == 29 ? 366 : 365)
        case .month:
            Double(self.civil.day - 1)
                / Double(CivilTime.days(inMonth: self.civil.month, of: self.civil.year))
        case .week: Double(self.civil.weekday) / 7
        case .day: self.secondOfDay / Double(CivilTime.secondsPerDay)
        }
    }

    private var secondOfDay: Double { Double(self.civil.secondOfDay) + self.fraction }
}

/// How models of lines and distances see a column of dates.
package struct DateCycles: Equatable, Sendable {
    /// The first column: seconds since 1970, (x - center) / scale.
    package let center: Double
    package let scale: Double
    /// In the order of `DateCycle`: of each the sine and the cosine of every harmonic.
    package let cycles: [DateCycle]
    /// The last column, if indicated.
    package let missing: Encoder.MissingNumbers

    package init(
        center: Double, scale: Double, cycles: [DateCycle], missing: Encoder.MissingNumbers
    ) {
        self.center = center
        self.scale = scale
        self.cycles = cycles
        self.missing = missing
    }

    package var width: Int {
        1 + self.cycles.reduce(0) { $0 + 2 * $1.harmonics } + (self.missing == .indicated ? 1 : 0)
    }

    /// Writes a row's columns from `place` on, which hold zeros.
    func encode(_ seconds: Double, into values: UnsafeMutableBufferPointer<Double>, at place: Int) {
        guard !seconds.isNaN else {
            // The means stand for what is missing, and they are near 0.
            if self.missing == .indicated { values[place + self.width - 1] = 1 }
            return
        }
        let limit = EncoderLimits.standardizedMax
        values[place] = max(-limit, min(limit, (seconds - self.center) / self.scale))
        var at = place + 1
        let features = DateFeatures(seconds)
        for cycle in self.cycles {
            let share = features.share(of: cycle)
            for harmonic in 1...cycle.harmonics {
                let turns = Double(harmonic) * share
                // A sine is a cosine a quarter of a turn later.
                let pair = cosineOfTurns(SIMD4(turns - 0.25, turns, 0, 0))
                values[at] = pair[0]
                values[at + 1] = pair[1]
                at += 2
            }
        }
    }
}

extension Encoder.Encoding {
    /// The parts of a date that vary over `rows`.
    static func dateParts(_ dates: [Double], _ rows: [Int]) -> Self {
        let present = rows.filter { !dates[$0].isNaN }.map { DateFeatures(dates[$0]) }
        guard let first = present.first else { return .dropped }
        let parts = DatePart.allCases.filter { part in
            let value = first.value(of: part)
            return present.contains { $0.value(of: part) != value }
        }
        // Whether a date is there may be all that it tells.
        if parts.isEmpty { return present.count < rows.count ? .dateParts([.seconds]) : .dropped }
        return .dateParts(parts)
    }

    /// The trend, and cycles that these rows see to their end: of a shorter time they would tell
    /// the trend once more.
    static func dateCycles(_ dates: [Double], _ rows: [Int]) -> Self {
        guard case .standardized(let center, let scale, let missing) = standardizing(dates, rows)
        else { return .dropped }
        let present = rows.map { dates[$0] }.filter { !$0.isNaN }
        let span = (present.max() ?? 0) - (present.min() ?? 0)
        let features = present.map(DateFeatures.init)
        let cycles = DateCycle.allCases.filter { cycle in
            let share = features[0].share(of: cycle)
            return span >= cycle.period && features.contains { $0.share(of: cycle) != share }
        }
        return .dateCycles(
            DateCycles(center: center, scale: scale, cycles: cycles, missing: missing))
    }
}
