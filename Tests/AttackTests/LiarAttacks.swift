import Foundation
import Glibc
import LiveCluster
import Testing

/// A worker that lies about its scores beside two that are honest.
@Suite(.serialized) struct LiarAttacks {
    private static let job = """
        name: clouds
        task: classification
        data: { train: clouds.csv, target: kind }
        metric: [accuracy]
        budget: { trials: 12 }
        cv: 2
        seed: 5
        output: clouds.model
        """

    @Test(arguments: ["a class of its own", "the class of the others"])
    func `a worker that lies to win is quarantined, and an honest result wins`(
        pretence: String
    ) async throws {
        let cluster = try await Cluster()
        try await cluster.issue("worker", "mallory")
        let head = try await cluster.startHead()
        let honest = [try await cluster.startWorker("w1"), try await cluster.startWorker("w2")]
        defer { ([head] + honest).forEach { $0.send(SIGKILL) } }
        let others = try await cluster.node("w1")["environment_class"] as? String
        let pretended = pretence == "the class of the others" ? others : "of my own"

        let (ready, stop) = (cluster.path("ready"), cluster.path("stop"))
        let arguments = [ready, stop, try #require(pretended)]
        async let lies = Attack(cluster: cluster).run("workers", "liar", arguments)
        while !FileManager.default.fileExists(atPath: ready) {
            _ = try await cluster.ask(["health"], as: "olga")
        }
        let job = try cluster.write(
            job: Self.job, on: Tables.classification(rows: 300, seed: 7), named: "clouds")
        let ended = try await cluster.ask(["submit", job, "--follow"])
        let mallory = try await cluster.node("mallory")
        _ = try cluster.write("", to: "stop")

        #expect(ended["state"] as? String == "succeeded", "\(ended)")
        #expect(try #require(ended["best_score"] as? Double) < 0.9999)
        let proof = try #require(ended["corroboration"] as? [String: Any])
        #expect(proof["corroborated"] as? Bool == true, "\(proof)")
        // Asked first or asked again: one run beside hers shows the lie, and another decides.
        #expect(try #require(proof["second_runs"] as? Int) >= 2, "\(proof)")
        let seen = try await lies
        #expect(try seen.number("taken") > 0)
        #expect(try seen.isTrue("drained"))

        #expect(mallory["state"] as? String == "quarantined")
        let reason = try #require(mallory["quarantine"] as? String)
        #expect(reason.hasPrefix("its result of j1/"), "\(reason)")
        #expect(mallory["running"] as? Int == 0)
        #expect(head.errors.contains("a worker is quarantined"))
        let id = try #require(ended["id"] as? String)
        let trials = try #require(
            try await cluster.ask(["trials", id])["trials"] as? [[String: Any]])
        #expect(trials.allSatisfy { $0["worker"] as? String != "mallory" })

        // An operator has looked into it.
        let resumed = try await cluster.ask(["node", "resume", "mallory"], as: "olga")
        #expect(resumed["state"] as? String != "quarantined")
    }
}

extension Cluster {
    /// A worker as an operator sees it.
    func node(_ name: String) async throws -> [String: Any] {
        let nodes = try await self.ask(["nodes"], as: "olga")["nodes"] as? [[String: Any]]
        return try #require(nodes?.first { $0["name"] as? String == name })
    }
}
