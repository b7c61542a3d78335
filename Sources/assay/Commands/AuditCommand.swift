import ArgumentParser
import CoordinatorShell
import Foundation
import Host

/// `assay audit verify`
struct AuditCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "audit", abstract: "Look after a head's audit log.",
        subcommands: [Verify.self])

    struct Verify: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Check that no line of an audit log was altered, removed, inserted or moved.",
            discussion: """
                Reads the directory where the head keeps its state, on the head, whether or not it \
                runs. Prints the last line's number and digest: kept elsewhere and given back by \
                --known the next time, they also prove that the log was not made anew as a whole.
                """)

        @OptionGroup var output: OutputOptions

        @Option(
            help: ArgumentHelp(
                "Where the head keeps its state; $STATE_DIRECTORY by default.", valueName: "dir"))
        var state: String?

        @Option(
            help: ArgumentHelp(
                "A line that an earlier verification ended with.", valueName: "number:digest"))
        var known: String?

        /// What `--json` prints.
        struct Report: Encodable {
            let first: UInt64
            let last: UInt64
            let digest: String
            let tornBytes: Int
        }

        func run() async throws {
            guard let state = self.state ?? Environment.process["STATE_DIRECTORY"] else {
                throw CommandError(.usage, "which head's log? give --state DIR")
            }
            let verification: AuditVerification
            do {
                verification = try AuditVerification(state: state, known: try self.mark())
            } catch let error as AuditVerification.Broken {
                throw CommandError(.failed, "the audit log does not hold: \(error)")
            } catch let error as HostError {
                throw CommandError(.usage, error.description)
            }
            let report = Report(
                first: verification.first, last: verification.last, digest: verification.digest,
                tornBytes: verification.tornBytes)
            try self.output.print(report) { _ in Self.text(report) }
        }

        private func mark() throws(CommandError) -> (sequence: UInt64, digest: String)? {
            guard let known = self.known else { return nil }
            let parts = known.split(separator: ":", omittingEmptySubsequences: false)
            guard parts.count == 2, let sequence = UInt64(parts[0]), parts[1].utf8.count == 64
            else {
                throw CommandError(.usage, "--known is a line's number, a colon and its digest")
            }
            return (sequence, String(parts[1]))
        }

        private static func text(_ report: Report) -> String {
            guard report.last > 0 else { return "The audit log holds, and is empty.\n" }
            var text = "The audit log holds, lines \(report.first) to \(report.last).\n"
            if report.tornBytes > 0 {
                text += """
                    Its last line is torn after \(report.tornBytes) bytes: the head was killed \
                    while it wrote. Nobody was told of that act.

                    """
            }
            return text + "known: \(report.last):\(report.digest)\n"
        }
    }
}
