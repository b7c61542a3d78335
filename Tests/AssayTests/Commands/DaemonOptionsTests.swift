import ArgumentParser
import Host
import Testing

@testable import assay

/// What an operator may have a daemon say.
@Suite struct DaemonOptionsTests {
    private func settings(
        _ arguments: [String], _ file: String, _ environment: [String: String] = [:]
    ) throws -> DaemonOptions.Settings {
        let options = try DaemonOptions.parse(["--certs", "c"] + arguments)
        let text = file.isEmpty ? "certs: c\n" : file
        var layers = Layers(
            file: try StrictYAML(text: text, file: "h.yaml").root, environment: environment)
        return try options.settings(&layers)
    }

    @Test func `a daemon that nobody configured is in production and tells info`() throws {
        let settings = try self.settings([], "")
        #expect(settings.level == .info && !settings.tellsSensitive)
        let error = #expect(throws: InputError.self) {
            try self.settings(["--log-level", "debug"], "")
        }
        #expect(error?.place == "--log-level")
        #expect(error?.sentence.contains("refused in production") == true)
    }

    @Test func `debug is for development, wherever either is said`() throws {
        #expect(try self.settings([], "mode: development\nlog_level: debug\n").level == .debug)
        #expect(
            try self.settings(["--mode", "development"], "log_level: debug\n").level == .debug)
        let error = #expect(throws: InputError.self) {
            try self.settings(
                ["--mode", "production"], "mode: development\n", ["ASSAY_LOG_LEVEL": "debug"])
        }
        #expect(error?.place == "ASSAY_LOG_LEVEL")
    }

    @Test func `sensitive information needs the operator's word`() throws {
        let error = #expect(throws: InputError.self) {
            try self.settings([], "log_level: sensitive-info\n")
        }
        #expect(error?.place == "h.yaml:1:12: log_level")
        #expect(error?.sentence.contains("allow_sensitive_logs: true") == true)
        let settings = try self.settings(
            ["--allow-sensitive-logs"], "log_level: sensitive-info\n")
        #expect(settings.level == .sensitiveInfo && settings.tellsSensitive)
        // At debug too: a developer's cluster may still hold somebody's data.
        let debug = try self.settings([], "mode: development\nlog_level: debug\n")
        #expect(!debug.tellsSensitive)
    }
}
