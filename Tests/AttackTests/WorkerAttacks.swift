import Foundation
import Glibc
import LiveCluster
import Testing

/// A worker's certificate in hostile hands.
@Suite(.serialized) struct WorkerAttacks {
    private static func onHead(_ body: (Attack, Program) async throws -> Void) async throws {
        let cluster = try await Cluster()
        try await cluster.issue("worker", "mallory")
        try await Attack.on(cluster, body)
    }

    @Test func `what breaks a rule of the link is refused with a sentence, and told once`()
        async throws
    {
        try await Self.onHead { attack, head in
            let seen = try await attack.run("workers", "words")
            #expect(try seen.list("unanswered") == [])
            #expect(try seen.number("refused") == 21)
            #expect(try seen.number("counted_link_rules") >= 19)
            try seen.expectHarmless()
            #expect(head.lines(about: "mallory") <= 16)
            #expect(!head.errors.contains("\u{1B}"))
        }
    }

    @Test func `four thousand false leases are dropped, every one`() async throws {
        try await Self.onHead { attack, _ in
            let seen = try await attack.run("workers", "false_leases")
            #expect(try seen.number("kept") == 0)
            #expect(try seen.number("dropped") == 4096)
            try seen.expectHarmless()
        }
    }

    @Test func `a worker that fences itself in a loop leaves one session and a few lines`()
        async throws
    {
        try await Self.onHead { attack, head in
            let seen = try await attack.run("workers", "fencing", ["200"])
            #expect(try seen.isTrue("one_session_stands"))
            try seen.expectHarmless()
            // Eight in ten seconds; the attack takes a few of these.
            #expect(head.lines(about: "mallory") < 100)
        }
    }

    @Test func `links for blobs are bounded`() async throws {
        try await Self.onHead { attack, _ in
            let seen = try await attack.run("workers", "blob_links", ["60"])
            #expect(try seen.number("stand") == 16)
            #expect(try seen.number("refused") == 44)
            try seen.expectHarmless()
        }
    }

    @Test func `half a million false reports cost no memory and no lines`() async throws {
        try await Self.onHead { attack, head in
            let seen = try await attack.run("workers", "reports_flood", ["500000"])
            #expect(try seen.isTrue("ended_with_a_word"))
            try seen.expectHarmless(memoryMB: 128)
            #expect(head.lines(about: "mallory") <= 16)
        }
    }

    @Test func `blobs of another's trial are not there`() async throws {
        try await Self.onHead { attack, _ in
            let (job, digest) = try await Self.submit(to: attack.cluster)
            let seen = try await attack.run("workers", "foreign_blobs", [job, digest])
            #expect(try seen.isTrue("all_missing"), "\(seen.text)")
            #expect(try seen.number("answers") == 16)
        }
    }

    @Test func `a put that lies about its length or its bytes is not stored`() async throws {
        try await Self.onHead { attack, _ in
            let (job, _) = try await Self.submit(to: attack.cluster)
            let seen = try await attack.run("workers", "endless_put", [job])
            #expect(try seen.list("answers") == ["refused", "missing"])
        }
    }

    @Test func `an outcome that names outputs nobody brought is a loss`() async throws {
        try await Self.onHead { attack, _ in
            let (job, _) = try await Self.submit(to: attack.cluster)
            try await attack.cluster.issue("worker", "honest")
            // With nobody else there, the saboteur has every attempt until the trial is poison.
            let seen = try await attack.run("workers", "false_outputs")
            #expect(try seen.text("word") == "to be done again", "\(seen.text)")
            let honest = try await attack.cluster.startWorker("honest", slots: 1)
            defer { honest.send(SIGKILL) }
            try await attack.cluster.waitForEnd(of: "j\(job)")
            let ended = try await attack.cluster.ask(["job", "j\(job)"])
            #expect(ended["state"] as? String == "succeeded", "\(ended)")
        }
    }

    @Test func `a job ends right though a worker sabotages whatever it is given`() async throws {
        let cluster = try await Cluster()
        try await cluster.issue("worker", "mallory")
        let head = try await cluster.startHead()
        defer { head.send(SIGKILL) }
        let (ready, stop) = (cluster.path("ready"), cluster.path("stop"))
        async let sabotage = Attack(cluster: cluster).run("workers", "saboteur", [ready, stop])
        while !FileManager.default.fileExists(atPath: ready) {
            _ = try await cluster.ask(["health"], as: "olga")
        }
        let honest = try await cluster.startWorker("w1")
        defer { honest.send(SIGKILL) }
        let job = try cluster.write(
            job: Self.job, on: Tables.classification(rows: 300, seed: 7), named: "clouds")
        let ended = try await cluster.ask(["submit", job, "--follow"])
        _ = try cluster.write("", to: "stop")
        #expect(ended["state"] as? String == "succeeded", "\(ended)")
        #expect(try await sabotage.number("taken") > 0)
        #expect(FileManager.default.fileExists(atPath: cluster.path("clouds.model/manifest.json")))
    }

    // MARK: Support

    private static let job = """
        name: clouds
        task: classification
        data: { train: clouds.csv, target: kind }
        metric: [accuracy]
        budget: { trials: 8 }
        cv: 2
        seed: 5
        output: clouds.model
        """

    /// Submits a learning job as a user; answers its number and the digest of its data.
    private static func submit(to cluster: Cluster) async throws -> (job: String, digest: String) {
        let table = Tables.classification(rows: 200, seed: 7)
        let job = try cluster.write(job: Self.job, on: table, named: "clouds")
        let submitted = try await cluster.ask(["submit", job])
        let id = try #require(submitted["id"] as? String)
        return (String(id.dropFirst()), "sha256:" + (try await cluster.digest(of: "clouds.csv")))
    }
}

extension Program {
    /// Lines of the log about somebody.
    func lines(about name: String) -> Int {
        self.errors.split(separator: "\n").count { $0.contains(name) }
    }
}

extension Cluster {
    /// By an independent program.
    func digest(of file: String) async throws -> String {
        let program = try self.start("/usr/bin/env", ["sha256sum", self.path(file)])
        guard await program.status == 0 else { throw EndToEndError(program.errors) }
        return String(program.output.prefix(64))
    }

    /// Each question is a process of its own, tens of milliseconds long: no spin, no sleep.
    func waitForEnd(of job: String) async throws {
        while try await self.ask(["job", job])["state"] as? String == "running" {}
    }
}
