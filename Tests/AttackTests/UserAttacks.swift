import Foundation
import Glibc
import LiveCluster
import Testing

/// A user's certificate in hostile hands, and what hostile texts and files do to a user.
@Suite(.serialized) struct UserAttacks {
    private static func onHead(_ body: (Attack, Program) async throws -> Void) async throws {
        let cluster = try await Cluster()
        try await cluster.issue("user", "eve")
        try await Attack.on(cluster, body)
    }

    @Test(.enabled(if: Attack.hasClients))
    func `no text that does something to a terminal gets in, by any field`() async throws {
        try await Self.onHead { attack, head in
            let seen = try await attack.run("users", "names")
            #expect(try seen.list("accepted") == [])
            #expect(try seen.number("tried") == 12)
            #expect(try seen.list("odd_ids_found") == [])
            #expect(!head.errors.contains("\u{1B}"))
        }
    }

    @Test(.enabled(if: Attack.hasClients))
    func `giant numbers, lists and messages are refused, and the largest job can be cancelled`()
        async throws
    {
        try await Self.onHead { attack, _ in
            let seen = try await attack.run("users", "giants")
            #expect(try seen.list("accepted") == [])
            #expect(try seen.text("longest_job") == "OK OK")
            #expect(try seen.list("blobs").first == "INVALID_ARGUMENT")
            #expect(try !seen.list("blobs").contains("OK"))
            try seen.expectHarmless()
        }
    }

    @Test(.enabled(if: Attack.hasClients))
    func `another's job, model and data are refused, and a digest opens nothing`() async throws {
        let cluster = try await Cluster()
        try await cluster.issue("user", "eve")
        let head = try await cluster.startHead()
        let worker = try await cluster.startWorker("w1", slots: 2)
        defer { [worker, head].forEach { $0.send(SIGKILL) } }
        let table = Tables.classification(rows: 200, seed: 7)
        let job = try cluster.write(
            job: """
                task: classification
                data: { train: clouds.csv, target: kind }
                metric: accuracy
                budget: { trials: 2 }
                cv: 2
                output: clouds.model
                """, on: table, named: "clouds")
        let ended = try await cluster.ask(["submit", job, "--follow"])
        #expect(ended["state"] as? String == "succeeded")
        let id = try #require(ended["id"] as? String)
        let digest = "sha256:" + (try await cluster.digest(of: "clouds.csv"))

        let seen = try await Attack(cluster: cluster).run(
            "users", "others", [id, digest, "\(table.utf8.count)"])
        #expect(try seen.list("not_refused") == [])
        #expect(try seen.number("listed") == 0)
        #expect(try seen.number("seen_by_digest") == 0)
        #expect(try seen.text("submitted") == "FAILED_PRECONDITION")
        #expect(try seen.isTrue("refusal_is_that_of_a_missing_blob"))
        #expect(try seen.text("put_without_bytes") == "INVALID_ARGUMENT")
        #expect(try seen.number("seen_afterwards") == 0)
    }

    @Test(.enabled(if: Attack.hasClients))
    func `the same bytes of two users lie there once, and each knows of his own`() async throws {
        try await Self.onHead { attack, _ in
            let seen = try await attack.run("users", "own_bytes", ["a,b\n1,2\n"])
            #expect(try seen.text("ute") == "0 OK 1")
            #expect(try seen.text("eve") == "0 OK 1")
            #expect(try seen.number("stored") == 1)
        }
    }

    @Test(.enabled(if: Attack.hasClients))
    func `a flood of jobs leaves room for others`() async throws {
        try await Self.onHead { attack, _ in
            let seen = try await attack.run("users", "job_flood", ["5100"])
            #expect(try seen.number("accepted") == 5000)
            #expect(try seen.number("refused") == 100)
            #expect(try seen.text("wide") == "RESOURCE_EXHAUSTED")
            #expect(try seen.text("other_user") == "OK")
            try seen.expectHarmless(memoryMB: 256)
        }
    }

    @Test(.enabled(if: Attack.hasClients))
    func `thousands of watches are told of one job's end, and leave nothing`() async throws {
        try await Self.onHead { attack, _ in
            let count = Attack.isWhole ? 10_000 : 2000
            let seen = try await attack.run("users", "watches", ["\(count)"])
            #expect(try seen.number("served") == Double(count))
            #expect(try seen.text("ended") == "OK")
            #expect(try seen.number("told") == Double(count))
            try seen.expectHarmless(memoryMB: 512)
        }
    }

    // MARK: Files

    @Test(arguments: [
        ("aliases", "a: &a [x]\nb: [*a, *a]\n", "anchors and aliases are not allowed"),
        ("depth", String(repeating: "[", count: 100_000), "nested too deeply"),
        ("tag", "name: !!python/object:os.system x\n", "task is missing"),
        ("key twice", "name: a\nname: b\n", "names 'name' twice"),
    ]) func `a job file that is a bomb is one sentence`(
        name: String, text: String, reason: String
    ) async throws {
        let cluster = try await Cluster()
        let job = try cluster.write(text, to: "bomb.yaml")
        let program = try cluster.client(["submit", job])
        #expect(await program.status == 2, "\(name)")
        #expect(program.errors.contains(reason), "\(program.errors)")
        #expect(program.errors.split(separator: "\n").count == 1, "\(program.errors)")
    }

    @Test(arguments: [
        "a\u{1B}[2J,b\n1,2\n", "a\u{9B}31m,b\n1,2\n", "a\u{202E},b\n1,2\n", "a\u{2028},b\n1,2\n",
        "a,b\n1,\0\n",
    ]) func `a table whose header does something to a terminal is refused, and not repeated`(
        text: String
    ) async throws {
        let cluster = try await Cluster()
        let table = try cluster.write(text, to: "table.csv")
        let program = try cluster.client(["data", "infer", table])
        #expect(await program.status == 2, "\(program.output)")
        for scalar in ["\u{1B}", "\u{9B}", "\u{202E}", "\0"] {
            #expect(
                !(program.output + program.errors).unicodeScalars.contains(Unicode.Scalar(scalar)!))
        }
    }
}
