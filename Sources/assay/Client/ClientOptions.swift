import ArgumentParser
import Host
import Transport

/// How every command prints its result.
struct OutputOptions: ParsableArguments {
    @Flag(help: "Print one JSON object on standard output.")
    var json = false

    /// Prints the object, or what people read.
    func print(
        _ object: some Encodable, _ text: (Terminal) -> String
    ) throws(CommandError) {
        let terminal = Terminal()
        terminal.result(self.json ? try JSONText.line(object) : text(terminal))
    }
}

/// Which head a command asks, and as whom.
struct ClientOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp("Where the head is; else ASSAY_HEAD.", valueName: "host:port"))
    var head: String?

    @Option(
        help: ArgumentHelp(
            "A directory with ca.pem, cert.pem and key.pem; else ASSAY_CERTS.", valueName: "dir"))
    var certs: String?

    /// Whether a head is named at all.
    func isGiven(environment: Environment) -> Bool {
        (self.head ?? environment["ASSAY_HEAD"]) != nil
    }

    /// Connects, runs `body` and leaves.
    func withHead<Answer: Sendable>(
        environment: Environment = .process,
        _ body: @Sendable (HeadClient) async throws -> Answer
    ) async throws(CommandError) -> Answer {
        let (address, credentials) = try self.target(environment: environment)
        return try await HeadConnection.open(address, credentials, body)
    }

    /// Which head, and as whom.
    func target(
        environment: Environment = .process
    ) throws(CommandError) -> (address: HostAndPort, credentials: CredentialStore) {
        guard let head = self.head ?? environment["ASSAY_HEAD"] else {
            throw CommandError(
                .usage, "which head? give --head HOST:PORT, or set ASSAY_HEAD")
        }
        guard let certs = self.certs ?? environment["ASSAY_CERTS"] else {
            throw CommandError(
                .usage, "as whom? give --certs DIR with your certificate, or set ASSAY_CERTS")
        }
        return try HeadConnection.target(head, certs: certs)
    }
}
