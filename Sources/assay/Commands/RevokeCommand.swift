import ArgumentParser
import Transport
import Wire

/// `assay revoke SERIAL|ROLE/NAME`
struct RevokeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "revoke",
        abstract: "Refuse a certificate for ever, and cut whoever stands on it.",
        discussion: """
            Takes the serial number of one certificate (assay-certs inspect prints it), or \
            ROLE/NAME for every certificate that somebody was issued up to now.
            """)

    @OptionGroup var client: ClientOptions
    @OptionGroup var output: OutputOptions

    @Argument(help: ArgumentHelp("A serial number, or ROLE/NAME.", valueName: "what"))
    var what: String

    /// What `--json` prints.
    struct Report: Encodable {
        let revocations: [RevocationReport]
        /// That stood on them and were cut.
        let connections: UInt32
    }

    func run() async throws {
        var request = Assay_V1_RevokeRequest()
        if self.what.contains("/") {
            request.holder = self.what
        } else {
            request.serial = self.what
        }
        try await Self.run(request, self.client, self.output)
    }

    static func run(
        _ request: Assay_V1_RevokeRequest, _ client: ClientOptions, _ output: OutputOptions
    ) async throws {
        let response = try await client.withHead { head in
            try await head.revocations.revoke(request)
        }
        let report = Report(
            revocations: response.revocations.map(RevocationReport.init),
            connections: response.connections)
        try output.print(report) { terminal in
            let cut = report.connections == 1 ? "1 connection" : "\(report.connections) connections"
            return RevocationReport.table(
                report.revocations, style: terminal.resultStyle, width: terminal.resultWidth())
                + "\(cut) cut\n"
        }
    }
}

/// `assay revocations`
struct RevocationsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "revocations", abstract: "List what a head refuses for ever.",
        discussion: """
            With --serials, prints the serial numbers alone: assay-certs revoke --from takes them \
            over into the authority's list.
            """)

    @OptionGroup var client: ClientOptions
    @OptionGroup var output: OutputOptions

    @Flag(help: "Print serial numbers only, one on each line.")
    var serials = false

    /// What `--json` prints.
    struct Report: Encodable {
        let revocations: [RevocationReport]
    }

    func run() async throws {
        let response = try await self.client.withHead { head in
            try await head.revocations.list(Assay_V1_ListRevocationsRequest())
        }
        let report = Report(revocations: response.revocations.map(RevocationReport.init))
        try self.output.print(report) { terminal in
            guard !self.serials else {
                return report.revocations.compactMap(\.serial).map { $0 + "\n" }.joined()
            }
            return RevocationReport.table(
                report.revocations, style: terminal.resultStyle, width: terminal.resultWidth())
        }
    }
}
