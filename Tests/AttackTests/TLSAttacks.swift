import Foundation
import Glibc
import LiveCluster
import Testing

/// Attacks on the port itself: before, within and right behind the handshake.
@Suite(.serialized) struct TLSAttacks {
    private static func onHead(_ body: (Attack, Program) async throws -> Void) async throws {
        let cluster = try await Cluster()
        try await cluster.issue("user", "eve")
        try await cluster.issue("worker", "mallory")
        try await Attack.on(cluster, body)
    }

    @Test func `two thousand half-open handshakes are cut within their ten seconds`()
        async throws
    {
        try await Self.onHead { attack, _ in
            let seen = try await attack.run("handshakes", "half_open", ["2000"])
            #expect(try seen.isTrue("all_closed"))
            // Ten, and what a busy machine takes to open and to close so many.
            #expect(try seen.number("last_closed_after_s") < 25)
            #expect(try seen.number("counted_crowd") >= 1000)
            try seen.expectHarmless(memoryMB: 128)
        }
    }

    @Test func `a hello of ten megabytes is cut at its first record`() async throws {
        try await Self.onHead { attack, _ in
            let seen = try await attack.run("handshakes", "giant_hello")
            #expect(try seen.isTrue("closed"))
            #expect(try seen.number("bytes") < 10_000_000)
            try seen.expectHarmless()
        }
    }

    @Test func `whoever trickles bytes is cut, in every protocol and at every stage`()
        async throws
    {
        try await Self.onHead { attack, _ in
            let seen = try await attack.run("handshakes", "trickle")
            #expect(try seen.list("outlasted") == [])
            try seen.expectHarmless()
        }
    }

    @Test func `new keys without end end the connection`() async throws {
        try await Self.onHead { attack, _ in
            let seen = try await attack.run("handshakes", "key_updates")
            #expect(try (1..<200).contains(seen.number("updates")))
            try seen.expectHarmless()
        }
    }

    @Test func `one certificate cannot take the connections of all others`() async throws {
        try await Self.onHead { attack, head in
            let seen = try await attack.run("handshakes", "one_identity", ["300"])
            #expect(try seen.number("served") == 256)
            #expect(try seen.number("refused") == 44)
            #expect(try seen.number("counted_quota") == 44)
            #expect(head.errors.contains("user/eve has 256 connections open"))
            try seen.expectHarmless()
        }
    }

    @Test func `a head without descriptors serves who is in, and goes on when there are some`()
        async throws
    {
        let cluster = try await Cluster()
        try await Attack.on(cluster, descriptorsMax: 80) { attack, head in
            let seen = try await attack.run("handshakes", "descriptors", ["300"])
            #expect(try seen.number("answered") == 50)
            #expect(try seen.isTrue("newcomer_served"))
            #expect(head.errors.contains("accepting failed; trying again"))
        }
    }

    @Test func `a storm of connects does not keep a head from ending`() async throws {
        let cluster = try await Cluster()
        try await cluster.issue("user", "eve")
        let head = try await cluster.startHead()
        defer { head.send(SIGKILL) }
        let (begun, stop) = (cluster.path("begun"), cluster.path("stop"))
        async let storm = Attack(cluster: cluster).run("handshakes", "storm", [begun, stop])
        while !FileManager.default.fileExists(atPath: begun) {
            #expect(try await cluster.ask(["health"], as: "olga")["ready"] as? Bool == true)
        }
        head.send(SIGTERM)
        #expect(await head.status == 0, "\(head.errors)")
        _ = try cluster.write("", to: "stop")
        #expect(try await storm.number("handshakes") > 0)
    }
}

extension Seen {
    /// Nothing of the attack is left. An attacker that saw another client go without an answer has
    /// failed before this.
    func expectHarmless(memoryMB: Double = 64) throws {
        #expect(try self.isTrue("descriptors_are_back"), "\(self.text)")
        #expect(try self.number("memory_grew_mb") < memoryMB, "\(self.text)")
    }
}
