import Foundation
import LiveCluster
import Testing

/// Data is where it must be and nowhere else, and nothing stays behind.
@Suite struct LeftoverTests {
    static let canary = "canary7f3a91c2"

    @Test func `a value of the data is in no log, journal, metric or temporary file`()
        async throws
    {
        let cluster = try await Cluster()
        let head = try await cluster.startHead()
        let worker = try await cluster.startWorker("w1", slots: 2)
        defer { [worker, head].forEach { $0.send(SIGKILL) } }
        let job = try cluster.write(
            job: """
                name: clouds
                task: classification
                data: { train: clouds.csv, target: kind }
                metric: [roc_auc, log_loss]
                budget: { trials: 12 }
                """, on: Tables.classification(rows: 400, seed: 3, canary: Self.canary),
            named: "clouds")
        let id = try #require(try await cluster.ask(["submit", job])["id"] as? String)
        try await cluster.waitForProgress(of: id)
        #expect(try cluster.filesHolding(Self.canary) == [])
        #expect(try await cluster.ask(["watch", id])["state"] as? String == "succeeded")
        let metrics = try await cluster.fetch("/metrics", as: "olga")
        #expect(metrics.code == 200 && !metrics.body.contains(Self.canary))
        #expect(try cluster.filesHolding(Self.canary) == [])
    }

    @Test func `an embedded run that is killed leaves no value of its data on the disk`()
        async throws
    {
        let cluster = try await Cluster()
        try cluster.makeDirectory("work")
        let job = try cluster.write(
            job: """
                name: cumulonimbus
                task: classification
                data: { train: clouds.csv, target: kind }
                metric: [roc_auc, log_loss]
                budget: { trials: 5000 }
                """, on: Tables.classification(rows: 400, seed: 3, canary: Self.canary),
            named: "work/clouds")
        let run = try cluster.start(
            Binaries.assay, ["run", job, "--temp-dir", cluster.path("temp")])
        defer { run.send(SIGKILL) }
        // The journal names a job once its data is there. Files come and go while we look.
        while (try? cluster.filesHolding("cumulonimbus", in: ["temp"]))?.isEmpty != false {
            try #require(kill(run.pid, 0) == 0, "the run has ended: \(run.errors)")
            await Task.yield()
        }
        run.send(SIGKILL)
        #expect(await run.status == 128 + SIGKILL)
        #expect(try cluster.filesHolding("cumulonimbus", in: ["temp"]) != [])
        #expect(try cluster.filesHolding(Self.canary, in: ["logs", "temp"]) == [])
    }

    @Test func `the next start removes what a killed daemon left`() async throws {
        let cluster = try await Cluster()
        var head = try await cluster.startHead()
        var worker = try await cluster.startWorker("w1")
        #expect(try cluster.sessionFiles() != [])
        for program in [worker, head] {
            program.send(SIGKILL)
            #expect(await program.status == 128 + SIGKILL)
        }
        let orphans = try cluster.sessionFiles()
        #expect(orphans != [])

        head = try await cluster.startHead()
        worker = try await cluster.startWorker("w1")
        defer { [worker, head].forEach { $0.send(SIGKILL) } }
        let live = try cluster.sessionFiles()
        #expect(Set(live).isDisjoint(with: orphans))

        for program in [worker, head] { program.send(SIGTERM) }
        for program in [worker, head] { #expect(await program.status == 0) }
        #expect(try cluster.sessionFiles() == [])
    }
}

extension Cluster {
    /// Files of the daemons that hold the text, but for blobs: those are the data itself.
    func filesHolding(
        _ text: String, in folders: [String] = ["logs", "temp", "state"]
    ) throws -> [String] {
        let needle = Data(text.utf8)
        return try folders.flatMap { folder in
            try FileManager.default.subpathsOfDirectory(atPath: self.path(folder))
                .map { "\(folder)/\($0)" }
                .filter { !$0.hasPrefix("state/blobs/") }
        }.filter { name in
            FileManager.default.contents(atPath: self.path(name))?.range(of: needle) != nil
        }
    }
}
