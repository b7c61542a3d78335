import Clients
import Foundation
import LiveCluster
import Testing

/// Tables that are predicted as streams, and rows that a head answers.
@Suite struct PredictTests {
    private static let script = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "Clients/predict.py").path

    private static let job = """
        name: clouds
        task: classification
        data: { train: clouds.csv, target: kind }
        budget: { trials: 8 }
        cv: 3
        seed: 5
        output: clouds.model
        """

    private func shell(_ cluster: Cluster, _ script: String) throws -> Program {
        try cluster.start(
            "/bin/sh",
            ["-c", script, Binaries.assay, cluster.path("clouds.model"), cluster.path("test.csv")])
    }

    @Test func `a table is predicted from a file and from a pipe, and to a file or a pipe`()
        async throws
    {
        let cluster = try await Cluster()
        let table = Tables.classification(rows: 300, seed: 8)
        _ = try cluster.write(table, to: "test.csv")
        let job = try cluster.write(
            job: Self.job, on: Tables.classification(rows: 200, seed: 7), named: "clouds")
        let run = try cluster.start(Binaries.assay, ["run", job, "--json"])
        #expect(await run.status == 0, "\(run.errors)")

        let plain = try self.shell(cluster, "exec \"$0\" predict \"$1\" \"$2\" --unsigned")
        #expect(await plain.status == 0, "\(plain.errors)")
        #expect(plain.output.split(separator: "\n").count == 301)
        for command in [
            "\"$0\" predict \"$1\" - --unsigned < \"$2\"",
            "cat \"$2\" | \"$0\" predict \"$1\" - --unsigned",
            "\"$0\" predict \"$1\" \"$2\" --unsigned --output \"$2.out\" >&2; cat \"$2.out\"",
        ] {
            let other = try self.shell(cluster, command)
            #expect(await other.status == 0, "\(other.errors)")
            #expect(other.output == plain.output)
        }

        // A fault leaves no file, and of what was printed whole rows.
        let faulty = try self.shell(
            cluster,
            """
            { cat "$2"; echo canary; } | "$0" predict "$1" - --unsigned --output "$2.bad"
            status=$?; ls "$2.bad" ".${2##*/}.bad.draft" 2>/dev/null; exit $status
            """)
        #expect(await faulty.status == 2)
        #expect(faulty.errors.contains("-: line 302"), "\(faulty.errors)")
        #expect(!faulty.errors.contains("canary"))
        #expect(faulty.output == "")
    }

    @Test(.enabled(if: ClientTests.isInstalled))
    func `a head answers rows as assay predict does, bit for bit`() async throws {
        let cluster = try await Cluster()
        let head = try await cluster.startHead()
        let worker = try await cluster.startWorker("w1", slots: 2)
        defer { [worker, head].forEach { $0.send(SIGKILL) } }
        _ = try cluster.write(Tables.classification(rows: 40, seed: 8), to: "test.csv")
        let job = try cluster.write(
            job: Self.job, on: Tables.classification(rows: 300, seed: 7), named: "clouds")
        let ended = try await cluster.ask(["submit", job, "--follow"])
        let id = try #require(ended["id"] as? String)

        let local = try cluster.client(["predict", id, cluster.path("test.csv")])
        #expect(await local.status == 0, "\(local.errors)")
        let asked = try await self.ask(cluster, id, as: "ute")
        let lines = zip(
            local.output.split(separator: "\n"), asked.split(separator: "\n"))
        var rows = 0
        for (expected, found) in lines.dropFirst() {
            let expected = expected.split(separator: ",")
            let found = found.split(separator: ",")
            #expect(expected[0] == found[0])
            #expect(
                expected.dropFirst().map { Double($0)?.bitPattern }
                    == found.dropFirst().map { Double($0)?.bitPattern })
            rows += 1
        }
        #expect(rows == 40)
        #expect(asked.hasPrefix(String(local.output.prefix { $0 != "\n" })))

        try await cluster.issue("user", "eve")
        let refused = try await self.ask(cluster, id, as: "eve")
        #expect(refused.hasPrefix("PERMISSION_DENIED"), "\(refused)")
    }

    private func ask(_ cluster: Cluster, _ model: String, as name: String) async throws -> String {
        let client = try cluster.start(
            "/bin/sh",
            [
                "-c", "exec \"$0\" \"$1\" \"$2\" \"$3\" \"$4\" < \"$5\"", Python.path, Self.script,
                cluster.address, cluster.certs(name), model, cluster.path("test.csv"),
            ])
        guard await client.status == 0 else { throw EndToEndError(client.errors) }
        return client.output
    }
}
