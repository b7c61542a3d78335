import Foundation
import Glibc
import LiveCluster
import SandboxRig
import Testing

/// Hostile commands on a live cluster: a head, a worker, and honest trials beside them.
@Suite(.serialized, .enabled(if: SandboxRig.isPossible, "bubblewrap is not installed"))
struct CommandAttacks {
    private static let program = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "Attackers/prisoners.py").path

    /// A job of one trial that is this attack.
    private static func job(_ cluster: Cluster, _ arguments: [String]) throws -> String {
        let words = (["python3", "-B", "main.py"] + arguments).map { "\"\($0)\"" }
        return try cluster.write(
            """
            task: command
            command: [\(words.joined(separator: ", "))]
            files: { main.py: \(Self.program) }
            metric: score
            direction: maximise
            budget: { trials: 1 }
            resources: { memory: 256MiB, wall_time: 60s, processes: 16 }
            """, to: "attack.yaml")
    }

    private static func startWorker(_ cluster: Cluster, slots: Int) async throws -> Program {
        let policy = try cluster.write("users: [ute]\n", to: "commands.yaml")
        chmod(policy, 0o600)
        return try await cluster.startWorker("w1", slots: slots, ["--commands", policy])
    }

    /// Each question to the head is a process of its own, tens of milliseconds long: no spin, no
    /// sleep.
    private static func wait(_ cluster: Cluster, until isSo: () -> Bool) async throws {
        while !isSo() { _ = try await cluster.ask(["health"], as: "olga") }
    }

    @Test func `nothing of a command survives its worker, however that dies`() async throws {
        let cluster = try await Cluster()
        let head = try await cluster.startHead()
        defer { head.send(SIGKILL) }
        let worker = try await Self.startWorker(cluster, slots: 1)
        defer { worker.send(SIGKILL) }
        let mark = "assay-mark-\(UUID().uuidString)"
        let job = try Self.job(cluster, ["stays", mark])
        _ = try await cluster.ask(["submit", job])
        try await Self.wait(cluster) { HostProcesses.count(with: mark) >= 4 }
        worker.send(SIGKILL)
        _ = await worker.status
        try await Self.wait(cluster) { HostProcesses.count(with: mark) == 0 }
    }

    @Test(arguments: [["forks", "16"], ["memory", "2048"], ["flood", "lines without end"]])
    func `honest trials beside a hostile command go on, and so does the worker`(
        attack: [String]
    ) async throws {
        let cluster = try await Cluster()
        let head = try await cluster.startHead()
        defer { head.send(SIGKILL) }
        let worker = try await Self.startWorker(cluster, slots: 2)
        defer { worker.send(SIGKILL) }
        let hostile = try await cluster.ask(["submit", try Self.job(cluster, attack)])
        let honest = try cluster.write(
            """
            task: idle
            trials: 200
            duration: 1ms
            """, to: "honest.yaml")
        let ended = try await cluster.ask(["submit", honest, "--follow"])
        #expect(ended["state"] as? String == "succeeded", "\(ended)")
        let id = try #require(hostile["id"] as? String)
        try await cluster.waitForEnd(of: id)
        #expect(kill(worker.pid, 0) == 0)
    }
}
