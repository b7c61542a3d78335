/// Days since 1970, or milliseconds of them, as seconds and as ISO 8601 texts.
struct DateCells: ArrowCells {
    let bytes: UnsafeRawBufferPointer
    let bits: Int

    func number(_ index: Int) -> Double { Double(self.days(index) * CivilTime.secondsPerDay) }

    func text(_ index: Int) -> String? { self.days(index).isoDate }

    private func days(_ index: Int) -> Int {
        self.bits == 32
            ? Int(self.bytes.number(index * 4, as: Int32.self))
            : Int(self.bytes.number(index * 8, as: Int64.self))
                .floored(by: CivilTime.secondsPerDay * 1000).quotient
    }
}

/// Units since 1970, as seconds and as ISO 8601 texts, which end with a Z where they are of UTC.
struct TimestampCells: ArrowCells {
    let bytes: UnsafeRawBufferPointer
    let unitsPerSecond: Int
    let isUTC: Bool

    func number(_ index: Int) -> Double {
        let (seconds, rest) = self.parts(index)
        // The rest alone is exact, so that the sum is rounded once.
        return Double(seconds) + Double(rest) / Double(self.unitsPerSecond)
    }

    /// With a fraction of a second where there is one, of as many digits as the unit has.
    func text(_ index: Int) -> String? {
        let (seconds, rest) = self.parts(index)
        let (days, second) = seconds.floored(by: CivilTime.secondsPerDay)
        guard let date = days.isoDate else { return nil }
        let clock = [second / 3600, second / 60 % 60, second % 60].map { $0.padded(to: 2) }
        var text = date + "T" + clock.joined(separator: ":")
        if rest != 0 { text += "." + rest.padded(to: "\(self.unitsPerSecond)".utf8.count - 1) }
        return self.isUTC ? text + "Z" : text
    }

    private func parts(_ index: Int) -> (quotient: Int, remainder: Int) {
        Int(self.bytes.number(index * 8, as: Int64.self)).floored(by: self.unitsPerSecond)
    }
}

extension Int {
    /// The quotient that is not above the exact one, and what remains.
    fileprivate func floored(by divisor: Int) -> (quotient: Int, remainder: Int) {
        let (quotient, remainder) = self.quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
    }

    fileprivate func padded(to width: Int) -> String {
        let digits = "\(self)"
        return String(repeating: "0", count: Swift.max(0, width - digits.utf8.count)) + digits
    }

    /// These days since 1970 as a date; nil outside the years that four digits spell.
    fileprivate var isoDate: String? {
        guard Self.daysOfFourDigits.contains(self) else { return nil }
        let date = CivilTime(seconds: self * CivilTime.secondsPerDay)
        return "\(date.year.padded(to: 4))-\(date.month.padded(to: 2))-\(date.day.padded(to: 2))"
    }

    /// From 0000-01-01 to 9999-12-31.
    private static let daysOfFourDigits = CivilTime.days(0, 1, 1)...CivilTime.days(9999, 12, 31)
}
