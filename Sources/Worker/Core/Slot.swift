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
struct Slot: Equatable, Sendable {
    private(set) var state: State = .absent(.init())
    /// Blobs that the runner has at hand.
    private(set) var attached: Set<Digest> = []
    /// Deaths of its runners since one finished a trial.
    private(set) var deaths = 0

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
        let lease: Lease
        /// What it reads.
        let blobs: [Digest]
        /// When the trial has had its time.
        let deadline: Instant?
        let timeLimit: Duration?

        init(_ assignment: Assignment, _ trialClass: TrialClass, now: Instant) {
            self.lease = assignment.lease
            self.blobs = trialClass.blobs.map(\.digest)
            self.timeLimit = assignment.timeLimit
            self.deadline = assignment.timeLimit.map { now + $0 }
        }
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

    mutating func run(_ running: Running) { self.state = .running(running) }

    mutating func finish() {
        self.state = .idle
        self.deaths = 0
    }

    /// Somebody killed the runner on purpose: another may start at once.
    mutating func kill() { self.state = .absent(.init()) }

    mutating func die(now: Instant, _ backoff: Backoff) {
        self.deaths += 1
        self.state = .absent(.init(restartAt: now + backoff.wait(after: self.deaths)))
    }

    mutating func attach(_ digest: Digest) { self.attached.insert(digest) }
    mutating func detach(_ digest: Digest) { self.attached.remove(digest) }
}
