import Wire

/// A job in words.
enum JobText {
    /// How it ended, in a line or two.
    ///
    /// ```
    /// wine (j17) succeeded: rmse 0.5921 by gradient_boosting, 60 trials in 42.1 s, 1 failed
    /// model: wine.model
    /// corroborated: scores by w2, files by w1
    /// ```
    ///
    /// - Parameter tellsProof: whether to say who has confirmed the model.
    static func summary(
        _ job: JobReport, tellsProof: Bool = true, style: Style
    ) -> String {
        let state = job.state == "succeeded" ? style.good(job.state) : style.bad(job.state)
        var text = "\(job.name) (\(job.id)) \(state):"
        if let metric = job.metric, let score = job.bestScore {
            text += " \(metric) \(style.strong(Figures.score(score)))"
            if let best = job.best {
                let isCommand = best.family == Command.family
                text += " by \(isCommand ? Self.winner(best) : best.family ?? "")"
            }
            text += ","
        }
        text += " \(Figures.count(job.trials.ended)) trials in \(Figures.seconds(job.seconds))"
        if job.trials.failed > 0 { text += ", \(Figures.count(job.trials.failed)) failed" }
        if job.trials.cancelled > 0 {
            text += ", \(Figures.count(job.trials.cancelled)) cancelled"
        }
        text += "\n"
        if let reason = job.reason { text += "reason: \(reason)\n" }
        if let model = job.model { text += "model: \(style.strong(model))\(Self.made(job))\n" }
        if let output = job.output {
            text += "output: \(style.strong(output)), tainted: nobody has looked at it yet\n"
        }
        if tellsProof, let proof = Self.proof(job) { text += "\(proof)\n" }
        return text
    }

    /// Of a model that several candidates make, or another than the best: which ones, and what they
    /// score together.
    private static func made(_ job: JobReport) -> String {
        guard let members = job.modelMembers, let first = members.first else { return "" }
        let isOfBest = job.best.map { $0.family == first.family && $0.seed == first.seed } ?? true
        guard members.count > 1 || !isOfBest else { return "" }
        let score = job.metric.flatMap { metric in
            job.modelScores?[metric].map { "\(metric) \(Figures.score($0)) " }
        }
        let reason =
            members.count > 1 ? "" : "; the best could not be fitted on all rows, or not in time"
        return ", \(score ?? "")by \(ModelReport.Member.text(members))\(reason)"
    }

    /// A family with its hyperparameters; of a command these alone, or the trial's number.
    private static func winner(_ trial: TrialReport) -> String {
        guard trial.family == Command.family else {
            return "\(trial.family ?? "") \(trial.recipe)".trimmed
        }
        return trial.recipe.isEmpty ? "trial \(trial.index)" : trial.recipe
    }

    private static func taint(_ job: JobReport) -> String? {
        guard job.tainted else { return nil }
        let sources = job.taintedBy.joined(separator: ", ")
        return sources.isEmpty ? "whatever it makes" : "whatever it makes, from \(sources)"
    }

    private static func proof(_ job: JobReport) -> String? {
        guard job.model != nil, let found = job.corroboration else { return nil }
        return CorroborationReport.proof(
            scores: found.scoresConfirmedBy, model: found.modelConfirmedBy)
    }

    /// Everything about it, a line for each thing.
    static func details(_ job: JobReport, style: Style) -> String {
        let counts = [
            ("queued", job.trials.queued), ("running", job.trials.running),
            ("scored", job.trials.scored), ("failed", job.trials.failed),
            ("cancelled", job.trials.cancelled),
        ].filter { $0.1 > 0 }.map { "\(Figures.count($0.1)) \($0.0)" }
        let budget = [
            job.budget.trials.map { "\(Figures.count($0)) trials" },
            job.budget.seconds.map(Figures.seconds),
        ].compactMap { $0 }
        let best = job.bestScore.map { score in
            "\(job.metric ?? "") \(Figures.score(score)), trial \(job.best?.index ?? 0): "
                + (job.best.map(Self.winner) ?? "")
        }
        let lines: [(String, String?)] =
            [
                ("job", job.id), ("name", job.name), ("owner", job.owner), ("state", job.state),
                ("stage", job.stage), ("task", job.task),
                ("trials", counts.joined(separator: ", ")),
                ("best", best), ("model", job.model), ("second runs", job.corroboration?.counts),
                ("proof", Self.proof(job)), ("waiting", job.waiting),
                ("reason", job.reason), ("taint", Self.taint(job)),
                ("budget", budget.isEmpty ? nil : budget.joined(separator: " or ")),
                ("time", Figures.seconds(job.seconds)), ("seed", "\(job.seed)"),
                ("priority", "\(job.priority)"), ("submitted", Figures.moment(job.submittedAt)),
            ] + (job.data?.lines ?? []).map { ("data", $0) }
            + job.stages.map { ("stage", $0.line) }
        return lines.compactMap { name, value in
            guard let value, !value.isEmpty else { return nil }
            let padding = String(repeating: " ", count: 13 - name.count)
            return style.faint(name) + padding + value + "\n"
        }.joined()
    }
}

extension String {
    fileprivate var trimmed: String {
        var text = self[...]
        while text.last == " " { text.removeLast() }
        return String(text)
    }
}
