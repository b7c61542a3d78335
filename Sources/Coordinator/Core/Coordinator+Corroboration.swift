import Wire

/// Which results are run once more, by whom, and what comes of it.
///
/// A worker cannot tell a second run from a first: it is a lease with a trial, as after a loss.
/// Whether a result of its own is looked at again is decided by dice after the result came in, so
/// that there is nothing to foresee; and only results that the dice chose count for its record.
extension Coordinator {
    // MARK: Doubt

    /// Results of the worker's that were chosen by chance and confirmed.
    func record(of worker: String) -> UInt32 {
        self.confirmed[worker] ?? self.ledger.confirmed[worker] ?? 0
    }

    /// The result came in just now: the dice say whether it is looked at again.
    mutating func rollDice(
        over lease: Lease, _ outcome: Outcome, from worker: String, _ turn: inout Turn
    ) {
        let trial = lease.trial
        guard self.workloads[trial.job]?.trialClass.isRepeatable == true, outcome.isRepeatable,
            self.ledger.jobs[trial.job]?.record[trial.index]?.spec.step != .refit,
            // Alone there is nobody to ask; the winner is asked about when somebody has come.
            self.roster.servingCount(of: nil, except: [worker]) > 0
        else { return }
        let share = self.settings.corroboration.share(confirmed: self.record(of: worker))
        guard self.dice.fallOn(lease, share: share) else { return }
        self.doubt(trial, .chance, &turn)
    }

    mutating func doubt(_ trial: TrialID, _ doubt: Doubt, _ turn: inout Turn) {
        self.record(.doubted(trial, doubt), &turn)
        self.workloads[trial.job]?.enqueue(check: trial.index)
        self.wake(trial.job)
    }

    /// Says in the job's own facts what class the worker's next results are of: by the time that
    /// they are compared it may be of another, or gone.
    mutating func noteEnvironment(of worker: String, in job: JobID, _ turn: inout Turn) {
        guard self.workloads[job]?.trialClass.isRepeatable == true,
            let environment = self.roster[worker]?.environmentClass,
            let record = self.ledger.jobs[job]?.record,
            record.environments[worker] ?? "" != environment
        else { return }
        self.record(.served(job, worker: worker, environment: environment), &turn)
    }

    // MARK: Whom to ask

    /// Who may run the trial once more: nobody who has.
    private struct Peers {
        let excluded: [String]
        /// Only workers of this class; nil is any.
        let environment: String?
    }

    /// Workers of the first one's class, where every bit can be compared; else others, where
    /// scores can. Nil when nobody serves who could.
    private func peers(for trial: TrialRecord, _ check: Check?) -> Peers? {
        guard let first = trial.finished else { return nil }
        let excluded = Set([first.worker] + (check?.runs.map(\.worker) ?? [])).sorted()
        let classes = self.classes(for: trial, first)
        return classes.lazy.map { Peers(excluded: excluded, environment: $0) }.first {
            self.roster.servingCount(of: $0.environment, except: $0.excluded) > 0
        }
    }

    /// The classes in question, the better one first: a model's digests say nothing across classes.
    private func classes(for trial: TrialRecord, _ first: TrialRecord.Finished) -> [String?] {
        let own: [String?] = first.environment.isEmpty ? [] : [first.environment]
        return trial.spec.step == .refit ? own : own + [nil]
    }

    /// Whether somebody could run the trial once more, now.
    func hasPeers(for trial: UInt32, of job: JobID) -> Bool {
        guard let record = self.ledger.jobs[job]?.record, let trial = record[trial] else {
            return false
        }
        return self.peers(for: trial, record.checks[trial.index]) != nil
    }

    /// Whether nobody can be given the run, and nobody is away who may come back for it.
    private func isHopeless(_ index: UInt32, in record: JobRecord) -> Bool {
        guard let trial = record[index], let first = trial.finished,
            let check = record.checks[index], check.isWaiting
        else { return false }
        guard self.peers(for: trial, check) == nil else { return false }
        let excluded = [first.worker] + check.runs.map(\.worker)
        return !self.classes(for: trial, first).contains {
            self.roster.isAwaiting($0, except: excluded)
        }
    }

    // MARK: Placement

    /// The next trial of the job that is to be run once more.
    mutating func nextCheck(of job: JobID) -> UInt32? {
        // One that ended in this turn wants nothing more.
        guard self.workloads[job]?.checks.isEmpty == false,
            self.ledger.jobs[job]?.record.state == .running
        else { return nil }
        while let trial = self.workloads[job]?.checks.first {
            if self.ledger.jobs[job]?.record.checks[trial]?.isWaiting == true { return trial }
            self.workloads[job]?.takeCheck()
        }
        return nil
    }

    mutating func place(check index: UInt32, of job: JobID, _ turn: inout Turn) -> Placement {
        guard let record = self.ledger.jobs[job]?.record, let trial = record[index] else {
            return .nothingWaits
        }
        guard let peers = self.peers(for: trial, record.checks[index]) else {
            // It does not stand in the way of others; whoever comes is asked.
            self.workloads[job]?.takeCheck()
            self.stalled.insert(job)
            return .mustWait
        }
        let name =
            if let environment = peers.environment {
                self.roster.freest(of: environment, except: peers.excluded)
            } else {
                self.roster.freest(
                    holding: self.workloads[job]?.data, for: nil, except: peers.excluded)
            }
        guard let name, self.room(at: name, for: job) > 0 else { return .mustWait }
        self.workloads[job]?.takeCheck()
        self.lease(TrialID(job, index), to: name, &turn)
        return .placed
    }

    /// Somebody has come who may be asked.
    mutating func reviveStalled() {
        for job in self.stalled.sorted() {
            for trial in self.ledger.jobs[job]?.record.openChecks ?? [] {
                self.workloads[job]?.enqueue(check: trial)
            }
            self.wake(job)
        }
        self.stalled = []
    }

    /// Jobs that only wait for second runs which nobody can be given wait no longer.
    ///
    /// - Returns: whether any has made a step.
    mutating func settleStalled(_ turn: inout Turn) -> Bool {
        var hasSettled = false
        for job in self.stalled.sorted() where self.workloads[job]?.phase != .searching {
            guard self.settleHopeless(job, &turn) else { continue }
            hasSettled = true
            self.advance(job, &turn)
        }
        return hasSettled
    }

    /// Closes the job's checks that nobody can be asked about.
    ///
    /// - Returns: whether there were any.
    @discardableResult
    mutating func settleHopeless(_ job: JobID, _ turn: inout Turn) -> Bool {
        guard let record = self.ledger.jobs[job]?.record, record.state == .running else {
            self.stalled.remove(job)
            return false
        }
        let open = record.openChecks
        let hopeless = open.filter { self.isHopeless($0, in: record) }
        for trial in hopeless {
            self.giveUp(TrialID(job, trial), "no other worker could run it again", &turn)
        }
        if open.count == hopeless.count { self.stalled.remove(job) }
        return !hopeless.isEmpty
    }

    // MARK: Reports

    mutating func accept(
        check report: Report, from worker: String, _ session: SessionNumber, _ turn: inout Turn
    ) {
        let trial = report.lease.trial
        switch report.event {
        case .started: self.ledger.jobs[trial.job]?.record.startCheck(trial.index)
        // Programs of users alone speak on the way, and are not run twice.
        case .progressed: break
        case .finished(let outcome):
            turn.acknowledge(report.lease, to: session)
            self.roster.countFinished(at: worker)
            guard outcome.isRepeatable else {
                let loss = Loss(.crashed, "it came to no result")
                return self.loseCheck(trial, loss, at: worker, &turn)
            }
            self.release(trial, at: worker)
            self.noteEnvironment(of: worker, in: trial.job, &turn)
            let outcome = self.recordable(outcome, of: trial)
            self.record(.repeated(trial, outcome, worker: worker), &turn)
            self.taintOutputs(of: outcome, trial, &turn)
            self.weigh(trial, &turn)
        case .lost(let loss): self.loseCheck(trial, loss.asReported, at: worker, &turn)
        }
    }

    /// A second run ended without a result: another worker is asked, but not for ever.
    mutating func loseCheck(
        _ trial: TrialID, _ loss: Loss, at worker: String, _ turn: inout Turn
    ) {
        guard let leased = self.ledger.jobs[trial.job]?.record.checks[trial.index]?.lease,
            leased.worker == worker
        else { return }
        self.release(trial, at: worker)
        self.ledger.jobs[trial.job]?.record.requeueCheck(trial.index)
        turn.touch(trial.job)
        if Self.isHeldAgainst(loss, leased),
            let losses = self.workloads[trial.job]?.countLoss(ofCheck: trial.index),
            losses >= self.settings.corroboration.lossesMax
        {
            return self.giveUp(trial, "it was lost \(losses) times when run again", &turn)
        }
        self.workloads[trial.job]?.enqueue(check: trial.index)
        self.wake(trial.job)
    }

    /// Takes the second runs of a job that has ended from their holders.
    mutating func withdrawChecks(of job: JobID, _ turn: inout Turn) {
        guard let record = self.ledger.jobs[job]?.record else { return }
        for index in record.openChecks { self.withdrawCheck(TrialID(job, index), &turn) }
    }

    mutating func withdrawCheck(_ trial: TrialID, _ turn: inout Turn) {
        guard let leased = self.ledger.jobs[trial.job]?.record.checks[trial.index]?.lease else {
            return
        }
        self.release(trial, at: leased.worker)
        self.ledger.jobs[trial.job]?.record.requeueCheck(trial.index)
        if let session = self.roster[leased.worker]?.session {
            turn.cancel(Lease(trial, leased.number), at: session)
        }
    }

    // MARK: Judgement

    /// Another run has come to a result: two that agree are believed, and whoever differs from
    /// both of them is not.
    private mutating func weigh(_ trial: TrialID, _ turn: inout Turn) {
        guard let record = self.ledger.jobs[trial.job]?.record,
            let first = record[trial.index]?.finished, let check = record.checks[trial.index],
            let second = check.runs.first, let last = check.runs.last
        else { return }
        guard check.runs.count > 1 else {
            switch Agreement(first, second) {
            case .same:
                self.judge(trial, .corroborated(by: second.worker), &turn)
                if check.doubt == .chance { self.vouch(for: first.worker, &turn) }
            case .different:
                // One of them lies, or is broken; a third one decides.
                self.workloads[trial.job]?.enqueue(check: trial.index)
                self.wake(trial.job)
            case .unknown: self.giveUp(trial, "it does not compare across classes", &turn)
            }
            return
        }
        let (withFirst, withSecond) = (Agreement(last, first), Agreement(last, second))
        if withFirst == .same {
            self.judge(trial, .corroborated(by: last.worker), &turn)
            if withSecond == .different {
                self.quarantine(second.worker, over: trial, against: [first, last], &turn)
            }
        } else if withSecond == .same {
            self.judge(trial, .overruled(by: last.worker), &turn)
            self.quarantine(first.worker, over: trial, against: [second, last], &turn)
        } else {
            self.giveUp(trial, "three workers came to three results", &turn)
        }
    }

    /// Nobody else can be asked.
    mutating func giveUp(_ trial: TrialID, _ reason: String, _ turn: inout Turn) {
        self.withdrawCheck(trial, &turn)
        let record = self.ledger.jobs[trial.job]?.record
        guard let other = record?.checks[trial.index]?.runs.first else {
            return self.judge(trial, .unanswered(reason: reason), &turn)
        }
        self.judge(trial, .contradicted(by: other.worker), &turn)
        // One of the two is not to be trusted: both are looked at as if they were new.
        for worker in [record?[trial.index]?.worker, other.worker].compactMap({ $0 })
        where self.record(of: worker) > 0 {
            self.confirmed[worker] = 0
            self.record(.vouched(worker, confirmed: 0), &turn)
        }
    }

    private mutating func judge(_ trial: TrialID, _ verdict: Check.Verdict, _ turn: inout Turn) {
        self.record(.judged(trial, verdict), &turn)
        turn.touch(trial.job)
    }

    /// Keeps a worker's record: in the journal at every doubling, up to where it changes nothing
    /// more, so that a restart forgets half at most and a worker costs a handful of facts.
    private mutating func vouch(for worker: String, _ turn: inout Turn) {
        let confirmed = self.record(of: worker) + 1
        self.confirmed[worker] = confirmed
        guard confirmed <= Self.recordMax, confirmed & (confirmed - 1) == 0 else { return }
        self.record(.vouched(worker, confirmed: confirmed), &turn)
    }

    /// A record that is longer makes no difference to any share.
    private static let recordMax: UInt32 = 64
}

// MARK: For tests

extension Coordinator {
    /// What checks and workers disagree about; see `contradictions`.
    func contradictionsOfChecks(_ leases: inout [String: Int]) -> [String] {
        var found: [String] = []
        for (id, job) in self.ledger.jobs.sorted(by: { $0.key < $1.key }) {
            let waiting = Set(self.workloads[id].map { Array($0.checks) } ?? [])
            for (index, check) in job.record.checks.sorted(by: { $0.key < $1.key }) {
                if let leased = check.lease {
                    leases[job.record.owner, default: 0] += 1
                    let held = self.roster[leased.worker]?.held[TrialID(id, index)]
                    if held?.number != leased.number || !check.isOpen {
                        found.append("\(id)/\(index) is checked by \(leased.worker) no more")
                    }
                } else if check.isOpen && !waiting.contains(index) && !self.stalled.contains(id) {
                    found.append("\(id)/\(index) is doubted, but no queue holds it")
                }
                if job.record[index]?.isFinished != true {
                    found.append("\(id)/\(index) is doubted without a result")
                }
            }
        }
        for (name, worker) in self.roster.workers.sorted(by: { $0.key < $1.key })
        where self.ledger.quarantined[name] != nil && !worker.held.isEmpty {
            found.append("\(name) is quarantined and holds \(worker.held.count) trials")
        }
        return found
    }
}
