import Foundation
import LiveCluster
import Testing

/// Anomalies, with and without somebody who has marked them.
@Suite struct AnomalyTests {
    @Test func `detectors are chosen by the marks, and tell them on new rows`() async throws {
        let cluster = try await Cluster()
        let head = try await cluster.startHead()
        let worker = try await cluster.startWorker("w1", slots: 2)
        defer { [worker, head].forEach { $0.send(SIGKILL) } }
        let job = try cluster.write(
            job: """
                task: anomaly_detection
                data: { train: parts.csv, target: state }
                metric: [roc_auc, average_precision]
                budget: { trials: 14 }
                cv: 3
                output: parts.model
                """, on: Tables.anomalies(rows: 300, seed: 7), named: "parts")
        let ended = try await cluster.ask(["submit", job, "--follow"])
        #expect(ended["state"] as? String == "succeeded", "\(ended)")
        #expect(ended["task"] as? String == "anomaly_detection")
        let id = try #require(ended["id"] as? String)
        let trials = try #require(
            try await cluster.ask(["trials", id])["trials"] as? [[String: Any]])
        let families = Set(trials.compactMap { $0["family"] as? String })
        #expect(families.isSuperset(of: ["combined_detector", "isolation_forest", "hbos"]))

        let test = try cluster.write(Tables.anomalies(rows: 300, seed: 8), to: "test.csv")
        let scores = try await cluster.score(cluster.path("parts.model"), on: test)
        #expect(try #require(scores["roc_auc"]) > 0.95)
        #expect(try #require(scores["average_precision"]) > 0.7)
    }

    @Test func `without marks the combination of all detectors flags the share that is asked`()
        async throws
    {
        let cluster = try await Cluster()
        try cluster.makeDirectory("work")
        let job = try cluster.write(
            job: """
                task: anomaly_detection
                data: { train: parts.csv }
                contamination: 0.04
                budget: { trials: 5 }
                cv: 3
                """, on: Tables.anomalies(rows: 300, seed: 7, marked: false),
            named: "work/parts")
        let run = try cluster.start(Binaries.assay, ["run", job, "--json"])
        #expect(await run.status == 0, "\(run.errors)")
        let report = try #require(
            try JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [String: Any])
        #expect(report["metric"] as? String == "stability")
        let best = try #require(report["best"] as? [String: Any])
        #expect(best["family"] as? String == "combined_detector")

        let test = try cluster.write(Tables.anomalies(rows: 300, seed: 8), to: "test.csv")
        let model = cluster.path("work/parts.model")
        let predict = try cluster.start(Binaries.assay, ["predict", model, test])
        #expect(await predict.status == 0, "\(predict.errors)")
        let rows = predict.output.split(separator: "\n").map { $0.split(separator: ",") }
        #expect(rows.first == ["prediction", "score"])
        let flagged = rows.dropFirst().indices.filter { rows[$0][0] == "anomaly" }
        let found = flagged.count { ($0 - 1) % 25 == 7 }
        #expect((6...30).contains(flagged.count) && found >= 6, "\(flagged)")

        let score = try cluster.start(Binaries.assay, ["predict", model, test, "--score"])
        #expect(await score.status == 2)
        #expect(score.errors.contains("the model learned without a target"))
    }
}
