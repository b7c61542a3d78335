import Foundation
import Glibc
import LiveCluster
import Testing

/// The audit log of a head that lives, is killed, and is looked at.
@Suite struct AuditTests {
    private struct Line: Decodable {
        struct Peer: Decodable {
            let role: String
            let name: String
        }

        let verb: String
        let object: String?
        let outcome: String
        let reason: String?
        let peer: Peer?
        let address: String?
    }

    private static func lines(_ cluster: Cluster) throws -> [Line] {
        let text = try String(
            contentsOfFile: cluster.path("state/audit/00000001.jsonl"), encoding: .utf8)
        return try text.split(separator: "\n").map {
            try JSONDecoder().decode(Line.self, from: Data($0.utf8))
        }
    }

    private static func verify(_ cluster: Cluster) async throws -> (status: Int32, text: String) {
        let verify = try cluster.start(
            Binaries.assay, ["audit", "verify", "--state", cluster.path("state")])
        return (await verify.status, verify.output + verify.errors)
    }

    @Test func `who did what and was refused what is there after a kill, and nothing private`()
        async throws
    {
        let cluster = try await Cluster()
        let head = try await cluster.startHead()
        defer { head.send(SIGKILL) }
        let worker = try await cluster.startWorker("wanda")
        defer { worker.send(SIGKILL) }
        let canary = "canary5c0e"
        let job = try cluster.write(
            job: """
                name: \(canary)
                task: regression
                data: { train: \(canary).csv, target: y\(canary) }
                metric: rmse
                budget: { trials: 1 }
                """,
            on: "x,y\(canary)\n" + (0..<40).map { "\($0),\($0 * 2)\n" }.joined(), named: canary)
        let submitted = try await cluster.ask(["submit", job])
        #expect(submitted["id"] as? String == "j1")
        #expect(try await cluster.client(["node", "drain", "wanda"]).status == 4)
        _ = try await cluster.ask(["node", "drain", "wanda"], as: "olga")
        // It may have ended already; that it was asked for is remembered all the same.
        _ = try await cluster.client(["cancel", "j1"]).status
        // An answer is given after the line is on disk: a kill right behind it loses nothing.
        head.send(SIGKILL)
        _ = await head.status

        func has(_ verb: String, _ object: String?, _ outcome: String, _ who: String) throws -> Bool
        {
            try Self.lines(cluster).contains { line in
                line.verb == verb && line.object == object && line.outcome == outcome
                    && line.peer.map { "\($0.role)/\($0.name)" } == who
            }
        }
        #expect(try has("start", "epoch/1", "allowed", "head/head-1"))
        #expect(try has("connect", "h2", "allowed", "user/ute"))
        #expect(try has("openLink", "control/s1", "allowed", "worker/wanda"))
        #expect(try has("submitJob", "job/j1", "allowed", "user/ute"))
        #expect(try has("controlNode", nil, "refused", "user/ute"))
        #expect(try has("controlNode", "worker/wanda", "allowed", "operator/olga"))
        #expect(try has("cancelJob", "job/j1", "allowed", "user/ute"))
        let text = try String(
            contentsOfFile: cluster.path("state/audit/00000001.jsonl"), encoding: .utf8)
        #expect(!text.contains(canary))
        let verification = try await Self.verify(cluster)
        #expect(verification.status == 0, "\(verification.text)")
    }

    @Test func `an altered log is found by the verb, and a cut one keeps a head from starting`()
        async throws
    {
        let cluster = try await Cluster()
        let head = try await cluster.startHead()
        for _ in 0..<3 { _ = try await cluster.ask(["nodes"]) }
        head.send(SIGTERM)
        #expect(await head.status == 0)
        #expect(try Self.lines(cluster).last?.verb == "stop")
        #expect(try await Self.verify(cluster).status == 0)

        let path = cluster.path("state/audit/00000001.jsonl")
        let honest = try String(contentsOfFile: path, encoding: .utf8)
        try honest.replacing("listNodes", with: "listJobs ", maxReplacements: 1)
            .write(toFile: path, atomically: false, encoding: .utf8)
        let altered = try await Self.verify(cluster)
        #expect(altered.status == 1)
        #expect(altered.text.contains("does not follow from the line before it"))

        let lines = honest.split(separator: "\n")
        try (lines.dropLast().joined(separator: "\n") + "\n")
            .write(toFile: path, atomically: false, encoding: .utf8)
        #expect(try await Self.verify(cluster).status == 1)
        let again = try cluster.start(
            Binaries.assay,
            [
                "head", "--listen", "127.0.0.1:0", "--certs", cluster.certs("head-1"), "--state",
                cluster.path("state"),
            ])
        #expect(await again.status == 2)
        #expect(again.errors.contains("it was cut or altered"))
    }
}
