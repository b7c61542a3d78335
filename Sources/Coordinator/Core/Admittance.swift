import Wire

/// What a worker's policy judges of a command: whose it is, and whether it wants the network.
struct Admittance: Hashable, Comparable, Sendable {
    /// `ROLE/NAME`
    let owner: String
    let network: CommandNetwork

    /// Nil for a job whose trials any worker takes.
    init?(_ record: JobRecord) {
        guard case .command(let job) = record.spec.kind else { return nil }
        self.owner = record.owner
        self.network = job.command.network
    }

    static func < (left: Self, right: Self) -> Bool {
        (left.owner, left.network.rawValue) < (right.owner, right.network.rawValue)
    }

    /// Why the job waits when no worker's policy admits it.
    var hindrance: String {
        switch self.network {
        case .none: "no connected worker runs commands of \(self.owner)"
        case .host: "no connected worker runs commands of \(self.owner) with the network"
        }
    }
}

extension CommandPolicy {
    func admits(_ admittance: Admittance) -> Bool {
        self.admits(admittance.network, of: admittance.owner)
    }
}
