import Engine
import Report
import Testing

@testable import assay

@Suite struct ExplanationSectionsTests {
    /// A table of two numbers, a text and a target, its names as bad as a table may have them.
    private static func dataset(_ task: LearningTask, target: String? = "</title>") throws
        -> Dataset
    {
        var csv = "<script>,a&b,\"say \"\"x\"\"\",</title>\n"
        for row in 0..<160 {
            let text = ["<b>", "'", "ok"][row % 3]
            let answer = task == .regression ? "\(row % 13)" : row % 9 == 0 ? "<i>" : "&amp;"
            csv += "\(row % 13),\(row % 7),\(text),\(answer)\n"
        }
        return try Array(csv.utf8).withUnsafeBytes { bytes in
            try Dataset(
                bytes: bytes, schema: try Schema.infer(from: bytes), target: target, task: task)
        }
    }

    private static func page(
        _ task: LearningTask, _ family: Family, _ metric: Metric, target: String? = "</title>"
    ) throws -> Page {
        let dataset = try Self.dataset(task, target: target)
        var bench = Workbench(dataset, try Folds(dataset.answers, count: 4, seed: 1))
        let explanation = try bench.explanation(
            of: Ensemble(of: Recipe(family)), metrics: [metric], seed: 1)
        var report = ReportPage(name: "</title><script>")
        report.explanation = try Explanation(decoding: explanation.encoded)
        return report.page
    }

    private static func titles(_ page: Page) -> [String] {
        page.sections.flatMap(\.blocks).flatMap { block -> [String] in
            if case .figures(let figures) = block { figures.map(\.title) } else { [] }
        }
    }

    @Test func `classes have a matrix, curves, calibration, importances and dependences`() throws {
        let page = try Self.page(.classification, .naiveBayes, .areaUnderCurve)
        #expect(
            Self.titles(page).prefix(5) == [
                "Confusion matrix", "Calibration", "ROC curve", "Precision and recall",
                "Permutation importance",
            ])
        #expect(Self.titles(page).count > 5)
        Self.expectSafe(page)
    }

    @Test func `numbers have answers and residuals by bins`() throws {
        let page = try Self.page(.regression, .ridge, .rootMeanSquaredError)
        #expect(
            Self.titles(page).prefix(5) == [
                "Answers against predictions", "Residuals against predictions", "Residuals",
                "Quantiles of residuals", "Permutation importance",
            ])
        Self.expectSafe(page)
    }

    @Test func `anomalies have scores, and curves where some are marked`() throws {
        let marked = try Self.page(.anomalyDetection, .histogramOutliers, .areaUnderCurve)
        #expect(Self.titles(marked).prefix(3) == ["Scores", "Confusion matrix", "ROC curve"])
        let bare = try Self.page(.anomalyDetection, .histogramOutliers, .stability, target: nil)
        #expect(Self.titles(bare).prefix(2) == ["Scores", "Permutation importance"])
        Self.expectSafe(marked)
        Self.expectSafe(bare)
    }

    /// Names stand in the page as text, and as nothing else.
    private static func expectSafe(_ page: Page) {
        let html = page.html
        #expect(html == page.html)
        #expect(html.utf8.count < 400_000)
        for markup in ["<script", "<b>", "<i>", "say \"x\""] {
            #expect(!html.contains(markup))
        }
        // Each picture has one title, and the page.
        let titles = html.split(separator: "<title").count - 1
        #expect(html.split(separator: "</title>").count - 1 == titles)
        #expect(html.contains("&lt;script&gt;"))
        #expect(html.contains("a&amp;b"))
    }
}
