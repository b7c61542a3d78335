import Foundation
import LiveCluster
import Testing

/// A job's rows are dropped and repaired where the user sees it, and again where they are learned
/// from, with one result.
@Suite struct CleaningTests {
    @Test func `what a schema drops stands in the job and in its model's lineage`() async throws {
        let cluster = try await Cluster()
        _ = try cluster.write(
            """
            columns:
              - { name: id, kind: categorical, use: checks }
              - { name: x, kind: numeric, min: 0, max: 100, on_violation: repair }
              - { name: y, kind: numeric }
            rules:
              - { name: sane, require: "y <= 4 * x", on_violation: drop }
              - { name: key, unique: [id], on_violation: drop }

            """, to: "schema.yaml")
        let rows = (1...60).map { "k\($0),\($0),\(2 * $0)\n" }.joined()
        let job = try cluster.write(
            job: """
                task: regression
                data: { train: rows.csv, target: y, schema: schema.yaml }
                budget: { trials: 2 }
                model_list: [ridge]
                """, on: "id,x,y\n" + rows + "a,1,999\nk7,7,14\nb,500,200\n", named: "rows")
        let run = try cluster.start(Binaries.assay, ["run", job, "--json"])
        #expect(await run.status == 0, "\(run.errors)")
        let object = try JSONSerialization.jsonObject(with: Data(run.output.utf8))
        let data = (object as? [String: Any])?["data"] as? [String: Any]
        #expect(data?["rows_read"] as? Int == 63)
        #expect(data?["rows_dropped"] as? Int == 2)
        let findings = data?["findings"] as? [[String: Any]] ?? []
        let told = findings.filter { $0["remedy"] as? String != "flagged" }.map {
            "\($0["subject"] ?? "") \($0["remedy"] ?? "") \($0["lines"] ?? "")"
                .filter { $0 != "\n" && $0 != " " }
        }
        #expect(told == ["xclamped[64]", "sanedropped[62]", "keydropped[63]"])

        let manifest = try JSONSerialization.jsonObject(
            with: Data(contentsOf: URL(filePath: cluster.path("rows.model/manifest.json"))))
        let lineage = (manifest as? [String: Any])?["lineage"] as? [String: String] ?? [:]
        #expect(lineage["rows_read"] == "63" && lineage["rows"] == "61")
        #expect(lineage["rule sane"] == "dropped 1" && lineage["rule key"] == "dropped 1")
        #expect(lineage["column x outOfRange"] == "clamped 1")
        #expect(lineage["cleaned"]?.hasPrefix("sha256:") == true)
        let summed = try cluster.start("/usr/bin/env", ["sha256sum", cluster.path("rows.csv")])
        #expect(await summed.status == 0)
        #expect(lineage["data"] == "sha256:\(summed.output.prefix(64))")
        // To predict, nothing but the features is asked for.
        _ = try cluster.write("x\n3\n", to: "new.csv")
        let predict = try cluster.start(
            Binaries.assay,
            ["predict", cluster.path("rows.model"), cluster.path("new.csv"), "--json"])
        #expect(await predict.status == 0, "\(predict.errors)")
    }
}
