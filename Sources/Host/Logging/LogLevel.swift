package import Logging

/// How much is told.
///
/// `info`, the default, never carries values or statistics of data. A level for sensitive
/// information will stand between `info` and `debug`, and will need the operator's word.
package enum LogLevel: String, CaseIterable, Sendable {
    case error, warning, info, debug

    /// The least severe level of swift-log that is still told.
    package var threshold: Logger.Level {
        switch self {
        case .error: .error
        case .warning: .warning
        case .info: .info
        case .debug: .debug
        }
    }

    /// Libraries speak swift-log's seven levels; a reader meets our four.
    init(_ level: Logger.Level) {
        switch level {
        case .trace, .debug: self = .debug
        case .info, .notice: self = .info
        case .warning: self = .warning
        case .error, .critical: self = .error
        }
    }

    /// The level as syslog and journald number it.
    var priority: Int {
        switch self {
        case .error: 3
        case .warning: 4
        case .info: 6
        case .debug: 7
        }
    }
}
