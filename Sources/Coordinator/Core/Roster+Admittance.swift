import OrderedCollections
import Wire

/// Which workers take whose commands.
///
/// A worker stands in a pool for each admittance that its policy gives and that a live job needs.
/// So what a command costs to place does not grow with the workers that may not have it.
struct AdmittancePools: Equatable, Sendable {
    private var pools: [Admittance: Pool] = [:]
    /// Pools that have gained or lost a worker, or whose workers have more room than before.
    private var changed: OrderedSet<Admittance> = []

    struct Pool: Equatable, Sendable {
        /// Workers that take trials, the freest first.
        fileprivate(set) var workers = Ranking<String, Double>()
        fileprivate(set) var slots = 0
        /// Live jobs that need it.
        fileprivate var uses = 0
    }

    subscript(_ admittance: Admittance) -> Pool? { self.pools[admittance] }

    /// The pools that a worker with this policy belongs to.
    ///
    /// - Complexity: O(pools), of which there are as many as users with live commands, and
    ///   as resources that these ask for.
    func admittances(of policy: CommandPolicy) -> [Admittance] {
        policy.users == .nobody ? [] : self.pools.keys.filter(policy.admits).sorted()
    }

    enum Change { case none, opened, closed }

    mutating func use(_ admittance: Admittance) -> Change {
        self.pools[admittance, default: Pool()].uses += 1
        return self.pools[admittance]?.uses == 1 ? .opened : .none
    }

    mutating func disuse(_ admittance: Admittance) -> Change {
        self.pools[admittance]?.uses -= 1
        guard self.pools[admittance]?.uses == 0 else { return .none }
        self.pools[admittance] = nil
        self.changed.remove(admittance)
        return .closed
    }

    mutating func list(_ name: String, _ worker: Worker) {
        for admittance in worker.admits {
            self.pools[admittance]?.slots += worker.capacity.slots
            self.changed.append(admittance)
        }
    }

    mutating func unlist(_ name: String, _ worker: Worker) {
        for admittance in worker.admits {
            self.pools[admittance]?.slots -= worker.capacity.slots
            self.pools[admittance]?.workers.remove(name)
            self.changed.append(admittance)
        }
    }

    mutating func rank(_ name: String, _ worker: Worker, _ load: Double) {
        for admittance in worker.admits { self.pools[admittance]?.workers.set(name, load) }
    }

    /// The worker has room that it had not.
    mutating func relieve(_ worker: Worker) {
        for admittance in worker.admits { self.changed.append(admittance) }
    }

    mutating func takeChanged() -> OrderedSet<Admittance> {
        defer { self.changed = [] }
        return self.changed
    }
}

extension Roster {
    /// A live job needs workers of this admittance, or no more.
    mutating func use(_ admittance: Admittance) {
        if self.pools.use(admittance) == .opened { self.sortIntoPools() }
    }

    mutating func disuse(_ admittance: Admittance) {
        if self.pools.disuse(admittance) == .closed { self.sortIntoPools() }
    }

    /// - Complexity: O(workers), for the first job of a user and after the last.
    private mutating func sortIntoPools() {
        for name in self.workers.keys.sorted() {
            guard let policy = self.workers[name]?.commands, policy.users != .nobody
            else { continue }
            self.admit(name, to: self.pools.admittances(of: policy))
        }
    }

    // MARK: Who takes a job's trials

    /// Slots of all workers that take trials of this admittance; of any, when nil.
    func slots(for admittance: Admittance?) -> Int {
        admittance.map { self.pools[$0]?.slots ?? 0 } ?? self.slots
    }

    func servingCount(for admittance: Admittance?) -> Int {
        admittance.map { self.pools[$0]?.workers.count ?? 0 } ?? self.servingCount
    }

    /// The policies of the workers that take trials and run anybody's commands, by their names.
    ///
    /// - Complexity: O(workers)
    var servingPolicies: [CommandPolicy] {
        self.workers.sorted { $0.key < $1.key }.map(\.value)
            .filter { $0.isServing && $0.commands.users != .nobody }.map(\.commands)
    }

    /// Whether the worker takes trials, and of this admittance.
    func takes(_ name: String, _ admittance: Admittance?) -> Bool {
        self.workers[name]?.isServing == true && self.admits(name, admittance)
    }

    /// Whether the worker's policy has nothing against trials of this admittance.
    func admits(_ name: String, _ admittance: Admittance?) -> Bool {
        guard let admittance else { return true }
        return self.workers[name]?.commands.admits(admittance) == true
    }
}
