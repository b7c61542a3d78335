import Foundation
import LiveCluster
import Testing

/// What a model is shown as, and written as, for others than us.
@Suite struct ReportTests {
    private static let job = """
        task: classification
        data: { train: clouds.csv, target: kind }
        model_list: [logistic_regression, gradient_boosting]
        budget: { trials: 4 }
        cv: 3
        output: clouds.model
        """

    @Test func `a job's page shows its model and what was tried, and loads nothing`() async throws {
        let cluster = try await Cluster()
        let head = try await cluster.startHead()
        let worker = try await cluster.startWorker("w1", slots: 2)
        defer { [worker, head].forEach { $0.send(SIGKILL) } }
        let job = try cluster.write(
            job: Self.job, on: Tables.classification(rows: 240, seed: 7), named: "clouds")
        let page = cluster.path("clouds.html")
        let ended = try await cluster.ask(["submit", job, "--follow", "--report", page])
        #expect(ended["state"] as? String == "succeeded", "\(ended)")
        let html = try String(contentsOfFile: page, encoding: .utf8)
        for words in [
            "Leaderboard", "Permutation importance", "gradient_boosting", "colour", "Confusion",
        ] {
            #expect(html.contains(words), "\(words)")
        }
        for words in ["<script", "http-equiv=\"refresh", "src=", "@import"] {
            #expect(!html.contains(words), "\(words)")
        }
        let mode = try FileManager.default.attributesOfItem(atPath: page)[.posixPermissions]
        #expect(mode as? Int == 0o600)

        // The same later, from the model and the table; without the table it explains nothing.
        let model = cluster.path("clouds.model")
        let id = try #require(ended["id"] as? String)
        let numbers = cluster.path("numbers.json")
        let again = try await cluster.ask([
            "report", model, "--data", cluster.path("clouds.csv"), "--job", id, "--output",
            cluster.path("again.html"), "--explanation", numbers,
        ])
        #expect(again["explained"] as? Bool == true)
        let later = try await cluster.ask([
            "report", model, "--explanation", numbers, "--job", id, "--output",
            cluster.path("later.html"),
        ])
        #expect(later["explained"] as? Bool == true)
        let pages = try ["again.html", "later.html"].map {
            try String(contentsOfFile: cluster.path($0), encoding: .utf8)
        }
        #expect(pages[0] == pages[1])
        let blind = try await cluster.ask(["report", model, "--output", cluster.path("b.html")])
        #expect(blind["explained"] as? Bool == false)
        let other = try cluster.write(Tables.classification(rows: 60, seed: 7), to: "other.csv")
        let refused = try cluster.client(
            ["report", model, "--data", other, "--output", cluster.path("c.html")])
        #expect(await refused.status == 2)
        #expect(refused.errors.contains("has 60 rows, and the model was learned from 240"))
    }

    @Test func `a model is exported, and the export is harmless`() async throws {
        let cluster = try await Cluster()
        try cluster.makeDirectory("work")
        let job = try cluster.write(
            job: Self.job, on: Tables.classification(rows: 240, seed: 7), named: "work/clouds")
        let run = try cluster.start(Binaries.assay, ["run", job])
        #expect(await run.status == 0, "\(run.errors)")
        let file = cluster.path("clouds.onnx")
        let export = try cluster.start(
            Binaries.assay,
            ["model", "export", cluster.path("work/clouds.model"), "--output", file, "--json"])
        #expect(await export.status == 0, "\(export.errors)")
        let audit = try cluster.start(Binaries.assay, ["model", "audit", file])
        #expect(await audit.status == 0, "\(audit.output)\(audit.errors)")
    }
}
