import Foundation
import Glibc
import LiveCluster
import Testing

/// What operators do to daemons while work goes on.
@Suite struct LifecycleTests {
    @Test func `a followed job goes on over the head's death, and its model arrives`() async throws
    {
        let cluster = try await Cluster()
        var head = try await cluster.startHead()
        let worker = try await cluster.startWorker("w1", slots: 2)
        defer { [worker, head].forEach { $0.send(SIGKILL) } }
        let job = try cluster.write(
            job: JobTests.classification, on: Tables.classification(rows: 600, seed: 7),
            named: "clouds")
        let follower = try cluster.client(["submit", job, "--follow", "--json"])
        while try await !cluster.hasJobs() {}
        try await cluster.waitForProgress(of: "j1")
        head.send(SIGKILL)
        #expect(await head.status == 128 + SIGKILL)
        head = try await cluster.startHead()
        #expect(await follower.status == 0, "\(follower.errors)")
        let summary = try JSONSerialization.jsonObject(with: Data(follower.output.utf8))
        #expect((summary as? [String: Any])?["state"] as? String == "succeeded")
        #expect(FileManager.default.fileExists(atPath: cluster.path("clouds.model/manifest.json")))
    }

    @Test func `SIGHUP makes a head show its new certificate, and cuts nobody`() async throws {
        let cluster = try await Cluster()
        let head = try await cluster.startHead()
        let worker = try await cluster.startWorker("w1")
        defer { [worker, head].forEach { $0.send(SIGKILL) } }
        let before = try await cluster.node("w1")?["connected_at"] as? Double
        let old = try await Self.certificate(of: cluster)
        try await cluster.issue(
            "head", "head-1", ["--ip", "127.0.0.1", "--dns", "localhost", "--replace"])
        head.send(SIGHUP)
        // Each look is a process of its own; the test's time limit is the bound.
        while try await Self.certificate(of: cluster) == old {}
        #expect(try await cluster.ask(["health"])["ready"] as? Bool == true)
        #expect(try await cluster.node("w1")?["connected_at"] as? Double == before)
        #expect(try await cluster.node("w1")?["state"] as? String == "ready")
    }

    /// The certificate that the head shows, in PEM. It shows it also to whom it then refuses.
    private static func certificate(of cluster: Cluster) async throws -> String {
        let seen = try await OpenSSL(cluster: cluster).connect(["-alpn", "h2"], as: nil)
        let begin = try #require(seen.range(of: "-----BEGIN CERTIFICATE-----"))
        let end = try #require(seen.range(of: "-----END CERTIFICATE-----"))
        return String(seen[begin.lowerBound..<end.upperBound])
    }

    @Test func `a worker is up without its head, and works once that is there`() async throws {
        let cluster = try await Cluster()
        try await cluster.issue("worker", "w1")
        let notify = try NotifySocket(path: cluster.path("notify"))
        let worker = try cluster.start(
            Binaries.assay,
            ["worker", "--head", cluster.address, "--certs", cluster.certs("w1"), "--slots", "1"],
            ["NOTIFY_SOCKET": notify.path])
        defer { worker.send(SIGKILL) }
        try await notify.wait(for: "READY=1")
        let head = try await cluster.startHead()
        defer { head.send(SIGKILL) }
        try await notify.wait(for: "STATUS=working for")
    }

    @Test func `a probe port that others could reach is refused before anything is made`()
        async throws
    {
        let cluster = try await Cluster()
        let head = try cluster.start(
            Binaries.assay,
            [
                "head", "--certs", cluster.certs("head-1"), "--state", cluster.path("state"),
                "--listen", "127.0.0.1:0", "--probe", "0.0.0.0:7480",
            ])
        #expect(await head.status == 2)
        #expect(head.errors.contains("0.0.0.0:7480"))
        #expect(!FileManager.default.fileExists(atPath: cluster.path("state")))
        #expect(try cluster.sessionFiles() == [])
    }
}
