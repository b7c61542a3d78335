package import Glibc
package import Logging

/// Where this process logs to, and how much. Made in `main`, handed down as loggers.
///
/// Messages are constant strings, what varies is metadata: so a message can be counted and
/// searched for, and nothing that a peer sends becomes part of one.
package struct LogOutput: Sendable {
    package let level: LogLevel
    private let sinks: [any LogSink]
    private let now: @Sendable () -> timespec

    package init(
        level: LogLevel, sinks: [any LogSink],
        now: @escaping @Sendable () -> timespec = Self.calendarTime
    ) {
        self.level = level
        self.sinks = sinks
        self.now = now
    }

    /// How the console is written.
    package enum Console: String, CaseIterable, Sendable {
        /// To journald with fields where standard error leads there, else as text.
        case automatic
        case text
        case json
    }

    /// The output of a daemon: the console, and a copy in `--log-dir` if there is one.
    package static func standard(
        level: LogLevel, console: Console = .automatic, directory: String? = nil,
        fileName: String, environment: Environment = .process
    ) throws(HostError) -> Self {
        var sinks: [any LogSink] = []
        switch console {
        case .automatic where JournalSink.isConnected(environment: environment):
            sinks.append(JournalSink())
        case .automatic, .text: sinks.append(LineSink.standardError(.text))
        case .json: sinks.append(LineSink.standardError(.json))
        }
        if let directory {
            let format: LineSink.Format = console == .json ? .json : .text
            sinks.append(try LineSink.file(named: fileName, in: directory, format: format))
        }
        return Self(level: level, sinks: sinks)
    }

    /// A logger for one part of the process: `head`, `worker`, `transport`.
    package func logger(_ label: String) -> Logger {
        Logger(label: label) { self.handler($0) }
    }

    /// What `LoggingSystem.bootstrap` wants, for libraries that make their own loggers.
    package func handler(_ label: String) -> any LogHandler {
        Handler(label: label, logLevel: self.level.threshold, sinks: self.sinks, now: self.now)
    }

    package static let calendarTime: @Sendable () -> timespec = {
        var now = timespec()
        clock_gettime(CLOCK_REALTIME, &now)
        return now
    }

    private struct Handler: LogHandler {
        let label: String
        var logLevel: Logger.Level
        var metadata: Logger.Metadata = [:]
        var metadataProvider: Logger.MetadataProvider?
        let sinks: [any LogSink]
        let now: @Sendable () -> timespec

        init(
            label: String, logLevel: Logger.Level, sinks: [any LogSink],
            now: @escaping @Sendable () -> timespec
        ) {
            self.label = label
            self.logLevel = logLevel
            self.sinks = sinks
            self.now = now
        }

        subscript(metadataKey name: String) -> Logger.Metadata.Value? {
            get { self.metadata[name] }
            set { self.metadata[name] = newValue }
        }

        func log(event: LogEvent) {
            // The nearer word wins: the call's over the logger's over the provider's.
            var variables = self.metadataProvider?.get() ?? [:]
            variables.merge(self.metadata) { $1 }
            variables.merge(event.metadata ?? [:]) { $1 }
            if let error = event.error { variables["error"] = .string("\(error)") }

            let record = LogRecord(
                time: self.now(), level: LogLevel(event.level), logger: self.label,
                message: event.message.description,
                fields: variables.sorted { $0.key < $1.key }
                    .map { LogRecord.Field(name: $0.key, value: $0.value.description) })
            for sink in self.sinks { sink.write(record) }
        }
    }
}
