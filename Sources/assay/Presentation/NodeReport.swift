import Host
import Wire

/// A node as `--json` prints it.
struct NodeReport: Encodable, Equatable, Sendable {
    let name: String
    /// `ready`, `draining` or `lost`.
    let state: String
    let slots: UInt32
    let running: UInt32
    /// Trials that it has finished in this life of the head.
    let finished: UInt64
    let version: String
    let address: String
    let connectedAt: Double
    let certificateSerial: String
    let certificateExpiresAt: Double
    /// Whose commands it runs: `everybody`, or each `ROLE/NAME`; and whether with the network.
    let commands: [String]
    let commandsNetwork: Bool

    init(_ node: Assay_V1_Node) {
        self.name = LogText.escaped(node.name)
        self.state = node.state
        self.slots = node.slots
        self.running = node.running
        self.finished = node.finished
        self.version = LogText.escaped(node.version)
        self.address = LogText.escaped(node.address)
        self.connectedAt = node.connectedAt
        self.certificateSerial = LogText.escaped(node.certificateSerial)
        self.certificateExpiresAt = node.certificateExpiresAt
        self.commands = node.commands.map { LogText.escaped($0) }
        self.commandsNetwork = node.commandsNetwork
    }

    static func table(_ nodes: [NodeReport], style: Style, width: Int?) -> String {
        guard !nodes.isEmpty else { return "No nodes.\n" }
        var table = TextTable([
            ("node", .left), ("state", .left), ("running", .right), ("finished", .right),
            ("version", .left), ("address", .left), ("connected (UTC)", .left),
            ("certificate until", .left),
        ])
        for node in nodes {
            table.add([
                node.name, node.state, "\(node.running)/\(node.slots)",
                Figures.count(node.finished), node.version, node.address,
                Figures.moment(node.connectedAt), Figures.moment(node.certificateExpiresAt),
            ])
        }
        return table.text(style: style, width: width)
    }
}
