import ArgumentParser
import Foundation
import Glibc
import Host
import Privacy
import Transport
import Wire

/// `assay join --certs DIR`
struct JoinCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "join", abstract: "Become a worker of a cluster, by an invitation.",
        discussion: """
            Reads the line that `assay node invite NAME` printed from standard input, makes a key \
            on this host, has the head sign it and writes DIR with ca.pem, cert.pem and key.pem: \
            what `assay worker --certs DIR` takes and renews from then on. DIR appears whole or \
            not at all. An invitation is good once.
            """)

    @Option(help: ArgumentHelp("The directory to make.", valueName: "dir"))
    var certs: String

    @Option(
        help: ArgumentHelp(
            "A file of mode 0600 with the invitation, instead of standard input.",
            valueName: "file"))
    var invitation: String?

    @Option(
        help: ArgumentHelp(
            "Where the head is, if not where the invitation says.", valueName: "host:port"))
    var head: String?

    @OptionGroup var output: OutputOptions

    /// What `--json` prints.
    struct Report: Encodable {
        let cluster: String
        let name: String
        let head: String
        let certs: String
        let certificateSerial: String
        let certificateExpiresAt: Double
    }

    func run() async throws {
        let (invitation, place) = try self.prepare()
        let fresh: FreshCredentials
        do {
            fresh = try await Enrollment.join(by: invitation, at: place)
        } catch {
            throw CommandError(error)
        }
        do throws(HostError) {
            try fresh.writeDirectory(at: self.certs)
        } catch {
            throw CommandError(
                .failed, "\(error); the invitation is used up, so ask for another one")
        }
        let new = fresh.credentials
        let report = Report(
            cluster: new.identity.cluster, name: new.identity.name, head: place.description,
            certs: self.certs, certificateSerial: new.serial.description,
            certificateExpiresAt: new.expiresAt.timeIntervalSince1970)
        try self.output.print(report) { _ in
            """
            joined \(report.cluster) as \(report.name), certificate until \
            \(Figures.moment(report.certificateExpiresAt)) UTC
            start with: assay worker --head \(report.head) --certs \(report.certs)

            """
        }
    }

    /// All that can be wrong before the invitation is spent.
    private func prepare() throws(CommandError) -> (Invitation, HostAndPort) {
        do {
            // A key is about to be in our memory.
            try ProcessHardening.apply()
            let invitation = try Invitation(text: try self.text())
            _ = try invitation.credentials(now: Date())
            try FreshCredentials.demandRoom(at: self.certs)
            return (invitation, try self.head.map(HostAndPort.init(text:)) ?? invitation.head)
        } catch let error as HostAndPortError {
            throw CommandError(.usage, "--head: \(error)")
        } catch {
            throw CommandError(.usage, "\(error)")
        }
    }

    private func text() throws(HostError) -> Private<String> {
        if let path = self.invitation { return try SecretFile.read(path).text }
        if isatty(STDIN_FILENO) == 1 {
            Terminal().remark("Paste the invitation and press Enter: ")
            return Private(readLine() ?? "")
        }
        let input = Descriptor(adopting: dup(STDIN_FILENO))
        let bytes = try input.read(upTo: Limits.invitationBytesMax, from: "standard input")
        return Private(String(decoding: bytes, as: UTF8.self))
    }
}
