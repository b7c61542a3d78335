import OrderedCollections
import Wire

/// The workers of this epoch: who is connected, what each holds, and who is the freest.
///
/// ```
///            hello                 link gone                grace over
/// ┌────────┐ ─────▶ ┌───────────┐ ──────────▶ ┌────────┐ ─────────────▶ forgotten
/// │ (none) │        │ CONNECTED │             │  AWAY  │
/// └────────┘        └───────────┘ ◀────────── └────────┘
///                                    hello
/// ```
struct Roster: Equatable, Sendable {
    private(set) var workers: [String: Worker] = [:]
    private var sessions: [SessionNumber: String] = [:]
    /// Until when each worker that is away may come back.
    private(set) var absences = Ranking<String, Instant>()

    /// Slots of all workers that take trials.
    private(set) var slots = 0
    /// Workers that take trials, the freest first.
    private var serving = Ranking<String, Double>()
    /// For each data set of a live job: those of `serving` that hold it.
    private var holders: [Digest: Ranking<String, Double>] = [:]
    /// For each environment class: those of `serving` that are of it.
    private var peers: [String: Ranking<String, Double>] = [:]
    /// How many live jobs read each data set.
    private var uses: [Digest: Int] = [:]

    /// Which of `serving` take whose commands.
    var pools = AdmittancePools()

    var servingCount: Int { self.serving.count }

    // MARK: Sessions

    func worker(of session: SessionNumber) -> String? { self.sessions[session] }
    func isOpen(_ session: SessionNumber) -> Bool { self.sessions[session] != nil }
    subscript(_ name: String) -> Worker? { self.workers[name] }

    /// The worker stands in the roster under its new session; what it held it still holds.
    mutating func connect(
        _ name: String, _ session: SessionNumber, _ hello: Hello, now: Instant, drained: Bool
    ) {
        var worker = self.workers[name] ?? Worker(capacity: hello.capacity)
        if let old = worker.session { self.sessions.removeValue(forKey: old) }
        self.unlist(name)
        self.absences.remove(name)
        worker.session = session
        worker.capacity = hello.capacity
        worker.version = hello.version
        worker.environmentClass = hello.environmentClass
        worker.commands = hello.commands
        worker.admits = self.pools.admittances(of: hello.commands)
        worker.connectedAt = now
        worker.drains = false
        worker.isDrained = drained
        worker.setBlobs(hello.blobs)
        self.workers[name] = worker
        self.sessions[session] = name
        self.list(name)
    }

    /// The worker is away until the instant; returns nil when the session is not its current one.
    mutating func disconnect(_ session: SessionNumber, until deadline: Instant) -> String? {
        guard let name = self.sessions.removeValue(forKey: session) else { return nil }
        self.unlist(name)
        self.workers[name]?.session = nil
        self.absences.set(name, deadline)
        return name
    }

    /// - Requires: The worker is away and holds nothing.
    mutating func forget(_ name: String) {
        precondition(self.workers[name]?.held.isEmpty != false, "\(name) still holds trials")
        self.absences.remove(name)
        self.workers.removeValue(forKey: name)
    }

    mutating func drain(_ name: String) {
        self.unlist(name)
        self.workers[name]?.drains = true
        self.list(name)
    }

    mutating func setDrained(_ name: String, _ drained: Bool) {
        self.unlist(name)
        self.workers[name]?.isDrained = drained
        self.list(name)
    }

    // MARK: What a worker holds

    mutating func hold(_ trial: TrialID, _ held: Worker.Held, at name: String) {
        self.workers[name]?.held[trial] = held
        self.workers[name]?.work += held.length
        self.rerank(name)
    }

    mutating func release(_ trial: TrialID, at name: String) {
        guard let held = self.workers[name]?.held.removeValue(forKey: trial) else { return }
        self.workers[name]?.work -= held.length
        self.rerank(name)
        if let worker = self.workers[name] { self.pools.relieve(worker) }
    }

    mutating func countFinished(at name: String) { self.workers[name]?.finished += 1 }

    /// The worker has fetched the blob, or will before it runs what it was just given.
    mutating func bring(_ digest: Digest, to name: String) {
        guard self.workers[name]?.blobs.contains(digest) == false else { return }
        self.unlist(name)
        self.workers[name]?.remember(digest)
        self.list(name)
    }

    // MARK: Data sets of live jobs

    /// A live job reads the data set.
    ///
    /// - Complexity: O(workers) for the first job that reads it, O(1) for others.
    mutating func use(_ digest: Digest) {
        self.uses[digest, default: 0] += 1
        guard self.uses[digest] == 1 else { return }
        self.holders[digest] = Ranking()
        for name in self.workers.keys.sorted() {
            guard self.workers[name]?.blobs.contains(digest) == true else { continue }
            self.unlist(name)
            self.list(name)
        }
    }

    /// A live job that read the data set has ended.
    mutating func disuse(_ digest: Digest) {
        guard let uses = self.uses[digest] else { return }
        self.uses[digest] = uses > 1 ? uses - 1 : nil
        guard uses == 1 else { return }
        self.holders.removeValue(forKey: digest)
        for name in self.workers.keys.sorted() {
            self.workers[name]?.shared.removeAll { $0 == digest }
        }
    }

    // MARK: Who is the freest

    /// The best worker for a trial that reads `data`: one with a free slot that holds the data,
    /// else any with a free slot, else the one with the least work waiting.
    ///
    /// - Parameter admittance: what it must admit; nil for what anybody takes.
    func freest(holding data: Digest?, for admittance: Admittance?) -> String? {
        // Loads below 1 are those of workers with free slots.
        if let data, let holder = self.holders[data]?.least, holder.rank < 1,
            self.admits(holder.key, admittance)
        {
            return holder.key
        }
        guard let admittance else { return self.serving.least?.key }
        return self.pools[admittance]?.workers.least?.key
    }

    /// As above, but none of these.
    ///
    /// - Complexity: O(log n) for each of `excluded`, which are as few as a trial's losses.
    mutating func freest(
        holding data: Digest?, for admittance: Admittance?, except excluded: [String]
    ) -> String? {
        for name in excluded { self.unlist(name) }
        defer { for name in excluded { self.list(name) } }
        return self.freest(holding: data, for: admittance)
    }

    /// The freest of one class.
    ///
    /// - Complexity: O(log n) for each of `excluded`, as above.
    mutating func freest(of environment: String, except excluded: [String]) -> String? {
        for name in excluded { self.unlist(name) }
        defer { for name in excluded { self.list(name) } }
        return self.peers[environment]?.least?.key
    }

    /// The freest that has a peer: another worker of its class that could prove what it makes.
    ///
    /// - Complexity: O(classes), for a trial that a job has one of.
    func freestWithPeer() -> String? {
        self.peers.values.filter { $0.count > 1 }.compactMap(\.least)
            .min { ($0.rank, $0.key) < ($1.rank, $1.key) }?.key
    }

    /// Workers that take trials, but for these; of one class, unless it is nil.
    func servingCount(of environment: String?, except excluded: [String]) -> Int {
        let all = environment.map { self.peers[$0]?.count ?? 0 } ?? self.serving.count
        let out = excluded.count { name in
            guard let worker = self.workers[name], worker.isServing else { return false }
            return environment == nil || worker.environmentClass == environment
        }
        return all - out
    }

    /// Whether a worker is away that may come back and take trials, but for these; of one class,
    /// unless it is nil.
    ///
    /// - Complexity: O(workers) while any is away.
    func isAwaiting(_ environment: String?, except excluded: [String]) -> Bool {
        guard !self.absences.isEmpty else { return false }
        return self.workers.contains { name, worker in
            worker.session == nil && !worker.isDrained && !excluded.contains(name)
                && (environment == nil || worker.environmentClass == environment)
        }
    }

    private mutating func list(_ name: String) {
        guard let worker = self.workers[name], worker.isServing else { return }
        self.slots += worker.capacity.slots
        self.workers[name]?.shared = worker.blobs.filter { self.uses[$0] != nil }
        self.pools.list(name, worker)
        self.rerank(name)
    }

    private mutating func unlist(_ name: String) {
        guard let worker = self.workers[name], self.serving.rank(of: name) != nil else { return }
        self.slots -= worker.capacity.slots
        self.serving.remove(name)
        self.peers[worker.environmentClass]?.remove(name)
        if self.peers[worker.environmentClass]?.isEmpty == true {
            self.peers.removeValue(forKey: worker.environmentClass)
        }
        for digest in worker.shared { self.holders[digest]?.remove(name) }
        self.pools.unlist(name, worker)
    }

    private mutating func rerank(_ name: String) {
        guard let worker = self.workers[name], worker.isServing else { return }
        let load = worker.load
        self.serving.set(name, load)
        self.peers[worker.environmentClass, default: Ranking()].set(name, load)
        for digest in worker.shared { self.holders[digest]?.set(name, load) }
        self.pools.rank(name, worker, load)
    }

    /// The worker stands in these pools from now on.
    mutating func admit(_ name: String, to admittances: [Admittance]) {
        self.unlist(name)
        self.workers[name]?.admits = admittances
        self.list(name)
    }
}
