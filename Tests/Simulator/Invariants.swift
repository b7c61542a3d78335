import CoordinatorCore
import Wire
import WorkerCore

/// An invariant that did not hold.
struct Broken: Error {
    let invariant: String
    let sentence: String

    init(_ sentence: String, _ invariant: String = #function) {
        self.invariant = String(invariant.prefix { $0 != "(" })
        self.sentence = sentence
    }
}

/// What the world was told and what it computed, to hold against what the head says later.
struct Promises {
    private(set) var submitted: Set<JobID> = []
    private(set) var ended: Set<JobID> = []
    private(set) var finished: [TrialID: Outcome] = [:]
    private(set) var finisher: [TrialID: String] = [:]
    /// Those that had an outcome once, also if it was a liar's.
    private(set) var everFinished: Set<TrialID> = []
    private(set) var proposed: [JobID: Int] = [:]
    /// Invitations that a journal holds as spent, and those that somebody joined by.
    private(set) var spent: Set<SerialNumber> = []
    private(set) var joined: Set<SerialNumber> = []
    /// Whose each job is, and the tainted blobs that it read when it was taken.
    private(set) var owners: [JobID: String] = [:]
    private(set) var sources: [JobID: Set<Digest>] = [:]
    private var commands: Set<JobID> = []
    private(set) var mustBeTainted: Set<Digest> = []
    private(set) var tainted: Set<Digest> = []
    private var cleared: Set<Digest> = []
    private(set) var stopped: Set<TrialID> = []
    /// What each lease has reported last.
    private(set) var progress: [Lease: Progress] = [:]
    /// What runners computed, by lease.
    private(set) var computed: [TrialID: [Outcome]] = [:]

    mutating func note(_ fact: Fact) {
        switch fact {
        case .submitted(let job, let spec, let owner, _, _):
            self.submitted.insert(job)
            self.owners[job] = owner
            if case .command = spec.kind { self.commands.insert(job) }
            self.sources[job] = Set(spec.blobs.map(\.digest))
                .intersection(self.tainted).subtracting(self.cleared)
        case .finished(let trial, let outcome, let worker):
            self.finished[trial] = outcome
            self.finisher[trial] = worker
            self.everFinished.insert(trial)
            let isTainted =
                self.commands.contains(trial.job) || self.sources[trial.job]?.isEmpty == false
            if isTainted, case .scored(_, let outputs) = outcome.result {
                self.mustBeTainted.formUnion(outputs.map(\.blob.digest))
            }
        case .stopped(let trial): self.stopped.insert(trial)
        case .tainted(let batch): self.tainted.formUnion(batch.outputs.map(\.blob.digest))
        case .taintCleared(let digests, _): self.cleared.formUnion(digests)
        case .progressed, .taintInherited: break
        case .ended(let job, _, _): self.ended.insert(job)
        case .invitationSpent(let serial, _, _, _): self.spent.insert(serial)
        case .proposed(let job, let specs): self.proposed[job, default: 0] += specs.count
        case .voided(let job, let trials):
            for trial in trials { self.finished[TrialID(job, trial)] = nil }
        case .lost, .searched, .nodeDrained, .nodeResumed, .revoked: break
        case .served, .doubted, .repeated, .judged, .unsaid, .vouched, .quarantined: break
        }
    }

    mutating func note(joinedBy serial: SerialNumber) { self.joined.insert(serial) }

    mutating func note(_ progress: Progress, of lease: Lease) {
        self.progress[lease] = progress
    }

    mutating func note(_ outcome: Outcome, of lease: Lease) {
        self.computed[lease.trial, default: []].append(outcome)
    }
}

/// What must hold after every step, whatever goes wrong.
extension World {
    // MARK: Nothing acknowledged is lost, nothing is counted twice

    func invariantNoAcknowledgedTrialIsLost(_ message: LinkMessage) throws(Broken) {
        guard case .acknowledged(let leases) = message else { return }
        for lease in leases where !self.promises.everFinished.contains(lease.trial) {
            throw Broken("\(lease) is acknowledged, but no journal holds its outcome")
        }
    }

    func invariantAcceptedJobsAreDurable(_ answer: Answer) throws(Broken) {
        guard case .accepted(let job) = answer, !self.promises.submitted.contains(job) else {
            return
        }
        throw Broken("\(job) is accepted, but no journal holds it")
    }

    /// Whoever is let in has spent a durable invitation, and nobody spends it again.
    mutating func invariantInvitationsAreGoodOnce(
        _ answer: Answer, to request: RequestID
    ) throws(Broken) {
        guard answer == .done, let serial = self.users.invitation(of: request) else { return }
        if !self.promises.spent.contains(serial) {
            throw Broken("somebody joins by invitation \(serial), but no journal holds that")
        }
        if self.promises.joined.contains(serial) {
            throw Broken("invitation \(serial) was good twice")
        }
        self.promises.note(joinedBy: serial)
    }

    func invariantEveryFinishedTrialHasOneOutcome(_ fact: Fact) throws(Broken) {
        if let job = fact.job, self.promises.ended.contains(job) {
            throw Broken("\(job) has ended, but there is still \(fact)")
        }
        guard case .finished(let trial, let outcome, _) = fact else { return }
        if self.promises.finished[trial] != nil { throw Broken("\(trial) has two outcomes") }
        if case .failed(let failure) = outcome.result,
            ![.computation, .command].contains(failure.code)
        {
            return
        }
        guard self.promises.computed[trial]?.contains(outcome) == true else {
            throw Broken("\(trial) has an outcome that nobody computed")
        }
    }

    func invariantReplayEqualsLive() throws(Broken) {
        guard let live = self.head.coordinator, self.head.committing == nil else { return }
        let replayed = self.replayed(epoch: self.head.epoch)
        if replayed.durable != live.durable {
            throw Broken("a head that started now would not know what this one knows")
        }
    }

    // MARK: Leases

    /// An outcome counts only when the report came from the worker that held the trial, by the
    /// number of the lease that it held.
    func invariantOnlyTheHolderCounts(
        _ before: Coordinator, _ events: [CoordinatorCore.Event],
        _ directives: [CoordinatorCore.Directive]
    ) throws(Broken) {
        for case .record(let fact) in directives {
            switch fact {
            case .finished(let trial, let outcome, let worker):
                if case .failed(let failure) = outcome.result,
                    failure.code == .cancelled || failure.code == .poison
                {
                    continue
                }
                try self.checkHolder(worker, of: trial, outcome, before, events)
            case .repeated(let trial, let outcome, let worker):
                try self.checkHolder(worker, of: trial, outcome, before, events)
            default: continue
            }
        }
    }

    private func checkHolder(
        _ worker: String, of trial: TrialID, _ outcome: Outcome, _ before: Coordinator,
        _ events: [CoordinatorCore.Event]
    ) throws(Broken) {
        let leases = Self.reported(trial, outcome, in: events)
        guard !leases.isEmpty else {
            throw Broken(
                "\(trial) has an outcome that nobody reported", "invariantOnlyTheHolderCounts")
        }
        let record = before.job(trial.job)
        var held: TrialRecord.Leased?
        if case .leased(let leased)? = record?[trial.index]?.state { held = leased }
        held = record?.checks[trial.index]?.lease ?? held
        let isHeld = held?.worker == worker && leases.contains { $0.number == held?.number }
        let isBack = events.contains { event in
            guard case .connected(_, worker, let hello) = event else { return false }
            return !leases.isDisjoint(with: hello.held)
        }
        if !isHeld && !isBack {
            throw Broken(
                "\(worker) counted for \(trial), which it did not hold",
                "invariantOnlyTheHolderCounts")
        }
    }

    private static func reported(
        _ trial: TrialID, _ outcome: Outcome, in events: [CoordinatorCore.Event]
    ) -> Set<Lease> {
        var leases: Set<Lease> = []
        for case .reported(_, let reports) in events {
            for report in reports
            where report.lease.trial == trial && report.event == .finished(outcome) {
                leases.insert(report.lease)
            }
        }
        return leases
    }

    /// A worker that comes back is told to keep only what nobody else has.
    func invariantOnlyTheHolderKeeps(
        _ directives: [CoordinatorCore.Directive]
    ) throws(Broken) {
        for case .tell(_, .welcome(let welcome)) in directives {
            for lease in welcome.keep {
                // In the same turn the job may have ended, or the trial: then there is no holder.
                let record = self.head.coordinator?.job(lease.trial.job)
                var held = record?.checks[lease.trial.index]?.lease
                if case .leased(let leased)? = record?[lease.trial.index]?.state { held = leased }
                guard let leased = held else { continue }
                if leased.number != lease.number {
                    throw Broken("\(lease) is kept, but \(leased.worker) holds the trial")
                }
            }
        }
    }

    func invariantTheHeadAgreesWithItself() throws(Broken) {
        if let first = self.head.coordinator?.contradictions.first { throw Broken(first) }
    }

    func invariantOnlyOwnBlobsAreServed(_ blob: Blob, for lease: Lease) throws(Broken) {
        guard let record = self.head.coordinator?.job(lease.trial.job),
            record.spec.blobs.contains(blob)
        else { throw Broken("\(lease) was served a blob that its job does not read") }
    }

    // MARK: Workers

    func invariantRunnersCanDoWhatTheyAreHanded(
        _ index: Int, _ slot: SlotNumber, _ lease: Lease, _ trialClass: TrialClass
    ) throws(Broken) {
        let worker = self.workers[index]
        guard let runner = worker.runners[slot], runner.isReady else {
            throw Broken("\(worker.name) \(slot) has no runner that is ready")
        }
        guard runner.hand.count < self.plan.workers[index].hand.trialsMax else {
            throw Broken("\(worker.name) \(slot) has its hand full and is handed \(lease)")
        }
        if let first = runner.hand.first, first.trial.job != lease.trial.job {
            throw Broken("\(worker.name) \(slot) runs \(first) and is handed \(lease) ahead")
        }
        // A command gets its files from the worker's cache: its slot's runner has no part in it.
        let there = trialClass.isCommand ? worker.blobs : runner.attached
        for blob in trialClass.blobs where !there.contains(blob.digest) {
            throw Broken("\(worker.name) \(slot) runs a trial without its data")
        }
    }

    func invariantAttachedBlobsAreThere(
        _ worker: PlayedWorker, _ blob: Blob
    ) throws(Broken) {
        if !worker.blobs.contains(blob.digest) {
            throw Broken("\(worker.name) attaches a blob that its cache does not hold")
        }
    }

    // MARK: Budgets

    func invariantBudgetsHold(_ record: JobRecord) throws(Broken) {
        guard !record.spec.kind.isIdle else { return }
        let candidates = record.trials.filter { $0.spec.step != .refit }.count
        if let most = record.spec.budget.trials, candidates > Int(most) {
            throw Broken("\(record.id) has \(candidates) candidates, \(most) are the most")
        }
        guard let time = record.spec.budget.time, let endedAt = record.endedAt else { return }
        let latest = record.submittedAt + time + .seconds(2)
        // A head that was down at that moment ends the job when it is up again.
        let start = self.head.startedAt.last { $0 <= endedAt } ?? latest
        if endedAt > max(latest, start) + .milliseconds(100) {
            throw Broken("\(record.id) ended \(endedAt - latest) after its time")
        }
    }

    // MARK: The end

    func invariantEverythingEnds(stepsLeft: Int, timeLeft: Duration) throws(Broken) {
        guard stepsLeft <= 0 || timeLeft < .zero else { return }
        let jobs = self.head.coordinator?.jobs.map { "\($0.id): \($0.counts)" } ?? []
        let held = self.workers.map { "\($0.name): \($0.machine?.held.count ?? -1)" }
        throw Broken("nothing goes wrong any more, but there are \(jobs), held \(held)")
    }

    /// All is quiet: the journal alone must tell how each job ended, and that every trial did.
    mutating func checkTheEnd() throws(Broken) {
        try self.invariantReplayEqualsLive()
        var records: [JobID: JobRecord] = [:]
        for fact in self.head.journal {
            guard let job = fact.job else { continue }
            if let record = JobRecord(fact) {
                records[job] = record
            } else {
                records[job]?.apply(fact)
            }
        }
        self.summary.jobs = records.count
        for (_, record) in records.sorted(by: { $0.key < $1.key }) {
            try self.invariantBudgetsHold(record)
            try self.invariantEndedJobsAreWhole(record)
            try self.invariantTaintIsInherited(record)
            try self.invariantWhatIsProvedIsTrue(record)
            try self.invariantNoLiarWinsWhereThreeAreHonest(record)
            if record.proof?.isWhole == true { self.summary.proofs += 1 }
            if !record.model.isEmpty { self.summary.models += 1 }
        }
    }

    func invariantEndedJobsAreWhole(_ record: JobRecord) throws(Broken) {
        guard record.state != .running, record.counts.unfinished == 0 else {
            throw Broken("\(record.id) has not ended, or not all of its trials have")
        }
        guard !record.spec.kind.isIdle, record.state == .succeeded else { return }
        guard let best = record.best else { throw Broken("\(record.id) has no best trial") }
        if case .command = record.spec.kind {
            if record.isStopped(best.trial) { throw Broken("\(record.id): a stopped trial won") }
            return
        }
        guard !record.model.isEmpty else {
            throw Broken("\(record.id) succeeded without a model")
        }
        for output in record.model where !self.head.blobs.contains(output.blob.digest) {
            throw Broken("the head does not hold \(output.name) of \(record.id)")
        }
    }
}
