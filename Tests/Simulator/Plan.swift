import CoordinatorCore
import Wire
import WorkerCore

/// The world that a seed stands for: who works, what is asked for, what goes wrong.
struct Plan: Sendable {
    private(set) var head: CoordinatorCore.Settings
    let workers: [WorkerCore.Settings]
    /// Of each worker. The first one takes everybody's, so that no job waits for ever.
    let policies: [CommandPolicy]
    let diceSeed: UInt64
    /// How each worker lies; nil for those that do not.
    let liars: [Liar?]
    /// What each worker's arithmetic is like.
    let environments: [String]
    private(set) var submissions: [Submission]
    /// Until then things go wrong.
    let faultsEnd: Instant
    /// Something goes wrong about this often.
    let faultInterval: Duration
    let faults: [Fault]
    /// One runner in so many crashes in each trial.
    let runnerCrashOnceIn: Int
    /// When others take the workers' processors; nil: never.
    var famine: Famine?

    /// From a moment on whatever runners do takes so many times as long, their start included.
    struct Famine: Sendable {
        let from: Instant
        let factor: Int
    }

    struct Submission: Sendable {
        let spec: JobSpec
        let owner: String
        let key: String
        let at: Instant
        let cancelAt: Instant?
    }

    enum Fault: Sendable {
        case headCrashes, workerCrashes, linkBreaks
        case workerDrains, workerStops
        case nodeDrains, nodeResumes, workerRevoked
        case runnerDies
        /// Old reports arrive once more: on the link that they came by, or on another's.
        case reportsEcho
        /// Nodes show invitations, some of them used, some twice at once.
        case joinersCome
        /// Somebody vouches for what a program made.
        case taintCleared
    }

    init(_ chance: inout Chance) {
        var head = CoordinatorCore.Settings.defaults
        head.leases.workerGrace = .seconds(chance.number(in: 1...10))
        head.leases.reattachWait = .milliseconds(chance.pick([0, 500, 2000]))
        head.search.trialTimeMax = .seconds(60)
        head.prefetch.beyondMax = chance.pick([0, 2, 256])
        self.diceSeed = chance.next()
        // Dice that always fall show more; those of a head in earnest seldom do.
        head.corroboration.newShare = chance.pick([0.1, 0.5, 1])
        self.head = head
        let count = chance.pick([1, 2, 3, 4, 4, 5])
        self.workers = (0..<count).map { _ in Self.worker(&chance) }
        let isHonest = chance.once(in: 3)
        let liars = isHonest ? 0 : chance.pick([1, 1, 2])
        // Of two, one never says that it cannot be computed: two who say no more than that agree.
        self.liars = (0..<count).map { index in
            guard index < liars else { return nil }
            return chance.pick(index == 0 ? Liar.allCases : Liar.allCases.filter { $0 != .failing })
        }
        let hasClasses = chance.once(in: 3)
        self.environments = (0..<count).map { _ in
            hasClasses ? chance.pick(Truth.environments) : Truth.environments[0]
        }
        let bela = CommandPolicy.Users.some(Self.holders(["user/bela"]))
        self.policies = self.workers.indices.map { index in
            let users: CommandPolicy.Users =
                index == 0 ? .everybody : chance.pick([.everybody, .nobody, bela])
            return CommandPolicy(users: users, allowsNetwork: index == 0)
        }
        let faultsEnd = Duration.seconds(chance.number(in: 5...40))
        self.faultsEnd = Instant(sinceOrigin: faultsEnd)
        self.faultInterval = .milliseconds(chance.pick([300, 1000, 5000, 1_000_000]))
        let kinds: [Fault] = [
            .headCrashes, .workerCrashes, .linkBreaks, .workerDrains, .workerStops, .nodeDrains,
            .nodeResumes, .workerRevoked, .runnerDies, .reportsEcho, .joinersCome,
            .taintCleared,
        ]
        // Swarm: each world suffers from some kinds of faults only, so that no kind hides another.
        let some = kinds.filter { _ in chance.once(in: 2) }
        self.faults = some.isEmpty ? kinds : some
        self.runnerCrashOnceIn = chance.pick([15, 100, 1_000_000])
        self.submissions = (0..<chance.number(in: 1...4)).map { index in
            Self.submission(index, until: faultsEnd, &chance)
        }
    }

    /// A world without faults and liars, and one long search: what second runs cost then.
    init(honestTrials trials: UInt32, workers count: Int, _ chance: inout Chance) {
        self.diceSeed = chance.next()
        var head = CoordinatorCore.Settings.defaults
        // What takes for ever is ended soon.
        head.search.trialTimeMax = .seconds(2)
        self.head = head
        self.workers = (0..<count).map { _ in
            WorkerCore.Settings(
                slots: 2, cacheBytesMax: 1_000_000, restart: .defaults, transfer: .defaults,
                hand: .defaults)
        }
        self.liars = (0..<count).map { _ in nil }
        self.environments = (0..<count).map { _ in Truth.environments[0] }
        self.policies = (0..<count).map { _ in .none }
        self.faultsEnd = Instant(sinceOrigin: .seconds(1))
        self.faultInterval = .seconds(1_000_000)
        self.faults = [.linkBreaks]
        self.runnerCrashOnceIn = 1_000_000
        let spec = JobSpec(
            name: "long", priority: 50, seed: chance.next(),
            budget: Budget(trials: trials, time: nil), kind: .learning(Self.plainLearning(&chance)))
        self.submissions = [
            Submission(
                spec: spec, owner: "anna", key: "long", at: Instant(sinceOrigin: .seconds(1)),
                cancelAt: nil)
        ]
    }

    /// A world where nothing goes wrong, and one search whose time is bounded; but from some moment
    /// of it on its workers starve.
    init(starving chance: inout Chance) {
        self.init(honestTrials: 1, workers: chance.pick([1, 1, 2, 4]), &chance)
        self.head.search.trialTimeMax = .seconds(3600)
        let start = Instant(sinceOrigin: .seconds(1))
        let spec = JobSpec(
            name: "hurried", priority: 50, seed: chance.next(),
            budget: Budget(trials: nil, time: .seconds(20)),
            kind: .learning(Self.plainLearning(&chance)))
        self.submissions = [
            Submission(spec: spec, owner: "anna", key: "hurried", at: start, cancelAt: nil)
        ]
        self.famine = Famine(
            from: start + chance.duration(0...20_000), factor: chance.pick([2, 4, 16, 64]))
    }

    /// Nothing goes wrong in this world but what workers say.
    var isCalm: Bool {
        self.faultInterval > .seconds(100_000) && self.runnerCrashOnceIn > 100_000
    }

    private static func worker(_ chance: inout Chance) -> WorkerCore.Settings {
        var settings = WorkerCore.Settings(
            slots: chance.number(in: 1...3),
            // Some caches hold one data set at a time.
            cacheBytesMax: chance.pick([4_500, 1_000_000]), restart: .defaults,
            transfer: .defaults,
            // Some think that all trials are quick, so that hands are full of slow ones.
            hand: .init(
                quickTrial: chance.pick([.microseconds(500), .seconds(1)]),
                trialsMax: chance.pick([1, 3, 16])))
        settings.cacheMode = chance.pick([.off, .memory, .disk, .disk])
        // Some disks hold one data set, and some none.
        settings.spillBytesMax = chance.pick([1000, 4_500, 1_000_000])
        return settings
    }

    private static func submission(
        _ index: Int, until end: Duration, _ chance: inout Chance
    ) -> Submission {
        let at = Instant(sinceOrigin: chance.duration(0...3000))
        let cancelAfter = Duration.milliseconds(chance.number(in: 0...8000))
        let spec = JobSpec(
            name: "job \(index)", priority: chance.pick([50, 50, 80]), seed: chance.next(),
            budget: chance.pick([
                Budget(trials: UInt32(chance.number(in: 1...20)), time: nil),
                Budget(trials: UInt32(chance.number(in: 1...20)), time: .seconds(6)),
                Budget(trials: 40, time: .milliseconds(chance.number(in: 1...4000))),
                Budget(trials: 90, time: .seconds(20)),
            ]),
            kind: Self.kind(&chance))
        return Submission(
            spec: spec, owner: chance.pick(["user/anna", "user/bela"]), key: "key \(index)", at: at,
            cancelAt: chance.once(in: 5) ? at + cancelAfter : nil)
    }

    private static func kind(_ chance: inout Chance) -> JobSpec.Kind {
        switch chance.number(in: 0...3) {
        case 0:
            .idle(
                trials: UInt32(chance.number(in: 1...60)),
                duration: .milliseconds(chance.pick([0, 5, 200, 1500])))
        case 1, 2: .learning(Self.learning(&chance))
        default: .command(Self.command(&chance))
        }
    }

    private static func command(_ chance: inout Chance) -> CommandJob {
        // Some programs read what learning jobs read too.
        let files = [UInt64(chance.number(in: 0...4)), 200].map { Truth.blob($0) }
        let command = Command(
            arguments: ["train"], environment: [],
            files: files.enumerated().map { index, blob in
                CommandFile(name: "\(index)", blob: blob, isExecutable: index == 0)
            },
            outputs: ["model.bin"],
            parameters: [
                CommandParameter("rate", .real(1e-3...1, .log)),
                CommandParameter("kind", .choice([.text("a"), .text("b")])),
            ],
            metric: "rmse",
            resources: CommandResources(
                memoryBytes: 1 << 30, cpuTime: .seconds(60), wallTime: .seconds(20),
                scratchBytes: 1 << 20, processes: 8),
            network: chance.pick([.none, .none, .host]))
        return CommandJob(
            command: command, direction: .minimise, stopping: chance.pick([.none, .median]))
    }

    private static func holders(_ names: [String]) -> Set<Holder> {
        Set(names.compactMap { try? Holder(text: $0) })
    }

    private static func learning(_ chance: inout Chance) -> LearningJob {
        let job = Self.plainLearning(&chance)
        let search = SearchTerms(
            portfolio: StageTerms(trials: chance.pick([nil, nil, 3]), time: nil),
            sampling: chance.pick([.unbounded, .unbounded, .skipped]),
            tuning: chance.pick([
                .unbounded, .unbounded, StageTerms(trials: 9, time: .seconds(2)),
            ]))
        return LearningJob(
            lesson: job.lesson, direction: job.direction, families: job.families,
            // Some tables are tried on some rows first, some on some columns.
            rows: chance.pick([300, 300, 60_000, 80_000]), columns: chance.pick([1, 8, 40]),
            classes: job.classes, search: search)
    }

    private static func plainLearning(_ chance: inout Chance) -> LearningJob {
        let set = UInt64(chance.number(in: 0...2))
        let lesson = Lesson(
            task: .regression, data: Truth.blob(set), schema: Truth.blob(set + 100), target: "y",
            metrics: ["rmse"], folds: chance.number(in: 2...5), foldSeed: set,
            cache: chance.pick([nil, nil, .off, .memory, .disk]))
        return LearningJob(
            lesson: lesson, direction: .minimise, families: [], rows: 300, columns: 8, classes: 0)
    }
}
