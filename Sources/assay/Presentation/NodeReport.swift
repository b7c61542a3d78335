import Host
import Wire

/// A node as `--json` prints it.
struct NodeReport: Encodable, Equatable, Sendable {
    let name: String
    /// `ready`, `draining`, `quarantined` or `lost`.
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
    /// Its results that were chosen by chance and confirmed by others.
    let confirmed: UInt32
    /// Why it is given nothing, and since when.
    let quarantine: String?
    let quarantinedAt: Double?
    /// Workers of one class compute the same bits.
    let environmentClass: String

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
        self.confirmed = node.confirmed
        self.quarantine = node.quarantine.isEmpty ? nil : LogText.escaped(node.quarantine)
        self.quarantinedAt = node.quarantine.isEmpty ? nil : node.quarantinedAt
        self.environmentClass = LogText.escaped(node.environmentClass)
    }

    static func table(_ nodes: [NodeReport], style: Style, width: Int?) -> String {
        guard !nodes.isEmpty else { return "No nodes.\n" }
        var table = TextTable([
            ("node", .left), ("state", .left), ("running", .right), ("finished", .right),
            ("confirmed", .right),
            ("version", .left), ("address", .left), ("connected (UTC)", .left),
            ("certificate until", .left),
        ])
        for node in nodes {
            table.add([
                node.name, node.state, "\(node.running)/\(node.slots)",
                Figures.count(node.finished), Figures.count(node.confirmed), node.version,
                node.address,
                Figures.moment(node.connectedAt), Figures.moment(node.certificateExpiresAt),
            ])
        }
        var text = table.text(style: style, width: width)
        for node in nodes {
            guard let reason = node.quarantine else { continue }
            text += """
                \(style.bad(node.name)) is quarantined: \(reason); give it trials again with \
                assay node resume \(node.name)

                """
        }
        return text
    }
}
