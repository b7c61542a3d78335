import Foundation
import Glibc
import Host
import Logging
import Synchronization
import Testing

/// Keeps what was said.
private final class Memory: LogSink {
    private let kept = Mutex<[LogRecord]>([])

    var records: [LogRecord] { self.kept.withLock { $0 } }

    func write(_ record: LogRecord) { self.kept.withLock { $0.append(record) } }
}

@Suite struct LogTests {
    private let memory = Memory()
    static let noon: @Sendable () -> timespec = {
        timespec(tv_sec: 1_795_435_200, tv_nsec: 7_999_999)
    }

    private func logger(_ level: LogLevel) -> Logger {
        LogOutput(level: level, sinks: [self.memory], now: Self.noon).logger("head")
    }

    @Test(arguments: [
        (LogLevel.error, 2), (.warning, 3), (.info, 5), (.sensitiveInfo, 5), (.debug, 7),
    ]) func `a level tells itself and what is more severe`(level: LogLevel, told: Int) {
        let logger = self.logger(level)
        for spoken in Logger.Level.allCases { logger.log(level: spoken, "something happened") }
        #expect(self.memory.records.count == told)
    }

    @Test(arguments: [
        (LogLevel.info, true, false), (.sensitiveInfo, true, true), (.debug, true, true),
        (.debug, false, false),
    ]) func `sensitive words are told by the operator's word and from their level on`(
        level: LogLevel, allowed: Bool, told: Bool
    ) {
        let logger = LogOutput(level: level, tellsSensitive: allowed, sinks: [self.memory])
            .logger("head")
        logger.sensitiveInfo("what the job is", metadata: ["name": "wine"])
        #expect(self.memory.records.count == (told ? 1 : 0))
        if let record = self.memory.records.first {
            #expect(record.level == .sensitiveInfo)
            #expect(record.fields.map(\.name) == ["name"])
        }
    }

    @Test func `a level that tells too much is refused with what would be right`() throws {
        for mode in LogLevel.Mode.allCases {
            for level in [LogLevel.error, .warning, .info] {
                try level.demandAllowed(in: mode, sensitiveAllowed: false)
            }
            let error = #expect(throws: HostError.self) {
                try LogLevel.sensitiveInfo.demandAllowed(in: mode, sensitiveAllowed: false)
            }
            #expect(error?.reason.contains("set allow_sensitive_logs: true") == true)
            try LogLevel.sensitiveInfo.demandAllowed(in: mode, sensitiveAllowed: true)
        }
        let error = #expect(throws: HostError.self) {
            try LogLevel.debug.demandAllowed(in: .production, sensitiveAllowed: true)
        }
        #expect(error?.reason.contains("set mode: development") == true)
        try LogLevel.debug.demandAllowed(in: .development, sensitiveAllowed: false)
    }

    @Test func `the nearer word wins and fields are in order`() {
        var logger = self.logger(.info)
        logger[metadataKey: "worker"] = "w1"
        logger[metadataKey: "trial"] = "7"
        logger.info("trial began", metadata: ["worker": "w2", "slot": "3"])
        let record = self.memory.records.first
        #expect(record?.message == "trial began")
        #expect(record?.fields.map(\.name) == ["slot", "trial", "worker"])
        #expect(record?.fields.map(\.value) == ["3", "7", "w2"])
    }

    private func lines(
        _ format: LineSink.Format, _ speak: (Logger) -> Void
    ) throws -> String {
        let scratch = try Scratch()
        let sink = try LineSink.file(named: "test", in: scratch["logs"], format: format)
        speak(LogOutput(level: .info, sinks: [sink], now: Self.noon).logger("head"))
        #expect(mode(of: scratch["logs"]) == 0o700)
        #expect(mode(of: scratch["logs/test.log"]) == 0o600)
        return try String(contentsOfFile: scratch["logs/test.log"], encoding: .utf8)
    }

    @Test func `a line of text says when, how grave, who and what`() throws {
        let text = try self.lines(.text) {
            $0.warning("worker is silent", metadata: ["worker": "w3", "last": "a b", "none": ""])
        }
        #expect(
            text == """
                2026-11-23T12:00:00.007Z warning head: worker is silent last="a b" none="" worker=w3

                """)
    }

    static let hostile =
        "x\n2026-11-23T12:00:00Z error head: forged\u{1b}[2J\u{202e}\u{85}\"\\=\u{7f}"

    @Test func `nothing that a peer sends can forge a line or move the terminal`() throws {
        let text = try self.lines(.text) {
            $0.info("peer said", metadata: ["name": "\(Self.hostile)", "\(Self.hostile)": "1"])
        }
        #expect(text.split(separator: "\n").count == 1)
        #expect(text.dropLast().unicodeScalars.allSatisfy { $0.value >= 32 && $0.value < 127 })
        #expect(text.contains(#"x\\u{a}2026"#))
    }

    @Test func `a JSON line is JSON whatever a peer sends`() throws {
        let text = try self.lines(.json) {
            $0.error("peer said", metadata: ["name": "\(Self.hostile)", "level": "info"])
        }
        let lines = text.split(separator: "\n")
        #expect(lines.count == 1)
        let object = try #require(
            JSONSerialization.jsonObject(with: Data(lines[0].utf8)) as? [String: Any])
        #expect(object["level"] as? String == "error")
        #expect(object["message"] as? String == "peer said")
        let fields = try #require(object["fields"] as? [String: String])
        #expect(fields["level"] == "info")
        #expect(fields["name"]?.hasPrefix(#"x\u{a}2026"#) == true)
    }

    @Test func `a value without end is cut`() throws {
        let text = try self.lines(.text) {
            $0.info("long", metadata: ["value": "\(String(repeating: "v", count: 1 << 20))"])
        }
        #expect(text.utf8.count < 5000)
    }

    @Test func `a log file that others can read is refused`() throws {
        let scratch = try Scratch()
        try scratch.file("head.log", mode: 0o644)
        let error = #expect(throws: HostError.self) {
            try LineSink.file(named: "head", in: scratch.path, format: .text)
        }
        #expect(error?.code == .unsafe)
        let target = try scratch.file("target")
        symlink(target, scratch["worker.log"])
        #expect(throws: HostError.self) {
            try LineSink.file(named: "worker", in: scratch.path, format: .text)
        }
    }

    @Test func `journald can tell the levels apart that it numbers alike`() {
        let output = LogOutput(level: .debug, tellsSensitive: true, sinks: [self.memory])
        output.logger("head").info("a job was accepted", metadata: ["job": "j1"])
        output.logger("head").sensitiveInfo("what the job is", metadata: ["job": "j1"])
        output.logger("head").debug("trials were proposed")
        let entries = self.memory.records.map(\.journal)
        #expect(
            entries.map { $0.filter { $0.hasPrefix("PRIORITY=") } }
                == [["PRIORITY=6"], ["PRIORITY=6"], ["PRIORITY=7"]])
        #expect(
            entries.map { $0.filter { $0.hasPrefix("ASSAY_LEVEL=") } }
                == [["ASSAY_LEVEL=info"], ["ASSAY_LEVEL=sensitive-info"], ["ASSAY_LEVEL=debug"]])
        #expect(entries[0].contains("ASSAY_JOB=j1"))
    }

    @Test func `the journal is used only where standard error leads to it`() {
        var status = stat()
        fstat(STDERR_FILENO, &status)
        let here = ["JOURNAL_STREAM": "\(status.st_dev):\(status.st_ino)"]
        #expect(JournalSink.isConnected(environment: Environment(here)))
        #expect(!JournalSink.isConnected(environment: Environment(["JOURNAL_STREAM": "1:2"])))
        #expect(!JournalSink.isConnected(environment: Environment([:])))
    }
}
