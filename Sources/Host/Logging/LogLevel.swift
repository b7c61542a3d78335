package import Logging

/// How much is told, the gravest first.
///
/// | level | what it carries |
/// | --- | --- |
/// | `error` | somebody must act |
/// | `warning` | somebody may have to |
/// | `info`, the default | what happened to jobs, workers and connections |
/// | `sensitive-info`, by the operator's word | names, shapes, scores, sentences about trials |
/// | `debug`, never in production | what the libraries say of their work |
///
/// None of them carries a cell of a table, or a key: those are `Private`, and have no text.
package enum LogLevel: String, CaseIterable, Comparable, Sendable {
    case error, warning, info
    case sensitiveInfo = "sensitive-info"
    case debug

    /// What a process is there for, as far as its log is concerned.
    package enum Mode: String, CaseIterable, Sendable {
        /// There may be data that is somebody's.
        case production
        case development
    }

    /// Whether this level may be asked for.
    ///
    /// - Throws: `HostError` with code `unsafe`: why not, and what would be right.
    package func demandAllowed(in mode: Mode, sensitiveAllowed: Bool) throws(HostError) {
        switch self {
        case .error, .warning, .info: break
        case .sensitiveInfo:
            guard sensitiveAllowed else {
                throw HostError(
                    .unsafe,
                    """
                    sensitive-info tells names of jobs and columns, shapes and scores; where this \
                    log may hold them, set allow_sensitive_logs: true
                    """)
            }
        case .debug:
            guard mode == .development else {
                throw HostError(
                    .unsafe,
                    """
                    debug is for clusters without anybody's data, and refused in production; \
                    there, set mode: development
                    """)
            }
        }
    }

    /// The least severe level of swift-log that can be of this one.
    package var threshold: Logger.Level {
        switch self {
        case .error: .error
        case .warning: .warning
        case .info: .info
        // Sensitive words are spoken at swift-log's `debug`, with a mark.
        case .sensitiveInfo: .debug
        case .debug: .trace
        }
    }

    /// Libraries speak swift-log's seven levels; a reader meets our five.
    init(_ level: Logger.Level) {
        switch level {
        case .trace, .debug: self = .debug
        case .info, .notice: self = .info
        case .warning: self = .warning
        case .error, .critical: self = .error
        }
    }

    /// The level as syslog and journald number it. They have none between 6 and 7; the field
    /// `ASSAY_LEVEL` tells sensitive words from others.
    var priority: Int {
        switch self {
        case .error: 3
        case .warning: 4
        case .info, .sensitiveInfo: 6
        case .debug: 7
        }
    }

    private var rank: Int { Self.allCases.firstIndex(of: self) ?? 0 }

    package static func < (left: Self, right: Self) -> Bool { left.rank < right.rank }
}

extension Logger {
    /// Says what is nobody's business but the owners' of a job: names, shapes, scores, never a
    /// cell. It is told only where the operator allowed it, at any level.
    package func sensitiveInfo(
        _ message: @autoclosure () -> Logger.Message,
        metadata: @autoclosure () -> Logger.Metadata = [:], file: String = #fileID,
        function: String = #function, line: UInt = #line
    ) {
        self.log(
            level: .debug, message(), metadata: metadata().merging([Self.sensitiveMark: ""]) { $1 },
            file: file, function: function, line: line)
    }

    /// Metadata that a record of ours never shows.
    static let sensitiveMark = "assay.sensitive"
}
