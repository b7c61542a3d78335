/// Numbers as people read them: few digits, thousands apart, and a dash for what is no number.
package enum NumberText {
    /// What stands for NaN and infinity.
    package static let none = "–"

    /// The number with `digits` significant digits, without zeros at the end.
    ///
    /// | number | 3 digits |
    /// | --- | --- |
    /// | 0.912345 | 0.912 |
    /// | 32561 | 32,561 |
    /// | 0.0000123 | 1.23e-5 |
    /// | 1234567890 | 1.23e9 |
    package static func short(_ number: Double, digits: Int = 3) -> String {
        guard number.isFinite else { return Self.none }
        guard number != 0 else { return "0" }
        let size = abs(number)
        if size >= 1e7 || size < 1e-4 { return Self.scientific(number, digits: digits) }
        // Digits before the point are never rounded away: 32,561 rows are not 32,600.
        let decimals = max(0, digits - 1 - Self.exponent(of: size))
        return Self.trimmed(Self.fixed(number, decimals: decimals))
    }

    /// The number with a fixed count of decimals, at most 9.
    package static func fixed(_ number: Double, decimals: Int) -> String {
        guard number.isFinite else { return Self.none }
        let decimals = min(max(decimals, 0), 9)
        let scale = Self.powersOfTen[decimals]
        let scaled = (abs(number) * scale).rounded()
        guard scaled < 1e15 else { return Self.scientific(number, digits: 6) }
        let whole = Int(scaled) / Int(scale)
        var text = number < 0 && scaled > 0 ? "−" : ""
        text += Self.grouped(whole)
        guard decimals > 0 else { return text }
        let fraction = String(Int(scaled) % Int(scale))
        return text + "." + String(repeating: "0", count: decimals - fraction.count) + fraction
    }

    /// A score with four decimals, so that a column of them lines up.
    package static func score(_ number: Double) -> String {
        guard number.isFinite else { return Self.none }
        let size = abs(number)
        return size >= 1e6 || size < 1e-3 && size > 0
            ? Self.short(number, digits: 4) : Self.fixed(number, decimals: 4)
    }

    package static func count(_ count: Int) -> String {
        (count < 0 ? "−" : "") + Self.grouped(Int(clamping: count.magnitude))
    }

    /// A share as a percentage; 0.9995 is not 100 % unless it is.
    package static func percent(_ share: Double) -> String {
        guard share.isFinite else { return Self.none }
        let decimals = share > 0 && share < 0.01 || share > 0.99 && share < 1 ? 2 : 0
        return Self.fixed(share * 100, decimals: decimals) + "\u{202F}%"
    }

    /// A coordinate of SVG, in tenths of a unit.
    static func coordinate(_ number: Double) -> String {
        // Nothing is drawn that far outside; a number too large for it is kept at the edge.
        let tenths = number.isNaN ? 0 : Int((max(-1e6, min(1e6, number)) * 10).rounded())
        let sign = tenths < 0 ? "-" : ""
        let size = tenths.magnitude
        return size % 10 == 0 ? "\(sign)\(size / 10)" : "\(sign)\(size / 10).\(size % 10)"
    }

    /// The decimal exponent of the first digit of a positive number.
    static func exponent(of size: Double) -> Int {
        var exponent = 0
        var rest = size
        while rest >= 10 {
            rest /= 10
            exponent += 1
        }
        while rest < 1 {
            rest *= 10
            exponent -= 1
        }
        return exponent
    }

    private static let powersOfTen: [Double] = [1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9]

    private static func scientific(_ number: Double, digits: Int) -> String {
        var exponent = Self.exponent(of: abs(number))
        var significand = number
        // In steps, because 10^-320 is no normal number.
        for _ in 0..<abs(exponent) {
            significand = exponent > 0 ? significand / 10 : significand * 10
        }
        let scale = Self.powersOfTen[digits - 1]
        significand = (significand * scale).rounded() / scale
        // 9.996 rounds to ten.
        if abs(significand) >= 10 {
            significand /= 10
            exponent += 1
        }
        return Self.trimmed(Self.fixed(significand, decimals: digits - 1)) + "e\(exponent)"
    }

    private static func trimmed(_ text: String) -> String {
        guard text.contains(".") else { return text }
        var text = Substring(text)
        while text.last == "0" { text.removeLast() }
        if text.last == "." { text.removeLast() }
        return String(text)
    }

    private static func grouped(_ number: Int) -> String {
        let digits = Array(String(number))
        var text = ""
        for (index, digit) in digits.enumerated() {
            if index > 0, (digits.count - index) % 3 == 0 { text += "," }
            text.append(digit)
        }
        return text
    }
}
