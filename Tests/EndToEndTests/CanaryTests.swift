import Foundation
import Glibc
import LiveCluster
import Testing

/// What is private stands in many places of a cluster's memory, and in none of its words, however
/// much goes wrong and however talkative it was made.
@Suite struct CanaryTests {
    /// The most that operators can ask for.
    static let talkative = [
        "--mode", "development", "--log-level", "debug", "--allow-sensitive-logs",
    ]

    @Test func `no cell, name, key or invitation is in a word that a cluster says`() async throws {
        let canaries = Canaries()
        let cluster = try await Cluster()
        try await cluster.issueIssuer()
        try await cluster.issue("viewer", "vera")
        let head = try await cluster.startHead(
            Self.talkative + ["--log-dir", cluster.path("said")])
        defer { head.send(SIGKILL) }
        let invitation = try await cluster.aside(["node", "invite", "wanda"], as: "olga").words
        let workers = try await [
            cluster.startWorker(
                "w1", slots: 2, Self.talkative + ["--log-dir", cluster.path("said")]),
            cluster.startWorker("w2", Self.talkative),
        ]
        defer { workers.forEach { $0.send(SIGKILL) } }

        // 1) A job on private data, while a runner crashes, a worker is revoked and strangers ask.
        let job = try cluster.write(
            job: canaries.job("trials: 20"), on: canaries.table(rows: 300), named: "patients")
        // The submitter's own terminal calls columns by their names.
        let first = try await cluster.aside(["submit", job, "--anonymize-columns"], as: "ute")
        #expect(first.status == 0, "\(first.words)")
        let id = "j1"
        try await cluster.waitForProgress(of: id)
        for runner in Processes.children(of: workers[0].pid) { kill(runner, SIGSEGV) }
        #expect(try await cluster.client(["node", "revoke", "w2"], as: "olga").status == 0)
        #expect(try await cluster.client(["cancel", id], as: "vera").status == 4)
        let words = Processes.words(of: [head.pid] + workers.map(\.pid))
        let watch = try cluster.client(["watch", id, "--json"], as: "olga")
        #expect(await watch.status == 0, "\(watch.errors)")

        // 2) What a client refuses, and what only a runner finds out.
        for (table, name) in canaries.brokenTables {
            let path = try cluster.write(job: canaries.job("trials: 2"), on: table, named: name)
            // The submitter's own terminal may name columns, and tells no cell.
            let (status, words) = try await cluster.aside(["submit", path], as: "ute")
            #expect(status == 2)
            #expect(!canaries.cells.contains { words.utf8.firstRange(of: Array($0)) != nil })
        }
        let shares = try canaries.failingJob(on: cluster)
        let second = try await cluster.aside(["submit", shares, "--anonymize-columns"], as: "ute")
        #expect(second.status == 0)
        #expect(try await cluster.client(["watch", "j2"], as: "olga").status == 1)
        let open = "openly-4c1d"
        let idle = try cluster.write(
            "name: \(open)\ntask: idle\ntrials: 1\nduration: 1ms\n", to: "idle.yaml")
        #expect(try await cluster.client(["submit", idle, "--follow"]).status == 0)

        // 3) Everything that anybody can read of it.
        var said = try await cluster.everythingSaid(jobs: ["j1", "j2"])
        said.merge(words) { $1 }
        let keys = try ["head-1", "w1", "w2", "ute", "olga"].flatMap { name in
            try Canaries.keyMaterial(of: "\(cluster.certs(name))/key.pem")
        }
        let secrets =
            canaries.cells + canaries.names + [Data(invitation.utf8.dropLast().suffix(40))] + keys
        for (place, bytes) in said.sorted(by: { $0.key < $1.key }) {
            let found = secrets.indices.filter { bytes.range(of: secrets[$0]) != nil }
            #expect(found.isEmpty, "\(place) holds secrets number \(found)")
        }
        // The places that were looked at are those where words are, of what went wrong too.
        for (place, word) in [
            ("said/head.log", open), ("said/job-j3.log", open), ("said/job-j2.log", "too large"),
            ("said/worker.log", "a runner ended"), ("/metrics", "assay_"),
        ] {
            #expect(said[place]?.range(of: Data(word.utf8)) != nil, "\(word) is not in \(place)")
        }
        #expect(said.keys.contains { $0.hasSuffix("/cmdline") })
    }

    @Test func `the submitter alone undoes aliases, and predicts with the real names`() async throws
    {
        let canaries = Canaries()
        let cluster = try await Cluster()
        let head = try await cluster.startHead()
        let worker = try await cluster.startWorker("w1", slots: 2)
        defer { [worker, head].forEach { $0.send(SIGKILL) } }
        let job = try cluster.write(
            job: canaries.job("trials: 6") + "\noutput: m.model", on: canaries.table(rows: 200),
            named: "patients")
        let follow = try cluster.client(["submit", job, "--anonymize-columns", "--follow"])
        #expect(await follow.status == 0, "\(follow.errors)")

        let map = cluster.path("m.model.columns.json")
        var status = stat()
        #expect(lstat(map, &status) == 0 && status.st_mode & 0o7777 == 0o600)
        let manifest = try String(
            contentsOfFile: cluster.path("m.model/manifest.json"), encoding: .utf8)
        for name in canaries.names {
            #expect(manifest.utf8.firstRange(of: Array(name)) == nil)
        }

        let table = cluster.path("patients.csv")
        let predict = try cluster.client(["predict", cluster.path("m.model"), table, "--score"])
        #expect(await predict.status == 0, "\(predict.errors)")
        try FileManager.default.moveItem(atPath: map, toPath: cluster.path("elsewhere.json"))
        let without = try cluster.client(["predict", cluster.path("m.model"), table])
        #expect(await without.status == 2)
        #expect(without.errors.contains("--columns FILE"), "\(without.errors)")
        let again = try cluster.client(
            [
                "predict", cluster.path("m.model"), table, "--columns",
                cluster.path("elsewhere.json"),
            ])
        #expect(await again.status == 0, "\(again.errors)")
    }

    @Test func `a job's log is sealed at its end, also when the head was killed meanwhile`()
        async throws
    {
        let cluster = try await Cluster()
        let options = ["--log-dir", cluster.path("said")]
        var head = try await cluster.startHead(options)
        let worker = try await cluster.startWorker("w1", slots: 2)
        defer { [worker, head].forEach { $0.send(SIGKILL) } }
        func mode(_ job: String) -> mode_t {
            var status = stat()
            return lstat(cluster.path("said/job-\(job).log"), &status) == 0
                ? status.st_mode & 0o7777 : 0
        }
        let quick = try cluster.write(
            "name: quick\ntask: idle\ntrials: 3\nduration: 1ms\n", to: "quick.yaml")
        let long = try cluster.write(
            "name: long\ntask: idle\ntrials: 3\nduration: 10m\n", to: "long.yaml")
        #expect(try await cluster.client(["submit", quick, "--follow"]).status == 0)
        #expect(mode("j1") == 0o400)
        _ = try await cluster.ask(["submit", long])
        #expect(mode("j2") == 0o600)
        let sealed = try String(contentsOfFile: cluster.path("said/job-j1.log"), encoding: .utf8)
        #expect(sealed.contains("a job was accepted") && sealed.contains("a job ended"))

        head.send(SIGKILL)
        _ = await head.status
        head = try await cluster.startHead(options)
        #expect(mode("j2") == 0o600)
        #expect(try await cluster.client(["cancel", "j2"]).status == 0)
        #expect(mode("j2") == 0o400)
        let text = try String(contentsOfFile: cluster.path("said/job-j1.log"), encoding: .utf8)
        #expect(text == sealed && mode("j1") == 0o400)
    }

    @Test func `a daemon that crashes leaves no core, no report and nothing of its key`()
        async throws
    {
        let cluster = try await Cluster()
        let head = try await cluster.startHead()
        let worker = try await cluster.startWorker("w1")
        defer { [worker, head].forEach { $0.send(SIGKILL) } }
        for program in [worker, head] {
            let limits = try String(
                contentsOfFile: "/proc/\(program.pid)/limits", encoding: .utf8)
            #expect(limits.contains(#/Max core file size +0 +0 /#), "\(limits)")
        }
        let keys = try ["head-1", "w1"].flatMap { name in
            try Canaries.keyMaterial(of: "\(cluster.certs(name))/key.pem")
        }
        for (program, signal) in [(worker, SIGSEGV), (head, SIGABRT)] {
            program.send(signal)
            #expect(await program.status == 128 + signal)
            #expect(!program.errors.contains("Program crashed"), "\(program.errors)")
        }
        for folder in ["logs", "temp", "state"] {
            for name in try FileManager.default.subpathsOfDirectory(atPath: cluster.path(folder)) {
                let bytes = FileManager.default.contents(atPath: cluster.path("\(folder)/\(name)"))
                let found = keys.indices.filter { bytes?.range(of: keys[$0]) != nil }
                #expect(found.isEmpty, "\(folder)/\(name) holds a key")
                #expect(!name.hasPrefix("core"))
            }
        }
    }
}
