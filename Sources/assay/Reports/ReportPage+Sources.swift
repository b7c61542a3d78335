import Engine
import Report

// What a page is filled with: a model, its table, and the job that made it.

extension ReportPage {
    /// - Parameters:
    ///   - place: what the user calls the model.
    ///   - explanation: nil leaves out what only the table can tell.
    init(_ bundle: ModelBundle, of place: String, _ explanation: Explanation?) {
        self.init(name: place)
        self.explanation = explanation
        self.scores = bundle.scores.map { ($0.name, $0.value) }
        self.scoresNote = "by cross validation"
        self.metrics = bundle.scores.map(\.name)
        switch bundle.model {
        case .table(let model):
            let kind = model.members.count == 1 ? "One model" : "\(model.members.count) models"
            let target = model.target.map { " of \($0)" } ?? ""
            self.lede = "\(kind) for \(Self.words(model.task))\(target)."
            self.facts = [("members", Self.members(of: model))]
        case .series(let model):
            let count = model.entries.count
            self.lede =
                "Forecasts of \(model.columns.target), "
                + (count == 1 ? "one series" : "\(Figures.count(count)) series")
                + ", judged \(model.horizon) steps ahead."
            self.scoresNote = "from origins in the past"
        }
        self.facts += bundle.lineage.map { ($0.name.replacing("_", with: " "), $0.text) }
        self.footer = "Written by assay \(Version.current)."
    }

    private static func words(_ task: Engine.LearningTask) -> String {
        task.rawValue.replacing("_", with: " ")
    }

    private static func members(of model: FittedModel) -> String {
        zip(model.members, model.ensemble.shares).map { member, share in
            let weight = Figures.number((share * 100).rounded() / 100)
            return "\(member.recipe.family.rawValue) \(weight)"
        }.joined(separator: ", ")
    }

    /// Adds what the search tried.
    mutating func tell(of job: JobReport, _ trials: [TrialReport]) {
        self.name = job.name
        self.metrics = job.metrics
        let ranked = LeaderboardText(job: job, trials: trials, metrics: job.metrics).ranked
        self.candidates = ranked.prefix(Self.candidatesMax).map { trial in
            Candidate(
                trial: Int(trial.index), algorithm: trial.family ?? "",
                samples: job.rows.map { Int($0) },
                features: job.features(of: trial),
                scores: trial.scores ?? [:], hyperparameters: trial.recipe,
                seconds: trial.seconds, bytes: trial.memoryBytes, step: trial.step,
                isMember: self.isMember(trial, job))
        }
        self.stages = Self.stages(of: job)
        self.facts.insert(("job", job.id), at: 0)
    }

    /// Rows of a leaderboard that anybody reads.
    private static let candidatesMax = 100

    private func isMember(_ trial: TrialReport, _ job: JobReport) -> Bool {
        guard let members = job.modelMembers, members.count > 1 else {
            return trial.index == job.best?.index
        }
        return members.contains { $0.family == trial.family && $0.seed == trial.seed }
    }

    /// - Returns: each with the best score that the search had at its end.
    private static func stages(of job: JobReport) -> [Stage] {
        var best: Double?
        return job.stages.map { stage in
            if let score = stage.bestScore,
                best.map({ job.direction == "minimise" ? score < $0 : score > $0 }) ?? true
            {
                best = score
            }
            return Stage(
                name: stage.step, trials: Int(stage.trials), failed: Int(stage.failed),
                seconds: stage.cpuSeconds, best: best, reason: stage.reason)
        }
    }
}
