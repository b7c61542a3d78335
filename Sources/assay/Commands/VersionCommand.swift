import ArgumentParser
import Wire

/// Which Assay this is.
enum Version {
    static let current = "0.1.0"
}

struct VersionCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "version", abstract: "Print the version.")

    @OptionGroup var output: OutputOptions

    /// What `--json` prints.
    struct Report: Encodable {
        let version: String
        /// Of worker links: N talks to N-1 both ways.
        let link: UInt32
        let linkOldest: UInt32
    }

    func run() throws {
        let report = Report(
            version: Version.current, link: LinkVersion.current, linkOldest: LinkVersion.oldest)
        try self.output.print(report) { _ in
            "assay \(report.version), link \(report.link)\n"
        }
    }
}
