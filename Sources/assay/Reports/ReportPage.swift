import Engine
import Report

/// A job's report: how well its model predicts, what it goes by, what was tried, and where it comes
/// from. Nothing here is asked from anybody: whoever has a model, or a job, fills in what he has.
struct ReportPage {
    /// The job's or the model's name, and what it predicts.
    var name: String
    var lede = ""
    /// What the model scored in the job's order, the metric that decided first; and how that was
    /// found.
    var scores: [(metric: String, value: Double)] = []
    var scoresNote = ""
    var explanation: Explanation?
    /// The metrics' names in the job's order; each candidate has values for some.
    var metrics: [String] = []
    var candidates: [Candidate] = []
    var stages: [Stage] = []
    /// Where the model comes from: digests, seeds, versions.
    var facts: [(name: String, value: String)] = []
    /// What wrote the report.
    var footer = ""

    /// A trial, as a row of the leaderboard, the best first.
    struct Candidate {
        var trial: Int
        var algorithm: String
        var samples: Int?
        var features: Int?
        /// By metric.
        var scores: [String: Double]
        var hyperparameters: String
        var seconds: Double?
        var bytes: UInt64?
        var step: String
        /// Whether the model is made of it.
        var isMember = false
    }

    /// A part of the search: what it tried, what that cost, and why the job went on from there.
    struct Stage {
        var name: String
        var trials: Int
        var failed: Int
        var seconds: Double
        /// The best score at its end.
        var best: Double?
        var reason: String
    }

    var page: Page {
        var page = Page(self.name, kicker: "Assay report", lede: self.lede, footer: self.footer)
        page.tiles = self.scores.enumerated().map { index, score in
            Page.Tile(
                score.metric, NumberText.score(score.value),
                note: index == 0 ? self.scoresNote : "")
        }
        if let explanation = self.explanation {
            page.sections += ExplanationSections(explanation).sections
        }
        if !self.candidates.isEmpty || !self.stages.isEmpty { page.sections.append(self.tried) }
        if !self.facts.isEmpty {
            page.sections.append(
                .init(
                    "Where it comes from",
                    intro:
                        "Enough to make the same model again, and to see whether it is the same.",
                    [
                        .facts(
                            self.facts.map { fact in
                                .init(fact.name, fact.value, fact.value.count > 24 ? .code : .text)
                            })
                    ]))
        }
        return page
    }

    private var tried: Page.Section {
        var blocks: [Page.Block] = []
        if !self.stages.isEmpty { blocks.append(.table(self.stagesTable, title: "Stages")) }
        if !self.candidates.isEmpty {
            blocks.append(.table(self.leaderboard, title: "Leaderboard"))
        }
        return .init(
            "What was tried", intro: "Every candidate was judged in the same folds, row by row.",
            blocks)
    }

    private var stagesTable: Table {
        Table(
            [
                .init("Stage"), .init("Trials", .number), .init("Failed", .number),
                .init("CPU time", .number), .init("Best so far", .number), .init("Why it went on"),
            ],
            self.stages.map { stage in
                [
                    .init(stage.name), .init(NumberText.count(stage.trials)),
                    .init(NumberText.count(stage.failed)),
                    .init(Self.duration(stage.seconds)),
                    .init(stage.best.map(NumberText.score) ?? NumberText.none),
                    .init(stage.reason),
                ]
            })
    }

    private var leaderboard: Table {
        let columns: [Table.Column] =
            [.init("Algorithm"), .init("Trial", .number)]
            + self.metrics.map { .init($0, .number) }
            + [
                .init("Samples", .number), .init("Features", .number), .init("Time", .number),
                .init("Memory", .number), .init("Step"), .init("Hyperparameters", .code),
            ]
        let shares = self.shares
        let rows = self.candidates.enumerated().map { index, candidate in
            self.row(candidate, share: shares[index])
        }
        let members = self.candidates.count { $0.isMember }
        return Table(
            columns, rows,
            emphasised: Set(self.candidates.indices.filter { self.candidates[$0].isMember }),
            caption: members > 1
                ? "The model is made of the \(members) that have a star." : nil)
    }

    private func row(_ candidate: Candidate, share: Double?) -> [Table.Cell] {
        func text<Value>(_ value: Value?, _ write: (Value) -> String) -> Table.Cell {
            Table.Cell(value.map(write) ?? NumberText.none)
        }
        let scores = self.metrics.enumerated().map { index, metric in
            Table.Cell(
                candidate.scores[metric].map(NumberText.score) ?? NumberText.none,
                share: index == 0 ? share : nil)
        }
        return [.init(candidate.algorithm), .init("\(candidate.trial)")] + scores
            + [
                text(candidate.samples, NumberText.count),
                text(candidate.features, NumberText.count),
                text(candidate.seconds, Self.duration), text(candidate.bytes, Self.size),
                .init(candidate.step), .init(candidate.hyperparameters),
            ]
    }

    /// How far each candidate's first score lies from that of the better three quarters' last to
    /// the best: a baseline far behind would make all others look alike.
    private var shares: [Double?] {
        guard let metric = self.metrics.first else { return self.candidates.map { _ in nil } }
        let scores = self.candidates.map { $0.scores[metric] }
        let known = scores.compactMap { $0 }
        let worst = known.prefix((known.count * 3 + 3) / 4).last
        guard let best = known.first, let worst, best != worst else {
            return scores.map { _ in nil }
        }
        return scores.map { $0.map { ($0 - worst) / (best - worst) } }
    }

    static func duration(_ seconds: Double) -> String {
        guard seconds.isFinite else { return NumberText.none }
        if seconds < 1 { return NumberText.fixed(seconds * 1000, decimals: 0) + "\u{202F}ms" }
        if seconds < 60 { return NumberText.fixed(seconds, decimals: 1) + "\u{202F}s" }
        if seconds < 3600 { return NumberText.fixed(seconds / 60, decimals: 1) + "\u{202F}min" }
        return NumberText.fixed(seconds / 3600, decimals: 1) + "\u{202F}h"
    }

    static func size(_ bytes: UInt64) -> String {
        if bytes < 1 << 20 { return NumberText.count(Int(bytes >> 10)) + "\u{202F}KiB" }
        if bytes < 1 << 30 { return NumberText.count(Int(bytes >> 20)) + "\u{202F}MiB" }
        return NumberText.fixed(Double(bytes) / 0x1p30, decimals: 1) + "\u{202F}GiB"
    }
}
