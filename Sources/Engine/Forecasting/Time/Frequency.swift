/// How far two neighbours of a series lie apart.
package enum Frequency: Equatable, Sendable, CustomStringConvertible {
    /// A constant duration in seconds, at least 1.
    case seconds(Int)
    /// Calendar months, at least 1: 1 is monthly, 3 quarterly, 12 yearly.
    case months(Int)
    /// A constant difference of numbers, above 0.
    case number(Double)

    static let minute = 60
    static let hour = 3600
    static let day = 86_400

    /// The frequency that a job file names: `yearly`, `quarterly`, `monthly`, `weekly`, `daily`,
    /// `hourly`, `minutely`, or a count and a unit (`s`, `min`, `h`, `d`, `w`, `mo`, `y`), as in
    /// `15min`; nil for anything else.
    package init?(name: String) {
        let named: [(String, Frequency)] = [
            ("yearly", .months(12)), ("quarterly", .months(3)), ("monthly", .months(1)),
            ("weekly", .seconds(7 * Self.day)), ("daily", .seconds(Self.day)),
            ("hourly", .seconds(Self.hour)), ("minutely", .seconds(Self.minute)),
        ]
        if let known = named.first(where: { $0.0 == name }) {
            self = known.1
            return
        }
        let digits = name.prefix { $0.isASCII && $0.isNumber }
        guard digits.count <= 6, let count = Int(digits), count > 0 else { return nil }
        switch name.dropFirst(digits.count) {
        case "s": self = .seconds(count)
        case "min": self = .seconds(count * Self.minute)
        case "h": self = .seconds(count * Self.hour)
        case "d": self = .seconds(count * Self.day)
        case "w": self = .seconds(count * 7 * Self.day)
        case "mo": self = .months(count)
        case "y": self = .months(count * 12)
        default: return nil
        }
    }

    package var description: String {
        switch self {
        case .seconds(let count):
            let units = [("week", 7 * Self.day), ("day", Self.day), ("hour", Self.hour)]
            for (name, size) in units + [("minute", Self.minute)] where count % size == 0 {
                return Self.plural(count / size, name)
            }
            return Self.plural(count, "second")
        case .months(let count):
            return count % 12 == 0
                ? Self.plural(count / 12, "year") : Self.plural(count, "calendar month")
        case .number(let step): return "a difference of \(step)"
        }
    }

    /// Season lengths that make sense at this frequency, in steps, ascending, each at least 2.
    package var seasonCandidates: [Int] {
        switch self {
        case .months(let count): return 12 % count == 0 && count < 12 ? [12 / count] : []
        case .number(let step):
            // Fractions of a year are the one unit that numbers betray.
            let parts = (1 / step).rounded()
            if step < 1, parts <= 366, abs(parts * step - 1) < 1e-3 { return [Int(parts)] }
            return [4, 7, 12, 24]
        case .seconds(let count):
            let spans = [Self.minute, Self.hour, Self.day, 7 * Self.day, 365 * Self.day]
            let lengths = spans.compactMap { span in
                // A year of weeks has a day left over; of anything finer it is whole.
                span % count == 0 || span == 365 * Self.day ? span / count : nil
            }
            return lengths.filter { $0 >= 2 && $0 <= Self.seasonMax }
        }
    }

    /// Longer seasons are repeated too rarely, and cost too much, to be found by themselves.
    static let seasonMax = 2000

    private static func plural(_ count: Int, _ unit: String) -> String {
        count == 1 ? "1 \(unit)" : "\(count) \(unit)s"
    }
}
