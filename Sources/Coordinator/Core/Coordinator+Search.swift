import Search
import Wire

/// How a learning job gets its candidates, and from the best of them its model.
///
/// ```
///               nothing left,            the winner
/// ┌───────────┐ or time is up ┌────────┐ is proved ┌───────────┐ the model is there, and proved
/// │ SEARCHING │ ────────────▶ │ CLOSED │ ────────▶ │ REFITTING │ ──────────────────▶ ended
/// └───────────┘               └────────┘           └───────────┘
///                              ▲      ▲              │
///                              │      └──────────────┘ failed: the next best
///         the winner has fallen: the next best
/// ```
///
/// See `Coordinator+Proof` for what is proved and how.
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
        guard inFlight == 0 || !workload.isOutOfIdeas else { return }
        let slots = self.roster.slots(for: workload.lane.admittance)
        let left = self.timeLeftToSearch(job.record, now: turn.now)
        // Near the end nothing waits: whether it still fits is known when a slot is free.
        let isLate = left.map { $0 < study.longestInFlight * Self.lateTrials } ?? false
        let most = min(isLate ? max(1, slots) : max(2, 2 * slots), self.settings.search.inFlightMax)
        // One at a time would cost a proposal each: a quarter of them is asked for at once.
        guard inFlight * 4 <= most * 3 || job.record.counts.queued == 0 else { return }
        let room = self.settings.memory.liveTrialsMax - self.ledger.liveTrials
        let count = min(most - inFlight, study.capacity(inFlight: inFlight), max(1, room))
        guard count > 0 else { return }
        self.workloads[id]?.isProposing = true
        turn.say(.propose(id, study.within(left), count: count))
    }

    /// How many of the longest trials in flight the time that is left holds when none is proposed
    /// ahead any more.
    private static let lateTrials = 4

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
            // Results may bring new ideas; without any out there are none to come. What there is
            // may not fit into the time that is left.
            self.workloads[id]?.isOutOfIdeas = true
            let isTimed = self.ledger.jobs[id]?.record.spec.budget.time != nil
            if inFlight == 0 { self.close(id, isLate: isTimed && capacity > 0, &turn) }
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
    ///
    /// - Parameter isLate: whether the time for them is over.
    private mutating func close(_ id: JobID, isLate: Bool, _ turn: inout Turn) {
        self.workloads[id]?.phase = .closed
        // After a restart it was closed before, and the reasons are those of then.
        guard let job = self.ledger.jobs[id], let study = job.study, !study.isClosed else { return }
        self.record(.searched(id, study.ends(isLate: isLate)), &turn)
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
            self.close(id, isLate: false, &turn)
            self.concludeSearch(id, &turn)
        case .closed: self.concludeSearch(id, &turn)
        case .refitting: self.proveRefit(of: id, &turn)
        }
    }

    private mutating func concludeSearch(_ id: JobID, _ turn: inout Turn) {
        if self.ledger.jobs[id]?.record.isLearning == true {
            self.proveWinner(of: id, after: nil, &turn)
        } else {
            self.concludeCommand(id, &turn)
        }
    }

    /// Fits a candidate's recipe on all rows.
    mutating func refit(_ id: JobID, _ spec: TrialSpec, _ turn: inout Turn) {
        self.workloads[id]?.phase = .refitting
        self.append([spec], to: id, &turn)
    }

    /// The sentence that a search without a result ends with.
    func failure(of id: JobID, after reason: String?) -> String {
        if let reason { return "the winner could not be fitted on all rows: \(reason)" }
        guard let record = self.ledger.jobs[id]?.record else { return "" }
        let failures = record.trials.compactMap { trial -> Failure? in
            if case .failed(let failure)? = trial.outcome?.result { failure } else { nil }
        }
        let first = failures.first { $0.code != .cancelled }
            .map { "; the first to fail said: \($0.reason)" }
        let extent = record.counts.scored > 0 ? " on all rows" : ""
        let late = failures.count { $0.code == .cancelled }
        let time =
            late > 0 ? "; the budget's time was used before \(late) of them had ended" : ""
        return "none of \(record.trials.count) candidates was scored\(extent)\(time)\(first ?? "")"
    }

    // MARK: Time

    /// Keeps the instant at which something is due for the job.
    mutating func schedule(_ id: JobID) {
        guard let record = self.ledger.jobs[id]?.record, let workload = self.workloads[id],
            let time = record.spec.budget.time
        else { return }
        switch workload.phase {
        case .searching:
            self.deadlines.set(id, self.searchEnd(of: record, time))
        case .closed: self.deadlines.set(id, self.proofEnd(of: record, time, workload.phase))
        case .refitting:
            // A model that is there waits for its proof, but no longer than the budget's time.
            let end =
                if record.trials.last?.isFinished == true {
                    self.proofEnd(of: record, time, workload.phase)
                } else if record.isRefittedTogether {
                    record.submittedAt + time
                } else if self.lastResort(of: record) != nil {
                    self.lastResortStart(of: record, time)
                } else {
                    record.submittedAt + time + Self.overtime
                }
            self.deadlines.set(id, end)
        }
    }

    /// When what has not been evaluated is cancelled.
    private func searchEnd(of record: JobRecord, _ time: Duration) -> Instant {
        let reserve = record.isLearning ? self.reserve(for: record, of: time) : .zero
        return record.submittedAt + (time - reserve)
    }

    /// Nil where nobody bounds it, or nobody can tell what a trial takes.
    private func timeLeftToSearch(_ record: JobRecord, now: Instant) -> Duration? {
        guard record.isLearning, let time = record.spec.budget.time else { return nil }
        return max(.zero, self.searchEnd(of: record, time) - now)
    }

    /// When proofs are waited for no longer: the winner's leaves time for the refit.
    func proofEnd(of record: JobRecord, _ time: Duration, _ phase: Workload.Phase) -> Instant {
        let refits = phase == .refitting ? .zero : min(self.refitTime(of: record), time / 4)
        return record.submittedAt + (time - refits)
    }

    /// The part of the budget's time that is kept for what follows the search.
    ///
    /// A candidate with k folds was fitted k times on (k-1)/k of the rows, so that one fit on all
    /// rows takes about 1/(k-1) of its time. Half as much again is for rows that cost more than in
    /// proportion, and a quarter of a second for the way there and back, with what a runner takes
    /// to read the table; see `readingTime`. Where other workers can
    /// prove it, the refit runs twice, and so did the winner before it, which takes as long as it
    /// took and a quarter more. What companions of the winner take is added; see
    /// `companionsTime`. It is never more than half of the budget.
    ///
    /// ```
    /// best candidate   folds   alone                      with others
    ///  1 s              5      0.25 + 1.5 * 1/4  = 0.6 s  0.25 + 2 * 1.5 * 1/4 + 1.25    = 2.3 s
    /// 20 s              3      0.25 + 1.5 * 20/2 = 15 s   0.25 + 2 * 1.5 * 20/2 + 1.25*20 = 55 s
    /// ```
    private func reserve(for record: JobRecord, of time: Duration) -> Duration {
        var reserve = self.refitTime(of: record) + self.companionsTime(in: record, of: time)
        if self.roster.servingCount > 1, let best = record.best,
            record.checks[best.trial]?.verdict == nil
        {
            reserve += (record[best.trial]?.outcome?.cost.wall ?? .zero) * 5 / 4
        }
        return min(reserve, time / 2)
    }

    /// The way there and back.
    static let refitBase: Duration = .milliseconds(250)

    /// For fitting the best candidate on all rows, as often as it will be; see `reserve`.
    func refitTime(of record: JobRecord) -> Duration {
        // A runner whose trial was cancelled is gone, and the next one has to read the table.
        let base = Self.refitBase + self.readingTime(of: record)
        guard let best = record.best, let wall = record[best.trial]?.outcome?.cost.wall,
            case .learning(let learning) = record.spec.kind
        else { return base }
        let once = learning.lesson.fitTime(evaluatedIn: wall)
        return base + (self.roster.servingCount > 1 ? once * 2 : once)
    }

    /// The longest that a trial may run which is leased now; nil when nothing says.
    func timeLimit(of spec: TrialSpec, in record: JobRecord, now: Instant) -> Duration? {
        let cap: Duration? =
            switch record.spec.kind {
            case .idle: nil
            case .learning: self.settings.search.trialTimeMax
            case .command(let job): job.command.resources.wallTime + Limits.commandEndGrace
            }
        guard let time = record.spec.budget.time else { return cap }
        let extra = spec.step == .refit ? Self.overtime : .zero
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
            self.close(id, isLate: true, &turn)
            self.cancelUnfinished(of: id, &turn)
            self.schedule(id)
        case .searching:
            let reason = """
                the budget's time was used with \(record.counts.unfinished) of \
                \(record.counts.total) trials unfinished
                """
            self.end(id, .failed(reason: reason), &turn)
        case .closed where record.best != nil:
            self.cancelUnfinished(of: id, &turn)
            self.giveUpProofs(of: id, &turn)
        case .refitting where record.trials.last?.isFinished == true:
            // Results that turned out to be void are not waited for.
            self.cancelUnfinished(of: id, &turn)
            self.giveUpProofs(of: id, &turn)
        case .refitting where record.isRefittedTogether:
            // There is a model of the winner alone.
            self.cancelUnfinished(of: id, &turn)
        case .closed, .refitting:
            if phase == .refitting, self.takeLastResort(id, &turn) { return }
            let reason =
                record.best == nil
                ? self.failure(of: id, after: nil)
                : "the budget's time was used before the winner was fitted on all rows"
            self.end(id, .failed(reason: reason), &turn)
        }
    }

    /// Candidates that the budget's time does not suffice for.
    mutating func cancelUnfinished(of id: JobID, _ turn: inout Turn) {
        for trial in self.ledger.jobs[id]?.record.trials ?? [] where !trial.isFinished {
            self.withdraw(trial, of: id, &turn)
            let failure = Failure(.cancelled, "the budget's time was used")
            let outcome = Outcome(.failed(failure), cost: .none)
            self.record(
                .finished(TrialID(id, trial.index), outcome, worker: trial.worker ?? ""), &turn)
        }
    }
}

extension JobRecord {
    var isLearning: Bool {
        if case .learning = self.spec.kind { true } else { false }
    }

    /// Whether the winner is being fitted together with companions.
    var isRefittedTogether: Bool {
        guard let last = self.trials.last, !last.isFinished else { return false }
        return !last.spec.companions.isEmpty
    }
}

extension Lesson {
    /// What a fit on all rows may take of a candidate that was evaluated in `wall`: k folds learn
    /// from as many rows as k - 1 fits on all of them. A half more, since fewer rows fit faster
    /// than in proportion.
    func fitTime(evaluatedIn wall: Duration) -> Duration { wall * 3 / (2 * max(1, self.folds - 1)) }
}
