import CoordinatorCore
import Search
import Wire

/// A coordinator with a clock and a journal, for tests that read like conversations.
///
/// ```swift
/// var desk = Desk()
/// desk.connect("w1", slots: 2)
/// desk.submit(.idle(trials: 3))
/// #expect(desk.leases(of: "w1").count == 2)
/// ```
struct Desk {
    var coordinator: Coordinator
    var now: Instant
    /// Everything recorded so far.
    var journal: [Fact] = []
    /// What the last event was answered with.
    var said: [Directive] = []

    private var sessions: [String: SessionNumber] = [:]
    private var sessionCount: UInt64 = 0
    private var requestCount: UInt64 = 0
    /// Leases that the worker was given, and that neither it nor the head has ended.
    private var given: [String: [Lease]] = [:]

    /// A head that started for the first time, just now.
    init(settings: Settings = .defaults, dice: Dice = .test) {
        self.now = Instant(sinceOrigin: .seconds(1_000_000))
        self.coordinator = Coordinator(epoch: 1, settings: settings, dice: dice)
        self.note(self.coordinator.resume(now: self.now))
    }

    // MARK: Events

    mutating func tell(_ events: Event...) {
        self.note(self.coordinator.handle(events, now: self.now))
    }

    mutating func pass(_ duration: Duration) {
        self.now = self.now + duration
        self.tell(.ticked)
    }

    /// The head dies and starts again from its journal; workers have to come back.
    mutating func restart(epoch: UInt32) {
        let settings = Settings.defaults
        var coordinator = Coordinator(epoch: epoch, settings: settings, dice: .test)
        for fact in self.journal { coordinator.replay(fact) }
        self.coordinator = coordinator
        self.sessions = [:]
        self.note(self.coordinator.resume(now: self.now))
    }

    private mutating func note(_ directives: [Directive]) {
        self.said = directives
        for directive in directives {
            switch directive {
            case .record(let fact): self.journal.append(fact)
            case .tell(let session, let message): self.note(message, to: session)
            default: continue
            }
        }
    }

    private mutating func note(_ message: LinkMessage, to session: SessionNumber) {
        guard let name = self.sessions.first(where: { $0.value == session })?.key else { return }
        switch message {
        case .assignments(let groups):
            self.given[name, default: []] += groups.flatMap { $0.assignments.map(\.lease) }
        case .cancelled(let leases):
            self.given[name]?.removeAll { leases.contains($0) }
        default: return
        }
    }

    // MARK: Workers

    @discardableResult
    mutating func connect(
        _ name: String, slots: Int = 1, held: [Lease] = [], blobs: [Digest] = [],
        protocolVersion: UInt32 = LinkVersion.current, environment: String = "test",
        commands: CommandPolicy = .none
    ) -> SessionNumber {
        self.sessionCount += 1
        let session = SessionNumber(rawValue: self.sessionCount)
        self.sessions[name] = session
        self.given[name] = held
        let hello = Hello(
            protocolVersion: protocolVersion, version: "0.1.0",
            capacity: Capacity(slots: slots, memoryBytes: 1 << 30), held: held, blobs: blobs,
            environmentClass: environment, commands: commands)
        self.tell(.connected(session, worker: name, hello))
        return session
    }

    func session(_ name: String) -> SessionNumber {
        self.sessions[name] ?? SessionNumber(rawValue: .max)
    }

    mutating func disconnect(_ name: String) {
        self.tell(.disconnected(self.session(name), reason: "the link broke"))
    }

    /// What the worker was given and has not ended, in the order in which it was given.
    func leases(of name: String) -> [Lease] { self.given[name] ?? [] }

    mutating func report(_ name: String, _ lease: Lease, _ event: Report.Event) {
        switch event {
        case .started, .progressed: break
        case .finished, .lost: self.given[name]?.removeAll { $0 == lease }
        }
        self.tell(.reported(self.session(name), [Report(lease, event)]))
    }

    mutating func start(_ name: String, _ lease: Lease) { self.report(name, lease, .started) }

    mutating func finish(_ name: String, _ lease: Lease, _ outcome: Outcome = .scored) {
        self.report(name, lease, .finished(outcome))
    }

    mutating func lose(_ name: String, _ lease: Lease, _ cause: Loss.Cause = .crashed) {
        self.report(name, lease, .lost(Loss(cause, "signal 11")))
    }

    // MARK: Users

    @discardableResult
    mutating func submit(
        _ kind: JobSpec.Kind, owner: String = "anna", key: String = "", priority: Int = 50,
        trials: UInt32? = nil, time: Duration? = nil
    ) -> JobID {
        let spec = JobSpec(
            name: "job", priority: priority, seed: 7, budget: Budget(trials: trials, time: time),
            kind: kind)
        self.tell(.submit(spec, owner: owner, key: key, request: self.request()))
        guard case .accepted(let job)? = self.answer else { return JobID(0) }
        return job
    }

    mutating func request() -> RequestID {
        self.requestCount += 1
        return RequestID(rawValue: self.requestCount)
    }

    // MARK: What was said

    var answer: Answer? {
        self.said.lazy.compactMap { directive in
            if case .answer(_, let answer) = directive { answer } else { nil }
        }.first
    }

    /// What the worker was told in answer to the last event.
    func told(_ name: String) -> [LinkMessage] {
        let session = self.session(name)
        return self.said.compactMap { directive in
            guard case .tell(session, let message) = directive else { return nil }
            return message
        }
    }

    /// What the worker was given in answer to the last event.
    func assignments(to name: String) -> [Assignment] {
        self.told(name).flatMap { message -> [Assignment] in
            guard case .assignments(let groups) = message else { return [] }
            return groups.flatMap(\.assignments)
        }
    }

    var recorded: [Fact] {
        self.said.compactMap { directive in
            if case .record(let fact) = directive { fact } else { nil }
        }
    }

    /// The proposal that the last event asked for.
    var proposal: (job: JobID, study: Study, count: Int)? {
        for case .propose(let job, let study, let count) in self.said { return (job, study, count) }
        return nil
    }

    /// Answers proposals until none is asked for.
    mutating func propose() {
        while let (job, study, count) = self.proposal {
            self.tell(.proposed(job, study.propose(count)))
        }
    }

    /// How an ended job stands in the journal.
    func ended(_ job: JobID) -> JobRecord? {
        let facts = self.journal.filter { $0.job == job }
        var record = facts.first.flatMap { JobRecord($0) }
        for fact in facts.dropFirst() { record?.apply(fact) }
        return record
    }
}

extension Dice {
    static let test = Dice(secret: 1, 2)
}

extension JobSpec.Kind {
    static func idle(trials: UInt32) -> Self { .idle(trials: trials, duration: .milliseconds(1)) }

    /// A regression on a table of this name.
    static func table(_ name: Character = "a") -> Self {
        let lesson = Lesson(
            task: .regression, data: .named(name), schema: .named("s"), target: "y",
            metrics: ["rmse"], folds: 5, foldSeed: 1)
        return .learning(
            LearningJob(
                lesson: lesson, direction: .minimise, families: [], rows: 500, columns: 8,
                classes: 0))
    }
}

extension Blob {
    /// Some bytes that a letter stands for.
    static func named(_ letter: Character) -> Blob {
        let byte = letter.asciiValue ?? 0
        return Blob(digest: Digest(sha256: Array(repeating: byte, count: 32)), size: 1000)
    }
}

extension Outcome {
    static var scored: Self { .scored(0.5) }

    static func scored(_ score: Double, wall: Duration = .milliseconds(100)) -> Self {
        Outcome(
            .scored(scores: [Score("rmse", score)], outputs: []),
            cost: Cost(cpu: wall, wall: wall, memoryBytes: 0))
    }

    /// What a refit ends with.
    static var model: Self {
        let output = Output(name: "manifest.json", blob: .named("m"))
        return Outcome(.scored(scores: [], outputs: [output]), cost: .none)
    }

    static func failed(_ reason: String) -> Self {
        Outcome(.failed(Failure(.computation, reason)), cost: .none)
    }
}
