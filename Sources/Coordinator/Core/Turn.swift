import OrderedCollections
import Wire

/// What the coordinator says in answer to one batch of events, while it is being put together.
///
/// Facts and answers stand in the order in which they were decided. What goes to one session is
/// gathered, so that a burst of reports is acknowledged in one message and answered with one
/// burst of assignments.
struct Turn {
    let now: Instant
    private var directives: [Directive] = []
    private var acknowledged: OrderedDictionary<SessionNumber, [Lease]> = [:]
    private var verdicts: OrderedDictionary<SessionNumber, [Verdict]> = [:]
    private var cancelled: OrderedDictionary<SessionNumber, [Lease]> = [:]
    private var assigned: OrderedDictionary<SessionNumber, Bundle> = [:]
    private var ended: OrderedDictionary<JobID, [UInt32]> = [:]

    /// Jobs to look at once all events are in, in order of their first change.
    private var touched: OrderedSet<JobID> = []
    /// Jobs that have ended and leave memory with this turn.
    private(set) var retired: [JobID] = []

    private typealias Bundle = OrderedDictionary<JobID, (TrialClass, [Assignment])>

    /// Assignments in one message: with 64 parameters of ordinary names each, some 2 KiB, they
    /// stay below a frame.
    private static let assignmentsPerMessageMax = 256

    init(now: Instant) { self.now = now }

    // MARK: Saying

    mutating func say(_ directive: Directive) { self.directives.append(directive) }

    mutating func acknowledge(_ lease: Lease, to session: SessionNumber) {
        self.acknowledged[session, default: []].append(lease)
    }

    mutating func rule(_ verdict: Verdict, to session: SessionNumber) {
        self.verdicts[session, default: []].append(verdict)
    }

    mutating func cancel(_ lease: Lease, at session: SessionNumber) {
        self.cancelled[session, default: []].append(lease)
    }

    mutating func assign(
        _ assignment: Assignment, _ trialClass: TrialClass, to session: SessionNumber
    ) {
        let job = assignment.lease.trial.job
        self.assigned[session, default: [:]][job, default: (trialClass, [])].1.append(assignment)
    }

    /// Something that watchers of the job can see has changed.
    mutating func publish(_ job: JobID, ended trial: UInt32? = nil) {
        self.ended[job, default: []] += trial.map { [$0] } ?? []
    }

    mutating func retire(_ job: JobID) { self.retired.append(job) }

    // MARK: Looking again

    mutating func touch(_ job: JobID) { self.touched.append(job) }

    /// The jobs touched since the last call.
    mutating func takeTouched() -> OrderedSet<JobID> {
        defer { self.touched = [] }
        return self.touched
    }

    // MARK: The end

    /// Everything in order: facts and answers, what each session hears, what watchers hear.
    ///
    /// - Parameter isOpen: whether a session still stands; nothing is said to one that was cut.
    consuming func finish(isOpen: (SessionNumber) -> Bool) -> [Directive] {
        var directives = self.directives
        for (session, leases) in self.acknowledged where isOpen(session) {
            for chunk in leases.chunked(by: Limits.messageItemsMax) {
                directives.append(.tell(session, .acknowledged(Array(chunk))))
            }
        }
        for (session, verdicts) in self.verdicts where isOpen(session) {
            for chunk in verdicts.chunked(by: Limits.messageItemsMax) {
                directives.append(.tell(session, .verdicts(Array(chunk))))
            }
        }
        for (session, leases) in self.cancelled where isOpen(session) {
            for chunk in leases.chunked(by: Limits.messageItemsMax) {
                directives.append(.tell(session, .cancelled(Array(chunk))))
            }
        }
        for (session, bundle) in self.assigned where isOpen(session) {
            for (trialClass, assignments) in bundle.values {
                for chunk in assignments.chunked(by: Self.assignmentsPerMessageMax) {
                    let group = AssignmentGroup(
                        trialClass: trialClass, assignments: Array(chunk))
                    directives.append(.tell(session, .assignments([group])))
                }
            }
        }
        for (job, trials) in self.ended { directives.append(.publish(job, ended: trials)) }
        for job in self.retired { directives.append(.retire(job)) }
        return directives
    }
}

extension Array {
    /// The elements in slices of at most this many.
    fileprivate func chunked(by most: Int) -> some Sequence<ArraySlice<Element>> {
        stride(from: 0, to: self.count, by: most).lazy.map { start in
            self[start..<Swift.min(start + most, self.count)]
        }
    }
}
