import Wire

/// The winner, and the model that is made from it, are proved by another worker before the job
/// ends.
///
/// ```
/// search closed ─▶ the best is run again ─┬─▶ confirmed, or nobody to ask ─▶ refit
///                     ▲                   │
///                     └── the next best ◀─┴── it fell: its result was a lie, or nobody can tell
///
/// refit made ─▶ it is made again ─┬─▶ the same digests, or nobody to ask ─▶ the job has ended
///                                 └─▶ another one: a third decides, or the next best is fitted
///
/// where time is bounded, between them: alone ─▶ with companions ─┬─▶ made
///                                                                └─▶ late or failed: the one alone
/// ```
///
/// What nobody could confirm in time is taken for what it is and called uncorroborated: see
/// `JobRecord.proof`.
extension Coordinator {
    /// Looks whether the winner is proved, and has it fitted on all rows then.
    ///
    /// - Parameter reason: why the last refit failed; nil when there was none.
    mutating func proveWinner(of id: JobID, after reason: String?, _ turn: inout Turn) {
        self.workloads[id]?.phase = .closed
        guard self.mayLookForPeers(of: id, now: turn.now) else { return }
        self.settleHopeless(id, &turn)
        guard let record = self.ledger.jobs[id]?.record, record.state == .running else { return }
        // A check that is still open may change who wins; the job comes back here with its end.
        guard record.openChecks.isEmpty else { return }
        guard let winner = self.winner(of: id),
            let spec = record.refit(
                of: winner, with: self.firstCompanions(of: winner, in: record, now: turn.now))
        else {
            return self.end(id, .failed(reason: self.failure(of: id, after: reason)), &turn)
        }
        if self.mayBeProved(winner, of: record, now: turn.now) {
            self.doubt(TrialID(id, winner), .winner, &turn)
        } else {
            self.refit(id, spec, &turn)
        }
    }

    /// The best candidate whose recipe was not fitted in vain, alone; nil when there is none, or
    /// enough were.
    private func winner(of id: JobID) -> UInt32? {
        guard let job = self.ledger.jobs[id], let study = job.study else { return nil }
        let refits = job.record.refits
        guard refits.count < self.settings.search.refitsMax else { return nil }
        let tried = Set(refits.filter { $0.spec.companions.isEmpty }.compactMap(\.spec.recipe))
        var excluded: Set<UInt32> = []
        while let winner = study.winner(after: excluded) {
            guard let recipe = job.record[winner]?.spec.recipe, tried.contains(recipe) else {
                return winner
            }
            excluded.insert(winner)
        }
        return nil
    }

    /// Whether the trial has not been looked at, somebody could, and there is time.
    private func mayBeProved(_ trial: UInt32, of record: JobRecord, now: Instant) -> Bool {
        guard record.checks[trial] == nil, let workload = self.workloads[record.id],
            record[trial]?.outcome?.isRepeatable == true,
            self.hasPeers(for: trial, of: record.id),
            !self.isLate(record, workload.phase, now: now)
        else { return false }
        let fallen = record.checks.values.count { check in
            guard case .contradicted? = check.verdict else { return false }
            return check.doubt == .winner
        }
        return fallen < self.settings.corroboration.winnersMax
    }

    /// Whether it is known who could prove something: after a restart workers are still on their
    /// way, and waited for unless the time is up.
    private func mayLookForPeers(of id: JobID, now: Instant) -> Bool {
        guard self.placesFrom != nil, let record = self.ledger.jobs[id]?.record,
            let phase = self.workloads[id]?.phase
        else { return true }
        return self.isLate(record, phase, now: now)
    }

    private func isLate(_ record: JobRecord, _ phase: Workload.Phase, now: Instant) -> Bool {
        guard let time = record.spec.budget.time else { return false }
        return now >= self.proofEnd(of: record, time, phase)
    }

    /// Looks whether the refit is proved, and ends the job then.
    mutating func proveRefit(of id: JobID, _ turn: inout Turn) {
        guard self.mayLookForPeers(of: id, now: turn.now) else { return }
        self.settleHopeless(id, &turn)
        guard let record = self.ledger.jobs[id]?.record, record.state == .running,
            let last = record.trials.last, last.isFinished
        else { return }
        if let together = self.refitTogether(of: record, now: turn.now) {
            return self.refit(id, together, &turn)
        }
        // Where the winner and its companions failed, or were late, there is that of it alone.
        let refit = record.modelRefit ?? last
        guard let outcome = refit.outcome else { return }
        if self.mayBeProved(refit.index, of: record, now: turn.now) {
            return self.doubt(TrialID(id, refit.index), .refit, &turn)
        }
        let winner = record.winner
        for index in [winner, refit.index].compactMap({ $0 })
        where record.checks[index]?.isOpen == true { return }
        // While the refit ran, the one who had confirmed the winner may have turned out a liar.
        let companions = refit.spec.companions
        guard let winner, record.holds(winner),
            record.refit(of: winner, with: companions) == refit.spec
        else {
            return self.proveWinner(of: id, after: "its scores were a lie", &turn)
        }
        guard record.holds(refit.index) else {
            let reason = "two workers made two models of it and no third could decide"
            return self.proveWinner(of: id, after: reason, &turn)
        }
        switch outcome.result {
        case .scored(_, let outputs) where !outputs.isEmpty: self.end(id, .succeeded, &turn)
        case .scored: self.proveWinner(of: id, after: "it made no model", &turn)
        case .failed(let failure): self.proveWinner(of: id, after: failure.reason, &turn)
        }
    }

    /// The budget's time is used: the job goes on with what is not proved.
    mutating func giveUpProofs(of id: JobID, _ turn: inout Turn) {
        for index in self.ledger.jobs[id]?.record.openChecks ?? [] {
            self.giveUp(TrialID(id, index), "the budget's time was used", &turn)
        }
    }
}
