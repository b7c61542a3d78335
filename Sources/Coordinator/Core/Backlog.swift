import Wire

/// Which job is served next: priority first, then fairness between owners, then age.
///
/// Fairness is by dominant share: the owner whose largest share of any resource is the smallest
/// goes first. Slots are the one resource that trials ask for so far, so that the share is the
/// number of leases that an owner's trials have.
///
/// ```
/// priority 80   bela (3 leases): j4
/// priority 50   anna (1 lease):  j2, j7      served in this order: j4, j2, j7, j3
///               bela (3 leases): j3
/// ```
///
/// - Complexity: O(log n) for each change, with as many lanes of one owner as it has priorities.
struct Backlog: Equatable, Sendable {
    private var lanes = Ranking<Lane, Rank>()
    /// The jobs of each lane, by age.
    private var jobs: [Lane: Ranking<JobID, JobID>] = [:]
    /// Priorities at which the owner has a lane, and the leases of all its jobs.
    private var owners: [String: Owner] = [:]
    private var lanesByPriority: [Int: Int] = [:]
    /// Lanes whose workers are all full or away, until some have room.
    private var aside: [Admittance: [Lane]] = [:]

    /// The jobs of one owner with one priority that have trials waiting, and that the same workers
    /// take.
    struct Lane: Hashable, Comparable, Sendable {
        let priority: Int
        let owner: String
        /// Nil when any worker takes its trials.
        let admittance: Admittance?

        init(_ job: JobRecord) {
            self.priority = job.spec.priority
            self.owner = job.owner
            self.admittance = Admittance(job)
        }

        static func < (left: Self, right: Self) -> Bool {
            if left.priority != right.priority { return left.priority > right.priority }
            if left.owner != right.owner { return left.owner < right.owner }
            guard let other = right.admittance else { return false }
            return left.admittance.map { $0 < other } ?? true
        }
    }

    private struct Rank: Comparable, Sendable {
        let priority: Int
        let leases: Int
        let oldest: JobID

        static func < (left: Self, right: Self) -> Bool {
            if left.priority != right.priority { return left.priority > right.priority }
            if left.leases != right.leases { return left.leases < right.leases }
            return left.oldest < right.oldest
        }
    }

    private struct Owner: Equatable, Sendable {
        var lanes: [Lane] = []
        var leases = 0
    }

    /// The job whose turn it is.
    var first: JobID? {
        guard let lane = self.lanes.least?.key else { return nil }
        return self.jobs[lane]?.least?.key
    }

    /// Whether nobody else has jobs of this priority, so that fairness has nobody to look after.
    func isAlone(_ lane: Lane) -> Bool { self.lanesByPriority[lane.priority] == 1 }

    func leases(of owner: String) -> Int { self.owners[owner]?.leases ?? 0 }

    /// The job has trials waiting.
    mutating func wake(_ job: JobID, in lane: Lane) {
        if self.jobs[lane] == nil {
            self.jobs[lane] = Ranking()
            self.owners[lane.owner, default: Owner()].lanes.append(lane)
            self.lanesByPriority[lane.priority, default: 0] += 1
        }
        self.jobs[lane]?.set(job, job)
        self.rerank(lane)
    }

    /// The job has no trials waiting.
    mutating func rest(_ job: JobID, in lane: Lane) {
        guard self.jobs[lane] != nil else { return }
        self.jobs[lane]?.remove(job)
        guard self.jobs[lane]?.isEmpty == true else { return self.rerank(lane) }
        self.jobs.removeValue(forKey: lane)
        self.lanes.remove(lane)
        if let admittance = lane.admittance { self.aside[admittance]?.removeAll { $0 == lane } }
        self.owners[lane.owner]?.lanes.removeAll { $0 == lane }
        self.forget(lane.owner)
        let left = (self.lanesByPriority[lane.priority] ?? 1) - 1
        self.lanesByPriority[lane.priority] = left == 0 ? nil : left
    }

    /// The owner's trials have so many leases more, or less.
    mutating func count(_ leases: Int, of owner: String) {
        self.owners[owner, default: Owner()].leases += leases
        for lane in self.owners[owner]?.lanes ?? [] { self.rerank(lane) }
        self.forget(owner)
    }

    // MARK: Lanes that not every worker serves

    /// The lane has no turn until its workers have room.
    ///
    /// - Complexity: O(lanes) of one admittance, of which there are as many as its owner has
    ///   priorities.
    mutating func setAside(_ lane: Lane) {
        guard let admittance = lane.admittance, !self.isAside(lane) else { return }
        self.aside[admittance, default: []].append(lane)
        self.lanes.remove(lane)
    }

    mutating func takeBack(_ admittance: Admittance) {
        for lane in self.aside.removeValue(forKey: admittance) ?? [] { self.rerank(lane) }
    }

    private func isAside(_ lane: Lane) -> Bool {
        guard !self.aside.isEmpty, let admittance = lane.admittance else { return false }
        return self.aside[admittance]?.contains(lane) == true
    }

    private mutating func rerank(_ lane: Lane) {
        guard !self.isAside(lane) else { return }
        guard let oldest = self.jobs[lane]?.least?.key else { return }
        let leases = self.owners[lane.owner]?.leases ?? 0
        self.lanes.set(lane, Rank(priority: lane.priority, leases: leases, oldest: oldest))
    }

    /// An owner without leases and lanes is nobody.
    private mutating func forget(_ owner: String) {
        guard let state = self.owners[owner], state.leases == 0, state.lanes.isEmpty else {
            return
        }
        self.owners.removeValue(forKey: owner)
    }
}
