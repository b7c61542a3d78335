/// A job's trials, the best first, and what became of the rest.
///
/// ```
/// rank  model              rmse    r2      step       time   hyperparameters
///    1  gradient_boosting  0.5921  0.5421  tuning     1.2 s  leaves=31 trees=400
/// ```
struct LeaderboardText {
    let job: JobReport
    let trials: [TrialReport]
    /// The metrics' names in the job's order.
    let metrics: [String]

    /// Rows shown at the end of a job; `assay trials` shows them all.
    static let rowsMax = 10
    /// Kinds of failure listed.
    static let reasonsMax = 5

    /// The candidates that were scored on all rows, the best first; equal scores by number.
    var ranked: [TrialReport] {
        guard let metric = self.metrics.first else { return [] }
        let minimises = self.job.direction == "minimise"
        return self.trials
            .filter { trial in
                trial.state == "scored" && trial.step != "refit" && !trial.stopped
                    && trial.rows == nil
            }
            .compactMap { trial in trial.scores?[metric].map { (trial, $0) } }
            .sorted { left, right in
                if left.1 == right.1 { return left.0.index < right.0.index }
                return minimises ? left.1 < right.1 : left.1 > right.1
            }
            .map(\.0)
    }

    /// Where the trials that are not shown can be seen.
    enum Rest { case onHead, gone }

    /// - Parameter isWide: Also of how many rows and columns, by whom and in how much memory.
    func text(
        style: Style, width: Int?, rows: Int = rowsMax, rest: Rest = .onHead, isWide: Bool = false
    ) -> String {
        let ranked = self.ranked
        let columns = self.columns(isWide: isWide)
        var table = TextTable(columns.map { ($0.heading, $0.alignment) })
        for (place, trial) in ranked.prefix(rows).enumerated() {
            table.add(columns.map { $0.cell(place, trial) ?? "-" })
        }
        var text =
            ranked.isEmpty ? "No trial was scored.\n" : table.text(style: style, width: width)
        if ranked.count > rows {
            let place = rest == .onHead ? ": assay trials \(self.job.id)" : ""
            text += style.faint("… and \(Figures.count(ranked.count - rows)) more\(place)") + "\n"
        }
        let stopped = self.trials.count(where: \.stopped)
        if stopped > 0 {
            let words = stopped == 1 ? "1 trial was" : "\(Figures.count(stopped)) trials were"
            text += "\(words) stopped early.\n"
        }
        let sampled = self.trials.count { $0.rows != nil && $0.state == "scored" }
        if sampled > 0 {
            let words = sampled == 1 ? "1 trial" : "\(Figures.count(sampled)) trials"
            text += "\(words) on some of the rows, to choose what was worth all, are not ranked.\n"
        }
        return text + self.failures(style)
    }

    /// What each column says of the trial at a place, counted from 0.
    private func columns(isWide: Bool) -> [Column] {
        let job = self.job
        var columns = [
            Column("rank", .right) { place, _ in "\(place + 1)" },
            Column("trial", .right) { "\($1.index)" },
            Column("model", .left) { $1.family },
        ]
        if isWide {
            columns += [
                Column("samples", .right) { _, _ in job.rows.map(Figures.count) },
                Column("features", .right) { job.features(of: $1).map(Figures.count) },
            ]
        }
        columns += self.metrics.map { metric in
            Column(metric, .right) { $1.scores?[metric].map(Figures.score) }
        }
        columns += [
            Column("step", .left) { $1.step },
            Column("time", .right) { $1.seconds.map(Figures.seconds) },
        ]
        if isWide {
            columns += [
                Column("memory", .right) { $1.memoryBytes.map(Figures.bytes) },
                Column("worker", .left) { $1.worker },
            ]
        }
        return columns + [Column("hyperparameters", .left) { $1.recipe }]
    }

    private struct Column {
        let heading: String
        let alignment: TextTable.Alignment
        let cell: (_ place: Int, _ trial: TrialReport) -> String?

        init(
            _ heading: String, _ alignment: TextTable.Alignment,
            _ cell: @escaping (_ place: Int, _ trial: TrialReport) -> String?
        ) {
            self.heading = heading
            self.alignment = alignment
            self.cell = cell
        }
    }

    /// Why trials failed: each reason once, with how many gave it and which model it was.
    private func failures(_ style: Style) -> String {
        var reasons: [(reason: String, family: String, count: Int)] = []
        for trial in self.trials where trial.state == "failed" {
            let reason = trial.reason ?? "no reason was given"
            let family = trial.family ?? "idle"
            if let place = reasons.firstIndex(where: { $0.reason == reason && $0.family == family })
            {
                reasons[place].count += 1
            } else {
                reasons.append((reason, family, 1))
            }
        }
        guard !reasons.isEmpty else { return "" }
        let failed = reasons.reduce(0) { $0 + $1.count }
        var text = "\n" + style.bad("\(Figures.count(failed)) failed") + "\n"
        for entry in reasons.prefix(Self.reasonsMax) {
            text += "  \(entry.count) × \(entry.family): \(entry.reason)\n"
        }
        if reasons.count > Self.reasonsMax {
            text += "  … and \(reasons.count - Self.reasonsMax) other reasons\n"
        }
        return text
    }
}
