/// Days since 1970, or milliseconds of them.
struct DateCells: ArrowCells {
    let bytes: UnsafeRawBufferPointer
    let bits: Int

    func number(_ index: Int) -> Double { Double(self.days(index) * CivilTime.secondsPerDay) }

    func seconds(_ index: Int) -> Double {
        self.days(index).isSpelt(unit: CivilTime.secondsPerDay) ? self.number(index) : .infinity
    }

    func text(_ index: Int) -> String? {
        let days = self.days(index)
        guard days.isSpelt(unit: CivilTime.secondsPerDay) else { return nil }
        return CivilTime(seconds: days * CivilTime.secondsPerDay).text
    }

    private func days(_ index: Int) -> Int {
        self.bits == 32
            ? Int(self.bytes.number(index * 4, as: Int32.self))
            : Int(self.bytes.number(index * 8, as: Int64.self))
                .floored(by: CivilTime.secondsPerDay * 1000).quotient
    }
}

/// Units since 1970, by UTC where that is known.
struct TimestampCells: ArrowCells {
    let bytes: UnsafeRawBufferPointer
    let unitsPerSecond: Int
    let isUTC: Bool

    func number(_ index: Int) -> Double {
        let (seconds, rest) = self.parts(index)
        // The rest alone is exact, so that the sum is rounded once.
        return Double(seconds) + Double(rest) / Double(self.unitsPerSecond)
    }

    func seconds(_ index: Int) -> Double {
        self.parts(index).quotient.isSpelt(unit: 1) ? self.number(index) : .infinity
    }

    /// A date alone at midnight; with a fraction of a second where there is one, of as many digits
    /// as the unit has; with a Z after a time of UTC.
    func text(_ index: Int) -> String? {
        let (seconds, rest) = self.parts(index)
        guard seconds.isSpelt(unit: 1) else { return nil }
        let time = CivilTime(seconds: seconds)
        var text = time.text
        if rest == 0, time.secondOfDay == 0 { return text }
        if time.secondOfDay == 0 { text += "T00:00:00" }
        if rest != 0 {
            let zeros = "\(self.unitsPerSecond)".utf8.count - 1 - "\(rest)".utf8.count
            text += "." + String(repeating: "0", count: zeros) + "\(rest)"
        }
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

    /// Whether so many units of seconds since 1970 lie in the years 0 to 9999, which four digits
    /// spell.
    fileprivate func isSpelt(unit: Int) -> Bool {
        let days = self.floored(by: CivilTime.secondsPerDay / unit).quotient
        return days >= CivilTime.days(0, 1, 1) && days <= CivilTime.days(9999, 12, 31)
    }
}
