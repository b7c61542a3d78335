import Foundation
import Glibc
import LiveCluster
import Testing

/// One port of the head, none of the workers; and the answers that probes expect there.
@Suite struct PortTests {
    /// A daemon lets nobody but root see which sockets are its own.
    private static let seesSockets = ConditionTrait.enabled(
        if: geteuid() == 0, "not root: who listens where was not looked at")

    @Test(seesSockets) func `a head listens once, a worker and its runners nowhere`() async throws {
        let cluster = try await Cluster()
        let head = try await cluster.startHead()
        let worker = try await cluster.startWorker("w1", slots: 2)
        defer { [worker, head].forEach { $0.send(SIGKILL) } }
        let job = try cluster.write(
            "name: sleepers\ntask: idle\ntrials: 1000\nduration: 1s\n", to: "idle.yaml")
        let id = try #require(try await cluster.ask(["submit", job])["id"] as? String)
        let ss = try cluster.start("/usr/bin/env", ["ss", "-H", "-ltnup"])
        #expect(await ss.status == 0)
        func lines(of pid: Int32) -> [Substring] {
            ss.output.split(separator: "\n").filter { $0.contains("pid=\(pid),") }
        }
        #expect(lines(of: head.pid).count == 1)
        #expect(lines(of: head.pid).first?.contains(cluster.address) == true)
        #expect(lines(of: worker.pid).isEmpty)
        let runners = Processes.children(of: worker.pid)
        #expect(runners.count == 2)
        for runner in runners { #expect(lines(of: runner).isEmpty) }
        _ = try await cluster.ask(["cancel", id])
    }

    @Test func `health answers as a probe expects`() async throws {
        let cluster = try await Cluster()
        try await cluster.issue("probe", "kubelet")
        let head = try await cluster.startHead()
        defer { head.send(SIGKILL) }
        #expect(try await cluster.fetch("/livez", as: "kubelet").code == 200)
        #expect(try await cluster.fetch("/readyz", as: "kubelet").code == 200)
        #expect(try await cluster.fetch("/jobs", as: "kubelet").code != 200)
        #expect(try await cluster.ask(["health"], as: "kubelet")["ready"] as? Bool == true)
    }
}
