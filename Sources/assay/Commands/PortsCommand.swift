import ArgumentParser
import Transport

struct PortsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ports",
        abstract: "Print the ports that a configuration opens: all there are.",
        discussion: "Reads the same settings file, variables and flags as `assay head`.")

    @OptionGroup var ports: HeadPortOptions
    @OptionGroup var output: OutputOptions

    @Option(help: ArgumentHelp("A head's settings file.", valueName: "file"))
    var config: String?

    /// What `--json` prints.
    struct Report: Encodable, Equatable {
        let listens: [Port]
        let dials: [Dial]

        struct Port: Encodable, Equatable {
            let who: String
            let address: String
            let transport: String
            let purpose: String
        }

        struct Dial: Encodable, Equatable {
            let who: String
            let what: String
        }
    }

    func run() async throws {
        var daemon = try DaemonOptions.parse([])
        daemon.config = self.config
        var layers = try daemon.layers(standard: HeadCommand.standardFile)
        let report = Self.report(try self.ports.settings(&layers))
        try self.output.print(report) { terminal in
            var table = TextTable([
                ("who", .left), ("listens on", .left), ("transport", .left), ("for", .left),
            ])
            for port in report.listens {
                table.add([port.who, port.address, port.transport, port.purpose])
            }
            table.add(["worker", "nothing", "-", "it dials the head"])
            return table.text(style: terminal.resultStyle, width: terminal.resultWidth())
        }
    }

    static func report(_ ports: HeadPortOptions.Settings) -> Report {
        var listens = [
            Report.Port(
                who: "head", address: ports.listen.description,
                transport: "TCP, TLS 1.3 with client certificate",
                purpose: "worker links, gRPC, web pages and metrics, told apart by ALPN")
        ]
        if let probe = ports.probe {
            listens.append(
                Report.Port(
                    who: "head", address: probe.description, transport: "TCP, plain HTTP",
                    purpose: "/livez and /readyz, loopback only"))
        }
        return Report(
            listens: listens,
            dials: [.init(who: "worker", what: "the head's port, and nothing else")])
    }
}
