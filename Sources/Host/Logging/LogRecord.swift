package import Glibc

/// One thing that was said, ready to be written anywhere.
package struct LogRecord: Equatable, Sendable {
    package struct Field: Equatable, Sendable {
        package let name: String
        package let value: String

        package init(name: String, value: String) {
            self.name = name
            self.value = value
        }
    }

    package let time: timespec
    package let level: LogLevel
    /// Which part speaks: `head`, `worker`, …
    package let logger: String
    package let message: String
    /// Sorted by name.
    package let fields: [Field]

    /// `2026-11-23T10:25:48.123Z warning head: worker is silent seconds=12 worker=w3`
    var text: String {
        let fields = self.fields.map {
            " \(LogText.escaped($0.name))=\(LogText.value($0.value))"
        }
        return "\(self.timestamp) \(self.level.rawValue) \(LogText.escaped(self.logger)): "
            + LogText.escaped(self.message) + fields.joined() + "\n"
    }

    /// One object per line; the variables stand in an object of their own, so that none of them
    /// can pass for a field of ours.
    var json: String {
        let fields = self.fields.map { "\(LogText.json($0.name)):\(LogText.json($0.value))" }
        return """
            {"time":"\(self.timestamp)","level":"\(self.level.rawValue)",\
            "logger":\(LogText.json(self.logger)),"message":\(LogText.json(self.message)),\
            "fields":{\(fields.joined(separator: ","))}}

            """
    }

    /// The fields of journald's native protocol. Ours carry a prefix, so that none can pass for one
    /// of journald's own.
    package var journal: [String] {
        let variables = self.fields.map {
            " \(LogText.escaped($0.name))=\(LogText.value($0.value))"
        }
        return [
            "MESSAGE=\(LogText.escaped(self.message))\(variables.joined())",
            "PRIORITY=\(self.level.priority)",
            "SYSLOG_IDENTIFIER=assay",
            "ASSAY_LEVEL=\(self.level.rawValue)",
            "ASSAY_LOGGER=\(LogText.escaped(self.logger))",
        ]
            + self.fields.map {
                "ASSAY_\(Self.journalName($0.name))=\(LogText.escaped($0.value))"
            }
    }

    /// Journald takes capital letters, digits and underscores, 64 bytes at most.
    private static func journalName(_ name: String) -> String {
        let letters = name.uppercased().unicodeScalars.map { scalar in
            ("A"..."Z").contains(scalar) || ("0"..."9").contains(scalar) ? scalar : "_"
        }
        return String(String.UnicodeScalarView(letters.prefix(56)))
    }

    func line(_ format: LineSink.Format) -> String {
        switch format {
        case .text: self.text
        case .json: self.json
        }
    }

    private var timestamp: String {
        var seconds = self.time.tv_sec
        var date = tm()
        gmtime_r(&seconds, &date)
        func padded(_ number: some BinaryInteger, _ width: Int) -> String {
            let digits = String(number)
            return String(repeating: "0", count: max(0, width - digits.count)) + digits
        }
        return "\(padded(date.tm_year + 1900, 4))-\(padded(date.tm_mon + 1, 2))-"
            + "\(padded(date.tm_mday, 2))T\(padded(date.tm_hour, 2)):"
            + "\(padded(date.tm_min, 2)):\(padded(date.tm_sec, 2))."
            + "\(padded(self.time.tv_nsec / 1_000_000, 3))Z"
    }

    package static func == (left: Self, right: Self) -> Bool {
        left.text == right.text
    }
}
