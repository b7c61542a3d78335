import DequeModule
import Wire

/// Room for one trial, and the runner in it.
///
/// ```
///              start              ready              run
/// ┌──────────┐ ─────▶ ┌──────────┐ ─────▶ ┌────────┐ ─────▶ ┌─────────┐
/// │  ABSENT  │        │ STARTING │        │  IDLE  │        │ RUNNING │
/// └──────────┘        └──────────┘        └────────┘ ◀───── └─────────┘
///       ▲                   │ die              │ die  finish     │ die, kill
///       └───────────────────┴──────────────────┴─────────────────┘
/// ```
///
/// A runner computes one trial at a time. Where trials are over sooner than a runner can be told of
/// the next one, it is handed a few at once, and works them off in order.
struct Slot: Equatable, Sendable {
    private(set) var state: State = .absent(.init())
    /// Blobs that the runner has at hand.
    private(set) var attached: Set<Digest> = []
    /// Deaths of its runners since one finished a trial.
    private(set) var deaths = 0
    private var pace = Pace()

    enum State: Equatable, Sendable {
        case absent(Absent)
        case starting
        case idle
        case running(Running)
    }

    struct Absent: Equatable, Sendable {
        /// Nil means at once.
        let restartAt: Instant?

        init(restartAt: Instant? = nil) { self.restartAt = restartAt }
    }

    struct Running: Equatable, Sendable {
        let trialClass: TrialClass
        /// What the runner was handed and has not finished, in order: it computes the first of
        /// them. All of one job, and never empty.
        private(set) var hand: Deque<Assignment>
        /// When the first has had its time.
        private(set) var deadline: Instant?
        /// Whether the head was told that the first has begun.
        fileprivate(set) var isAnnounced = false

        init(_ assignment: Assignment, _ trialClass: TrialClass, now: Instant) {
            self.trialClass = trialClass
            self.hand = [assignment]
            self.deadline = nil
            self.deadline = self.timeLimit.map { now + $0 }
        }

        /// Of the first: the job's, or that of its command where it is shorter.
        var timeLimit: Duration? {
            guard case .command(let command, _) = self.trialClass else {
                return self.first.timeLimit
            }
            let ofCommand = command.resources.wallTime
            return self.first.timeLimit.map { min($0, ofCommand) } ?? ofCommand
        }

        /// What the runner computes.
        var first: Assignment { self.hand[0] }
        var job: JobID { self.first.lease.trial.job }

        fileprivate mutating func append(_ assignment: Assignment) {
            precondition(assignment.lease.trial.job == self.job, "a hand of two jobs")
            self.hand.append(assignment)
        }

        /// The first is over; nil when it was the last.
        fileprivate consuming func next(now: Instant) -> Running? {
            self.hand.removeFirst()
            guard !self.hand.isEmpty else { return nil }
            self.deadline = self.timeLimit.map { now + $0 }
            self.isAnnounced = false
            return self
        }
    }

    /// How quickly trials come and go here.
    private struct Pace: Equatable {
        var job: JobID?
        /// Trials of the job that were over at once, in a row.
        var quickCount = 0
    }

    var running: Running? {
        if case .running(let running) = self.state { running } else { nil }
    }

    /// When something is due here.
    var deadline: Instant? {
        switch self.state {
        case .absent(let absent): absent.restartAt ?? Instant(sinceOrigin: .zero)
        case .starting, .idle: nil
        case .running(let running): running.deadline
        }
    }

    mutating func start() {
        self.state = .starting
        self.attached = []
    }

    mutating func becomeReady() { self.state = .idle }

    mutating func run(_ assignment: Assignment, _ trialClass: TrialClass, now: Instant) {
        self.state = .running(Running(assignment, trialClass, now: now))
    }

    /// Puts it behind what the runner has in hand.
    ///
    /// - Requires: The slot runs a trial of the same job.
    mutating func hand(_ assignment: Assignment) {
        self.changeRunning { $0.append(assignment) }
    }

    /// How many trials of the job the runner may have in hand.
    ///
    /// ```
    /// quick ones in a row    0–3   4–7   8–11   …   60 and more
    /// in hand                1     2     3          16
    /// ```
    func handMax(of job: JobID, _ hand: Settings.Hand) -> Int {
        guard self.pace.job == job else { return 1 }
        return min(1 + self.pace.quickCount / 4, hand.trialsMax)
    }

    enum Then: Equatable { case idle, next }

    /// The first trial in hand has its outcome.
    ///
    /// - Requires: The slot runs one.
    mutating func finish(_ cost: Cost, _ hand: Settings.Hand, now: Instant) -> Then {
        guard case .running(let running) = self.state else {
            preconditionFailure("a trial finished in a slot that runs none")
        }
        if self.pace.job != running.job { self.pace = Pace(job: running.job) }
        self.pace.quickCount = cost.wall <= hand.quickTrial ? self.pace.quickCount + 1 : 0
        self.deaths = 0
        // Out of the state first, or the hand would be copied.
        self.state = .idle
        guard let next = running.next(now: now) else { return .idle }
        self.state = .running(next)
        return .next
    }

    /// What has begun, and nobody has been told of.
    mutating func announce() -> Lease? {
        guard let running = self.running, !running.isAnnounced else { return nil }
        self.changeRunning { $0.isAnnounced = true }
        return running.first.lease
    }

    /// Whoever was told of what runs here is gone.
    mutating func forgetAnnouncement() {
        if self.running != nil { self.changeRunning { $0.isAnnounced = false } }
    }

    private mutating func changeRunning(_ change: (inout Running) -> Void) {
        guard case .running(var running) = self.state else {
            preconditionFailure("a slot that runs nothing")
        }
        self.state = .idle
        change(&running)
        self.state = .running(running)
    }

    /// Somebody killed the runner on purpose: another may start at once.
    mutating func kill() {
        self.state = .absent(.init())
        self.pace = Pace()
    }

    mutating func die(now: Instant, _ backoff: Backoff) {
        self.deaths += 1
        self.pace = Pace()
        self.state = .absent(.init(restartAt: now + backoff.wait(after: self.deaths)))
    }

    mutating func attach(_ digest: Digest) { self.attached.insert(digest) }
    mutating func detach(_ digest: Digest) { self.attached.remove(digest) }
}
