import Foundation
import LiveCluster
import Testing

/// `kill -9` of anything, at any moment, loses nothing acknowledged and counts nothing twice.
@Suite(.serialized) struct CrashTests {
    @Test(arguments: [11, 23] as [UInt64])
    func `a job survives the death of runners, workers and the head`(seed: UInt64) async throws {
        let cluster = try await Cluster()
        var head = try await cluster.startHead()
        var workers: [Program] = []
        for name in ["w1", "w2", "w3"] { workers.append(try await cluster.startWorker(name)) }
        defer { (workers + [head]).forEach { $0.send(SIGKILL) } }

        let job = try cluster.write(
            "name: storm\ntask: idle\ntrials: 400\nduration: 20ms\n", to: "storm.yaml")
        let submitted = try await cluster.ask(["submit", job])
        let id = try #require(submitted["id"] as? String)

        var noise = Tables.Noise(state: seed)
        for _ in 0..<6 {
            try await cluster.waitForProgress(of: id)
            switch noise.next() % 3 {
            case 0:
                let victim = Int(noise.next() % 3)
                guard let runner = Processes.children(of: workers[victim].pid).first else { break }
                _ = kill(runner, SIGKILL)
            case 1:
                let victim = Int(noise.next() % 3)
                workers[victim].send(SIGKILL)
                #expect(await workers[victim].status == 128 + SIGKILL)
                workers[victim] = try await cluster.startWorker("w\(victim + 1)")
            default:
                head.send(SIGKILL)
                #expect(await head.status == 128 + SIGKILL)
                head = try await cluster.startHead()
            }
        }

        let ended = try await cluster.ask(["watch", id])
        #expect(ended["state"] as? String == "succeeded")
        let trials = try await cluster.trials(of: id)
        #expect(trials.count == 400)
        #expect(Set(trials.compactMap { $0["index"] as? Int }).count == 400)
        #expect(trials.allSatisfy { $0["state"] as? String == "scored" })

        for program in workers + [head] { program.send(SIGTERM) }
        for program in workers + [head] { #expect(await program.status == 0) }
        #expect(try cluster.sessionFiles() == [])
    }

    @Test func `a learning job goes on where a killed head left it`() async throws {
        let cluster = try await Cluster()
        var head = try await cluster.startHead()
        let worker = try await cluster.startWorker("w1", slots: 2)
        defer { [worker, head].forEach { $0.send(SIGKILL) } }
        let job = try cluster.write(
            job: """
                name: surface
                task: regression
                data: { train: surface.csv, target: z }
                metric: [rmse, r2]
                budget: { trials: 30 }
                """, on: Tables.regression(rows: 300, seed: 1),
            named: "surface")
        let id = try #require(try await cluster.ask(["submit", job])["id"] as? String)
        try await cluster.waitForProgress(of: id)
        let before = try await cluster.trials(of: id).filter { $0["state"] as? String == "scored" }

        head.send(SIGKILL)
        #expect(await head.status == 128 + SIGKILL)
        head = try await cluster.startHead()

        #expect(try await cluster.ask(["watch", id])["state"] as? String == "succeeded")
        let after = try await cluster.trials(of: id)
        for trial in before {
            let index = try #require(trial["index"] as? Int)
            let same = try #require(after.first { $0["index"] as? Int == index })
            #expect(same["state"] as? String == "scored")
            let scores = trial["scores"] as? [String: Double]
            #expect(scores != nil && same["scores"] as? [String: Double] == scores)
        }
        #expect(Set(after.compactMap { $0["index"] as? Int }).count == after.count)
    }
}

extension Cluster {
    /// What the head says of a worker.
    func node(_ name: String) async throws -> [String: Any]? {
        let nodes = try await self.ask(["nodes"])["nodes"] as? [[String: Any]]
        return nodes?.first { $0["name"] as? String == name }
    }

    /// Waits until another trial of the job has ended, or the job has.
    func waitForProgress(of job: String) async throws {
        let before = try await self.ended(job)
        while try await self.ended(job) == before {
            // Each question is a process of its own, tens of milliseconds long: no spin, no sleep.
            let state = try await self.ask(["job", job])["state"] as? String
            if state != "running" { return }
        }
    }

    private func ended(_ job: String) async throws -> Int {
        let counts = try await self.ask(["job", job])["trials"] as? [String: Int] ?? [:]
        return ["scored", "failed", "cancelled"].reduce(0) { $0 + (counts[$1] ?? 0) }
    }

    func trials(of job: String) async throws -> [[String: Any]] {
        try await self.ask(["trials", job])["trials"] as? [[String: Any]] ?? []
    }

    /// Whether the head knows any job of the user.
    func hasJobs() async throws -> Bool {
        (try await self.ask(["jobs"])["jobs"] as? [Any])?.isEmpty == false
    }

    /// What daemons left below the temporary directory.
    func sessionFiles() throws -> [String] {
        try FileManager.default.subpathsOfDirectory(atPath: self.path("temp")).sorted()
    }
}
