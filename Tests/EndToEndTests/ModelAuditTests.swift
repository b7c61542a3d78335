import Foundation
import LiveCluster
import Testing

/// `assay model audit` as a process: its child is confined, and what it looks at never runs.
@Suite struct ModelAuditTests {
    /// Writes a pickle that would make a file if it were loaded.
    private static func hostile(_ cluster: Cluster) async throws -> (file: String, trace: String) {
        let (file, trace) = (cluster.path("hostile.pkl"), cluster.path("trace"))
        let program = """
            import os, pickle, sys
            class Call:
                def __reduce__(self): return os.system, ("touch '" + sys.argv[2] + "'",)
            pickle.dump([Call()], open(sys.argv[1], "wb"))
            """
        let python = try cluster.start(
            "/usr/bin/env", ["python3", "-c", program, file, trace])
        try #require(await python.status == 0, "python3: \(python.errors)")
        return (file, trace)
    }

    private static func audit(
        _ cluster: Cluster, _ path: String
    ) async throws -> (status: Int32, file: [String: Any]) {
        let program = try cluster.start(Binaries.assay, ["model", "audit", path, "--json"])
        let status = await program.status
        let object = try JSONSerialization.jsonObject(with: Data(program.output.utf8))
        let files = (object as? [String: Any])?["files"] as? [[String: Any]]
        let file = try #require(files?.first, "\(program.errors)")
        let missing = file["missing_protections"] as? [String] ?? []
        if !missing.isEmpty { print("SKIPPED PROTECTIONS: this kernel has no \(missing)") }
        return (status, file)
    }

    @Test func `a hostile pickle is found, and does nothing`() async throws {
        let cluster = try await Cluster()
        let (path, trace) = try await Self.hostile(cluster)
        let (status, file) = try await Self.audit(cluster, path)
        #expect(status == 1)
        #expect(file["verdict"] as? String == "findings")
        #expect(file["formats"] as? [String] == ["pickle"])
        let findings = file["findings"] as? [[String: Any]] ?? []
        #expect(findings.first?["severity"] as? String == "danger")
        #expect((findings.first?["sentence"] as? String)?.contains(".system") == true)
        #expect(!FileManager.default.fileExists(atPath: trace), "the pickle ran")

        let words = try cluster.start(Binaries.assay, ["model", "audit", path])
        #expect(await words.status == 1)
        #expect(words.output.contains("danger: the pickle imports"))
        #expect(words.errors.contains("should not be loaded"))
        // Whether it would have: loading makes the file that the audit did not.
        let load = try cluster.start(
            "/usr/bin/env",
            ["python3", "-c", "import pickle, sys; pickle.load(open(sys.argv[1], 'rb'))", path])
        #expect(await load.status == 0)
        #expect(FileManager.default.fileExists(atPath: trace))
    }

    @Test func `a bundle of ours is harmless, what is no model unreadable, what is away named`()
        async throws
    {
        let cluster = try await Cluster()
        let rows = (0..<40).map { "\($0),\($0 * 2)\n" }.joined()
        let job = try cluster.write(
            job: """
                task: regression
                data: { train: line.csv, target: y }
                budget: { trials: 1 }
                model_list: [ridge]
                """, on: "x,y\n" + rows, named: "line")
        let run = try cluster.start(Binaries.assay, ["run", job])
        #expect(await run.status == 0, "\(run.errors)")
        let bundle = try cluster.start(
            Binaries.assay, ["model", "audit", cluster.path("line.model")])
        #expect(await bundle.status == 0, "\(bundle.output)\(bundle.errors)")
        #expect(bundle.output.contains("harmless (manifest)"))
        #expect(bundle.output.contains("harmless (safetensors)"))

        let table = try await Self.audit(cluster, cluster.path("line.csv"))
        #expect(table.status == 2)
        #expect(table.file["verdict"] as? String == "unreadable")
        let nowhere = try cluster.start(Binaries.assay, ["model", "audit", "nowhere.onnx"])
        #expect(await nowhere.status == 2)
        #expect(nowhere.errors.contains("nowhere.onnx: there is no such file"))
    }

    @Test func `the inspector is no command for people`() async throws {
        let cluster = try await Cluster()
        for arguments in [[], ["--parent", "1", "--output-bytes", "1"]] {
            let inspector = try cluster.start(Binaries.assay, ["inspector"] + arguments)
            #expect(await inspector.status == 2)
            #expect(inspector.errors.contains("started by assay model audit"))
        }
    }
}
