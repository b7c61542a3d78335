import Wire

/// What becomes of a worker that others contradict, and of what it has said.
extension Coordinator {
    /// Two workers agree against it: it is given nothing more, and what nobody else has confirmed
    /// of its results is run again.
    ///
    /// - Parameter others: those who agree.
    mutating func quarantine(
        _ name: String, over trial: TrialID, against others: [TrialRecord.Finished],
        _ turn: inout Turn
    ) {
        let witnesses = others.map(\.worker).joined(separator: " and ")
        let reason = "its result of \(trial) differs from the one of \(witnesses)"
        if self.ledger.quarantined[name] == nil {
            let record = QuarantineRecord(name, reason: reason, at: turn.now)
            self.record(.quarantined(record), &turn)
            self.confirmed.removeValue(forKey: name)
        }
        self.takeAll(from: name, &turn)
        for job in self.ledger.jobs.keys.sorted() { self.distrust(name, in: job, &turn) }
    }

    private mutating func takeAll(from name: String, _ turn: inout Turn) {
        guard let worker = self.roster[name] else { return }
        self.roster.setDrained(name, true)
        let loss = Loss(.handedBack, "its worker is quarantined")
        for (trial, held) in worker.held.sorted(by: { $0.value.number < $1.value.number }) {
            if let session = worker.session {
                turn.cancel(Lease(trial, held.number), at: session)
            }
            self.lose(trial, loss, at: name, &turn)
        }
        if let session = worker.session { turn.say(.tell(session, .drain)) }
    }

    /// What the job has by the worker's word alone, it has no longer.
    ///
    /// - Complexity: O(trials of the job), once for each liar.
    private mutating func distrust(_ name: String, in job: JobID, _ turn: inout Turn) {
        guard let record = self.ledger.jobs[job]?.record, record.state == .running,
            self.workloads[job]?.trialClass.isRepeatable == true
        else { return }
        // 1) Its own results. Once the refit runs, the other candidates have lost for good.
        let isRefitting = self.workloads[job]?.phase == .refitting
        let voided = record.trials.filter { trial in
            guard let finished = trial.finished, finished.worker == name,
                !isRefitting || trial.spec.step == .refit || trial.index == record.winner,
                record.checks[trial.index]?.verdict?.witness == nil
            else { return false }
            return finished.outcome.isItsWorkersWord
        }.map(\.index)
        self.void(voided, of: job, &turn)

        // 2) What it said about others' results, where it was all there was to say.
        let unsaid = record.checks.filter { index, check in
            guard !voided.contains(index) else { return false }
            switch check.verdict {
            case nil, .contradicted: return check.runs.contains { $0.worker == name }
            case .corroborated(let witness), .overruled(let witness): return witness == name
            case .unanswered: return false
            }
        }
        guard !unsaid.isEmpty else { return }
        for index in unsaid.keys.sorted() { self.withdrawCheck(TrialID(job, index), &turn) }
        self.record(.unsaid(job, unsaid.keys.sorted()), &turn)
        for (index, check) in unsaid.sorted(by: { $0.key < $1.key })
        where check.isOpen || index == record.winner || record[index]?.spec.step == .refit {
            self.doubt(TrialID(job, index), check.doubt, &turn)
        }
    }

    /// The trials wait again; one that somebody is running once more is his from now on.
    private mutating func void(_ trials: [UInt32], of job: JobID, _ turn: inout Turn) {
        guard !trials.isEmpty, let record = self.ledger.jobs[job]?.record else { return }
        self.record(.voided(job, trials), &turn)
        for index in trials.reversed() {
            if let lease = record.checks[index]?.lease {
                self.ledger.jobs[job]?.record.adopt(lease, for: index)
            } else {
                self.workloads[job]?.enqueue(again: index)
            }
        }
        self.wake(job)
        turn.touch(job)
    }
}

extension Outcome {
    /// Whether it is what a worker said, and no other way in which a trial ends.
    fileprivate var isItsWorkersWord: Bool {
        switch self.result {
        case .scored: true
        case .failed(let failure): failure.code == .computation || failure.code == .timeLimit
        }
    }
}
