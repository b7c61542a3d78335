import ArgumentParser
import Transport
import Wire

struct NodesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "nodes", abstract: "List the workers of a head.")

    @OptionGroup var client: ClientOptions
    @OptionGroup var output: OutputOptions

    /// What `--json` prints.
    struct Report: Encodable {
        let nodes: [NodeReport]
    }

    func run() async throws {
        let response = try await self.client.withHead { head in
            try await head.nodes.list(Assay_V1_ListNodesRequest())
        }
        let report = Report(nodes: response.nodes.map(NodeReport.init))
        try self.output.print(report) { terminal in
            NodeReport.table(
                report.nodes, style: terminal.resultStyle, width: terminal.resultWidth())
        }
    }
}

/// `assay node drain|resume|revoke|invite NAME`
struct NodeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "node", abstract: "Take a worker out of service, or back in, or let one join.",
        subcommands: [Drain.self, Resume.self, Revoke.self, InviteCommand.self])

    struct Drain: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Let a worker finish what it runs, and give it nothing more.")

        @OptionGroup var client: ClientOptions
        @OptionGroup var output: OutputOptions

        @Argument(help: "The worker's name.")
        var name: String

        func run() async throws {
            let request = NodeCommand.request(self.name)
            let node = try await self.client.withHead { head in
                try await head.nodes.drain(request)
            }
            try NodeCommand.print(node, self.output)
        }
    }

    struct Resume: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Give a drained worker trials again.")

        @OptionGroup var client: ClientOptions
        @OptionGroup var output: OutputOptions

        @Argument(help: "The worker's name.")
        var name: String

        func run() async throws {
            let request = NodeCommand.request(self.name)
            let node = try await self.client.withHead { head in
                try await head.nodes.resume(request)
            }
            try NodeCommand.print(node, self.output)
        }
    }

    struct Revoke: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Refuse a worker's certificates for ever, and cut it off at once.",
            discussion: """
                Covers every certificate that the worker was issued up to now. It may come back \
                with one that is issued later than five minutes from now.
                """)

        @OptionGroup var client: ClientOptions
        @OptionGroup var output: OutputOptions

        @Argument(help: "The worker's name.")
        var name: String

        func run() async throws {
            var request = Assay_V1_RevokeRequest()
            request.holder = "worker/\(self.name)"
            try await RevokeCommand.run(request, self.client, self.output)
        }
    }

    fileprivate static func request(_ name: String) -> Assay_V1_NodeRequest {
        var request = Assay_V1_NodeRequest()
        request.name = name
        return request
    }

    fileprivate static func print(
        _ node: Assay_V1_Node, _ output: OutputOptions
    ) throws(CommandError) {
        let report = NodeReport(node)
        try output.print(report) { terminal in
            NodeReport.table([report], style: terminal.resultStyle, width: terminal.resultWidth())
        }
    }
}
