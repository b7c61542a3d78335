/// A moment of the proleptic Gregorian calendar, as a table spells it.
///
/// Days are counted by Hinnant's arithmetic (2013, "chrono-compatible low-level date algorithms"):
/// with years that begin in March, leap days come last and months have a linear length.
struct CivilTime: Equatable {
    let year: Int
    /// 1...12.
    let month: Int
    /// 1...31, valid in its month.
    let day: Int
    /// 0..<86,400; leap seconds do not exist.
    let secondOfDay: Int

    static let secondsPerDay = 86_400

    /// Months since January of the year 0.
    var monthIndex: Int { self.year * 12 + self.month - 1 }

    var isLastDayOfMonth: Bool {
        self.day == Self.days(inMonth: self.month, of: self.year)
    }

    /// Seconds since 1970-01-01 00:00.
    var seconds: Int {
        Self.days(self.year, self.month, self.day) * Self.secondsPerDay + self.secondOfDay
    }

    init(seconds: Int) {
        let second = ((seconds % Self.secondsPerDay) + Self.secondsPerDay) % Self.secondsPerDay
        let days = (seconds - second) / Self.secondsPerDay + 719_468
        let era = (days >= 0 ? days : days - 146_096) / 146_097
        let dayOfEra = days - era * 146_097
        let yearOfEra =
            (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let marchMonth = (5 * dayOfYear + 2) / 153
        self.day = dayOfYear - (153 * marchMonth + 2) / 5 + 1
        self.month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
        self.year = yearOfEra + era * 400 + (self.month <= 2 ? 1 : 0)
        self.secondOfDay = second
    }

    /// ISO 8601: the date alone at midnight, else with the time, in UTC.
    var text: String {
        func padded(_ number: Int, _ width: Int) -> String {
            let digits = String(abs(number))
            let zeros = String(repeating: "0", count: max(0, width - digits.count))
            return (number < 0 ? "-" : "") + zeros + digits
        }
        let date = "\(padded(self.year, 4))-\(padded(self.month, 2))-\(padded(self.day, 2))"
        guard self.secondOfDay > 0 else { return date }
        let clock = [self.secondOfDay / 3600, self.secondOfDay / 60 % 60, self.secondOfDay % 60]
        return date + "T" + clock.map { padded($0, 2) }.joined(separator: ":") + "Z"
    }

    /// Days from 1970-01-01 to the given date.
    static func days(_ year: Int, _ month: Int, _ day: Int) -> Int {
        let shifted = month <= 2 ? year - 1 : year
        let era = (shifted >= 0 ? shifted : shifted - 399) / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * 146_097 + dayOfEra - 719_468
    }

    static func days(inMonth month: Int, of year: Int) -> Int {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    /// Seconds since 1970-01-01 00:00 UTC of an ISO 8601 date or time; nil for anything else.
    ///
    /// `1949`, `1949-01`, `1949-Q1`, `1949-01-31`, and after a full date, parted by `T` or a space,
    /// `HH:MM`, `HH:MM:SS` or `HH:MM:SS.000`, then nothing, `Z` or `±HH:MM`. A time without an
    /// offset is taken as UTC. Fractions of a second must be zero.
    static func parse(_ text: some Collection<UInt8>) -> Int? {
        var scanner = Scanner(bytes: Array(text))
        guard let year = scanner.digits(4) else { return nil }
        if scanner.isAtEnd { return Self.days(year, 1, 1) * Self.secondsPerDay }
        let isDashed = scanner.take(UInt8(ascii: "-"))
        if scanner.take(UInt8(ascii: "Q")) || scanner.take(UInt8(ascii: "q")) {
            guard let quarter = scanner.digits(1), (1...4).contains(quarter), scanner.isAtEnd else {
                return nil
            }
            return Self.days(year, quarter * 3 - 2, 1) * Self.secondsPerDay
        }
        guard isDashed, let month = scanner.digits(2), (1...12).contains(month) else { return nil }
        if scanner.isAtEnd { return Self.days(year, month, 1) * Self.secondsPerDay }
        guard scanner.take(UInt8(ascii: "-")), let day = scanner.digits(2), day >= 1,
            day <= Self.days(inMonth: month, of: year)
        else { return nil }
        let midnight = Self.days(year, month, day) * Self.secondsPerDay
        if scanner.isAtEnd { return midnight }
        guard scanner.take(UInt8(ascii: "T")) || scanner.take(UInt8(ascii: " ")),
            let second = scanner.secondOfDay(), let offset = scanner.offset(), scanner.isAtEnd
        else { return nil }
        return midnight + second - offset
    }

    private struct Scanner {
        let bytes: [UInt8]
        var at = 0

        var isAtEnd: Bool { self.at == self.bytes.count }

        mutating func take(_ byte: UInt8) -> Bool {
            guard !self.isAtEnd, self.bytes[self.at] == byte else { return false }
            self.at += 1
            return true
        }

        mutating func digits(_ count: Int) -> Int? {
            guard self.at + count <= self.bytes.count else { return nil }
            var number = 0
            for byte in self.bytes[self.at..<self.at + count] {
                guard byte &- 0x30 <= 9 else { return nil }
                number = number * 10 + Int(byte - 0x30)
            }
            self.at += count
            return number
        }

        mutating func secondOfDay() -> Int? {
            guard let hour = self.digits(2), hour < 24, self.take(UInt8(ascii: ":")),
                let minute = self.digits(2), minute < 60
            else { return nil }
            var second = 0
            if self.take(UInt8(ascii: ":")) {
                guard let number = self.digits(2), number < 60 else { return nil }
                second = number
                if self.take(UInt8(ascii: ".")) {
                    guard self.take(UInt8(ascii: "0")) else { return nil }
                    while self.take(UInt8(ascii: "0")) {}
                }
            }
            return hour * 3600 + minute * 60 + second
        }

        /// Seconds by which the clock is ahead of UTC.
        mutating func offset() -> Int? {
            if self.isAtEnd || self.take(UInt8(ascii: "Z")) { return 0 }
            let isAhead = self.take(UInt8(ascii: "+"))
            guard isAhead || self.take(UInt8(ascii: "-")), let hours = self.digits(2), hours < 24
            else { return nil }
            _ = self.take(UInt8(ascii: ":"))
            let minutes = self.isAtEnd ? 0 : self.digits(2)
            guard let minutes, minutes < 60 else { return nil }
            return (isAhead ? 1 : -1) * (hours * 3600 + minutes * 60)
        }
    }
}
