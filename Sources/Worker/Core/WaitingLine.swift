import DequeModule
import OrderedCollections
import Wire

/// Assignments that wait for a slot or for their data, in the order in which they came.
///
/// They wait in one lane for each job, since the trials of a job need the same blobs: while the
/// first lane waits for its data, the next one may run.
struct WaitingLine: Equatable, Sendable {
    private var lanes: OrderedDictionary<JobID, Lane> = [:]
    private(set) var count = 0
    /// Of the last place, and of the first that was put back.
    private var lastOrder = 0
    private var firstOrder = 1

    private struct Lane: Equatable, Sendable {
        let trialClass: TrialClass
        var places: Deque<Place> = []
    }

    private struct Place: Equatable, Sendable {
        let assignment: Assignment
        /// Where it stands among the assignments of all lanes.
        let order: Int
    }

    var isEmpty: Bool { self.count == 0 }

    mutating func append(_ group: AssignmentGroup) {
        for assignment in group.assignments {
            self.lastOrder += 1
            let place = Place(assignment: assignment, order: self.lastOrder)
            self.lanes[assignment.lease.trial.job, default: Lane(trialClass: group.trialClass)]
                .places.append(place)
        }
        self.count += group.assignments.count
    }

    /// Puts back what was taken and has not begun: it comes before all others.
    mutating func putBack(
        _ assignments: some BidirectionalCollection<Assignment>, _ trialClass: TrialClass
    ) {
        for assignment in assignments.reversed() {
            self.firstOrder -= 1
            let place = Place(assignment: assignment, order: self.firstOrder)
            self.lanes[assignment.lease.trial.job, default: Lane(trialClass: trialClass)]
                .places.prepend(place)
        }
        self.count += assignments.count
    }

    /// The jobs in the order of their first assignments.
    ///
    /// - Complexity: O(n log n) in the jobs that wait here, which are few.
    var jobs: [JobID] {
        if self.lanes.count == 1 { return [self.lanes.keys[0]] }
        let firsts = self.lanes.map { (job: $0.key, order: $0.value.places.first?.order ?? 0) }
        return firsts.sorted { $0.order < $1.order }.map(\.job)
    }

    func trialClass(of job: JobID) -> TrialClass? { self.lanes[job]?.trialClass }

    func first(of job: JobID) -> Assignment? { self.lanes[job]?.places.first?.assignment }

    mutating func popFirst(of job: JobID) -> Assignment? {
        guard let place = self.lanes[job]?.places.popFirst() else { return nil }
        self.count -= 1
        self.removeIfEmpty(job)
        return place.assignment
    }

    /// Removes and returns everything that waits, or all of one job, in order.
    mutating func removeAll(of job: JobID? = nil) -> [Lease] {
        let lanes = job.map { self.lanes[$0].map { [$0] } ?? [] } ?? Array(self.lanes.values)
        let places = lanes.flatMap(\.places).sorted { $0.order < $1.order }
        if let job { self.lanes.removeValue(forKey: job) } else { self.lanes = [:] }
        self.count -= places.count
        return places.map(\.assignment.lease)
    }

    /// Removes these where they wait here.
    mutating func remove(_ leases: [Lease]) {
        var byJob: OrderedDictionary<JobID, Set<Lease>> = [:]
        for lease in leases { byJob[lease.trial.job, default: []].insert(lease) }
        for (job, leases) in byJob {
            guard let before = self.lanes[job]?.places.count else { continue }
            self.lanes[job]?.places.removeAll { leases.contains($0.assignment.lease) }
            self.count -= before - (self.lanes[job]?.places.count ?? 0)
            self.removeIfEmpty(job)
        }
    }

    func contains(_ lease: Lease) -> Bool {
        self.lanes[lease.trial.job]?.places.contains { $0.assignment.lease == lease } == true
    }

    var leases: [Lease] { self.lanes.values.flatMap { $0.places.map(\.assignment.lease) } }

    private mutating func removeIfEmpty(_ job: JobID) {
        if self.lanes[job]?.places.isEmpty == true { self.lanes.removeValue(forKey: job) }
    }
}
