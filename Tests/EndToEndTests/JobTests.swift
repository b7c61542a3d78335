import Foundation
import LiveCluster
import Testing

/// Real jobs through real processes: what a user sees.
@Suite struct JobTests {
    static let classification = """
        name: clouds
        task: classification
        data: { train: clouds.csv, target: kind }
        metric: [roc_auc, log_loss, accuracy]
        budget: { trials: 14 }
        cv: 3
        seed: 5
        output: clouds.model
        """

    @Test func `a cluster turns a table into a model that predicts`() async throws {
        let cluster = try await Cluster()
        let head = try await cluster.startHead()
        let worker = try await cluster.startWorker("w1", slots: 2)
        defer { [worker, head].forEach { $0.send(SIGKILL) } }
        let test = try cluster.write(Tables.classification(rows: 300, seed: 8), to: "test.csv")
        let job = try cluster.write(
            job: Self.classification, on: Tables.classification(rows: 600, seed: 7), named: "clouds"
        )

        let ended = try await cluster.ask(["submit", job, "--follow"])
        #expect(ended["state"] as? String == "succeeded")
        let id = try #require(ended["id"] as? String)
        let listed = try await cluster.ask(["models"])["models"] as? [[String: Any]]
        #expect(listed?.count == 1)

        let local = try await cluster.score(cluster.path("clouds.model"), on: test)
        let remote = try await cluster.score(id, on: test)
        #expect(local == remote)
        #expect(try #require(local["roc_auc"]) > 0.9)

        // Another user sees neither the job nor the model.
        try await cluster.issue("user", "eve")
        for verb in [["job", id], ["trials", id], ["cancel", id], ["model", id]] {
            let program = try cluster.client(verb, as: "eve")
            #expect(await program.status == 4, "\(verb): \(program.errors)")
        }
        #expect((try await cluster.ask(["jobs"], as: "eve")["jobs"] as? [Any])?.count == 0)
    }

    @Test func `an embedded run leaves its model and nothing else`() async throws {
        let cluster = try await Cluster()
        try cluster.makeDirectory("work")
        let job = try cluster.write(
            job: Self.classification, on: Tables.classification(rows: 300, seed: 7),
            named: "work/clouds")
        let run = try cluster.start(Binaries.assay, ["run", job, "--json"])
        #expect(await run.status == 0, "\(run.errors)")
        let left = try FileManager.default.subpathsOfDirectory(atPath: cluster.path("work"))
        #expect(
            left.sorted() == [
                "clouds.csv", "clouds.model", "clouds.model/SHA256SUMS",
                "clouds.model/manifest.json", "clouds.model/weights.safetensors", "clouds.yaml",
            ])
        let check = try cluster.start(
            "/usr/bin/env",
            [
                "sh", "-c", "cd \"$1\" && exec sha256sum --check --strict SHA256SUMS", "sh",
                cluster.path("work/clouds.model"),
            ])
        #expect(await check.status == 0, "\(check.errors)")
        #expect(check.output.split(separator: "\n").count == 2)
        #expect(try cluster.sessionFiles() == [])
    }

    @Test func `a retained session directory outlives its run and the next one`() async throws {
        let cluster = try await Cluster()
        let job = try cluster.write("task: idle\ntrials: 20\n", to: "idle.yaml")
        let kept = try cluster.start(
            Binaries.assay, ["run", job, "--json", "--retain", "--workers", "2"])
        #expect(await kept.status == 0, "\(kept.errors)")
        let words = kept.errors.split { $0 == " " || $0 == "\n" }
        let place = String(try #require(words.last))
        #expect(place.hasPrefix(cluster.path("temp") + "/assay-run-"), "\(kept.errors)")
        #expect(try FileManager.default.subpathsOfDirectory(atPath: place).count > 2)
        let files = try cluster.sessionFiles()

        let next = try cluster.start(Binaries.assay, ["run", job, "--json"])
        #expect(await next.status == 0, "\(next.errors)")
        #expect(try cluster.sessionFiles() == files)
    }

    @Test func `an interrupted embedded run leaves nothing at all`() async throws {
        let cluster = try await Cluster()
        try cluster.makeDirectory("work")
        let job = try cluster.write(
            "task: idle\ntrials: 1000\nduration: 1s\n", to: "work/idle.yaml")
        let run = try cluster.start(Binaries.assay, ["run", job])
        // Its children exist as soon as its cluster does.
        while Processes.children(of: run.pid).isEmpty { await Task.yield() }
        let children = Processes.children(of: run.pid)
        run.send(SIGINT)
        #expect(await run.status != 0)
        #expect(try cluster.sessionFiles() == [])
        for child in children { #expect(kill(child, 0) != 0, "\(child) lives on") }
    }

    @Test func `one worker and eight find the same, bit for bit`() async throws {
        var found: [[[String: Double]]] = []
        var weights: [Data] = []
        for workers in [1, 8] {
            let cluster = try await Cluster()
            var programs = [try await cluster.startHead()]
            defer { programs.forEach { $0.send(SIGKILL) } }
            for number in 1...workers {
                programs.append(try await cluster.startWorker("w\(number)"))
            }
            let job = try cluster.write(
                job: Self.classification, on: Tables.classification(rows: 200, seed: 7),
                named: "clouds")
            let ended = try await cluster.ask(["submit", job, "--follow"])
            let trials = try await cluster.trials(of: try #require(ended["id"] as? String))
            // All of them are the portfolio's: what tuning proposes follows which ended first.
            found.append(
                trials.sorted { $0["index"] as? Int ?? 0 < $1["index"] as? Int ?? 0 }
                    .map { $0["scores"] as? [String: Double] ?? [:] })
            let model = URL(filePath: cluster.path("clouds.model/weights.safetensors"))
            weights.append(try Data(contentsOf: model))
        }
        #expect(found[0].count > 10)
        #expect(found[0] == found[1])
        #expect(weights[0] == weights[1])
    }
}

extension Cluster {
    func score(_ model: String, on data: String) async throws -> [String: Double] {
        try await self.ask(["predict", model, data, "--score"])["scores"] as? [String: Double]
            ?? [:]
    }
}
