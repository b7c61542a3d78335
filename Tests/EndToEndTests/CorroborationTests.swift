import Foundation
import LiveCluster
import Testing

/// What two real workers make of the same trials: the same, bit for bit.
@Suite struct CorroborationTests {
    @Test func `the winner and its model are confirmed by another worker, and signed so`()
        async throws
    {
        let cluster = try await Cluster()
        let head = try await cluster.startHead()
        let workers = [try await cluster.startWorker("w1"), try await cluster.startWorker("w2")]
        defer { ([head] + workers).forEach { $0.send(SIGKILL) } }
        let job = try cluster.write(
            job: JobTests.classification, on: Tables.classification(rows: 400, seed: 7),
            named: "clouds")
        let ended = try await cluster.ask(["submit", job, "--follow"])
        #expect(ended["state"] as? String == "succeeded", "\(ended)")

        let proof = try #require(ended["corroboration"] as? [String: Any])
        #expect(proof["corroborated"] as? Bool == true, "\(proof)")
        #expect(proof["contradicted"] as? Int == 0)
        let runs = try #require(proof["second_runs"] as? Int)
        #expect(runs >= 2)
        #expect(proof["confirmed"] as? Int == runs)
        let best = try #require(ended["best"] as? [String: Any])
        #expect(proof["scores_confirmed_by"] as? String != best["worker"] as? String)
        // Second runs are no trials: fourteen candidates and the refit.
        #expect((ended["trials"] as? [String: Int])?.values.reduce(0, +) == 15)

        let verified = try await cluster.ask(
            ["verify", cluster.path("clouds.model"), "--ca", cluster.path("ca/ca.pem")])
        #expect(verified["corroborated"] as? Bool == true)
        let fitter = try #require(verified["worker"] as? String)
        let confirmer = try #require(verified["model_confirmed_by"] as? String)
        #expect(Set([fitter, confirmer]) == ["w1", "w2"])
        // Nobody is suspected of anything.
        let nodes = try #require(
            try await cluster.ask(["nodes"], as: "olga")["nodes"] as? [[String: Any]])
        #expect(nodes.allSatisfy { $0["state"] as? String == "ready" })
        #expect(Set(nodes.compactMap { $0["environment_class"] as? String }).count == 1)
    }

    @Test func `a model of the only worker says that nobody has confirmed it`() async throws {
        let cluster = try await Cluster()
        let head = try await cluster.startHead()
        let worker = try await cluster.startWorker("w1")
        defer { [worker, head].forEach { $0.send(SIGKILL) } }
        let job = try cluster.write(
            job: JobTests.classification, on: Tables.classification(rows: 200, seed: 7),
            named: "clouds")
        let program = try cluster.client(["submit", job, "--follow"])
        #expect(await program.status == 0, "\(program.errors)")
        #expect(program.output.contains("uncorroborated: the scores are confirmed by nobody"))
        let verified = try await cluster.ask(
            ["verify", cluster.path("clouds.model"), "--ca", cluster.path("ca/ca.pem")])
        #expect(verified["corroborated"] as? Bool == false)
        #expect(verified["model_confirmed_by"] == nil)
    }
}
