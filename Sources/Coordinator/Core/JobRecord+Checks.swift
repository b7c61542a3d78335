import Wire

/// What second runs make of a job's trials.
extension JobRecord {
    // MARK: Questions

    /// Whether the trial's result may be built upon: nobody has contradicted it.
    package func holds(_ trial: UInt32) -> Bool {
        if case .contradicted? = self.checks[trial]?.verdict { false } else { true }
    }

    /// Who has confirmed the winner and its model; nil while the job has no model.
    package var proof: Proof? {
        guard let winner = self.winner, let refit = self.modelRefit else { return nil }
        return Proof(
            scores: self.checks[winner]?.verdict?.witness,
            model: self.checks[refit.index]?.verdict?.witness)
    }

    /// Open checks, in order.
    var openChecks: [UInt32] { self.checks.filter(\.value.isOpen).keys.sorted() }

    // MARK: Facts

    mutating func applyCheck(_ fact: Fact) {
        switch fact {
        case .served(_, let worker, let environment): self.environments[worker] = environment
        case .doubted(let trial, let doubt): self.checks[trial.index] = Check(doubt)
        case .repeated(let trial, let outcome, let worker):
            self.corroboration.runs += 1
            self.corroboration.runTime += outcome.cost.wall
            self.checks[trial.index]?.lease = nil
            self.checks[trial.index]?.runs.append(
                .init(outcome, by: worker, in: self.environments[worker] ?? ""))
        case .judged(let trial, let verdict): self.judge(trial.index, verdict)
        case .voided(_, let trials):
            for trial in trials {
                self.checks[trial] = nil
                self.reopen(trial)
                self.corroboration.voided += 1
            }
        case .unsaid(_, let trials):
            for trial in trials { self.checks[trial] = nil }
            self.findBest()
        default: preconditionFailure("\(fact) is about no job")
        }
    }

    private mutating func judge(_ trial: UInt32, _ verdict: Check.Verdict) {
        self.checks[trial]?.lease = nil
        self.checks[trial]?.verdict = verdict
        switch verdict {
        case .corroborated: self.corroboration.corroborated += 1
        case .overruled:
            self.corroboration.contradicted += 1
            guard let other = self.checks[trial]?.runs.first else { return }
            self.reopen(trial)
            self.finish(trial, other)
        case .contradicted:
            self.corroboration.contradicted += 1
            if self.best?.trial == trial { self.findBest() }
        case .unanswered: self.corroboration.unanswered += 1
        }
    }

    /// Remembers whose recipe the refit fits: of equal recipes the one that scored the same.
    ///
    /// - Complexity: O(trials), a few times in a job's life.
    mutating func noteWinner(of refit: TrialSpec) {
        self.winner =
            self.trials.first { trial in
                guard trial.spec.step != .refit, trial.spec.rows == nil,
                    trial.spec.recipe == refit.recipe,
                    case .scored(let scores, _)? = trial.outcome?.result
                else { return false }
                return scores == refit.scores
            }?.index
    }

    // MARK: Leases, which are no facts

    mutating func leaseCheck(_ trial: UInt32, _ number: LeaseNumber, to worker: String) {
        self.checks[trial]?.lease = .init(number, to: worker)
    }

    mutating func startCheck(_ trial: UInt32) { self.checks[trial]?.lease?.isStarted = true }

    mutating func requeueCheck(_ trial: UInt32) { self.checks[trial]?.lease = nil }

    /// The run that was to check a result becomes the trial's own, now that the result is void.
    mutating func adopt(_ lease: TrialRecord.Leased, for trial: UInt32) {
        self.lease(trial, lease.number, to: lease.worker)
        if lease.isStarted { self.start(trial) }
    }
}
