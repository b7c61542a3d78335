/// Turns decimal digits into the nearest double, ties to even, as `strtod` does.
///
/// Numbers of at most 19 digits and a modest exponent, nearly all that tables hold, are computed
/// here in a few nanoseconds; the rest goes through the standard library.
enum DecimalNumber {
    /// The most digits whose number is sure to fit 64 bits.
    static let digitsMax = 19

    /// The double nearest to mantissa × 10^exponent; nil when only the slow way can tell.
    ///
    /// Two ways, both exact:
    /// 1. Clinger 1990 ("How to read floating point numbers accurately"): both the mantissa and
    ///    the power of ten are doubles without error, so that one operation rounds once.
    /// 2. Long division (or multiplication) of the mantissa by 5^|exponent| in 128 bits. The
    ///    quotient keeps 62 bits or more, and a remainder sets its lowest: rounding to 53 bits
    ///    then sees all that it needs. The powers of two only shift.
    @inline(__always)
    static func nearest(mantissa: UInt64, exponent: Int) -> Double? {
        if mantissa <= 1 << 53, exponent >= -22, exponent <= 22 {
            return exponent < 0
                ? Double(mantissa) / self.tens[-exponent] : Double(mantissa) * self.tens[exponent]
        }
        if mantissa == 0 { return 0 }
        if exponent < -27 || exponent > 27 { return nil }
        return exponent < 0
            ? self.divided(mantissa, places: -exponent) : self.scaled(mantissa, places: exponent)
    }

    /// mantissa / 10^places, rounded once.
    ///
    /// - Requires: `mantissa` is not 0 and `places` lies in 0...27.
    private static func divided(_ mantissa: UInt64, places: Int) -> Double {
        let zeros = mantissa.leadingZeroBitCount
        let divisor = self.fives[places]
        let divisorZeros = divisor.leadingZeroBitCount
        let dividend = mantissa << zeros
        // mantissa × 2^(zeros + 63) over divisor × 2^divisorZeros: the quotient fits, because the
        // dividend's upper half stays below 2^63 and the divisor does not.
        let (quotient, remainder) = (divisor << divisorZeros).dividingFullWidth(
            (dividend >> 1, dividend << 63))
        let sticky = quotient | (remainder == 0 ? 0 : 1)
        return Double(sticky) * self.powerOfTwo(divisorZeros - zeros - 63 - places)
    }

    /// mantissa × 10^places, rounded once.
    private static func scaled(_ mantissa: UInt64, places: Int) -> Double {
        let (high, low) = mantissa.multipliedFullWidth(by: self.fives[places])
        guard high != 0 else { return Double(low) * self.powerOfTwo(places) }
        let zeros = high.leadingZeroBitCount
        let top = high << zeros | (zeros == 0 ? 0 : low >> (64 - zeros))
        let sticky = top | (low << zeros == 0 ? 0 : 1)
        return Double(sticky) * self.powerOfTwo(64 - zeros + places)
    }

    /// - Requires: `exponent` lies well within that of normal doubles.
    private static func powerOfTwo(_ exponent: Int) -> Double {
        Double(bitPattern: UInt64(1023 + exponent) << 52)
    }

    /// The number that `text` spells, spaces around it allowed; nil for anything else, also for
    /// infinities, NaN, hexadecimal and numbers too large for a double.
    static func parse(_ text: UnsafeBufferPointer<UInt8>) -> Double? {
        var start = text.startIndex
        var end = text.endIndex
        while start < end, text[start] == 0x20 { start += 1 }
        while start < end, text[end - 1] == 0x20 { end -= 1 }
        let number = UnsafeBufferPointer(rebasing: text[start..<end])
        guard self.isDecimal(number) else { return nil }
        guard let value = Double(String(decoding: number, as: UTF8.self)) else { return nil }
        return value.isFinite ? value : nil
    }

    /// Whether `text` is `[+-]digits[.digits][e[+-]digits]`, with a digit before the exponent.
    private static func isDecimal(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        var at = 0
        func digits() -> Int {
            let start = at
            while at < text.count, text[at] &- 0x30 <= 9 { at += 1 }
            return at - start
        }
        func take(_ bytes: UInt8...) -> Bool {
            guard at < text.count, bytes.contains(text[at]) else { return false }
            at += 1
            return true
        }
        _ = take(0x2B, 0x2D)
        var count = digits()
        if take(0x2E) { count += digits() }
        guard count > 0 else { return false }
        if take(0x45, 0x65) {
            _ = take(0x2B, 0x2D)
            guard digits() > 0 else { return false }
        }
        return at == text.count
    }

    /// 10^0 to 10^22: the powers of ten that are doubles without error.
    private static let tens: InlineArray<23, Double> = [
        1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
        1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
    ]

    /// 5^0 to 5^27: the powers of five that fit 64 bits.
    private static let fives: InlineArray<28, UInt64> = [
        1, 5, 25, 125, 625, 3125, 15_625, 78_125, 390_625, 1_953_125, 9_765_625, 48_828_125,
        244_140_625, 1_220_703_125, 6_103_515_625, 30_517_578_125, 152_587_890_625,
        762_939_453_125, 3_814_697_265_625, 19_073_486_328_125, 95_367_431_640_625,
        476_837_158_203_125, 2_384_185_791_015_625, 11_920_928_955_078_125,
        59_604_644_775_390_625, 298_023_223_876_953_125, 1_490_116_119_384_765_625,
        7_450_580_596_923_828_125,
    ]
}
