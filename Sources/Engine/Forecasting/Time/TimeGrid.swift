import Privacy

extension Frequency {
    /// Whether times are seconds since 1970 rather than plain numbers.
    var isCivil: Bool { if case .number = self { false } else { true } }

    /// Whether all of these times are last days of months, and steps are months.
    func endsMonths(_ times: [Double]) -> Bool {
        guard case .months = self else { return false }
        return times.allSatisfy { CivilTime(seconds: Int($0)).isLastDayOfMonth }
    }
}

/// The places of times on a grid of equal steps.
struct TimeGrid: Equatable {
    let frequency: Frequency
    /// What the first time is: seconds since 1970, or a number.
    let start: Double
    /// Whether every time is the last day of a month, where steps are months.
    var endsMonths = false

    /// The place of a time, the start being 0; nil when it lies between two places.
    func place(of time: Double) -> Int? {
        switch self.frequency {
        case .seconds(let step):
            let distance = Int(time) - Int(self.start)
            return distance % step == 0 ? distance / step : nil
        case .months(let step):
            let (first, here) = (CivilTime(seconds: Int(self.start)), CivilTime(seconds: Int(time)))
            let distance = here.monthIndex - first.monthIndex
            let isSameDay =
                here.day == first.day || here.isLastDayOfMonth && first.day >= here.day
                || here.isLastDayOfMonth && first.isLastDayOfMonth
            guard isSameDay, here.secondOfDay == first.secondOfDay, distance % step == 0 else {
                return nil
            }
            return distance / step
        case .number(let step):
            let steps = (time - self.start) / step
            let nearest = steps.rounded()
            guard abs(nearest) < 1e9, abs(steps - nearest) < 0.01 else { return nil }
            return Int(nearest)
        }
    }

    /// The time of a place; nil where it is beyond what a clock can say.
    func time(of place: Int) -> Double? {
        switch self.frequency {
        case .number(let step):
            // By the nearest nine digits, as steps are: 0.1 + 2 × 0.1 is 0.3.
            return Self.rounded(self.start + Double(place) * step)
        case .seconds(let step):
            let (distance, isTooFar) = step.multipliedReportingOverflow(by: place)
            guard !isTooFar, abs(distance) < Self.secondsMax else { return nil }
            return self.start + Double(distance)
        case .months(let step):
            let (distance, isTooFar) = step.multipliedReportingOverflow(by: place)
            guard !isTooFar, abs(distance) < Self.secondsMax / CivilTime.secondsPerDay else {
                return nil
            }
            let first = CivilTime(seconds: Int(self.start))
            let month = first.monthIndex + distance
            let year = (month - (month % 12 + 12) % 12) / 12
            let days = CivilTime.days(inMonth: month - year * 12 + 1, of: year)
            let day = self.endsMonths ? days : min(first.day, days)
            let midnight = CivilTime.days(year, month - year * 12 + 1, day)
            return Double(midnight * CivilTime.secondsPerDay + first.secondOfDay)
        }
    }

    /// The same as a table would spell it, with the time of day for all places or for none.
    func text(of place: Int) -> Private<String>? {
        self.time(of: place).map { time in
            guard self.frequency.isCivil else { return Target.text(of: time) }
            var hasTime = CivilTime(seconds: Int(self.start)).secondOfDay > 0
            if case .seconds(let step) = self.frequency {
                hasTime = hasTime || step % CivilTime.secondsPerDay != 0
            }
            return Private(CivilTime(seconds: Int(time)).text(hasTime: hasTime))
        }
    }

    /// About 30,000 years: what lies farther off is a slip of somebody's.
    private static let secondsMax = 1_000_000_000_000

    /// The commonest step of times; nil of fewer than two distinct ones.
    ///
    /// - Parameter series: the times of each series, ascending, distinct.
    /// - Parameter isCivil: whether times are seconds since 1970 rather than plain numbers.
    static func commonestStep(_ series: [[Double]], isCivil: Bool) -> Frequency? {
        let pairs = series.flatMap { times in Array(zip(times, times.dropFirst())) }
        guard !pairs.isEmpty else { return nil }
        guard isCivil else {
            return self.mode(pairs.map { Self.rounded($0.1 - $0.0) }).map { .number($0) }
        }
        let civil = series.map { $0.map { CivilTime(seconds: Int($0)) } }
        if Self.areMonths(civil.flatMap(\.self)) {
            let steps = civil.flatMap { times in
                zip(times, times.dropFirst()).map { Double($1.monthIndex - $0.monthIndex) }
            }
            // Two times in one month are not months apart, whatever their days.
            if !steps.contains(0) { return self.mode(steps).map { .months(Int($0)) } }
        }
        return self.mode(pairs.map { $0.1 - $0.0 }).map { .seconds(Int($0)) }
    }

    /// Whether all are one day of their months, or the last of those that are too short for it.
    private static func areMonths(_ times: [CivilTime]) -> Bool {
        guard let first = times.first, let day = times.map(\.day).max() else { return false }
        return times.allSatisfy {
            $0.secondOfDay == first.secondOfDay && ($0.day == day || $0.isLastDayOfMonth)
        }
    }

    /// Nine significant bits more than the noise of decimal fractions leaves.
    private static func rounded(_ step: Double) -> Double {
        // Divided, not multiplied by what no binary fraction is: 0.7 comes out as 0.7.
        let parts = 1e9
        return abs(step) > 1e-3 && abs(step) < 1e6 ? (step * parts).rounded() / parts : step
    }

    /// The commonest value, the least of them where several are equally common.
    private static func mode(_ values: [Double]) -> Double? {
        var best: (value: Double, count: Int)?
        var current: (value: Double, count: Int)?
        for value in values.sorted() {
            if let known = current, known.value == value {
                current = (value, known.count + 1)
            } else {
                current = (value, 1)
            }
            if let now = current, now.count > best?.count ?? 0 { best = now }
        }
        return best?.value
    }
}
