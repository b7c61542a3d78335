import ArgumentParser
import Foundation
import Host
import Logging

/// What both daemons take beside their own settings.
struct DaemonOptions: ParsableArguments {
    @Option(help: ArgumentHelp("A settings file.", valueName: "file"))
    var config: String?

    @Option(
        help: ArgumentHelp(
            "A directory with ca.pem, cert.pem and key.pem.", valueName: "dir"))
    var certs: String?

    @Option(
        help: ArgumentHelp("Where the session directory is made.", valueName: "dir"))
    var tempDir: String?

    @Flag(help: "Keep the session directory at the end.")
    var retain = false

    @Option(
        help: ArgumentHelp("error, warning, info, sensitive-info or debug.", valueName: "level"))
    var logLevel: String?

    @Option(
        help: ArgumentHelp(
            "production, the default, or development, which may log at debug.", valueName: "mode"))
    var mode: String?

    @Flag(help: "Let the log tell names of jobs and columns, shapes and scores.")
    var allowSensitiveLogs = false

    @Option(help: ArgumentHelp("automatic, text or json.", valueName: "format"))
    var logFormat: String?

    @Option(help: ArgumentHelp("Also log to a file of mode 0600 there.", valueName: "dir"))
    var logDir: String?

    /// The layers of a daemon: its file, the environment and the flags.
    ///
    /// - Parameter standard: the file that is read where `--config` names none, if it is there.
    func layers(standard: String) throws(InputError) -> Layers {
        let environment = ProcessInfo.processInfo.environment
        let named = self.config ?? environment["ASSAY_CONFIG"]
        let path = named ?? standard
        let bytes = try InputFile.readIfThere(
            path, upTo: StrictYAML.bytesMax, what: "settings file")
        guard let bytes else {
            if named != nil { throw InputError(path, "there is no such settings file") }
            return Layers(file: nil, environment: environment)
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw InputError(path, "is not UTF-8 text")
        }
        // A file of comments alone, as packages install it, says nothing.
        let says = text.split(whereSeparator: \.isNewline).contains { line in
            line.first { !$0.isWhitespace } != "#" && !line.allSatisfy(\.isWhitespace)
        }
        guard says else { return Layers(file: nil, environment: environment) }
        return Layers(file: try StrictYAML(text: text, file: path).root, environment: environment)
    }

    /// What the options of this group come to.
    struct Settings {
        let certs: String
        let temporaryDirectory: String?
        let ending: SessionDirectory.Ending
        let level: LogLevel
        let tellsSensitive: Bool
        let console: LogOutput.Console
        let logDirectory: String?

        func log(_ files: LogOutput.Files) throws(CommandError) -> LogOutput {
            do {
                return try LogOutput.standard(
                    level: self.level, tellsSensitive: self.tellsSensitive, console: self.console,
                    directory: self.logDirectory, files: files)
            } catch {
                throw CommandError(.usage, error.description)
            }
        }
    }

    func settings(_ layers: inout Layers) throws(InputError) -> Settings {
        guard let certs = try layers.text("certs", flag: self.certs) else {
            throw InputError(
                "--certs", "is missing; name a directory of assay-certs issue or assay join")
        }
        let tellsSensitive = try layers.switch(
            "allow_sensitive_logs", flag: self.allowSensitiveLogs)
        return Settings(
            certs: certs.value,
            temporaryDirectory: try layers.text("temp_dir", flag: self.tempDir)?.value,
            ending: try layers.switch("retain", flag: self.retain) ? .retained : .removed,
            level: try self.level(&layers, sensitiveAllowed: tellsSensitive),
            tellsSensitive: tellsSensitive,
            console: try layers.choice("log_format", flag: self.logFormat, LogOutput.Console.self)
                ?? .automatic,
            logDirectory: try layers.text("log_dir", flag: self.logDir)?.value)
    }

    /// An unconfigured daemon is in production: whoever has nobody's data in it can say so.
    private func level(
        _ layers: inout Layers, sensitiveAllowed: Bool
    ) throws(InputError) -> LogLevel {
        let mode = try layers.choice("mode", flag: self.mode, LogLevel.Mode.self) ?? .production
        let level = try layers.chosen("log_level", flag: self.logLevel, LogLevel.self)
        guard let level else { return .info }
        do throws(HostError) {
            try level.value.demandAllowed(in: mode, sensitiveAllowed: sensitiveAllowed)
        } catch {
            throw level.wrong(error.reason)
        }
        return level.value
    }
}
