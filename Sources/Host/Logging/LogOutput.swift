package import Glibc
package import Logging

/// Where this process logs to, and how much. Made in `main`, handed down as loggers.
///
/// Messages are constant strings, what varies is metadata: so a message can be counted and
/// searched for, and nothing that a peer sends becomes part of one.
package struct LogOutput: Sendable {
    package let level: LogLevel
    /// Files of their own for jobs; nil without a log directory.
    package let jobs: JobLogs?
    private let tellsSensitive: Bool
    private let sinks: [any LogSink]
    private let now: @Sendable () -> timespec

    /// - Parameter tellsSensitive: the operator's word for sensitive information.
    package init(
        level: LogLevel, tellsSensitive: Bool = false, sinks: [any LogSink], jobs: JobLogs? = nil,
        now: @escaping @Sendable () -> timespec = Self.calendarTime
    ) {
        self.level = level
        self.tellsSensitive = tellsSensitive
        self.jobs = jobs
        self.sinks = sinks + (jobs.map { [$0] } ?? [])
        self.now = now
    }

    /// How the console is written.
    package enum Console: String, CaseIterable, Sendable {
        /// To journald with fields where standard error leads there, else as text.
        case automatic
        case text
        case json
    }

    /// Which files a daemon keeps in its log directory.
    package enum Files: Sendable {
        /// `NAME.log`
        case own(String)
        /// That, and one for each job.
        case ownAndJobs(String)

        var name: String {
            switch self {
            case .own(let name), .ownAndJobs(let name): name
            }
        }
    }

    /// The output of a daemon: the console, and a copy in `--log-dir` if there is one.
    package static func standard(
        level: LogLevel, tellsSensitive: Bool = false, console: Console = .automatic,
        directory: String? = nil, files: Files, environment: Environment = .process
    ) throws(HostError) -> Self {
        var sinks: [any LogSink] = []
        switch console {
        case .automatic where JournalSink.isConnected(environment: environment):
            sinks.append(JournalSink())
        case .automatic, .text: sinks.append(LineSink.standardError(.text))
        case .json: sinks.append(LineSink.standardError(.json))
        }
        var jobs: JobLogs?
        if let directory {
            let format: LineSink.Format = console == .json ? .json : .text
            sinks.append(try LineSink.file(named: files.name, in: directory, format: format))
            if case .ownAndJobs = files { jobs = try JobLogs(in: directory, format: format) }
        }
        return Self(level: level, tellsSensitive: tellsSensitive, sinks: sinks, jobs: jobs)
    }

    /// A logger for one part of the process: `head`, `worker`, `transport`.
    package func logger(_ label: String) -> Logger {
        Logger(label: label) { self.handler($0) }
    }

    /// What `LoggingSystem.bootstrap` wants, for libraries that make their own loggers.
    package func handler(_ label: String) -> any LogHandler {
        Handler(label: label, output: self)
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
        let output: LogOutput

        init(label: String, output: LogOutput) {
            self.label = label
            self.logLevel = output.level.threshold
            self.output = output
        }

        subscript(metadataKey name: String) -> Logger.Metadata.Value? {
            get { self.metadata[name] }
            set { self.metadata[name] = newValue }
        }

        func log(event: LogEvent) {
            let isSensitive = event.metadata?[Logger.sensitiveMark] != nil
            let level = isSensitive ? LogLevel.sensitiveInfo : LogLevel(event.level)
            guard level <= self.output.level, !isSensitive || self.output.tellsSensitive else {
                return
            }
            // The nearer word wins: the call's over the logger's over the provider's.
            var variables = self.metadataProvider?.get() ?? [:]
            variables.merge(self.metadata) { $1 }
            variables.merge(event.metadata ?? [:]) { $1 }
            variables[Logger.sensitiveMark] = nil
            if let error = event.error { variables["error"] = .string("\(error)") }

            let record = LogRecord(
                time: self.output.now(), level: level, logger: self.label,
                message: event.message.description,
                fields: variables.sorted { $0.key < $1.key }
                    .map { LogRecord.Field(name: $0.key, value: $0.value.description) })
            for sink in self.output.sinks { sink.write(record) }
        }
    }
}
