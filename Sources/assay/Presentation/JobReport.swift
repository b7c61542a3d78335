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
    /// `portfolio`, `sampling`, `selection`, `tuning`, `refit` or `done`; of a command `tuning` or
    /// `done`; absent for idle jobs.
    let stage: String?
    /// `classification`, `regression`, `command` or `idle`.
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
    /// What each stage of the search tried, and the refit; empty while the job runs, unless it is
    /// asked for alone.
    let stages: [StageReport]
    /// Of the table, without the target; absent for other jobs than those that learn.
    let rows: UInt64?
    let features: UInt32?
    /// What a command searches; empty for other jobs.
    let parameters: ParameterSpace
    /// Of the best trial, on `metric`.
    let bestScore: Double?
    let best: TrialReport?
    /// The model's ID on the head, or where `run` has written it.
    var model: String?
    /// What the model is of and scores, where it was brought here.
    var modelMembers: [ModelReport.Member]?
    var modelScores: [String: Double]?
    /// Where `run` and `submit --follow` have written what the best trial of a command left.
    var output: String?
    /// Whether what it makes is tainted, and the digests of the tainted blobs that it reads.
    let tainted: Bool
    let taintedBy: [String]
    /// Why no worker takes its trials now.
    let waiting: String?
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

    /// - Parameter columns: what undoes the aliases of its columns.
    init(_ job: Assay_V1_Job, columns: ColumnMap? = nil) {
        self.id = job.id
        // Texts of others are made harmless once, here: a terminal obeys some characters.
        self.name = LogText.escaped(job.spec.name)
        self.owner = LogText.escaped(job.owner)
        self.state = job.state
        self.stage = job.stage.isEmpty ? nil : job.stage
        switch job.spec.kind {
        case .learning(let learning):
            self.task = learning.lesson.task
            self.metrics = learning.lesson.metrics
            self.direction = learning.direction
            self.data = DataReportJSON(learning, columns: columns)
            (self.rows, self.features) = (learning.rows, learning.columns)
        case .command(let command):
            self.task = "command"
            self.metrics = [LogText.escaped(command.command.metric)]
            self.direction = command.direction
            self.data = nil
            (self.rows, self.features) = (nil, nil)
        case .idle, nil:
            self.task = "idle"
            self.metrics = []
            self.direction = nil
            self.data = nil
            (self.rows, self.features) = (nil, nil)
        }
        self.metric = self.metrics.first
        let space = ParameterSpace(job.spec)
        self.parameters = space
        self.tainted = job.tainted
        self.taintedBy = job.taintedBy.map { LogText.escaped($0) }
        self.waiting = job.waiting.isEmpty ? nil : LogText.escaped(job.waiting)
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
        self.stages = job.stages.map(StageReport.init)
        let best = job.hasBest ? TrialReport(job.best, in: space, columns: columns) : nil
        self.best = best
        self.bestScore = self.metric.flatMap { best?.scores?[$0] }
        self.model = job.model.isEmpty ? nil : job.model
        self.reason = job.reason.isEmpty ? nil : columns.sentence(job.reason)
        self.corroboration =
            job.hasCorroboration ? CorroborationReport(job.corroboration) : nil
        self.submittedAt = job.submittedAt
        self.endedAt = job.endedAt == 0 ? nil : job.endedAt
        self.seconds = job.elapsedSeconds
    }
}

extension JobReport {
    /// How many columns a trial learns from: all of the table's, or what it selects.
    func features(of trial: TrialReport) -> Int? { trial.features ?? self.features.map { Int($0) } }
}

/// A trial as `--json` prints it.
struct TrialReport: Encodable, Equatable, Sendable {
    let index: UInt32
    /// `queued`, `running`, `scored`, `failed` or `cancelled`.
    let state: String
    /// `idle`, `portfolio`, `sampling`, `selection`, `tuning` or `refit`.
    let step: String
    /// Where it is tried on some rows first: of each fold so many are learned from.
    let rows: UInt32?
    let family: String?
    /// Choices by their own names.
    let parameters: [String: ParameterReport]?
    let seed: UInt64?
    let scores: [String: Double]?
    /// How far a command's trial has come that said so, and its scores there.
    let progress: Progress?
    /// It was stopped early.
    let stopped: Bool
    /// Files that it left, by name.
    let outputs: [Output]
    /// Why it has no score.
    let reason: String?
    let worker: String?
    /// Attempts that were lost with their worker or runner.
    let losses: UInt32
    let seconds: Double?
    let cpuSeconds: Double?
    let memoryBytes: UInt64?

    struct Progress: Encodable, Equatable, Sendable {
        let step: UInt32
        let scores: [String: Double]
    }

    struct Output: Encodable, Equatable, Sendable {
        let name: String
        let digest: String
        let bytes: UInt64
    }

    /// - Parameters:
    ///   - space: its job's parameters, by which choices have their names.
    ///   - columns: what undoes the aliases of its job's columns.
    init(
        _ trial: Assay_V1_Trial, in space: ParameterSpace = .none, columns: ColumnMap? = nil
    ) {
        self.index = trial.index
        self.stopped = trial.stopped
        self.progress =
            trial.hasStep
            ? Progress(step: trial.step, scores: Self.scores(trial.progress)) : nil
        self.outputs = trial.outcome.scored.outputs.map { output in
            Output(
                name: LogText.escaped(output.name), digest: LogText.escaped(output.blob.digest),
                bytes: output.blob.size)
        }
        self.state = trial.state
        self.step = trial.spec.step
        self.rows = trial.spec.rows == 0 ? nil : trial.spec.rows
        let recipe = trial.spec.hasRecipe ? trial.spec.recipe : nil
        self.family = recipe.map { LogText.escaped($0.family) }
        self.parameters = recipe.map { recipe in
            Dictionary(
                recipe.parameters.map { ($0.name, space.value(of: $0.name, $0.value)) }
            ) { first, _ in first }
        }
        self.seed = recipe?.seed
        switch trial.outcome.kind {
        case .scored(let scored):
            self.scores = Self.scores(scored.scores)
            self.reason = nil
        case .failed(let failed):
            self.scores = nil
            self.reason = columns.sentence(failed.reason)
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

    private static func scores(_ scores: [Assay_V1_Score]) -> [String: Double] {
        Dictionary(scores.map { (LogText.escaped($0.metric), $0.value) }) { first, _ in first }
    }

    /// How many columns it learns from, where they are not all; see `JobReport.features(of:)`.
    fileprivate var features: Int? {
        guard case .number(let number)? = self.parameters?["features"] else { return nil }
        return Int(exactly: number)
    }

    /// The hyperparameters in few words: `alpha=30 leaves=31`, sorted by name.
    var recipe: String {
        (self.parameters ?? [:]).sorted { $0.key < $1.key }
            .map { "\($0.key)=\($0.value.words)" }.joined(separator: " ")
    }
}

extension ColumnMap? {
    /// A sentence of the head's for the terminal, the columns called by their names where they are
    /// known.
    fileprivate func sentence(_ text: String) -> String {
        let safe = LogText.escaped(text)
        return self?.undone(in: safe) ?? safe
    }
}
