import Search
import Wire

/// How a learning job gets its candidates, and from the best of them its model.
///
/// ```
///               nothing left,            all candidates
/// ┌───────────┐ or time is up ┌────────┐ have ended     ┌───────────┐ the model is there
/// │ SEARCHING │ ────────────▶ │ CLOSED │ ─────────────▶ │ REFITTING │ ──────────────────▶ ended
/// └───────────┘               └────────┘                └───────────┘
///                                                         │      ▲
///                                                         └──────┘ failed: the next best
/// ```
extension Coordinator {
    // MARK: Candidates

    /// Asks for candidates when the job has fewer than twice the slots that serve it: half of
    /// them run, half wait, so that no slot waits for a proposal.
    mutating func solicit(_ id: JobID, _ turn: inout Turn) {
        guard let workload = self.workloads[id], workload.phase == .searching,
            !workload.isProposing, let job = self.ledger.jobs[id], let study = job.study,
            job.record.state == .running
        else { return }
        let inFlight = job.record.counts.unfinished
        let slots = self.roster.slots(for: workload.lane.admittance)
        let most = min(max(2, 2 * slots), self.settings.search.inFlightMax)
        // One at a time would cost a proposal each: a quarter of them is asked for at once.
        guard inFlight * 4 <= most * 3 || job.record.counts.queued == 0 else { return }
        let room = self.settings.memory.liveTrialsMax - self.ledger.liveTrials
        let count = min(most - inFlight, study.capacity(inFlight: inFlight), max(1, room))
        guard count > 0 else { return }
        self.workloads[id]?.isProposing = true
        turn.say(.propose(id, study, count: count))
    }

    /// The proposal has been computed.
    mutating func adopt(_ specs: [TrialSpec], for id: JobID, _ turn: inout Turn) {
        // The job may have ended or closed in the meantime.
        guard self.workloads[id]?.isProposing == true else { return }
        self.workloads[id]?.isProposing = false
        turn.touch(id)
        guard self.workloads[id]?.phase == .searching,
            let inFlight = self.ledger.jobs[id]?.record.counts.unfinished,
            let capacity = self.ledger.jobs[id]?.study?.capacity(inFlight: inFlight),
            self.ledger.jobs[id]?.record.state == .running
        else { return }
        let specs = specs.prefix(capacity)
        if specs.isEmpty {
            // Results may bring new ideas; without any out there are none to come.
            if inFlight == 0 { self.close(id) }
            return
        }
        self.append(Array(specs), to: id, &turn)
    }

    /// New trials join the end of the job's queue.
    private mutating func append(_ specs: [TrialSpec], to id: JobID, _ turn: inout Turn) {
        guard let first = self.ledger.jobs[id]?.record.trials.count else { return }
        self.record(.proposed(id, specs), &turn)
        self.workloads[id]?.enqueue(UInt32(first)..<UInt32(first + specs.count))
        if let lane = self.workloads[id]?.lane { self.backlog.wake(id, in: lane) }
    }

    /// No more candidates for this job.
    private mutating func close(_ id: JobID) {
        self.workloads[id]?.phase = .closed
        self.ledger.jobs[id]?.study?.close()
    }

    // MARK: From search to model

    /// Looks whether the search or the refit is over.
    mutating func advanceSearch(_ id: JobID, _ turn: inout Turn) {
        guard let phase = self.workloads[id]?.phase, let job = self.ledger.jobs[id],
            let study = job.study
        else { return }
        defer { self.schedule(id) }
        guard job.record.counts.unfinished == 0 else { return }
        switch phase {
        case .searching:
            guard self.workloads[id]?.isProposing == false, study.capacity(inFlight: 0) == 0
            else { return }
            self.close(id)
            self.concludeSearch(id, &turn)
        case .closed: self.concludeSearch(id, &turn)
        case .refitting: self.judgeRefit(id, &turn)
        }
    }

    private mutating func concludeSearch(_ id: JobID, _ turn: inout Turn) {
        if self.ledger.jobs[id]?.record.isLearning == true {
            self.refit(id, after: nil, &turn)
        } else {
            self.concludeCommand(id, &turn)
        }
    }

    private mutating func judgeRefit(_ id: JobID, _ turn: inout Turn) {
        guard let outcome = self.ledger.jobs[id]?.record.trials.last?.outcome else { return }
        switch outcome.result {
        case .scored(_, let outputs) where !outputs.isEmpty: self.end(id, .succeeded, &turn)
        case .scored: self.refit(id, after: "it made no model", &turn)
        case .failed(let failure): self.refit(id, after: failure.reason, &turn)
        }
    }

    /// Fits the best recipe on all rows, or the next best when a refit has failed.
    ///
    /// - Parameter reason: why the last refit failed; nil when there was none.
    private mutating func refit(_ id: JobID, after reason: String?, _ turn: inout Turn) {
        guard let job = self.ledger.jobs[id], let study = job.study else { return }
        let tried = job.record.trials.reversed().prefix { $0.spec.step == .refit }.count
        var excluded: Set<UInt32> = []
        for _ in 0..<tried { study.winner(after: excluded).map { _ = excluded.insert($0) } }
        guard tried < self.settings.search.refitsMax, let winner = study.winner(after: excluded),
            let spec = job.record.refit(of: winner)
        else {
            return self.end(id, .failed(reason: self.failure(of: id, after: reason)), &turn)
        }
        self.workloads[id]?.phase = .refitting
        self.append([spec], to: id, &turn)
    }

    /// The sentence that a search without a result ends with.
    func failure(of id: JobID, after reason: String?) -> String {
        if let reason { return "the winner could not be fitted on all rows: \(reason)" }
        guard let record = self.ledger.jobs[id]?.record else { return "" }
        let why = record.trials.lazy.compactMap { trial -> String? in
            guard case .failed(let failure)? = trial.outcome?.result else { return nil }
            return failure.code == .cancelled ? nil : failure.reason
        }
        let first = why.first.map { "; the first to fail said: \($0)" } ?? ""
        return "none of \(record.trials.count) candidates was scored\(first)"
    }

    // MARK: Time

    /// Keeps the instant at which something is due for the job.
    mutating func schedule(_ id: JobID) {
        guard let record = self.ledger.jobs[id]?.record, let workload = self.workloads[id],
            let time = record.spec.budget.time
        else { return }
        switch workload.phase {
        case .searching:
            let reserve = record.isLearning ? self.reserve(for: record, of: time) : .zero
            self.deadlines.set(id, record.submittedAt + (time - reserve))
        case .closed, .refitting:
            self.deadlines.set(id, record.submittedAt + time + Self.overtime(of: time))
        }
    }

    /// The part of the budget's time that is kept for the refit.
    ///
    /// A candidate with k folds was fitted k times on (k-1)/k of the rows, so that one fit on all
    /// rows takes about 1/(k-1) of its time. Half as much again is for rows that cost more than in
    /// proportion, and a quarter of a second for the way there and back. It is never more than
    /// half of the budget.
    ///
    /// ```
    /// best candidate   folds   reserve
    ///  1 s              5      0.25 + 1.5 * 1/4   = 0.6 s
    /// 20 s              3      0.25 + 1.5 * 20/2  = 15.3 s
    /// ```
    private func reserve(for record: JobRecord, of time: Duration) -> Duration {
        var reserve = Duration.milliseconds(250)
        if let best = record.best, let wall = record[best.trial]?.outcome?.cost.wall,
            case .learning(let learning) = record.spec.kind
        {
            reserve += wall * 3 / (2 * max(1, learning.lesson.folds - 1))
        }
        return min(reserve, time / 2)
    }

    /// How much longer than the budget's time the refit may take when the reserve was too small
    /// or no worker was free: a late model is better than none, but only a little late. A quarter
    /// of the budget, two seconds at least.
    private static func overtime(of time: Duration) -> Duration { max(time / 4, .seconds(2)) }

    /// The longest that a trial may run which is leased now; nil when nothing says.
    func timeLimit(of spec: TrialSpec, in record: JobRecord, now: Instant) -> Duration? {
        let cap: Duration? =
            switch record.spec.kind {
            case .idle: nil
            case .learning: self.settings.search.trialTimeMax
            case .command(let job): job.command.resources.wallTime + Limits.commandEndGrace
            }
        guard let time = record.spec.budget.time else { return cap }
        let extra = spec.step == .refit ? Self.overtime(of: time) : .zero
        let left = max(record.submittedAt + time + extra - now, .milliseconds(100))
        return cap.map { min($0, left) } ?? left
    }

    mutating func checkDeadlines(_ turn: inout Turn) {
        while let (job, instant) = self.deadlines.least, instant <= turn.now {
            self.deadlines.remove(job)
            self.expire(job, &turn)
        }
    }

    /// The job's time is up, for what it does now.
    private mutating func expire(_ id: JobID, _ turn: inout Turn) {
        guard let phase = self.workloads[id]?.phase, let record = self.ledger.jobs[id]?.record,
            record.state == .running
        else { return }
        turn.touch(id)
        switch phase {
        case .searching where !record.spec.kind.isIdle:
            self.close(id)
            for trial in record.trials where !trial.isFinished {
                self.withdraw(trial, of: id, &turn)
                let failure = Failure(.cancelled, "the budget's time was used")
                let outcome = Outcome(.failed(failure), cost: .none)
                self.record(
                    .finished(TrialID(id, trial.index), outcome, worker: trial.worker ?? ""), &turn)
            }
            self.schedule(id)
        case .searching:
            let reason = """
                the budget's time was used with \(record.counts.unfinished) of \
                \(record.counts.total) trials unfinished
                """
            self.end(id, .failed(reason: reason), &turn)
        case .closed, .refitting:
            let reason =
                record.best == nil
                ? self.failure(of: id, after: nil)
                : "the budget's time was used before the winner was fitted on all rows"
            self.end(id, .failed(reason: reason), &turn)
        }
    }
}

extension JobRecord {
    var isLearning: Bool {
        if case .learning = self.spec.kind { true } else { false }
    }
}
