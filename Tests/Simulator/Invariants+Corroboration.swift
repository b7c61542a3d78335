import CoordinatorCore
import Wire

/// What must hold although some workers lie. No two of them lie alike: that would be a league.
extension World {
    // MARK: Second runs

    /// A second run is of a trial that has an outcome, by another worker, and becomes no trial.
    func invariantSecondRunsAreNeverTrials(_ fact: Fact) throws(Broken) {
        switch fact {
        case .doubted(let trial, _):
            if self.promises.finished[trial] == nil {
                throw Broken("\(trial) is to be run again before it has an outcome")
            }
        case .repeated(let trial, let outcome, let worker):
            guard self.promises.finished[trial] != nil else {
                throw Broken("\(trial) was run again before it had an outcome")
            }
            if self.promises.finisher[trial] == worker {
                throw Broken("\(worker) has confirmed its own result of \(trial)")
            }
            guard self.promises.computed[trial]?.contains(outcome) == true else {
                throw Broken("\(trial) was run again with an outcome that nobody computed")
            }
        case .ended(let job, let end, _):
            guard let record = self.head.coordinator?.job(job),
                case .learning = record.spec.kind
            else { return }
            let proposed = self.promises.proposed[job] ?? 0
            if record.counts.total > proposed {
                throw Broken("\(job) has \(record.counts.total) trials of \(proposed) proposed")
            }
            if end == .succeeded, record.stageEnds.isEmpty {
                throw Broken("\(job) has a model of a search that never ended")
            }
            if let best = record.best, record[best.trial]?.spec.rows != nil {
                throw Broken("\(job) takes for its best what was tried on some rows")
            }
        case .proposed(let job, let specs):
            guard let refit = specs.last, refit.step == .refit,
                let record = self.head.coordinator?.job(job)
            else { return }
            for recipe in [refit.recipe].compactMap(\.self) + refit.companions
            where !record.trials.contains(where: { trial in
                trial.spec.recipe == recipe && trial.spec.rows == nil && trial.spec.step.isSearch
            }) {
                throw Broken("\(job) fits what was never tried on all rows")
            }
        default: return
        }
    }

    mutating func count(_ fact: Fact) {
        switch fact {
        case .finished(_, let outcome, _): self.summary.trialTime += outcome.cost.wall
        case .repeated(_, let outcome, _):
            self.summary.secondRuns += 1
            self.summary.secondRunTime += outcome.cost.wall
        case .doubted(_, .chance): self.summary.secondRunsByChance += 1
        case .quarantined: self.summary.quarantines += 1
        default: return
        }
    }

    // MARK: Quarantine

    /// From the moment of its quarantine a worker holds nothing and is given nothing.
    func invariantQuarantinedHoldNothing(
        _ directives: [CoordinatorCore.Directive]
    ) throws(Broken) {
        guard let nodes = self.head.coordinator?.nodes else { return }
        for node in nodes where node.state == .quarantined {
            if node.held > 0 { throw Broken("\(node.name) is quarantined and holds trials") }
            for case .tell(node.session, .assignments) in directives {
                throw Broken("\(node.name) is quarantined and is given trials")
            }
        }
    }

    /// Whoever is quarantined has lied: honest workers differ from nobody honest.
    func invariantOnlyLiarsAreQuarantined(_ fact: Fact) throws(Broken) {
        guard case .quarantined(let record) = fact,
            let index = self.workers.firstIndex(where: { $0.name == record.worker })
        else { return }
        if self.plan.liars[index] == nil {
            throw Broken("\(record.worker) is honest and quarantined: \(record.reason)")
        }
    }

    // MARK: Models

    /// What the head says is proved is what an honest worker would have computed.
    func invariantWhatIsProvedIsTrue(_ record: JobRecord) throws(Broken) {
        guard let proof = record.proof, let winner = record.winner, let refit = record.modelRefit
        else { return }
        if proof.scores != nil, !self.isTrue(record, winner) {
            throw Broken("\(record.id) was won by \(winner), proved by a lie")
        }
        if proof.model != nil, !self.isTrue(record, refit.index) {
            throw Broken("\(record.id) has another model than it should, and it is proved")
        }
    }

    /// Where three honest workers of one class are there all the time, no lie decides a job, and
    /// the head knows it.
    func invariantNoLiarWinsWhereThreeAreHonest(_ record: JobRecord) throws(Broken) {
        let honest = self.plan.liars.indices.count { index in
            self.plan.liars[index] == nil
                && self.plan.environments[index] == Truth.environments[0]
        }
        guard self.plan.isCalm, honest >= 3, honest + 1 >= self.workers.count,
            record.state == .succeeded, record.spec.budget.time == nil,
            let proof = record.proof, let winner = record.winner, let refit = record.modelRefit
        else { return }
        // Trials that take for ever are no word of anybody's.
        let isUnlucky = record.checks.values.contains { check in
            if case .unanswered? = check.verdict { true } else { false }
        }
        if isUnlucky { return }
        if !self.isTrue(record, winner) || !self.isTrue(record, refit.index) {
            throw Broken("a lie has won \(record.id)")
        }
        if !proof.isWhole { throw Broken("\(record.id) has a model that is not proved") }
    }

    /// Whether the trial's outcome is what some honest worker would say, up to what is tolerated
    /// across classes.
    private func isTrue(_ record: JobRecord, _ index: UInt32) -> Bool {
        guard let trial = record[index], case .learning(let learning) = record.spec.kind,
            case .scored(let scores, let outputs)? = trial.outcome?.result
        else { return false }
        return Truth.environments.contains { environment in
            let fate = Truth.fate(trial.spec, .lesson(learning.lesson), in: environment)
            guard case .outcome(let truth) = fate,
                case .scored(let trueScores, let trueOutputs) = truth.result
            else { return false }
            let areClose = zip(scores, trueScores).allSatisfy { said, real in
                (said.value - real.value).magnitude <= 0.01 * real.value.magnitude + 1e-12
            }
            return areClose && outputs == trueOutputs
        }
    }
}
