package import Wire

/// Decides what the head does: which job has which trials, and which worker runs each.
///
/// The coordinator performs no IO and reads no clock. Give it what happened and when; it changes
/// itself and returns what the shell must now do, in order (see `Directive`).
///
/// ```swift
/// var coordinator = Coordinator(epoch: journal.epoch, settings: .defaults, dice: dice)
/// for fact in journal { coordinator.replay(fact) }
/// carryOut(coordinator.resume(now: clock.now))
/// while let events = await mailbox.next(until: coordinator.nextDeadline) {
///     carryOut(coordinator.handle(events, now: clock.now))
/// }
/// ```
///
/// The cost of an event does not depend on how many trials, workers or jobs there are, but for a
/// logarithm; what looks at every trial of a job happens a few times in the job's life.
package struct Coordinator: Equatable, Sendable {
    let epoch: UInt32
    let settings: Settings
    let dice: Dice

    /// Leases given in this epoch.
    var leaseCount: UInt32 = 0
    /// What the facts add up to.
    var ledger: Ledger
    /// The live jobs' state of this epoch, for the same jobs as the ledger's.
    var workloads: [JobID: Workload] = [:]
    /// Whose turn it is.
    var backlog = Backlog()
    /// The workers of this epoch.
    var roster = Roster()
    /// Whose commands wait since no worker takes them.
    var hindered: Set<Admittance> = []
    /// When something is due for a job that has a budget of time.
    var deadlines = Ranking<JobID, Instant>()
    /// Before this nothing is placed, so that workers can come back after a restart.
    var placesFrom: Instant?
    /// Until then leases of earlier epochs are believed; nil when none can be out.
    var adoptsUntil: Instant?
    /// Jobs with second runs that no worker can be given.
    var stalled: Set<JobID> = []
    /// How many results of each worker were confirmed, beyond what the ledger knows.
    var confirmed: [String: UInt32] = [:]

    /// - Parameters:
    ///   - epoch: How often the head has started; every start has a higher one.
    ///   - dice: With a secret that no worker knows.
    /// - Requires: The settings are valid.
    package init(epoch: UInt32, settings: Settings, dice: Dice) {
        self.epoch = epoch
        self.settings = settings
        self.dice = dice
        self.ledger = Ledger(endedKeysMax: settings.memory.endedKeysMax)
    }

    // MARK: Start

    /// Takes in a fact of the journal.
    ///
    /// The facts of one job must come in the order in which they were recorded; jobs may come one
    /// after another. Ended jobs may be left out when `remember` says what is left of them.
    package mutating func replay(_ fact: Fact) {
        self.ledger.apply(fact)
        if case .ended(let job, _, _) = fact { self.ledger.retire(job) }
    }

    /// Takes in what must be known of a job that has ended, instead of its facts: its number is
    /// never used again, and its owner's retry with the same key is not a second job.
    package mutating func remember(_ job: JobID, owner: String, key: String) {
        self.ledger.remember(job, owner: owner, key: key)
    }

    /// Begins the epoch, once, after the journal was replayed.
    package mutating func resume(now: Instant) -> [Directive] {
        var turn = Turn(now: now)
        for job in self.ledger.jobs.keys.sorted() {
            self.admit(job)
            turn.touch(job)
        }
        if self.ledger.liveTrials > 0 {
            let leases = self.settings.leases
            if leases.reattachWait > .zero { self.placesFrom = now + leases.reattachWait }
            self.adoptsUntil = now + leases.reattachWait + leases.workerGrace
        }
        return self.conclude(turn)
    }

    // MARK: Events

    package mutating func handle(_ event: Event, now: Instant) -> [Directive] {
        self.handle(CollectionOfOne(event), now: now)
    }

    /// Takes in a batch of events, in order, as if they had happened at the same moment.
    package mutating func handle(_ events: some Sequence<Event>, now: Instant) -> [Directive] {
        var turn = Turn(now: now)
        for event in events { self.take(event, &turn) }
        return self.conclude(turn)
    }

    private mutating func take(_ event: Event, _ turn: inout Turn) {
        switch event {
        case .submit(let spec, let owner, let key, let request):
            self.submit(spec, owner: owner, key: key, request, &turn)
        case .cancel(let job, let reason, let request):
            self.cancel(job, reason: reason, request, &turn)
        case .connected(let session, let worker, let hello):
            self.connect(session, worker: worker, hello, &turn)
        case .disconnected(let session, let reason):
            self.disconnect(session, reason: reason, &turn)
        case .reported(let session, let reports): self.hear(reports, from: session, &turn)
        case .workerDrains(let session): self.workerDrains(session)
        case .drainNode(let name, let request): self.drainNode(name, request, &turn)
        case .resumeNode(let name, let request): self.resumeNode(name, request, &turn)
        case .revoke(let revocations, let caller, let request):
            self.revoke(revocations, by: caller, request, &turn)
        case .expelled(let session, let reason):
            guard let name = self.roster.worker(of: session) else { return }
            self.expel(name, reason: reason, &turn)
        case .join(let worker, let serial, let until, let request):
            self.join(worker, serial: serial, until: until, request, &turn)
        case .clearTaint(let digests, let reason, let caller, let request):
            self.clearTaint(digests, reason: reason, by: caller, request, &turn)
        case .proposed(let job, let specs): self.adopt(specs, for: job, &turn)
        case .ticked: break
        }
    }

    /// What follows from the events: deadlines, the next step of each job, placement.
    private mutating func conclude(_ turn: consuming Turn) -> [Directive] {
        // 1) Time has passed with the events.
        if let instant = self.placesFrom, instant <= turn.now {
            self.placesFrom = nil
            for job in self.ledger.jobs.keys.sorted() { turn.touch(job) }
        }
        self.checkAbsences(&turn)
        self.checkDeadlines(&turn)
        // 2) Jobs whose trials ended may end, or begin their refit.
        for job in turn.takeTouched() {
            self.advance(job, &turn)
            turn.touch(job)
        }
        self.reviewAdmittances(&turn)
        // 3) Free slots are filled, which may leave searches short of candidates, and show that
        //    nobody is there for a second run.
        repeat { self.place(&turn) } while self.settleStalled(&turn)
        for job in turn.takeTouched() { self.solicit(job, &turn) }
        for job in turn.retired { self.retire(job) }
        return turn.finish { self.roster.isOpen($0) }
    }

    /// The shell hands over `ticked` no later than this, when nothing else happens.
    package var nextDeadline: Instant? {
        let instants = [
            self.roster.absences.least?.rank, self.deadlines.least?.rank, self.placesFrom,
        ]
        return instants.compactMap { $0 }.min()
    }

    // MARK: Questions

    /// A live job. A copy is cheap until the job changes while the copy is held.
    package func job(_ id: JobID) -> JobRecord? { self.ledger.jobs[id]?.record }

    /// The live jobs, in order.
    package var jobs: [JobRecord] {
        self.ledger.jobs.values.map(\.record).sorted { $0.id < $1.id }
    }

    /// What is refused for ever, the oldest first.
    package var revocations: [RevocationRecord] { Array(self.ledger.revocations.values) }

    /// Everybody who is connected, away for a while, or out of service, by name.
    package var nodes: [NodeRecord] {
        let names = Set(self.roster.workers.keys).union(self.ledger.drained)
            .union(self.ledger.quarantined.keys)
        return names.sorted().map { self.node($0) }
    }

    private func node(_ name: String) -> NodeRecord {
        let worker = self.roster[name]
        let quarantine = self.ledger.quarantined[name]
        let state: NodeRecord.State =
            quarantine != nil
            ? .quarantined
            : worker?.session == nil ? .lost : worker?.isServing == true ? .ready : .draining
        return NodeRecord(
            name: name, state: state, session: worker?.session,
            capacity: worker?.capacity ?? Capacity(slots: 0, memoryBytes: 0),
            held: worker?.held.count ?? 0, finished: worker?.finished ?? 0,
            version: worker?.version ?? "", environmentClass: worker?.environmentClass ?? "",
            commands: worker?.commands ?? .none, connectedAt: worker?.connectedAt,
            confirmed: self.record(of: name), quarantine: quarantine)
    }

    // MARK: Facts

    /// Every change that lasts goes through here: the ledger hears of it, then the journal.
    mutating func record(_ fact: Fact, _ turn: inout Turn) {
        self.ledger.apply(fact)
        turn.say(.record(fact))
        guard let job = fact.job else { return }
        turn.touch(job)
        if case .finished(let trial, _, _) = fact {
            turn.publish(job, ended: trial.index)
        } else {
            turn.publish(job)
        }
    }
}
