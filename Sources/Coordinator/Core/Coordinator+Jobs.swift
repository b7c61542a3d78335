import Wire

/// How jobs begin and end.
extension Coordinator {
    // MARK: Begin

    mutating func submit(
        _ spec: JobSpec, owner: String, key: String, _ request: RequestID, _ turn: inout Turn
    ) {
        // A retry is answered like the first try: the job may have ended in between.
        if let job = self.ledger.job(owner: owner, key: key) {
            turn.say(.answer(request, .accepted(job)))
            return
        }
        if let refusal = self.refusal(of: spec, from: owner) {
            turn.say(.answer(request, .refused(refusal)))
            return
        }
        let job = self.ledger.nextJob
        self.record(.submitted(job, spec, owner: owner, key: key, at: turn.now), &turn)
        self.inheritTaint(job, spec, &turn)
        self.admit(job)
        turn.say(.answer(request, .accepted(job)))
    }

    /// What the decoders let pass, but this head cannot take.
    private func refusal(of spec: JobSpec, from owner: String) -> Refusal? {
        if let refusal = self.crowding(by: spec, from: owner) { return refusal }
        if let time = spec.budget.time, time <= .zero {
            return Refusal(.badRequest, "the budget's time must be longer than nothing")
        }
        if !spec.kind.isIdle {
            guard spec.budget.trials != nil || spec.budget.time != nil else {
                return Refusal(.badRequest, "the budget must name trials or time")
            }
            guard (1...Limits.trialsPerJobMax).contains(spec.budget.trials ?? 1) else {
                return Refusal(.badRequest, "a job has 1 to \(Limits.trialsPerJobMax) trials")
            }
        }
        switch spec.kind {
        case .idle(let trials, _, _):
            guard (1...Limits.trialsPerJobMax).contains(trials) else {
                return Refusal(.badRequest, "a job has 1 to \(Limits.trialsPerJobMax) trials")
            }
        case .learning(let learning):
            guard !learning.lesson.metrics.isEmpty else {
                return Refusal(.badRequest, "a metric is needed to judge the candidates by")
            }
        case .command:
            let most = self.settings.memory.taintedBlobsMax
            guard self.ledger.taints.count < most else {
                return Refusal(
                    .exhausted, "\(most) blobs are tainted or were, the most that a head keeps")
            }
        }
        return nil
    }

    /// Why there is no room for the job: of all, or of its owner's.
    private func crowding(by spec: JobSpec, from owner: String) -> Refusal? {
        let memory = self.settings.memory
        let load = self.ledger.load(of: owner)
        let (jobs, trials) = (self.ledger.jobs.count, self.ledger.liveTrials)
        guard jobs < Limits.liveJobsMax else {
            return Refusal(
                .exhausted, "\(Limits.liveJobsMax) jobs are live; wait until some have ended")
        }
        guard load.jobs < memory.ownerJobsMax else {
            return Refusal(
                .exhausted, "\(load.jobs) jobs of yours are live; wait until some have ended")
        }
        guard case .idle(let more, _, _) = spec.kind else { return nil }
        guard trials + Int(more) <= memory.liveTrialsMax else {
            return Refusal(
                .exhausted,
                """
                \(memory.liveTrialsMax) trials may be live and \(trials) are; wait until some jobs \
                have ended
                """)
        }
        guard load.trials + Int(more) <= memory.ownerTrialsMax else {
            return Refusal(
                .exhausted,
                """
                \(memory.ownerTrialsMax) trials of one user may be live and \(load.trials) of \
                yours are; wait until some jobs have ended
                """)
        }
        return nil
    }

    /// Sets up what this epoch keeps of a job, new or replayed.
    mutating func admit(_ id: JobID) {
        guard let record = self.ledger.jobs[id]?.record else { return }
        let workload = Workload(record)
        self.workloads[id] = workload
        if let data = workload.data { self.roster.use(data) }
        if let admittance = workload.lane.admittance { self.roster.use(admittance) }
        self.hinder(id)
        if workload.isWaiting { self.backlog.wake(id, in: workload.lane) }
        self.schedule(id)
    }

    // MARK: End

    mutating func cancel(
        _ id: JobID, reason: String, _ request: RequestID, _ turn: inout Turn
    ) {
        guard let job = self.ledger.jobs[id] else {
            let existed = id < self.ledger.nextJob && id.number > 0
            let refusal =
                existed
                ? Refusal(.alreadyEnded, "\(id) has ended")
                : Refusal(.notFound, "there is no \(id)")
            turn.say(.answer(request, .refused(refusal)))
            return
        }
        // Cancelled twice in one batch is cancelled once.
        if job.record.state == .running { self.end(id, .cancelled(reason: reason), &turn) }
        turn.say(.answer(request, .done))
    }

    /// The job is over: one fact says so for all of its trials.
    mutating func end(_ id: JobID, _ end: JobEnd, _ turn: inout Turn) {
        guard let job = self.ledger.jobs[id], job.record.state == .running else { return }
        if job.record.counts.leased > 0 {
            for trial in job.record.trials { self.withdraw(trial, of: id, &turn) }
        }
        self.withdrawChecks(of: id, &turn)
        self.record(.ended(id, end, at: turn.now), &turn)
        turn.retire(id)
    }

    /// Takes a trial's lease from its holder, and tells him so.
    mutating func withdraw(_ trial: TrialRecord, of job: JobID, _ turn: inout Turn) {
        guard case .leased(let leased) = trial.state else { return }
        let id = TrialID(job, trial.index)
        self.release(id, at: leased.worker)
        if let session = self.roster[leased.worker]?.session {
            turn.cancel(Lease(id, leased.number), at: session)
        }
    }

    /// The job leaves memory, after everything was said.
    mutating func retire(_ id: JobID) {
        guard let workload = self.workloads.removeValue(forKey: id) else { return }
        self.ledger.retire(id)
        self.backlog.rest(id, in: workload.lane)
        self.deadlines.remove(id)
        self.stalled.remove(id)
        if let data = workload.data { self.roster.disuse(data) }
        guard let admittance = workload.lane.admittance else { return }
        self.roster.disuse(admittance)
        if self.roster.pools[admittance] == nil { self.hindered.remove(admittance) }
    }

    // MARK: The next step

    /// Looks whether the job has come to its next step, now that some trial has ended.
    mutating func advance(_ id: JobID, _ turn: inout Turn) {
        guard let record = self.ledger.jobs[id]?.record, record.state == .running else { return }
        guard case .idle = record.spec.kind else { return self.advanceSearch(id, &turn) }
        guard record.counts.unfinished == 0 else { return }
        if record.counts.scored > 0 {
            self.end(id, .succeeded, &turn)
        } else {
            self.end(id, .failed(reason: "none of the trials succeeded"), &turn)
        }
    }

    // MARK: Leases end

    /// The worker holds the trial no longer.
    mutating func release(_ trial: TrialID, at worker: String) {
        self.roster.release(trial, at: worker)
        if let lane = self.workloads[trial.job]?.lane { self.backlog.count(-1, of: lane.owner) }
    }
}
