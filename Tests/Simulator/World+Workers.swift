import Wire
import WorkerCore

/// A worker as it is played: its process, its runners, and the core inside.
struct PlayedWorker {
    let name: String
    /// Nil while the process is dead.
    var machine: WorkerMachine?
    /// Rises with each start and each end.
    var life = 0
    var link: Int?
    var isWelcome = false
    /// The tick that is planned.
    var tickAt: Instant?
    var runners: [SlotNumber: PlayedRunner] = [:]
    /// What its cache holds.
    var blobs: Set<Digest> = []
    /// Results that its runners came to, in all its lives.
    var results = 0
    /// What lies on its disk, or is on the way there or back.
    var disk: Set<Digest> = []
    /// Rises with each way, so that one that was given up is not taken for the next.
    var crossings: [Digest: Int] = [:]
    /// The strictest wish of the jobs that have read a blob since it came.
    var modes: [Digest: CacheMode] = [:]

    init(name: String) { self.name = name }
}

struct PlayedRunner {
    var generation = 0
    var isReady = false
    /// What it was handed and has not finished, in order.
    var hand: [Lease] = []
    /// When it has worked that off.
    var busyUntil = Instant(sinceOrigin: .zero)
    var attached: Set<Digest> = []
}

extension World {
    // MARK: Life and death

    mutating func startWorker(_ index: Int) throws(Broken) {
        guard self.workers[index].machine == nil else { return }
        var machine = WorkerMachine(settings: self.plan.workers[index])
        let directives = machine.start()
        self.workers[index].life += 1
        self.workers[index].machine = machine
        self.workers[index].runners = [:]
        self.workers[index].blobs = []
        self.workers[index].disk = []
        self.workers[index].modes = [:]
        self.workers[index].tickAt = nil
        self.chronicle.add(.workerStarted(self.workers[index].name), at: self.now)
        self.plan(
            .workerDials(index, life: self.workers[index].life), in: self.chance.duration(0...100))
        try self.carryOut(directives, by: index)
    }

    /// The process is gone with all that it knew.
    mutating func endWorker(_ index: Int) {
        guard self.workers[index].machine != nil else { return }
        self.workers[index].machine = nil
        self.workers[index].life += 1
        self.workers[index].isWelcome = false
        if let link = self.workers[index].link { self.breakLink(link) }
        self.workers[index].link = nil
        self.plan(.workerStarts(index), in: self.chance.duration(1...5000))
    }

    // MARK: The loop

    mutating func tellWorker(
        _ index: Int, _ life: Int, _ event: WorkerCore.Event
    ) throws(Broken) {
        guard self.workers[index].life == life, self.workers[index].machine != nil else { return }
        self.chronicle.add(.toWorker(self.workers[index].name, event), at: self.now)
        if event == .ticked { self.workers[index].tickAt = nil }
        if case .blobArrived(let digest) = event { self.workers[index].blobs.insert(digest) }
        let directives = self.workers[index].machine?.handle(event, now: self.now) ?? []
        try self.carryOut(directives, by: index)
        guard let deadline = self.workers[index].machine?.nextDeadline else { return }
        // A little late, as on a busy machine.
        let instant = max(deadline, self.now) + .microseconds(10)
        if let planned = self.workers[index].tickAt, planned <= instant { return }
        self.workers[index].tickAt = instant
        self.agenda.add(.workerTicks(index, life: self.workers[index].life), at: instant)
    }

    private mutating func carryOut(
        _ directives: [WorkerCore.Directive], by index: Int
    ) throws(Broken) {
        let life = self.workers[index].life
        for directive in directives {
            self.chronicle.add(.byWorker(self.workers[index].name, directive), at: self.now)
            switch directive {
            case .tell(let message): self.send(message, by: index)
            case .startRunner(let slot): self.startRunner(slot, of: index)
            case .run(let slot, let lease, let trialClass, let spec):
                try self.invariantRunnersCanDoWhatTheyAreHanded(index, slot, lease, trialClass)
                try self.invariantDiskIsLeftToWhoAllowsIt(index, trialClass)
                self.run(lease, trialClass, spec, in: slot, of: index)
            case .killRunner(let slot):
                let generation = self.workers[index].runners[slot]?.generation ?? 0
                self.workers[index].runners[slot] = PlayedRunner(generation: generation + 1)
            case .fetch(let blob, let lease):
                let fetch = Fetch(lease: lease, digest: blob.digest, offset: 0)
                self.plan(
                    .fetch(fetch, worker: index, life: life), in: self.chance.duration(1...10))
            case .attach(let blob, let slot):
                try self.invariantAttachedBlobsAreThere(self.workers[index], blob)
                self.workers[index].runners[slot]?.attached.insert(blob.digest)
            case .evict(let digest):
                self.evict(digest, from: index)
                self.erase(digest, from: index)
                self.workers[index].modes[digest] = nil
            // Of the spill
            case .spill(let digest): try self.spill(digest, of: index)
            case .load(let digest): try self.load(digest, to: index)
            case .erase(let digest): self.erase(digest, from: index)
            case .release(let digest):
                try self.invariantReleasedBlobsAreOnDisk(self.workers[index], digest)
                self.evict(digest, from: index)
            case .storeOutputs(let lease, let outputs):
                self.plan(
                    .store(lease, outputs, worker: index, life: life),
                    in: self.chance.duration(1...10))
            case .answer(let slot, let lease, let ruling):
                if ruling == .stop { self.stop(lease, in: slot, of: index) }
            case .dropOutputs: continue
            case .exit: self.endWorker(index)
            }
        }
    }

    private mutating func evict(_ digest: Digest, from index: Int) {
        self.workers[index].blobs.remove(digest)
        for slot in self.workers[index].runners.keys.sorted() {
            self.workers[index].runners[slot]?.attached.remove(digest)
        }
    }

    // MARK: Runners

    private mutating func startRunner(_ slot: SlotNumber, of index: Int) {
        let generation = (self.workers[index].runners[slot]?.generation ?? 0) + 1
        self.workers[index].runners[slot] = PlayedRunner(generation: generation)
        let starts = !self.chance.once(in: self.plan.runnerCrashOnceIn)
        let event: WorkerCore.Event =
            starts ? .runnerReady(slot) : .runnerDied(slot, Loss(.crashed, "it did not start"))
        self.plan(
            .runner(index, life: self.workers[index].life, slot, generation: generation, event),
            in: self.slowed(self.chance.duration(5...60)))
    }

    /// What something takes that begins now.
    private func slowed(_ duration: Duration) -> Duration {
        guard let famine = self.plan.famine, famine.from <= self.now else { return duration }
        return duration * famine.factor
    }

    private mutating func run(
        _ lease: Lease, _ trialClass: TrialClass, _ spec: TrialSpec, in slot: SlotNumber,
        of index: Int
    ) {
        self.workers[index].runners[slot]?.hand.append(lease)
        let generation = self.workers[index].runners[slot]?.generation ?? 0
        var event: WorkerCore.Event
        var duration = self.chance.duration(0...2)
        switch Truth.fate(spec, trialClass, in: self.plan.environments[index]) {
        case .crash: event = .runnerDied(slot, Loss(.crashed, "signal 11"))
        case .outcome(var outcome):
            if let liar = self.plan.liars[index] {
                let reported = self.workers[index].results
                outcome = liar.alter(
                    outcome, spec, worker: index, reported: reported, &self.chance)
            }
            self.workers[index].results += 1
            outcome = Outcome(
                outcome.result,
                cost: Cost(
                    cpu: outcome.cost.cpu, wall: self.slowed(outcome.cost.wall),
                    memoryBytes: outcome.cost.memoryBytes), members: outcome.members)
            event = .runnerFinished(slot, lease, outcome)
            duration += outcome.cost.wall
        }
        if case .idle(let length, _) = trialClass { duration += length }
        if case .command = trialClass, let recipe = spec.recipe {
            self.planProgress(of: lease, recipe, over: duration, in: slot, of: index)
        }
        if self.chance.once(in: self.plan.runnerCrashOnceIn) {
            event = .runnerDied(slot, Loss(.outOfMemory, "killed"))
        }
        // Now and then a trial takes for ever and only its time limit ends it.
        if spec.step != .idle, spec.step != .refit, self.chance.once(in: 60) {
            duration += .seconds(100_000)
        }
        // What was handed to it before comes first.
        let begin = max(self.now, self.workers[index].runners[slot]?.busyUntil ?? self.now)
        self.workers[index].runners[slot]?.busyUntil = begin + duration
        self.agenda.add(
            .runner(index, life: self.workers[index].life, slot, generation: generation, event),
            at: begin + duration)
    }

    mutating func runnerSays(
        _ event: WorkerCore.Event, in slot: SlotNumber, _ generation: Int, of index: Int,
        _ life: Int
    ) throws(Broken) {
        guard self.workers[index].life == life,
            self.workers[index].runners[slot]?.generation == generation
        else { return }
        switch event {
        case .runnerReady: self.workers[index].runners[slot]?.isReady = true
        case .runnerFinished(_, let lease, let outcome):
            // It may have ended before, told to stop.
            guard self.workers[index].runners[slot]?.hand.first == lease else { return }
            self.workers[index].runners[slot]?.hand.removeFirst()
            self.promises.note(outcome, of: lease)
        default: self.workers[index].runners[slot] = PlayedRunner(generation: generation + 1)
        }
        try self.tellWorker(index, life, event)
    }
}
