import Wire
import WorkerCore

/// A worker's machine with a clock, for tests that read like conversations.
///
/// ```swift
/// var shop = Workshop(slots: 2)
/// shop.open()
/// shop.assign([1, 2, 3])
/// #expect(shop.running == [1, 2])
/// ```
struct Workshop {
    var machine: WorkerMachine
    var now = Instant(sinceOrigin: .seconds(1000))
    /// What the last event was answered with.
    var said: [Directive] = []

    init(
        slots: Int = 1, cacheBytesMax: UInt64 = 1 << 30, cache mode: CacheMode = .memory,
        spillBytesMax: UInt64 = 0
    ) {
        var settings = Settings(slots: slots, cacheBytesMax: cacheBytesMax, restart: .defaults)
        settings.cacheMode = mode
        settings.spillBytesMax = spillBytesMax
        self.machine = WorkerMachine(settings: settings)
    }

    /// Starts, with all runners ready and the link standing.
    mutating func open() {
        self.said = self.machine.start()
        for case .startRunner(let slot) in self.said { self.hear(.runnerReady(slot)) }
        self.welcome()
    }

    mutating func hear(_ events: Event...) {
        self.said = self.machine.handle(events, now: self.now)
    }

    mutating func pass(_ duration: Duration) {
        self.now = self.now + duration
        self.hear(.ticked)
    }

    mutating func welcome(keep: [Lease] = [], drop: [Lease] = []) {
        let session = SessionNumber(rawValue: 1)
        self.hear(.welcomed(Welcome(session: session, keep: keep, drop: drop)))
    }

    mutating func assign(
        _ trials: [UInt32], _ trialClass: TrialClass = .idle(.zero), job: UInt64 = 1,
        timeLimit: Duration? = nil
    ) {
        let assignments = trials.map { trial in
            Assignment(lease: .lease(trial, job: job), spec: .idle, timeLimit: timeLimit)
        }
        self.hear(.assigned([AssignmentGroup(trialClass: trialClass, assignments: assignments)]))
    }

    mutating func finish(_ slot: Int, _ lease: Lease, _ outcome: Outcome = .scored) {
        self.hear(.runnerFinished(SlotNumber(slot), lease, outcome))
    }

    mutating func die(_ slot: Int, _ cause: Loss.Cause = .crashed) {
        self.hear(.runnerDied(SlotNumber(slot), Loss(cause, "signal 11")))
    }

    // MARK: What was said

    /// Leases that were begun in answer to the last event.
    var begun: [Lease] {
        self.said.compactMap { directive in
            if case .run(_, let lease, _, _) = directive { lease } else { nil }
        }
    }

    /// What the head hears in answer to the last event, but for what was begun.
    var reports: [Report] {
        self.said.flatMap { directive -> [Report] in
            guard case .tell(.reports(let reports)) = directive else { return [] }
            return reports
        }.filter { $0.event != .started }
    }

    var fetched: [Blob] {
        self.said.compactMap { directive in
            if case .fetch(let blob, _) = directive { blob } else { nil }
        }
    }
}

extension Lease {
    static func lease(_ trial: UInt32, job: UInt64 = 1) -> Lease {
        Lease(TrialID(JobID(job), trial), LeaseNumber(epoch: 1, count: trial + 1))
    }
}

extension Blob {
    /// 1000 bytes that a letter stands for.
    static func named(_ letter: Character) -> Blob {
        let byte = letter.asciiValue ?? 0
        return Blob(digest: Digest(sha256: Array(repeating: byte, count: 32)), size: 1000)
    }
}

extension TrialClass {
    /// Trials that read a table of this name, and a schema named `s`.
    static func table(_ name: Character, cache: CacheMode? = nil) -> Self {
        .lesson(
            Lesson(
                task: .regression, data: .named(name), schema: .named("s"), target: "y",
                metrics: ["rmse"], folds: 5, foldSeed: 1, cache: cache))
    }
}

extension Outcome {
    static var scored: Self { Outcome(.scored(scores: [], outputs: []), cost: .none) }

    static var withOutputs: Self { Outcome(.scored(scores: [], outputs: Self.files), cost: .none) }

    static let files = [Output(name: "manifest.json", blob: .named("m"))]
}
