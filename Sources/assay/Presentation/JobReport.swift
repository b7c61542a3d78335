import Host
import Wire

/// A job as `--json` prints it and as people read it.
///
/// Keys are in snake case; what is not known is absent. Times are seconds, moments are seconds
/// since 1970 (UTC).
struct JobReport: Encodable, Equatable, Sendable {
    let id: String
    let name: String
    let owner: String
    /// `running`, `succeeded`, `failed` or `cancelled`.
    let state: String
    /// `portfolio`, `tuning`, `refit` or `done`; absent for idle jobs.
    let stage: String?
    /// `classification`, `regression` or `idle`.
    let task: String
    /// The metric that is optimised, and `maximise` or `minimise`.
    let metric: String?
    let direction: String?
    /// All metrics, that one first; empty for idle jobs.
    let metrics: [String]
    let seed: UInt64
    let priority: Int
    let budget: Budget
    let trials: Trials
    /// Of the best trial, on `metric`.
    let bestScore: Double?
    let best: TrialReport?
    /// The model's ID on the head, or where `run` has written it.
    var model: String?
    /// Why it failed or was cancelled.
    let reason: String?
    /// What became of its table before; absent for idle jobs.
    let data: DataReportJSON?
    /// What second runs have shown; absent for idle jobs.
    let corroboration: CorroborationReport?
    let submittedAt: Double
    let endedAt: Double?
    /// From the acceptance to now, or to the end.
    var seconds: Double

    struct Budget: Encodable, Equatable, Sendable {
        let trials: UInt32?
        let seconds: Double?
    }

    struct Trials: Encodable, Equatable, Sendable {
        let queued: UInt32
        let running: UInt32
        let scored: UInt32
        let failed: UInt32
        let cancelled: UInt32

        var ended: UInt32 { self.scored + self.failed + self.cancelled }
    }

    var isRunning: Bool { self.state == "running" }

    init(_ job: Assay_V1_Job) {
        self.id = job.id
        // Texts of others are made harmless once, here: a terminal obeys some characters.
        self.name = LogText.escaped(job.spec.name)
        self.owner = LogText.escaped(job.owner)
        self.state = job.state
        self.stage = job.stage.isEmpty ? nil : job.stage
        let learning: Assay_V1_LearningJob? =
            if case .learning(let learning) = job.spec.kind { learning } else { nil }
        self.task = learning?.lesson.task ?? "idle"
        self.metrics = learning?.lesson.metrics ?? []
        self.metric = self.metrics.first
        self.direction = learning?.direction
        self.seed = job.spec.seed
        self.priority = Int(job.spec.priority)
        let budget = job.spec.budget
        let idle: UInt32? = if case .idle(let idle) = job.spec.kind { idle.trials } else { nil }
        self.budget = Budget(
            trials: idle ?? (budget.trials == 0 ? nil : budget.trials),
            seconds: budget.timeNanoseconds == 0 ? nil : Double(budget.timeNanoseconds) / 1e9)
        self.trials = Trials(
            queued: job.trials.queued, running: job.trials.running, scored: job.trials.scored,
            failed: job.trials.failed, cancelled: job.trials.cancelled)
        let best = job.hasBest ? TrialReport(job.best) : nil
        self.best = best
        self.bestScore = self.metric.flatMap { best?.scores?[$0] }
        self.model = job.model.isEmpty ? nil : job.model
        self.reason = job.reason.isEmpty ? nil : LogText.escaped(job.reason)
        self.data = learning.flatMap { DataReportJSON($0) }
        self.corroboration =
            job.hasCorroboration ? CorroborationReport(job.corroboration) : nil
        self.submittedAt = job.submittedAt
        self.endedAt = job.endedAt == 0 ? nil : job.endedAt
        self.seconds = job.elapsedSeconds
    }
}

/// A trial as `--json` prints it.
struct TrialReport: Encodable, Equatable, Sendable {
    let index: UInt32
    /// `queued`, `running`, `scored`, `failed` or `cancelled`.
    let state: String
    /// `idle`, `portfolio`, `tuning` or `refit`.
    let step: String
    let family: String?
    let parameters: [String: Double]?
    let seed: UInt64?
    let scores: [String: Double]?
    /// Why it has no score.
    let reason: String?
    let worker: String?
    /// Attempts that were lost with their worker or runner.
    let losses: UInt32
    let seconds: Double?
    let cpuSeconds: Double?
    let memoryBytes: UInt64?

    init(_ trial: Assay_V1_Trial) {
        self.index = trial.index
        self.state = trial.state
        self.step = trial.spec.step
        let recipe = trial.spec.hasRecipe ? trial.spec.recipe : nil
        self.family = recipe.map { LogText.escaped($0.family) }
        self.parameters = recipe.map { recipe in
            Dictionary(recipe.parameters.map { ($0.name, $0.value) }) { first, _ in first }
        }
        self.seed = recipe?.seed
        switch trial.outcome.kind {
        case .scored(let scored):
            self.scores = Dictionary(scored.scores.map { ($0.metric, $0.value) }) { first, _ in
                first
            }
            self.reason = nil
        case .failed(let failed):
            self.scores = nil
            self.reason = LogText.escaped(failed.reason)
        case nil:
            self.scores = nil
            self.reason = nil
        }
        self.worker = trial.worker.isEmpty ? nil : LogText.escaped(trial.worker)
        self.losses = trial.losses
        let cost = trial.hasOutcome ? trial.outcome.cost : nil
        self.seconds = cost.map { Double($0.wallNanoseconds) / 1e9 }
        self.cpuSeconds = cost.map { Double($0.cpuNanoseconds) / 1e9 }
        self.memoryBytes = cost.map(\.memoryBytes)
    }

    /// The hyperparameters in few words: `alpha=30 leaves=31`, sorted by name.
    var recipe: String {
        (self.parameters ?? [:]).sorted { $0.key < $1.key }
            .map { "\($0.key)=\(Figures.number($0.value))" }.joined(separator: " ")
    }
}
