import Wire

/// What a worker's policy judges of a command: whose it is, whether it wants the network, and what
/// it may use.
struct Admittance: Hashable, Comparable, Sendable {
    /// `ROLE/NAME`
    let owner: String
    let network: CommandNetwork
    let resources: CommandResources

    /// Nil for a job whose trials any worker takes.
    init?(_ record: JobRecord) {
        guard case .command(let job) = record.spec.kind else { return nil }
        self.owner = record.owner
        self.network = job.command.network
        self.resources = job.command.resources
    }

    static func < (left: Self, right: Self) -> Bool {
        guard (left.owner, left.network) == (right.owner, right.network) else {
            return (left.owner, left.network.rawValue) < (right.owner, right.network.rawValue)
        }
        return left.resources.order < right.resources.order
    }

    /// Why the job waits when none of these policies, those of all connected workers, admits it.
    func hindrance(among policies: [CommandPolicy]) -> String {
        let nearly = policies.first { $0.admits(self.network, of: self.owner) }
        if let excess = nearly.flatMap({ self.resources.excess(over: $0.most) }) {
            return "no connected worker gives a command as much as it asks for; "
                + "one gives at most \(excess)"
        }
        return switch self.network {
        case .none: "no connected worker runs commands of \(self.owner)"
        case .host: "no connected worker runs commands of \(self.owner) with the network"
        }
    }
}

extension CommandPolicy {
    func admits(_ admittance: Admittance) -> Bool {
        self.admits(admittance.network, of: admittance.owner)
            && admittance.resources.excess(over: self.most) == nil
    }
}

extension CommandResources {
    fileprivate var order: (UInt64, Duration, Duration, UInt64, UInt32) {
        (self.memoryBytes, self.cpuTime, self.wallTime, self.scratchBytes, self.processes)
    }
}
