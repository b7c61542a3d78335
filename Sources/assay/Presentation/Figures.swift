import Foundation

/// Numbers as people read them: three to five significant digits, units attached.
enum Figures {
    /// A score or hyperparameter: `0.9231`, `12.5`, `1.2e-09`.
    static func number(_ value: Double) -> String {
        if value == value.rounded(), abs(value) < 1e7 { return String(Int64(value)) }
        let magnitude = abs(value)
        if magnitude >= 1e5 || magnitude < 1e-3 { return Self.format("%.3g", value) }
        return Self.format("%.4g", value)
    }

    /// A score with four decimals, so that a column of them lines up.
    static func score(_ value: Double) -> String {
        let magnitude = abs(value)
        return magnitude >= 1e6 || magnitude != 0 && magnitude < 1e-3
            ? Self.format("%.4g", value) : Self.format("%.4f", value)
    }

    /// A length of time: `12 ms`, `4.2 s`, `3m 05s`, `2h 10m`.
    static func seconds(_ seconds: Double) -> String {
        switch seconds {
        case ..<0.0995: return Self.format("%.0f ms", max(0, seconds) * 1000)
        case ..<59.95: return Self.format("%.1f s", seconds)
        case ..<3599.5:
            let whole = Int(seconds.rounded())
            return Self.format("%dm %02ds", whole / 60, whole % 60)
        default:
            let minutes = Int((min(seconds, 1e12) / 60).rounded())
            return Self.format("%dh %02dm", minutes / 60, minutes % 60)
        }
    }

    /// A rate per second: `0.4/s`, `12/s`, `10,400/s`.
    static func rate(_ perSecond: Double) -> String {
        perSecond < 9.95
            ? Self.format("%.1f/s", perSecond) : "\(Self.count(Int(perSecond.rounded())))/s"
    }

    /// A share of a whole: `12.5 %`.
    static func share(_ share: Double) -> String { Self.format("%.1f %%", share * 100) }

    /// A whole number with its thousands apart: `20,000`.
    static func count(_ number: some BinaryInteger) -> String {
        let digits = Array(String(number.magnitude))
        var grouped = ""
        for (index, digit) in digits.enumerated() {
            if index > 0, (digits.count - index) % 3 == 0 { grouped.append(",") }
            grouped.append(digit)
        }
        return number < 0 ? "-\(grouped)" : grouped
    }

    /// A number of bytes: `512 B`, `3.5 MB`.
    static func bytes(_ count: UInt64) -> String {
        let units = ["kB", "MB", "GB", "TB"]
        guard count >= 1000 else { return "\(count) B" }
        var value = Double(count) / 1000
        var unit = 0
        while value >= 999.5, unit < units.count - 1 {
            value /= 1000
            unit += 1
        }
        return Self.format(value < 9.95 ? "%.1f " : "%.0f ", value) + units[unit]
    }

    /// A moment in UTC: `2026-03-01 14:05:09`; a dash when there was none.
    static func moment(_ secondsSince1970: Double) -> String {
        guard secondsSince1970 > 0 else { return "-" }
        var seconds = time_t(secondsSince1970)
        var date = tm()
        gmtime_r(&seconds, &date)
        return Self.format(
            "%04d-%02d-%02d %02d:%02d:%02d", Int(date.tm_year) + 1900, Int(date.tm_mon) + 1,
            Int(date.tm_mday), Int(date.tm_hour), Int(date.tm_min), Int(date.tm_sec))
    }

    private static func format(_ format: String, _ arguments: any CVarArg...) -> String {
        // Without a locale: numbers are written alike for everybody, as C has them.
        String(format: format, arguments: arguments)
    }
}
