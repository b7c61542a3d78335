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
    /// 0..<86,400.
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

    /// Days since the first of January, from 0.
    var dayOfYear: Int {
        Self.days(self.year, self.month, self.day) - Self.days(self.year, 1, 1)
    }

    /// Days since Monday, from 0: 1970 began with a Thursday.
    var weekday: Int { (((Self.days(self.year, self.month, self.day) + 3) % 7) + 7) % 7 }

    /// The date, and the time of day where it is not midnight, as ISO 8601 spells them.
    var text: String { self.text(hasTime: self.secondOfDay > 0) }

    func text(hasTime: Bool) -> String {
        func digits(_ number: Int, _ count: Int) -> String {
            String(repeating: "0", count: max(0, count - "\(number)".utf8.count)) + "\(number)"
        }
        let date = "\(digits(self.year, 4))-\(digits(self.month, 2))-\(digits(self.day, 2))"
        guard hasTime else { return date }
        let (hour, rest) = self.secondOfDay.quotientAndRemainder(dividingBy: 3600)
        return date + "T\(digits(hour, 2)):\(digits(rest / 60, 2)):\(digits(rest % 60, 2))"
    }

    /// Seconds since 1970-01-01 00:00 UTC of an ISO 8601 date or time; nil for anything else, and
    /// for a time that has a fraction of a second.
    static func parse(_ text: some Collection<UInt8>) -> Int? {
        guard let moment = Self.moment(text), moment.fraction == 0 else { return nil }
        return moment.seconds
    }

    /// Seconds since 1970-01-01 00:00 UTC of an ISO 8601 date or time, and the fraction of a second
    /// that follows; nil for anything else.
    ///
    /// `1949`, `1949-01`, `1949-Q1`, `1949-01-31`, and after a full date, parted by `T` or a space,
    /// `HH:MM`, `HH:MM:SS` or `HH:MM:SS.123`, then nothing, `Z` or `±HH:MM`. A time without an
    /// offset is taken as UTC. A leap second, the sixtieth before midnight UTC, is the second after
    /// it: the count has no place for it, as in POSIX.
    static func moment(
        _ text: some Collection<UInt8>
    ) -> (seconds: Int, fraction: Double)? {
        var scanner = Scanner(bytes: Array(text))
        guard let midnight = scanner.date() else { return nil }
        if scanner.isAtEnd { return (midnight, 0) }
        guard scanner.isAfterDay,
            scanner.take(UInt8(ascii: "T")) || scanner.take(UInt8(ascii: " ")),
            let time = scanner.time(), let offset = scanner.offset(), scanner.isAtEnd
        else { return nil }
        let seconds = midnight + time.second - offset
        guard !time.isLeap || seconds % Self.secondsPerDay == 0 else { return nil }
        return (seconds, time.fraction)
    }

    private struct Scanner {
        let bytes: [UInt8]
        var at = 0
        /// Whether what was read last is a day, which a time may follow.
        private(set) var isAfterDay = false

        var isAtEnd: Bool { self.at == self.bytes.count }

        init(bytes: [UInt8]) { self.bytes = bytes }

        /// Seconds from 1970 to the midnight that begins the year, quarter, month or day.
        mutating func date() -> Int? {
            guard let year = self.digits(4) else { return nil }
            func midnight(_ month: Int, _ day: Int) -> Int {
                CivilTime.days(year, month, day) * CivilTime.secondsPerDay
            }
            if self.isAtEnd { return midnight(1, 1) }
            let isDashed = self.take(UInt8(ascii: "-"))
            if self.take(UInt8(ascii: "Q")) || self.take(UInt8(ascii: "q")) {
                guard let quarter = self.digits(1), (1...4).contains(quarter) else { return nil }
                return midnight(quarter * 3 - 2, 1)
            }
            guard isDashed, let month = self.digits(2), (1...12).contains(month) else { return nil }
            if self.isAtEnd { return midnight(month, 1) }
            guard self.take(UInt8(ascii: "-")), let day = self.digits(2), day >= 1,
                day <= CivilTime.days(inMonth: month, of: year)
            else { return nil }
            self.isAfterDay = true
            return midnight(month, day)
        }

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

        /// The second of the day and its fraction; a leap second is the one after 59.
        mutating func time() -> (second: Int, fraction: Double, isLeap: Bool)? {
            guard let hour = self.digits(2), hour < 24, self.take(UInt8(ascii: ":")),
                let minute = self.digits(2), minute < 60
            else { return nil }
            let start = hour * 3600 + minute * 60
            guard self.take(UInt8(ascii: ":")) else { return (start, 0, false) }
            guard let second = self.digits(2), second <= 60 else { return nil }
            var fraction = 0.0
            if self.take(UInt8(ascii: ".")) {
                guard let digits = self.fraction() else { return nil }
                fraction = digits
            }
            return (start + second, fraction, second == 60)
        }

        /// One digit or more. Beyond nanoseconds they are below what a number can tell.
        private mutating func fraction() -> Double? {
            var (number, scale, count) = (0.0, 1.0, 0)
            while let digit = self.digits(1) {
                count += 1
                guard count <= 9 else { continue }
                number = number * 10 + Double(digit)
                scale *= 10
            }
            return count > 0 ? number / scale : nil
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
