import CoordinatorCore
import Wire
import WorkerCore

/// The head as it is played: its disk, its loop, and the core inside.
struct Head {
    /// Nil while the process is dead.
    var coordinator: Coordinator?
    /// What is on the disk.
    var journal: [Fact] = []
    var epoch: UInt32 = 0
    /// Rises with each start and each crash, so that what was planned before comes to nothing.
    var generation = 0
    var inbox: [CoordinatorCore.Event] = []
    /// Decided, but not durable yet.
    var committing: [CoordinatorCore.Directive]?
    var isWaking = false
    /// The tick that is planned.
    var tickAt: Instant?
    var sessions: [SessionNumber: Int] = [:]
    var sessionCount: UInt64 = 0
    /// Blobs that workers have brought.
    var blobs: Set<Digest> = []
    var startedAt: [Instant] = []

    var isIdle: Bool { self.inbox.isEmpty && self.committing == nil }
}

extension World {
    // MARK: Life and death

    mutating func startHead() throws(Broken) {
        guard self.head.coordinator == nil else { return }
        self.head.epoch += 1
        self.head.generation += 1
        self.head.startedAt.append(self.now)
        self.chronicle.add(.headStarted(epoch: self.head.epoch), at: self.now)
        var coordinator = self.replayed(epoch: self.head.epoch)
        let directives = coordinator.resume(now: self.now)
        self.head.coordinator = coordinator
        try self.decide(directives)
    }

    /// What a new head makes of the disk. As the shell does it, jobs come one after another.
    func replayed(epoch: UInt32) -> Coordinator {
        // Another secret for each epoch, the same in each play.
        let dice = Dice(secret: Chance.mix(UInt64(epoch)), self.plan.diceSeed)
        var coordinator = Coordinator(epoch: epoch, settings: self.plan.head, dice: dice)
        var byJob: [JobID: [Fact]] = [:]
        for fact in self.head.journal {
            if let job = fact.job {
                byJob[job, default: []].append(fact)
            } else {
                coordinator.replay(fact)
            }
        }
        for job in byJob.keys.sorted() {
            for fact in byJob[job] ?? [] { coordinator.replay(fact) }
        }
        return coordinator
    }

    /// Nothing in memory survives; of the batch that was being committed, all facts or none.
    mutating func crashHead() throws(Broken) {
        guard self.head.coordinator != nil else { return }
        self.chronicle.add(.headCrashed, at: self.now)
        self.summary.headCrashes += 1
        if let directives = self.head.committing, self.chance.once(in: 2) {
            try self.write(directives)
            // What followed may have been said in part.
            try self.carryOut(directives, upTo: self.chance.number(in: 0...directives.count))
        }
        self.head.coordinator = nil
        self.head.generation += 1
        self.head.inbox = []
        self.head.committing = nil
        self.head.isWaking = false
        self.head.tickAt = nil
        self.head.sessions = [:]
        for link in self.links.indices where !self.links[link].isBroken { self.breakLink(link) }
        self.plan(.headStarts, in: self.chance.duration(1...4000))
    }

    // MARK: The loop

    mutating func tellHead(_ event: CoordinatorCore.Event) {
        guard self.head.coordinator != nil else { return }
        self.head.inbox.append(event)
        self.wakeSoon(in: self.chance.duration(0...3))
    }

    private mutating func wakeSoon(in delay: Duration) {
        guard !self.head.isWaking, self.head.committing == nil else { return }
        self.head.isWaking = true
        self.plan(.headWakes(generation: self.head.generation), in: delay)
    }

    mutating func wakeHead(_ generation: Int) throws(Broken) {
        guard generation == self.head.generation, let before = self.head.coordinator else {
            return
        }
        self.head.isWaking = false
        guard self.head.committing == nil else { return }
        let isDue = before.nextDeadline.map { $0 <= self.now } ?? false
        // A tick may be early, when its deadline was put off.
        guard !self.head.inbox.isEmpty || isDue else { return self.planTick() }
        let events = self.head.inbox.isEmpty ? [.ticked] : self.head.inbox
        self.head.inbox = []
        for event in events { self.chronicle.add(.toHead(event), at: self.now) }
        guard let directives = self.head.coordinator?.handle(events, now: self.now) else { return }
        try self.invariantOnlyTheHolderCounts(before, events, directives)
        try self.decide(directives)
    }

    private mutating func decide(_ directives: [CoordinatorCore.Directive]) throws(Broken) {
        for directive in directives { self.chronicle.add(.byHead(directive), at: self.now) }
        try self.invariantTheHeadAgreesWithItself()
        try self.invariantOnlyTheHolderKeeps(directives)
        try self.invariantQuarantinedHoldNothing(directives)
        self.head.committing = directives
        self.plan(.headCommits(generation: self.head.generation), in: self.chance.duration(0...8))
    }

    mutating func commit(_ generation: Int) throws(Broken) {
        guard generation == self.head.generation, let directives = self.head.committing else {
            return
        }
        try self.write(directives)
        self.head.committing = nil
        if self.chance.once(in: 8) { try self.invariantReplayEqualsLive() }
        try self.carryOut(directives, upTo: directives.count)
        if !self.head.inbox.isEmpty { self.wakeSoon(in: .zero) }
        self.planTick()
    }

    private mutating func planTick() {
        guard let deadline = self.head.coordinator?.nextDeadline else { return }
        // A little late, as on a busy machine.
        let instant = max(deadline, self.now) + .microseconds(10)
        if let planned = self.head.tickAt, planned > self.now, planned <= instant { return }
        self.head.tickAt = instant
        self.agenda.add(.headWakes(generation: self.head.generation), at: instant)
    }

    private mutating func write(_ directives: [CoordinatorCore.Directive]) throws(Broken) {
        for case .record(let fact) in directives {
            try self.invariantEveryFinishedTrialHasOneOutcome(fact)
            try self.invariantSecondRunsAreNeverTrials(fact)
            try self.invariantOnlyLiarsAreQuarantined(fact)
            self.head.journal.append(fact)
            self.promises.note(fact)
            if case .finished = fact { self.summary.outcomes += 1 }
            if case .lost = fact { self.summary.losses += 1 }
            if case .stopped = fact { self.summary.stopped += 1 }
            if case .taintInherited = fact { self.summary.inherited += 1 }
            self.count(fact)
        }
        try self.invariantNoOutputOfACommandIsWithoutTaint()
    }

    private mutating func carryOut(
        _ directives: [CoordinatorCore.Directive], upTo count: Int
    ) throws(Broken) {
        for directive in directives.prefix(count) {
            switch directive {
            case .record: continue
            case .answer(let request, let answer):
                try self.invariantAcceptedJobsAreDurable(answer)
                try self.invariantInvitationsAreGoodOnce(answer, to: request)
                self.users.hear(answer, to: request)
            case .tell(let session, let message):
                try self.invariantNoAcknowledgedTrialIsLost(message)
                try self.invariantCommandsRunWhereTheyAreAdmitted(message, to: session)
                try self.invariantVerdictsAreDurable(message)
                self.send(message, to: session)
            case .cut(let session, _):
                guard let link = self.head.sessions.removeValue(forKey: session) else { continue }
                self.breakLink(link)
            case .revoke(let record): self.expel(record)
            case .propose(let job, let study, let count):
                let happening = Happening.proposed(
                    job, study, count: count, generation: self.head.generation)
                self.plan(happening, in: self.chance.duration(0...20))
            case .publish, .retire: continue
            }
        }
    }

    // MARK: Bulk links

    mutating func serve(_ fetch: Fetch, to worker: Int, _ life: Int) throws(Broken) {
        let delay = self.chance.duration(1...60)
        guard let session = self.session(of: worker, life),
            case .allowed(let blob)? = self.head.coordinator?.judgeFetch(session, fetch)
        else {
            let event = WorkerCore.Event.blobFailed(fetch.digest, reason: "refused or no link")
            return self.plan(.workerHears(worker, life: life, event), in: delay)
        }
        try self.invariantOnlyOwnBlobsAreServed(blob, for: fetch.lease)
        self.plan(.workerHears(worker, life: life, .blobArrived(fetch.digest)), in: delay)
    }

    mutating func take(
        _ outputs: [Output], of lease: Lease, from worker: Int, _ life: Int
    ) throws(Broken) {
        let delay = self.chance.duration(1...60)
        for output in outputs {
            guard let session = self.session(of: worker, life),
                case .allowed? = self.head.coordinator?.judgePut(
                    session, Put(lease: lease, blob: output.blob))
            else {
                let event = WorkerCore.Event.outputsFailed(lease, reason: "refused or no link")
                return self.plan(.workerHears(worker, life: life, event), in: delay)
            }
            self.head.blobs.insert(output.blob.digest)
        }
        self.plan(.workerHears(worker, life: life, .outputsStored(lease)), in: delay)
    }

    /// The session that the worker's link has, if both ends still live.
    private func session(of worker: Int, _ life: Int) -> SessionNumber? {
        guard self.workers[worker].life == life, let link = self.workers[worker].link,
            !self.links[link].isBroken
        else { return nil }
        return self.links[link].session
    }
}
