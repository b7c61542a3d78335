import Foundation
import LiveCluster
import Testing

/// Jobs whose table is not simply one file: what the model says that it was made from.
@Suite struct TableTests {
    @Test func `a table judges, rows of another are drawn, and the model says so`() async throws {
        let cluster = try await Cluster()
        _ = try cluster.write(Tables.classification(rows: 500, seed: 7), to: "clouds.csv")
        _ = try cluster.write(Tables.classification(rows: 120, seed: 9), to: "later.csv")
        let job = try cluster.write(
            """
            name: clouds
            task: classification
            data: { train: clouds.csv, target: kind, validation: later.csv, weight: length,
                    ignore: colour, sample: { rows: 300, seed: 4 } }
            class_weight: { "yes": 2 }
            positive: "no"
            budget: { trials: 6 }
            output: clouds.model
            """, to: "clouds.yaml")
        let run = try cluster.start(
            Binaries.assay, ["run", job, "--json", "--report", cluster.path("clouds.html")])
        #expect(await run.status == 0, "\(run.errors)")
        #expect(run.errors.isEmpty || !run.errors.contains("error"))
        let report = try #require(
            try JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [String: Any])
        let sample = try #require((report["data"] as? [String: Any])?["sample"] as? [String: Any])
        #expect(sample["rows"] as? Int == 300 && sample["rows_of_table"] as? Int == 500)
        let manifest = try Data(
            contentsOf: URL(filePath: cluster.path("clouds.model/manifest.json")))
        let lineage = try #require(
            (try JSONSerialization.jsonObject(with: manifest) as? [String: Any])?["lineage"]
                as? [String: String])
        #expect(lineage["sample_rows"] == "300" && lineage["sample_of_rows"] == "500")
        #expect(lineage["sample_seed"] == "4" && lineage["validation_rows"] == "120")
        #expect(lineage["rows"] == "420" && lineage["weight"] == "length")
        #expect(lineage["validation"] != nil && lineage["sample_of"] != lineage["data"])

        // A page made later draws the same rows, and needs the table that judged.
        let page = [
            "report", cluster.path("clouds.model"), "--data", cluster.path("clouds.csv"),
            "--output", cluster.path("later.html"), "--quick",
        ]
        let refused = try cluster.start(Binaries.assay, page)
        #expect(await refused.status == 2)
        #expect(refused.errors.contains("the table that judged"), "\(refused.errors)")
        let made = try cluster.start(
            Binaries.assay, page + ["--validation", cluster.path("later.csv")])
        #expect(await made.status == 0, "\(made.errors)")
        // The page is of the model: what the job ignored tells nothing.
        for name in ["clouds.html", "later.html"] {
            let text = try String(contentsOfFile: cluster.path(name), encoding: .utf8)
            #expect(text.contains("width") && !text.contains("colour"))
        }

        // Neither what is ignored nor what weighs is asked for; a word for a missing value is one,
        // though the table that was learned from has none.
        let rest = try cluster.write("width\n1.5\nNA\n", to: "rest.csv")
        let predicted = try cluster.start(
            Binaries.assay, ["predict", cluster.path("clouds.model"), rest])
        #expect(await predicted.status == 0, "\(predicted.errors)")
        let lines = predicted.output.split(separator: "\n")
        #expect(lines.count == 3 && lines[0].hasSuffix("probability_yes,probability_no"))
    }
}
