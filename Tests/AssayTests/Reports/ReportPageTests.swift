import Engine
import Report
import Testing

@testable import assay

@Suite struct ReportPageTests {
    private static func candidate(_ trial: Int, _ score: Double?) -> ReportPage.Candidate {
        .init(
            trial: trial, algorithm: "ridge", samples: 3000, features: 11,
            scores: score.map { ["rmse": $0] } ?? [:], hyperparameters: "alpha=1",
            seconds: 75, bytes: 300 << 20, step: "tuning", isMember: trial == 2)
    }

    @Test func `a report has what there is, and no empty section`() {
        var report = ReportPage(name: "wine")
        #expect(report.page.sections == [] && report.page.tiles == [])
        report.scores = [("rmse", 0.59213), ("r2", 0.5)]
        report.scoresNote = "mean of 5 folds"
        report.facts = [("Rows", "3,673")]
        #expect(
            report.page.tiles == [
                .init("rmse", "0.5921", note: "mean of 5 folds"), .init("r2", "0.5000"),
            ])
        #expect(report.page.sections.map(\.title) == ["Where it comes from"])
    }

    @Test func `the leaderboard has the columns of AutoML reports, and marks the model`() throws {
        var report = ReportPage(name: "wine")
        report.metrics = ["rmse", "r2"]
        report.candidates = [
            Self.candidate(7, 0.5), Self.candidate(2, 0.6), Self.candidate(3, nil),
        ]
        report.stages = [
            .init(
                name: "tuning", trials: 40, failed: 1, seconds: 12.34, best: 0.5,
                reason: "the budget was spent")
        ]
        let section = try #require(report.page.sections.first)
        guard case .table(let table, _) = section.blocks[1] else {
            Issue.record("the leaderboard is a table")
            return
        }
        #expect(
            table.columns.map(\.title) == [
                "Algorithm", "Trial", "rmse", "r2", "Samples", "Features", "Time", "Memory", "Step",
                "Hyperparameters",
            ])
        #expect(
            table.rows[0].map(\.text) == [
                "ridge", "7", "0.5000", "–", "3,000", "11", "1.3\u{202F}min", "300\u{202F}MiB",
                "tuning", "alpha=1",
            ])
        #expect(table.rows.map { $0[2].share } == [1, 0, nil])
        #expect(table.emphasised == [1])
        guard case .table(let stages, _) = section.blocks[0] else {
            Issue.record("stages are a table")
            return
        }
        #expect(
            stages.rows[0].map(\.text) == [
                "tuning", "40", "1", "12.3\u{202F}s", "0.5000", "the budget was spent",
            ])
    }

    @Test(arguments: [
        (0.0123, "12\u{202F}ms"), (59.94, "59.9\u{202F}s"), (90, "1.5\u{202F}min"),
        (7200, "2.0\u{202F}h"), (.nan, "–"),
    ]) func `a length of time has the unit that suits it`(seconds: Double, text: String) {
        #expect(ReportPage.duration(seconds) == text)
    }
}
