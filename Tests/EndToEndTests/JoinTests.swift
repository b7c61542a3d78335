import Foundation
import Glibc
import LiveCluster
import Testing

/// A node becomes a worker by one line, as an operator does it.
@Suite struct JoinTests {
    private static let idle = """
        name: idle
        task: idle
        trials: 4
        duration: 1ms
        """

    @Test func `an invited node joins, works, and keeps its certificate fresh`() async throws {
        let cluster = try await Cluster()
        try await cluster.issueIssuer()
        let head = try await cluster.startHead(["--worker-certificate", "16s"])
        defer { head.send(SIGKILL) }

        // The one command line of docs/OPERATING.md, with a pipe for ssh.
        let join = try cluster.start(
            "/bin/sh",
            [
                "-c",
                """
                "$0" node invite w1 --head \(cluster.address) --certs "$1" \
                | "$0" join --certs "$2"
                """, Binaries.assay, cluster.certs("olga"), cluster.certs("w1"),
            ])
        #expect(await join.status == 0, "\(join.errors)")
        #expect(join.output.hasPrefix("joined e2e as w1, certificate until "))
        let worker = try await cluster.startWorker("w1")
        defer { worker.send(SIGKILL) }
        let before = try #require(try await cluster.node("w1"))

        let job = try cluster.write(Self.idle, to: "idle.yaml")
        #expect(
            try await cluster.ask(["submit", job, "--follow"])["state"] as? String == "succeeded")

        // Two renewals: by then the certificate that the link began with has ended. Each look is a
        // process of its own; the test's time limit is the bound.
        var serials: Set<String> = []
        var node = before
        while serials.count < 3 {
            serials.insert(try #require(node["certificate_serial"] as? String))
            node = try #require(try await cluster.node("w1"))
        }
        #expect(node["connected_at"] as? Double == before["connected_at"] as? Double)
        #expect(node["state"] as? String == "ready")
        #expect(
            try await cluster.ask(["submit", job, "--follow"])["state"] as? String == "succeeded")
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: cluster.certs("w1")).sorted()
                == ["ca.pem", "cert.pem", "key.pem"])
    }

    @Test func `an invitation is good once, whatever happens to the head in between`() async throws
    {
        let cluster = try await Cluster()
        try await cluster.issueIssuer()
        var head = try await cluster.startHead()
        defer { head.send(SIGKILL) }
        let invitation = try await cluster.invite("w1")
        let first = try cluster.join(invitation, certs: cluster.certs("w1"))
        #expect(await first.status == 0, "\(first.errors)")

        let errors = head.errors
        head.send(SIGKILL)
        #expect(await head.status == 128 + SIGKILL)
        head = try await cluster.startHead()
        let second = try cluster.join(invitation, certs: cluster.certs("w2"))
        #expect(await second.status == 4)
        #expect(second.errors == "assay: this invitation was used already; ask for another one\n")
        #expect(!FileManager.default.fileExists(atPath: cluster.certs("w2")))
        // Whoever reads the log can do nothing with it.
        for log in [errors, head.errors] { #expect(!log.contains("assay-join-1")) }
        #expect(errors.contains("a worker joined") && head.errors.contains("was refused"))
    }

    @Test func `a joiner that is killed leaves nothing, and its invitation stays good`()
        async throws
    {
        let cluster = try await Cluster()
        try await cluster.issueIssuer()
        var head = try await cluster.startHead()
        defer { head.send(SIGKILL) }
        let invitation = try await cluster.invite("w1")
        // The socket stays, so that a joiner connects and nobody answers.
        head.send(SIGKILL)
        #expect(await head.status == 128 + SIGKILL)
        let before = try FileManager.default.contentsOfDirectory(atPath: cluster.directory)
        let killed = try cluster.join(invitation, certs: cluster.certs("w1"))
        while !Self.isConnected(killed.pid) {
            try #require(kill(killed.pid, 0) == 0, "it ended: \(killed.errors)")
        }
        killed.send(SIGKILL)
        #expect(await killed.status == 128 + SIGKILL)
        let after = try FileManager.default.contentsOfDirectory(atPath: cluster.directory)
        #expect(Set(after).subtracting(before).allSatisfy { $0.hasPrefix("invitation-") })

        head = try await cluster.startHead()
        let join = try cluster.join(invitation, certs: cluster.certs("w1"))
        #expect(await join.status == 0, "\(join.errors)")
    }

    /// Whether a process holds an open TCP socket.
    private static func isConnected(_ pid: pid_t) -> Bool {
        let folder = "/proc/\(pid)/fd"
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return names.contains { name in
            (try? FileManager.default.destinationOfSymbolicLink(atPath: "\(folder)/\(name)"))?
                .hasPrefix("socket:") == true
        }
    }

    @Test func `what is wrong is said before the invitation is spent`() async throws {
        let cluster = try await Cluster()
        try await cluster.issueIssuer()
        let head = try await cluster.startHead()
        defer { head.send(SIGKILL) }
        let invitation = try await cluster.invite("w1")
        let loose = try cluster.write(invitation, to: "loose")
        chmod(loose, 0o644)
        let mistakes: [(program: Program, words: String)] = [
            (try cluster.join("", certs: cluster.certs("w1")), "begins with assay-join-1."),
            (
                try cluster.join(String(invitation.dropLast(9)), certs: cluster.certs("w1")),
                "cut short or altered"
            ),
            (try cluster.join(invitation, certs: cluster.certs("olga")), "is there already"),
            (try cluster.join(invitation, certs: cluster.path("none/w1")), "No such file"),
            (
                try cluster.join("", certs: cluster.certs("w1"), ["--invitation", loose]),
                "has mode 0644"
            ),
            (
                try cluster.join(invitation, certs: cluster.certs("w1"), ["--head", "nowhere"]),
                "--head: an address is HOST:PORT"
            ),
        ]
        for (program, words) in mistakes {
            #expect(await program.status == 2, "\(words)")
            #expect(program.errors.contains(words), "\(program.errors)")
            #expect(!program.errors.contains("assay-join-1.A"))
        }
        #expect(!FileManager.default.fileExists(atPath: cluster.certs("w1")))
        let away = try cluster.join(
            invitation, certs: cluster.certs("w1"), ["--head", "127.0.0.1:1"])
        #expect(await away.status == 3)
        let join = try cluster.join(invitation, certs: cluster.certs("w1"))
        #expect(await join.status == 0, "\(join.errors)")
        let user = try cluster.client(["node", "invite", "w2"])
        #expect(await user.status == 4)
        #expect(user.errors.contains("a user may not invite nodes"))
    }

    @Test func `a new issuer is taken up by SIGHUP, and what the old one signed stays good`()
        async throws
    {
        let cluster = try await Cluster()
        try await cluster.issueIssuer()
        let head = try await cluster.startHead()
        defer { head.send(SIGKILL) }
        let join = try cluster.join(try await cluster.invite("w1"), certs: cluster.certs("w1"))
        #expect(await join.status == 0, "\(join.errors)")
        try await cluster.issueIssuer(replaced: true)
        let issuer = try String(
            contentsOfFile: "\(cluster.certs("head-1"))/issuer.pem", encoding: .utf8)
        head.send(SIGHUP)
        // Each try joins another node; the test's time limit is the bound.
        var number = 2
        while true {
            let name = "w\(number)"
            let next = try cluster.join(
                try await cluster.invite(name), certs: cluster.certs(name))
            #expect(await next.status == 0, "\(next.errors)")
            let chain = try String(
                contentsOfFile: "\(cluster.certs(name))/cert.pem", encoding: .utf8)
            if chain.contains(issuer) { break }
            number += 1
        }
        for name in ["w1", "w\(number)"] {
            let worker = try await cluster.startWorker(name)
            worker.send(SIGKILL)
        }
    }
}
