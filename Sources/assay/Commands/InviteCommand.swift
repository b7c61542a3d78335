import ArgumentParser
import Foundation
import Transport
import Wire

/// `assay node invite NAME`
struct InviteCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "invite", abstract: "Let a new node join as a worker, once.",
        discussion: """
            Prints the invitation: one line, which goes to `assay join` on the new node. It holds \
            the head's address, the authorities to trust and a key that may join under this name \
            for some minutes, and nothing else; until then it is a secret. As one command:

            assay node invite w1 | ssh w1.example assay join --certs DIR
            """)

    @OptionGroup var client: ClientOptions
    @OptionGroup var output: OutputOptions

    @Argument(help: "The new worker's name: 1 to 63 of a-z, 0-9, '.' and '-'.")
    var name: String

    @Option(
        name: .customLong("for"),
        help: ArgumentHelp(
            "How long it is good, a day at most; 15m by default.", valueName: "duration"))
    var lifetime: String = "15m"

    @Option(
        help: ArgumentHelp(
            "Where the new node reaches the head, if not as we do.", valueName: "host:port"))
    var dial: String?

    /// What `--json` prints.
    struct Report: Encodable {
        let name: String
        let head: String
        let invitation: String
        let expiresAt: Double
    }

    func run() async throws {
        guard let lifetime = Duration(text: self.lifetime) else {
            throw CommandError(.usage, "--for: must be a duration such as 15m or 1h")
        }
        let dial = try self.dial.map(Self.address)
        let (address, credentials) = try self.client.target()
        let report = try await HeadConnection.open(address, credentials) { head in
            let key = try KeyRequest()
            var request = Assay_V1_InviteRequest()
            request.name = self.name
            request.request = Data(key.der)
            request.seconds = UInt32(clamping: lifetime.components.seconds)
            let answer = try await head.enrollment.invite(request)
            let invitation = try Invitation(
                to: dial ?? address, answer.certificates.map(Array.init), for: key,
                from: credentials.current)
            return Report(
                name: self.name, head: invitation.head.description,
                invitation: try invitation.text.revealed,
                expiresAt: try invitation.credentials(now: Date()).expiresAt.timeIntervalSince1970)
        }
        try self.output.print(report) { terminal in
            terminal.remark(
                """
                good until \(Figures.moment(report.expiresAt)) UTC, for one worker named \
                \(report.name); give it to: assay join --certs DIR

                """)
            return report.invitation + "\n"
        }
    }

    private static func address(_ text: String) throws(CommandError) -> HostAndPort {
        do throws(HostAndPortError) {
            return try HostAndPort(text: text)
        } catch {
            throw CommandError(.usage, "--dial: \(error)")
        }
    }
}
