import Wire

/// What workers report, and what becomes of trials whose attempts were lost.
extension Coordinator {
    // MARK: Reports

    mutating func hear(_ reports: [Report], from session: SessionNumber, _ turn: inout Turn) {
        // A fenced session may have had its last words on the way.
        guard let name = self.roster.worker(of: session) else { return }
        for report in reports {
            switch self.standing(of: report.lease, at: name) {
            case .current: self.accept(report, from: name, session, &turn)
            case .checking: self.accept(check: report, from: name, session, &turn)
            case .settled where report.event != .started:
                // It said so before and our answer was lost: the outcome is durable.
                turn.acknowledge(report.lease, to: session)
            case .settled, .foreign: turn.cancel(report.lease, at: session)
            }
        }
    }

    private enum Standing {
        /// The worker holds the trial by this lease.
        case current
        /// The trial has its outcome, and the worker holds another run of it.
        case checking
        /// The trial has its outcome.
        case settled
        /// The job has ended, another holds the trial, or it never was the worker's.
        case foreign
    }

    private func standing(of lease: Lease, at worker: String) -> Standing {
        // A job that ended earlier in this turn is still there, its unfinished trials cancelled
        // by its end: what they report is wanted no more, and no journal will ever hold it.
        guard let job = self.ledger.jobs[lease.trial.job], job.record.state == .running,
            let trial = job.record[lease.trial.index]
        else { return .foreign }
        switch trial.state {
        case .queued: return .foreign
        case .leased(let leased):
            return leased.number == lease.number && leased.worker == worker ? .current : .foreign
        case .finished:
            let held = job.record.checks[lease.trial.index]?.lease
            return held?.number == lease.number && held?.worker == worker ? .checking : .settled
        }
    }

    private mutating func accept(
        _ report: Report, from worker: String, _ session: SessionNumber, _ turn: inout Turn
    ) {
        let trial = report.lease.trial
        switch report.event {
        case .started: self.ledger.jobs[trial.job]?.record.start(trial.index)
        case .progressed(let progress):
            self.hear(progress, of: report.lease, from: session, &turn)
        case .finished(let outcome):
            self.release(trial, at: worker)
            self.roster.countFinished(at: worker)
            self.workloads[trial.job]?.isOutOfIdeas = false
            if case .scored = outcome.result {
                self.workloads[trial.job]?.observe(outcome.cost.wall)
            }
            self.noteEnvironment(of: worker, in: trial.job, &turn)
            let outcome = self.recordable(outcome, of: trial)
            self.record(.finished(trial, outcome, worker: worker), &turn)
            self.taintOutputs(of: outcome, trial, &turn)
            turn.acknowledge(report.lease, to: session)
            self.rollDice(over: report.lease, outcome, from: worker, &turn)
        case .lost(let loss):
            self.lose(trial, loss.asReported, at: worker, &turn)
        }
    }

    // MARK: Losses

    /// The holder's attempt ended without an outcome: the trial waits again, or is poison.
    mutating func lose(_ trial: TrialID, _ loss: Loss, at worker: String, _ turn: inout Turn) {
        if self.ledger.jobs[trial.job]?.record[trial.index]?.isFinished == true {
            return self.loseCheck(trial, loss, at: worker, &turn)
        }
        guard case .leased(let leased)? = self.ledger.jobs[trial.job]?.record[trial.index]?.state
        else { return }
        self.release(trial, at: worker)
        guard Self.isHeldAgainst(loss, leased) else {
            // Nothing lasting has happened: it waits again where it was.
            self.ledger.jobs[trial.job]?.record.requeue(trial.index)
            self.workloads[trial.job]?.enqueue(again: trial.index)
            self.wake(trial.job)
            return
        }
        self.record(.lost(trial, loss, worker: worker), &turn)
        if let failure = self.poison(trial) {
            self.record(
                .finished(trial, Outcome(.failed(failure), cost: .none), worker: worker), &turn)
        } else {
            self.workloads[trial.job]?.enqueue(retry: trial.index)
            self.wake(trial.job)
        }
    }

    /// Whether the trial may have been at fault. One that was handed back is not; neither is one
    /// that waited for a slot when its worker was lost, or a few kills would poison a whole
    /// queue.
    static func isHeldAgainst(_ loss: Loss, _ leased: TrialRecord.Leased) -> Bool {
        switch loss.cause {
        case .handedBack: false
        case .workerLost: leased.isStarted
        case .crashed, .outOfMemory, .dataUnavailable: true
        }
    }

    /// Why the trial must not be tried again; nil while it may.
    private func poison(_ trial: TrialID) -> Failure? {
        guard let losses = self.ledger.jobs[trial.job]?.record[trial.index]?.losses else {
            return nil
        }
        let workers = Set(losses.map(\.worker))
        guard
            workers.count >= self.settings.leases.lossesMax
                || losses.count >= self.settings.leases.attemptsMax
        else { return nil }
        let reasons = losses.map { "\($0.worker): \($0.loss.cause.rawValue), \($0.loss.reason)" }
        let sentence = "it was lost \(losses.count) times: " + reasons.joined(separator: "; ")
        return Failure(.poison, Limits.reason(sentence))
    }

    /// The job has trials waiting.
    mutating func wake(_ job: JobID) {
        if let lane = self.workloads[job]?.lane { self.backlog.wake(job, in: lane) }
    }
}

extension Loss {
    /// That a worker was lost is for the head to say: a worker that says so is there.
    var asReported: Loss { self.cause == .workerLost ? Loss(.crashed, self.reason) : self }
}
