import ArgumentParser
import Foundation
import Host
import Transport
import Wire
import WorkerShell

struct DoctorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Look whether this host is fit for a head or a worker.",
        discussion: """
            It changes nothing unless --remove is given. With --certs it looks at those \
            certificates too, and with --head whether that head answers. Exits with 1 when \
            something has to be put right.
            """)

    @OptionGroup var client: ClientOptions
    @OptionGroup var output: OutputOptions

    @Flag(help: "Look only for what killed processes left behind.")
    var leftovers = false

    @Flag(help: "Remove what it finds of our user's; what lives or was retained stays.")
    var remove = false

    @Option(
        help: ArgumentHelp(
            "Look here too for what was left behind; may be given again.", valueName: "dir"))
    var tempDir: [String] = []

    /// What `--json` prints.
    struct Report: Encodable {
        let checks: [Finding]
        /// Whether nothing has to be put right.
        let healthy: Bool
    }

    func run() async throws {
        let findings = await self.findings(environment: .process)
        let problems = findings.count { $0.state == .problem }
        let report = Report(checks: findings, healthy: problems == 0)
        try self.output.print(report) { terminal in
            var table = TextTable([("check", .left), ("state", .left), ("finding", .left)])
            for finding in findings {
                table.add([finding.check, finding.state.rawValue, finding.finding])
            }
            return table.text(style: terminal.resultStyle)
        }
        guard problems == 0 else {
            let what = problems == 1 ? "one thing has" : "\(problems) things have"
            throw CommandError(.failed, "\(what) to be put right")
        }
    }

    private func findings(environment: Environment) async -> [Finding] {
        let places = HostExamination.places(given: self.tempDir, environment: environment)
        // First, so that what is told of the places is how they are left.
        var findings = self.remove ? HostExamination.removal(under: places) : []
        findings += HostExamination.leftovers(under: places)
        guard !self.leftovers else { return findings }
        let swaps = try? String(contentsOfFile: "/proc/swaps", encoding: .utf8)
        findings += [
            HostExamination.sandbox(),
            HostExamination.finding(of: await CommandExamination.ofThisHost()),
            HostExamination.swap(swaps ?? ""), HostExamination.keys(), HostExamination.files(),
        ]
        if let certs = self.client.certs ?? environment["ASSAY_CERTS"] {
            findings.append(Self.certificate(in: certs, now: Date()))
        }
        if self.client.isGiven(environment: environment) {
            findings.append(await self.head(environment: environment))
        }
        return findings
    }

    static func certificate(in directory: String, now: Date) -> Finding {
        do throws(CredentialError) {
            let credentials = try Credentials(directory: directory, now: now)
            let end = Figures.moment(credentials.expiresAt.timeIntervalSince1970)
            return Finding("certificate", .ok, "\(credentials.identity), good until \(end) UTC")
        } catch {
            return Finding("certificate", .problem, error.description)
        }
    }

    private func head(environment: Environment) async -> Finding {
        do throws(CommandError) {
            let (address, answer) = try await self.client.withHead(environment: environment) {
                ($0.address, try await $0.health.check(Grpc_Health_V1_HealthCheckRequest()))
            }
            return answer.status == .serving
                ? Finding("head", .ok, "\(address) is ready")
                : Finding("head", .problem, "\(address) answers, and is not ready")
        } catch {
            return Finding("head", .problem, error.description)
        }
    }
}
