import Foundation

/// Dates as HTTP writes them: `Sun, 06 Nov 1994 08:49:37 GMT`.
enum HTTPDate {
    static var now: String { Self.text(Date()) }

    static func text(_ date: Date) -> String {
        var seconds = time_t(date.timeIntervalSince1970.rounded(.down))
        var parts = tm()
        gmtime_r(&seconds, &parts)
        let clock = [parts.tm_hour, parts.tm_min, parts.tm_sec].map(Self.two)
        return """
            \(Self.days[Int(parts.tm_wday)]), \(Self.two(parts.tm_mday)) \
            \(Self.months[Int(parts.tm_mon)]) \(parts.tm_year + 1900) \
            \(clock.joined(separator: ":")) GMT
            """
    }

    private static let days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]

    private static func two(_ number: CInt) -> String { number < 10 ? "0\(number)" : "\(number)" }
}
