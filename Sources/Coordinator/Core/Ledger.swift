import DequeModule
import OrderedCollections
import Search
import Wire

/// What the facts add up to, with the leases of this epoch beside them.
///
/// Everything in here but the leases and the closing of a study, which follows from the time, is
/// changed by `apply` alone: by live facts as they are recorded, by the journal's at a start. So
/// that replay equals live by construction.
struct Ledger: Equatable, Sendable {
    /// Ended keys remembered at most.
    let endedKeysMax: Int

    /// By number; ended jobs leave.
    var jobs: [JobID: LiveJob] = [:]
    /// Trials of all live jobs.
    private(set) var liveTrials = 0
    /// What each owner has among the live jobs.
    private var loads: [String: Load] = [:]
    /// Nodes that an operator took out of service, by worker's name.
    private(set) var drained: Set<String> = []
    /// Invitations that were used, by serial number, and until when they would have been good.
    private(set) var spentInvitations: [SerialNumber: Instant] = [:]

    /// What is refused for ever, in the order in which it was revoked first.
    private(set) var revocations: OrderedDictionary<Revocation, RevocationRecord> = [:]

    /// What is tainted or was, in the order in which it was made.
    private(set) var taints: OrderedDictionary<Digest, TaintRecord> = [:]

    /// Workers that are given nothing, and why, by name.
    private(set) var quarantined: [String: QuarantineRecord] = [:]
    /// How many results of each worker were confirmed, as far as the journal knows.
    private(set) var confirmed: [String: UInt32] = [:]

    /// The highest number that a job ever had.
    private(set) var lastJob = JobID(0)
    private var keys: [JobKey: JobID] = [:]
    /// Keys of jobs that have ended, the oldest first.
    private var endedKeys: Deque<JobKey> = []

    init(endedKeysMax: Int) { self.endedKeysMax = endedKeysMax }

    /// A spent invitation is known for so long after its end: a clock that was set back between
    /// two lives of the head must not make it good again.
    private static let invitationMemory: Duration = .seconds(30 * 86_400)

    /// A job with the search that its candidates come from.
    struct LiveJob: Equatable, Sendable {
        var record: JobRecord
        /// Nil for an idle job.
        var study: Study?
        /// Nil unless trials may be stopped early.
        var rule: MedianRule?

        init(_ record: JobRecord) {
            self.record = record
            let (budget, seed) = (record.spec.budget, record.spec.seed)
            switch record.spec.kind {
            case .idle: break
            case .learning(let job): self.study = Study(job: job, budget: budget, seed: seed)
            case .command(let job):
                self.study = Study(job: job, trials: budget.trials, seed: seed)
                if job.stopping == .median { self.rule = MedianRule(direction: job.direction) }
            }
        }
    }

    struct Load: Equatable, Sendable {
        var jobs = 0
        var trials = 0
    }

    private struct JobKey: Hashable, Sendable {
        let owner: String
        let key: String
    }

    // MARK: Facts

    mutating func apply(_ fact: Fact) {
        switch fact {
        case .submitted(let id, _, let owner, let key, _):
            guard let record = JobRecord(fact) else { return }
            self.jobs[id] = LiveJob(record)
            self.count(1, record.trials.count, of: owner)
            self.advance(to: id)
            if !key.isEmpty { self.keys[JobKey(owner: owner, key: key)] = id }
        case .proposed(let id, let specs):
            guard let owner = self.jobs[id]?.record.owner else { return }
            self.jobs[id]?.record.apply(fact)
            self.jobs[id]?.study?.adopt(specs)
            self.count(0, specs.count, of: owner)
        case .finished(let trial, let outcome, _):
            self.jobs[trial.job]?.finish(trial, outcome, fact)
        case .lost(let trial, _, _):
            self.jobs[trial.job]?.record.apply(fact)
            self.jobs[trial.job]?.rule?.forget(trial.index)
        case .progressed(let trial, let progress):
            self.jobs[trial.job]?.record.apply(fact)
            self.jobs[trial.job]?.observe(progress, of: trial.index)
        case .stopped(let trial):
            self.jobs[trial.job]?.record.apply(fact)
        case .taintInherited(let id, _): self.jobs[id]?.record.apply(fact)
        case .tainted(let batch): self.taint(batch)
        case .taintCleared(let digests, let clearance):
            for digest in digests { self.taints[digest]?.clearance = clearance }
        case .searched(let id, _):
            self.jobs[id]?.record.apply(fact)
            self.jobs[id]?.study?.close()
        case .ended(let id, _, _):
            self.jobs[id]?.record.apply(fact)
        case .nodeDrained(let name): self.drained.insert(name)
        case .nodeResumed(let name):
            self.drained.remove(name)
            self.quarantined.removeValue(forKey: name)
        // Corroboration.
        case .served(let id, _, _): self.jobs[id]?.record.apply(fact)
        case .doubted(let trial, _), .repeated(let trial, _, _):
            self.jobs[trial.job]?.record.apply(fact)
        case .judged(let trial, let verdict): self.jobs[trial.job]?.judge(verdict, fact)
        case .voided(let id, _), .unsaid(let id, _):
            self.jobs[id]?.record.apply(fact)
            self.jobs[id]?.relearn()
        case .vouched(let name, let confirmed): self.confirmed[name] = confirmed
        case .quarantined(let record):
            self.quarantined[record.worker] = record
            self.confirmed.removeValue(forKey: record.worker)
        case .revoked(let record): self.revocations[record.revocation] = record
        case .invitationSpent(let serial, _, let at, let until):
            self.spentInvitations = self.spentInvitations.filter {
                $0.value + Self.invitationMemory > at
            }
            self.spentInvitations[serial] = until
        }
    }

    /// The job leaves memory, but for its key.
    mutating func retire(_ id: JobID) {
        guard let job = self.jobs.removeValue(forKey: id) else { return }
        self.count(-1, -job.record.trials.count, of: job.record.owner)
        self.forgetLater(JobKey(owner: job.record.owner, key: job.record.key))
    }

    private mutating func taint(_ batch: TaintBatch) {
        for output in batch.outputs where self.taints[output.blob.digest] == nil {
            self.taints[output.blob.digest] = TaintRecord(
                digest: output.blob.digest, name: output.name, trial: batch.trial,
                owner: batch.owner, sources: batch.sources, at: batch.at)
        }
    }

    // MARK: How much is live

    func load(of owner: String) -> Load { self.loads[owner] ?? Load() }

    private mutating func count(_ jobs: Int, _ trials: Int, of owner: String) {
        self.liveTrials += trials
        var load = self.load(of: owner)
        load.jobs += jobs
        load.trials += trials
        self.loads[owner] = load.jobs > 0 ? load : nil
    }

    // MARK: Numbers and keys

    var nextJob: JobID { JobID(self.lastJob.number + 1) }

    mutating func advance(to job: JobID) { self.lastJob = max(self.lastJob, job) }

    func job(owner: String, key: String) -> JobID? {
        key.isEmpty ? nil : self.keys[JobKey(owner: owner, key: key)]
    }

    /// An ended job's key, so that a late retry finds it.
    mutating func remember(_ job: JobID, owner: String, key: String) {
        self.advance(to: job)
        guard !key.isEmpty else { return }
        let key = JobKey(owner: owner, key: key)
        self.keys[key] = job
        self.forgetLater(key)
    }

    private mutating func forgetLater(_ key: JobKey) {
        guard !key.key.isEmpty else { return }
        self.endedKeys.append(key)
        while self.endedKeys.count > self.endedKeysMax {
            self.keys.removeValue(forKey: self.endedKeys.removeFirst())
        }
    }
}

extension Ledger.LiveJob {
    fileprivate mutating func finish(_ trial: TrialID, _ outcome: Outcome, _ fact: Fact) {
        self.record.apply(fact)
        self.rule?.finish(trial.index)
        let observation = self.observation(of: trial.index, outcome)
        self.study?.observe(trial.index, observation)
    }

    fileprivate mutating func observe(_ progress: Progress, of trial: UInt32) {
        guard let metric = self.record.spec.objective?.metric,
            let score = progress.score(metric)
        else { return }
        self.rule?.observe(trial, step: progress.step, score)
    }

    fileprivate mutating func judge(_ verdict: Check.Verdict, _ fact: Fact) {
        self.record.apply(fact)
        switch verdict {
        case .corroborated, .unanswered: break
        case .overruled, .contradicted: self.relearn()
        }
    }

    /// The study forgets what turned out to be false: it learns all results anew, by number.
    ///
    /// - Complexity: O(trials), once for each liar.
    fileprivate mutating func relearn() {
        guard case .learning(let learning) = self.record.spec.kind, let old = self.study else {
            return
        }
        let spec = self.record.spec
        var study = Study(job: learning, budget: spec.budget, seed: spec.seed)
        study.adopt(self.record.trials.map(\.spec))
        for trial in self.record.trials {
            guard let outcome = trial.outcome else { continue }
            study.observe(trial.index, self.observation(of: trial.index, outcome))
        }
        if old.isClosed { study.close() }
        self.study = study
    }

    private func observation(of trial: UInt32, _ outcome: Outcome) -> Study.Observation {
        guard self.record.holds(trial), let metric = self.record.spec.objective?.metric else {
            return .failed
        }
        let (score, wall) = (outcome.score(metric), outcome.cost.wall)
        let last = self.record.progress[trial]?.last?.score(metric)
        if self.record.isStopped(trial), let score = score ?? last {
            return .stopped(score, wall: wall)
        }
        return score.map { .scored($0, wall: wall) } ?? .failed
    }
}
