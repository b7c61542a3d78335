import Host
import Wire

/// What second runs have shown in a job, as `--json` prints it.
struct CorroborationReport: Encodable, Equatable, Sendable {
    let confirmed: UInt32
    let contradicted: UInt32
    let unanswered: UInt32
    /// Results of quarantined workers that were run again.
    let runAgain: UInt32
    let secondRuns: UInt32
    let secondRunSeconds: Double
    /// Of all running time, from 0 to 1.
    let share: Double
    /// Whether others have confirmed the winner's scores, and made the same model.
    let corroborated: Bool
    let scoresConfirmedBy: String?
    let modelConfirmedBy: String?

    init(_ message: Assay_V1_Corroboration) {
        func name(_ text: String) -> String? { text.isEmpty ? nil : LogText.escaped(text) }
        self.confirmed = message.confirmed
        self.contradicted = message.contradicted
        self.unanswered = message.unanswered
        self.runAgain = message.runAgain
        self.secondRuns = message.secondRuns
        self.secondRunSeconds = message.secondRunSeconds
        self.share = message.share
        self.scoresConfirmedBy = name(message.scoresConfirmedBy)
        self.modelConfirmedBy = name(message.modelConfirmedBy)
        self.corroborated = self.scoresConfirmedBy != nil && self.modelConfirmedBy != nil
    }

    /// Whose word a model stands on.
    ///
    /// ```
    /// corroborated: scores by w2, files by w3
    /// uncorroborated: the scores are confirmed by w2, the files by nobody
    /// ```
    static func proof(scores: String?, model: String?) -> String {
        if let scores, let model { return "corroborated: scores by \(scores), files by \(model)" }
        let nobody = "nobody"
        return """
            uncorroborated: the scores are confirmed by \(scores ?? nobody), the files by \
            \(model ?? nobody)
            """
    }

    /// What was run twice, in a line; nil when nothing was.
    var counts: String? {
        guard self.secondRuns > 0 else { return nil }
        let found = [
            ("confirmed", self.confirmed), ("contradicted", self.contradicted),
            ("unanswered", self.unanswered), ("of a liar and run again", self.runAgain),
        ].filter { $0.1 > 0 }.map { "\(Figures.count($0.1)) \($0.0)" }
        let share = Figures.number((self.share * 1000).rounded() / 10)
        return (["\(Figures.count(self.secondRuns)) (\(share) % of the time)"] + found)
            .joined(separator: ", ")
    }
}
