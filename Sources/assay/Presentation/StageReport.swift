import Host
import Wire

/// What a stage of a job tried, what that cost, and why it ended.
struct StageReport: Encodable, Equatable, Sendable {
    let step: String
    let trials: UInt32
    let scored: UInt32
    let failed: UInt32
    let cancelled: UInt32
    /// Of its trials together.
    let cpuSeconds: Double
    let seconds: Double
    /// The best score that one of its trials has on all rows.
    let bestScore: Double?
    /// A word of `StageEnd.Reason`; absent while it runs, and of a refit.
    let ended: String?

    init(_ stage: Assay_V1_JobStage) {
        self.step = LogText.escaped(stage.step)
        self.trials = stage.trials
        self.scored = stage.scored
        self.failed = stage.failed
        self.cancelled = stage.cancelled
        self.cpuSeconds = stage.cpuSeconds
        self.seconds = stage.wallSeconds
        self.bestScore = stage.hasBest ? stage.best : nil
        self.ended = stage.ended.isEmpty ? nil : LogText.escaped(stage.ended)
    }

    /// Why the job went on from it, in words.
    var reason: String {
        guard let ended else { return self.step == "refit" ? "fits the winner to all rows" : "" }
        switch (StageEnd.Reason(rawValue: ended), self.step) {
        case (.exhausted, "portfolio"): return "every configuration was tried"
        case (.exhausted, "sampling"): return "the best of each step had gone on"
        case (.exhausted, "selection"): return "fewer columns did worse, or none were fewer"
        case (.exhausted, _): return "nothing was left to try"
        case (.jobTrials, _): return "the job's trials were used"
        case (.jobTime, _): return "the job's time was used"
        case (.stageTrials, _): return "its own trials were used"
        case (.stageTime, _): return "its own time was used"
        case (.skipped, _): return "the job leaves it out"
        case (.needless, "selection"): return "the table has few columns"
        case (.needless, _): return "every trial had all rows: few enough, or no time to keep"
        case (nil, _): return ended
        }
    }

    /// One line: `tuning: 44 trials, 12.3 s of CPU, best 0.5921; the job's trials were used`.
    var line: String {
        var line = "\(self.step): "
        if self.trials > 0 {
            line += "\(Figures.count(self.trials)) trials"
            if self.failed > 0 { line += ", \(Figures.count(self.failed)) failed" }
            if self.cancelled > 0 { line += ", \(Figures.count(self.cancelled)) cancelled" }
            line += ", \(Figures.seconds(self.cpuSeconds)) of CPU"
            if let bestScore { line += ", best \(Figures.score(bestScore))" }
        } else {
            line += "no trials"
        }
        return self.reason.isEmpty ? line : "\(line); \(self.reason)"
    }
}
