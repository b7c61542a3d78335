import CoordinatorCore
import Search
import Wire
import WorkerCore

/// Everything there is, and what is about to happen to it.
struct World {
    let plan: Plan
    var chance: Chance
    var now = Instant(sinceOrigin: .zero)
    var agenda = Agenda<Happening>()
    var chronicle = Chronicle()
    var summary = Simulation.Summary()

    var head = Head()
    var workers: [PlayedWorker]
    /// Each control link that there ever was; its index is its name.
    var links: [Link] = []
    /// Reports that were on their way to the head, the latest last.
    var echoes: [(SessionNumber, [Report])] = []
    var users: Users
    var promises = Promises()

    /// A world that is busy for longer than this is stuck, not slow.
    private static let stepsMax = 300_000
    /// The longest that anything may take once nothing goes wrong any more.
    private static let patience = Duration.seconds(600)

    enum Happening {
        case headStarts
        case headWakes(generation: Int)
        case headCommits(generation: Int)
        case proposed(JobID, Study, count: Int, generation: Int)
        case fetch(Fetch, worker: Int, life: Int)
        case workerCrosses(Int, life: Int, Digest, number: Int, WorkerCore.Event)
        case store(Lease, [Output], worker: Int, life: Int)

        case workerStarts(Int)
        case workerDials(Int, life: Int)
        case workerHears(Int, life: Int, WorkerCore.Event)
        case runner(Int, life: Int, SlotNumber, generation: Int, WorkerCore.Event)
        case workerTicks(Int, life: Int)
        case progress(Step)

        case toHead(Int, LinkMessage)
        case toWorker(Int, LinkMessage)
        case headLosesLink(Int)
        case workerLosesLink(Int)

        case userSubmits(Int)
        case userCancels(Int)
        case somethingGoesWrong
        case faultsEnd
    }

    init(seed: UInt64) {
        var chance = Chance(seed: seed)
        let plan = Plan(&chance)
        self.init(plan, chance)
    }

    init(_ plan: Plan, _ chance: Chance) {
        self.plan = plan
        self.chance = chance
        self.workers = self.plan.workers.indices.map { PlayedWorker(name: "w\($0)") }
        self.users = Users(self.plan.submissions)
    }

    // MARK: Time

    mutating func plan(_ happening: Happening, in delay: Duration) {
        self.agenda.add(happening, at: self.now + delay)
    }

    mutating func play() throws(Broken) {
        self.plan(.headStarts, in: .zero)
        for index in self.workers.indices { self.plan(.workerStarts(index), in: .zero) }
        for (index, submission) in self.plan.submissions.enumerated() {
            self.agenda.add(.userSubmits(index), at: submission.at)
            if let cancelAt = submission.cancelAt {
                self.agenda.add(.userCancels(index), at: cancelAt)
            }
        }
        self.plan(.somethingGoesWrong, in: self.plan.faultInterval)
        self.agenda.add(.faultsEnd, at: self.plan.faultsEnd)
        while let (instant, happening) = self.agenda.next(), !self.isQuiet {
            self.now = instant
            self.summary.steps += 1
            try self.invariantEverythingEnds(
                stepsLeft: Self.stepsMax - self.summary.steps,
                timeLeft: self.plan.faultsEnd + Self.patience - self.now)
            try self.happen(happening)
        }
        try self.checkTheEnd()
    }

    /// Every job has ended, its submitter knows, and no worker holds anything.
    private var isQuiet: Bool {
        guard self.now >= self.plan.faultsEnd, self.users.allAnswered else { return false }
        guard let coordinator = self.head.coordinator, self.head.isIdle else { return false }
        return coordinator.jobs.isEmpty
            && self.workers.allSatisfy { $0.machine?.held.isEmpty == true && $0.isWelcome }
    }

    private mutating func happen(_ happening: Happening) throws(Broken) {
        switch happening {
        case .headStarts: try self.startHead()
        case .headWakes(let generation): try self.wakeHead(generation)
        case .headCommits(let generation): try self.commit(generation)
        case .proposed(let job, let study, let count, let generation):
            guard generation == self.head.generation else { return }
            self.tellHead(.proposed(job, study.propose(count)))
        case .fetch(let fetch, let worker, let life): try self.serve(fetch, to: worker, life)
        case .workerCrosses(let worker, let life, let digest, let number, let event):
            try self.crossed(worker, life, digest, number, event)
        case .store(let lease, let outputs, let worker, let life):
            try self.take(outputs, of: lease, from: worker, life)
        case .workerStarts(let index): try self.startWorker(index)
        case .workerDials(let index, let life): self.dial(index, life)
        case .workerHears(let index, let life, let event):
            try self.tellWorker(index, life, event)
        case .runner(let index, let life, let slot, let generation, let event):
            try self.runnerSays(event, in: slot, generation, of: index, life)
        case .workerTicks(let index, let life): try self.tellWorker(index, life, .ticked)
        case .progress(let step): try self.report(step)
        case .toHead(let link, let message): self.arriveAtHead(message, on: link)
        case .toWorker(let link, let message): try self.arriveAtWorker(message, on: link)
        case .headLosesLink(let link): self.headLoses(link)
        case .workerLosesLink(let link): try self.workerLoses(link)
        case .userSubmits(let index): self.submit(index)
        case .userCancels(let index): self.cancel(index)
        case .somethingGoesWrong: try self.goWrong()
        case .faultsEnd: self.mend()
        }
    }
}
