package import Wire

/// One job with its trials: what its facts add up to.
///
/// The coordinator holds one for each live job and adds the leases; anybody can fold one for an
/// ended job from the journal:
///
/// ```swift
/// var record = JobRecord(facts[0])
/// for fact in facts.dropFirst() { record?.apply(fact) }
/// ```
package struct JobRecord: Equatable, Sendable {
    package let id: JobID
    package let spec: JobSpec
    package let owner: String
    /// Chosen by the owner; the same key is the same job. Empty when none was chosen.
    package let key: String
    package let submittedAt: Instant

    package private(set) var state: State = .running
    package private(set) var endedAt: Instant?
    package internal(set) var trials: [TrialRecord] = []
    package private(set) var counts = Counts()
    /// The best candidate so far by the job's first metric.
    package private(set) var best: Best?

    /// Trials that are run more than once.
    package internal(set) var checks: [UInt32: Check] = [:]
    package internal(set) var corroboration = Corroboration()
    /// The candidate whose recipe the last refit fits.
    package internal(set) var winner: UInt32?
    /// The class of each worker's results, as of now.
    var environments: [String: String] = [:]

    /// Why the stages of the search have ended; empty until they have.
    package private(set) var stageEnds: [StageEnd] = []

    /// How far trials of a command have come that said so.
    package internal(set) var progress: [UInt32: TrialProgress] = [:]
    /// Reports that are kept.
    var progressCount = 0
    /// The tainted blobs that it reads.
    package private(set) var taintedBy: [Digest] = []
    /// Why none of its trials can be placed now. It is no fact: it follows from who is connected.
    package internal(set) var hindrance: String?

    package init(id: JobID, spec: JobSpec, owner: String, key: String, at submittedAt: Instant) {
        self.id = id
        self.spec = spec
        self.owner = owner
        self.key = key
        self.submittedAt = submittedAt
        // An idle job's trials are all alike, so that the journal need not name them.
        if case .idle(let count, _, _) = spec.kind {
            self.append((0..<count).lazy.map { _ in .idle })
        }
    }

    /// The record that a job begins with; nil for any fact but `submitted`.
    package init?(_ fact: Fact) {
        guard case .submitted(let id, let spec, let owner, let key, let at) = fact else {
            return nil
        }
        self.init(id: id, spec: spec, owner: owner, key: key, at: at)
    }

    package enum State: Equatable, Sendable {
        case running, succeeded
        case failed(reason: String)
        case cancelled(reason: String)

        package var reason: String? {
            switch self {
            case .running, .succeeded: nil
            case .failed(let reason), .cancelled(let reason): reason
            }
        }
    }

    /// Trials by state, kept with every change.
    package struct Counts: Equatable, Sendable {
        package fileprivate(set) var queued = 0
        package fileprivate(set) var leased = 0
        package fileprivate(set) var scored = 0
        package fileprivate(set) var failed = 0
        package fileprivate(set) var cancelled = 0

        /// Those without an outcome.
        package var unfinished: Int { self.queued + self.leased }
        package var total: Int { self.unfinished + self.scored + self.failed + self.cancelled }
    }

    package struct Best: Equatable, Sendable {
        package let trial: UInt32
        package let score: Double
    }

    /// The step of the newest trial, `done` in the end; empty for an idle job.
    package var stage: String {
        let first: TrialSpec.Step
        switch self.spec.kind {
        case .idle: return ""
        case .learning: first = .portfolio
        case .command: first = .tuning
        }
        guard self.state == .running else { return "done" }
        return (self.trials.last?.spec.step ?? first).rawValue
    }

    package subscript(_ trial: UInt32) -> TrialRecord? {
        trial < self.trials.count ? self.trials[Int(trial)] : nil
    }

    /// The refit of a candidate that was scored; nil for any other trial.
    func refit(of candidate: UInt32, with companions: [Recipe] = []) -> TrialSpec? {
        guard let trial = self[candidate], let recipe = trial.spec.recipe,
            case .scored(let scores, _)? = trial.outcome?.result
        else { return nil }
        return TrialSpec(step: .refit, recipe: recipe, scores: scores, companions: companions)
    }

    // MARK: Facts

    /// Takes in a fact of this job.
    ///
    /// - Requires: The fact follows from those before: a finished trial does not finish again.
    /// - Complexity: O(1) for each trial that the fact names; `ended` looks at each trial once.
    package mutating func apply(_ fact: Fact) {
        precondition(fact.job == self.id, "a fact of \(self.id) was expected, not \(fact)")
        switch fact {
        case .submitted, .nodeDrained, .nodeResumed, .revoked, .invitationSpent, .tainted,
            .taintCleared:
            preconditionFailure("\(self.id) was submitted already")
        // Corroboration.
        case .served, .doubted, .repeated, .judged, .voided, .unsaid, .vouched, .quarantined:
            self.applyCheck(fact)
        case .proposed(_, let specs):
            self.append(specs)
            if let spec = specs.last, spec.step == .refit { self.noteWinner(of: spec) }
        case .finished(let trial, let outcome, let worker):
            self.finish(trial.index, outcome, by: worker)
        case .lost(let trial, let loss, let worker):
            self.requeue(trial.index)
            self.trials[Int(trial.index)].losses.append(LostAttempt(loss: loss, worker: worker))
            self.forgetProgress(of: trial.index)
        case .progressed(let trial, let progress): self.note(progress, of: trial.index)
        case .stopped(let trial): self.stop(trial.index)
        case .taintInherited(_, let sources): self.taintedBy = sources
        case .searched(_, let ends): self.stageEnds = ends
        case .ended(_, let end, let instant): self.end(end, at: instant)
        }
    }

    private mutating func append(_ specs: some Sequence<TrialSpec>) {
        for spec in specs {
            self.trials.append(TrialRecord(index: UInt32(self.trials.count), spec: spec))
            self.counts.queued += 1
        }
    }

    private mutating func finish(_ trial: UInt32, _ outcome: Outcome, by worker: String) {
        let environment = self.environments.isEmpty ? "" : self.environments[worker] ?? ""
        self.finish(trial, .init(outcome, by: worker, in: environment))
        self.corroboration.trialTime += outcome.cost.wall
    }

    mutating func finish(_ trial: UInt32, _ finished: TrialRecord.Finished) {
        precondition(trial < self.trials.count, "\(self.id)/\(trial) was never proposed")
        self.leave(self.trials[Int(trial)])
        self.trials[Int(trial)].state = .finished(finished)
        let step = self.trials[Int(trial)].spec.step
        let outcome = finished.outcome
        switch outcome.result {
        case .scored:
            self.counts.scored += 1
            if step != .refit { self.compare(trial, outcome) }
        case .failed(let failure) where failure.code == .cancelled: self.counts.cancelled += 1
        case .failed: self.counts.failed += 1
        }
    }

    /// The finished trial waits again, as if it had never been run.
    mutating func reopen(_ trial: UInt32) {
        guard let outcome = self.trials[Int(trial)].outcome else {
            preconditionFailure("\(self.id)/\(trial) has no outcome")
        }
        switch outcome.result {
        case .scored: self.counts.scored -= 1
        case .failed(let failure) where failure.code == .cancelled: self.counts.cancelled -= 1
        case .failed: self.counts.failed -= 1
        }
        self.trials[Int(trial)].state = .queued
        self.counts.queued += 1
        if self.best?.trial == trial { self.findBest() }
    }

    /// The refit that makes the job's model: the newest of the winner that holds. Nil until there
    /// is one.
    ///
    /// - Complexity: O(refits)
    package var modelRefit: TrialRecord? {
        guard let winner = self.winner else { return nil }
        return self.refits.last { refit in
            guard case .scored(_, let outputs)? = refit.outcome?.result, !outputs.isEmpty else {
                return false
            }
            return self.holds(refit.index)
                && self.refit(of: winner, with: refit.spec.companions) == refit.spec
        }
    }

    /// They are the last trials.
    var refits: ArraySlice<TrialRecord> {
        let last = self.trials.lastIndex { $0.spec.step != .refit }
        return self.trials[(last.map { $0 + 1 } ?? 0)...]
    }

    /// The files of the model, as `modelRefit` made them. Empty until the job has one.
    package var model: [Output] {
        guard case .scored(_, let outputs)? = self.modelRefit?.outcome?.result else { return [] }
        return outputs
    }

    /// Looks through all candidates, once the best has turned out to be none.
    ///
    /// - Complexity: O(trials)
    mutating func findBest() {
        self.best = nil
        for trial in self.trials where trial.spec.step != .refit && self.holds(trial.index) {
            if let outcome = trial.outcome { self.compare(trial.index, outcome) }
        }
    }

    private mutating func compare(_ trial: UInt32, _ outcome: Outcome) {
        // What was tried on some rows is compared with nothing that was tried on all.
        guard let objective = self.spec.objective, !self.isStopped(trial),
            self.trials[Int(trial)].spec.rows == nil,
            let score = outcome.score(objective.metric), score.isFinite
        else { return }
        if let best = self.best, !objective.direction.prefers(score, to: best.score) { return }
        self.best = Best(trial: trial, score: score)
    }

    /// What has no outcome when its job ends never gets one: it is cancelled.
    private mutating func end(_ end: JobEnd, at instant: Instant) {
        self.endedAt = instant
        switch end {
        case .succeeded: self.state = .succeeded
        case .failed(let reason): self.state = .failed(reason: reason)
        case .cancelled(let reason): self.state = .cancelled(reason: reason)
        }
        guard self.counts.unfinished > 0 else { return }
        let outcome = Outcome(.failed(Failure(.cancelled, "the job has ended")), cost: .none)
        // One box for all of them.
        let state = TrialRecord.State.finished(.init(outcome, by: ""))
        for index in self.trials.indices where !self.trials[index].isFinished {
            self.leave(self.trials[index])
            self.trials[index].state = state
            self.counts.cancelled += 1
        }
    }

    private mutating func leave(_ trial: TrialRecord) {
        switch trial.state {
        case .queued: self.counts.queued -= 1
        case .leased: self.counts.leased -= 1
        case .finished: preconditionFailure("\(self.id)/\(trial.index) has an outcome already")
        }
    }

    // MARK: Leases, which are no facts

    mutating func lease(_ trial: UInt32, _ number: LeaseNumber, to worker: String) {
        self.leave(self.trials[Int(trial)])
        self.trials[Int(trial)].state = .leased(.init(number, to: worker))
        self.counts.leased += 1
    }

    mutating func start(_ trial: UInt32) {
        guard case .leased(var leased) = self.trials[Int(trial)].state else { return }
        leased.isStarted = true
        self.trials[Int(trial)].state = .leased(leased)
    }

    /// Ends the trial's lease, if it has one.
    mutating func requeue(_ trial: UInt32) {
        precondition(trial < self.trials.count, "\(self.id)/\(trial) was never proposed")
        self.leave(self.trials[Int(trial)])
        self.trials[Int(trial)].state = .queued
        self.counts.queued += 1
    }

    /// The record as its facts alone would have it.
    var withoutLeases: Self {
        var record = self
        record.hindrance = nil
        for index in self.checks.keys { record.checks[index]?.lease = nil }
        for trial in self.trials {
            if case .leased = trial.state { record.requeue(trial.index) }
        }
        return record
    }
}
