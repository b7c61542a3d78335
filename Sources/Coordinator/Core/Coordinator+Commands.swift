import Wire

/// What is different about jobs whose trials are a user's program: not every worker takes them, and
/// a trial is judged while it runs.
extension Coordinator {
    // MARK: Who takes them

    /// Looks at the jobs whose workers have come, gone, or got room.
    ///
    /// - Complexity: O(live jobs) when the first worker came that admits a user's, or the last one
    ///   went; else O(1) for each admittance.
    mutating func reviewAdmittances(_ turn: inout Turn) {
        for admittance in self.roster.pools.takeChanged() {
            self.backlog.takeBack(admittance)
            let isHindered = self.roster.servingCount(for: admittance) == 0
            guard isHindered != self.hindered.contains(admittance) else { continue }
            if isHindered {
                self.hindered.insert(admittance)
            } else {
                self.hindered.remove(admittance)
            }
            for (id, workload) in self.workloads.sorted(by: { $0.key < $1.key })
            where workload.lane.admittance == admittance {
                self.hinder(id)
                turn.publish(id)
            }
        }
    }

    /// Notes in the job's record whether any worker takes its trials.
    mutating func hinder(_ id: JobID) {
        guard let admittance = self.workloads[id]?.lane.admittance else { return }
        let isHindered = self.roster.servingCount(for: admittance) == 0
        if isHindered { self.hindered.insert(admittance) }
        self.ledger.jobs[id]?.record.hindrance =
            isHindered ? admittance.hindrance(among: self.roster.servingPolicies) : nil
    }

    // MARK: Intermediate scores

    /// A running trial has come so far; what it is told is durable before it hears it.
    ///
    /// A step that was reported before is answered as it was: the answer was lost with a link. What
    /// is more than a job may report is neither kept nor judged.
    mutating func hear(
        _ progress: Progress, of lease: Lease, from session: SessionNumber, _ turn: inout Turn
    ) {
        let trial = lease.trial
        if self.ledger.jobs[trial.job]?.record.takes(progress, of: trial.index) == true {
            self.record(.progressed(trial, progress), &turn)
            if self.ledger.jobs[trial.job]?.record.isStopped(trial.index) == false,
                self.ledger.jobs[trial.job]?.rule?.stops(trial.index) == true
            {
                self.record(.stopped(trial), &turn)
            }
        }
        let isStopped = self.ledger.jobs[trial.job]?.record.isStopped(trial.index)
        turn.rule(
            Verdict(lease, step: progress.step, isStopped == true ? .stop : .continue),
            to: session)
    }

    // MARK: The end

    /// The search is over: the best trial is the result.
    mutating func concludeCommand(_ id: JobID, _ turn: inout Turn) {
        guard let record = self.ledger.jobs[id]?.record else { return }
        if record.best != nil {
            self.end(id, .succeeded, &turn)
        } else {
            self.end(id, .failed(reason: self.failure(of: id, after: nil)), &turn)
        }
    }
}
