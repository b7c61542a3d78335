import DequeModule
import Wire

/// What the coordinator keeps of a live job beside its record: it follows from the record, from
/// this epoch's leases and from the time, so that no fact speaks of it.
struct Workload: Equatable, Sendable {
    let lane: Backlog.Lane
    let trialClass: TrialClass

    /// Trials that wait; some may have been adopted from a returning worker since, so that what
    /// is taken out is looked at again.
    private(set) var fresh: Deque<UInt32> = []
    /// Trials that were lost and should go to another worker.
    private(set) var retries: Deque<UInt32> = []
    /// Finished trials that another worker shall run once more.
    private(set) var checks: Deque<UInt32> = []
    /// How often such a run was lost, which is no fact.
    private(set) var checkLosses: [UInt32: Int] = [:]

    var phase: Phase = .searching
    /// A proposal is being computed.
    var isProposing = false
    /// The last proposal was empty, and nothing has ended since.
    var isOutOfIdeas = false
    /// The expected running time of the job's next trial; nil while nothing is known.
    private(set) var length: Duration?

    /// How far a learning job is. An idle job stays in the first phase.
    enum Phase: Equatable, Sendable {
        /// Candidates are proposed and evaluated.
        case searching
        /// No more candidates; those in flight may end, and the winner is run once more.
        case closed
        /// The winner is fitted on all rows, twice.
        case refitting
    }

    init(_ record: JobRecord) {
        self.lane = Backlog.Lane(record)
        switch record.spec.kind {
        case .idle(_, let duration, let data):
            self.trialClass = .idle(duration, data: data)
            self.length = duration
        case .learning(let learning):
            self.trialClass = .lesson(learning.lesson)
        case .command(let job):
            self.trialClass = .command(job.command, owner: record.owner)
        }
        for trial in record.trials where trial.isQueued {
            if trial.losses.isEmpty {
                self.fresh.append(trial.index)
            } else {
                self.retries.append(trial.index)
            }
        }
        self.checks.append(contentsOf: record.openChecks)
        if record.trials.last?.spec.step == .refit { self.phase = .refitting }
    }

    // MARK: The queues

    mutating func enqueue(_ trials: Range<UInt32>) { self.fresh.append(contentsOf: trials) }

    /// The trial was handed back: it is the next.
    mutating func enqueue(again trial: UInt32) { self.fresh.prepend(trial) }

    mutating func enqueue(retry trial: UInt32) { self.retries.append(trial) }

    @discardableResult
    mutating func takeFresh() -> UInt32? { self.fresh.popFirst() }

    @discardableResult
    mutating func takeRetry() -> UInt32? { self.retries.popFirst() }

    mutating func enqueue(check trial: UInt32) { self.checks.append(trial) }

    @discardableResult
    mutating func takeCheck() -> UInt32? { self.checks.popFirst() }

    /// Returns how often the trial's second runs were lost by now.
    mutating func countLoss(ofCheck trial: UInt32) -> Int {
        self.checkLosses[trial, default: 0] += 1
        return self.checkLosses[trial] ?? 0
    }

    var isWaiting: Bool { !self.fresh.isEmpty || !self.retries.isEmpty || !self.checks.isEmpty }

    /// The data set that its trials read.
    var data: Digest? { self.trialClass.blobs.first?.digest }

    /// The expected running time: what was seen last weighs an eighth. Before anything was seen a
    /// trial may be long. The least is what a trial costs around its work.
    var expectedLength: Duration { max(self.length ?? .seconds(1), .microseconds(50)) }

    // MARK: What its trials are like

    mutating func observe(_ wall: Duration) {
        self.length = self.length.map { ($0 * 7 + wall) / 8 } ?? wall
    }
}
