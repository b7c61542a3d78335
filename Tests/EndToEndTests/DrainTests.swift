import Foundation
import LiveCluster
import Testing

/// The first SIGTERM finishes, the second hands back; no trial is lost either way.
@Suite struct DrainTests {
    @Test func `a drained worker finishes what it runs and another takes the rest`()
        async throws
    {
        let cluster = try await Cluster()
        let head = try await cluster.startHead()
        var workers = [try await cluster.startWorker("w1", slots: 2)]
        defer { (workers + [head]).forEach { $0.send(SIGKILL) } }
        let job = try cluster.write(
            "name: steps\ntask: idle\ntrials: 60\nduration: 50ms\n", to: "steps.yaml")
        let id = try #require(try await cluster.ask(["submit", job])["id"] as? String)
        try await cluster.waitForProgress(of: id)
        workers[0].send(SIGTERM)
        #expect(await workers[0].status == 0)
        workers.append(try await cluster.startWorker("w2", slots: 2))
        #expect(try await cluster.ask(["watch", id])["state"] as? String == "succeeded")
        let trials = try await cluster.trials(of: id)
        #expect(trials.count == 60)
        #expect(trials.allSatisfy { $0["state"] as? String == "scored" })
    }

    @Test func `a second SIGTERM hands back at once what would run for long`() async throws {
        let cluster = try await Cluster()
        let head = try await cluster.startHead()
        let worker = try await cluster.startWorker("w1", slots: 1)
        defer { [worker, head].forEach { $0.send(SIGKILL) } }
        let job = try cluster.write(
            "name: long\ntask: idle\ntrials: 3\nduration: 10m\n", to: "long.yaml")
        let id = try #require(try await cluster.ask(["submit", job])["id"] as? String)
        worker.send(SIGTERM)
        // Two signals at once are one signal: the second waits until the first was heard.
        while try await cluster.node("w1")?["state"] as? String != "draining" {}
        worker.send(SIGTERM)
        #expect(await worker.status == 0)
        let counts = try await cluster.ask(["job", id])["trials"] as? [String: Int]
        #expect(counts?["scored"] == 0)
        _ = try await cluster.ask(["cancel", id])
        #expect(try await cluster.ask(["job", id])["state"] as? String == "cancelled")
    }

    @Test func `the probe port of a head is loopback and tells alive from ready`() async throws {
        let cluster = try await Cluster()
        let probe = try ListeningSocket().port
        let head = try await cluster.startHead(["--probe", "127.0.0.1:\(probe)"])
        defer { head.send(SIGKILL) }
        for (path, code) in [("livez", "200"), ("readyz", "200"), ("metrics", "404")] {
            let curl = try cluster.start(
                "/usr/bin/env",
                [
                    "curl", "--silent", "--output", "/dev/null", "--write-out", "%{http_code}",
                    "http://127.0.0.1:\(probe)/\(path)",
                ])
            #expect(await curl.status == 0)
            #expect(curl.output == code, "\(path)")
        }
    }
}
