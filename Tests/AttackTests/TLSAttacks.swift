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
            // Ten, and what a busy machine takes to close so many: it took that to open them, too.
            let opening = try seen.number("opened_in_s")
            #expect(try seen.number("last_closed_after_s") < 25 + 3 * opening)
            #expect(try seen.number("counted_crowd") >= 1000)
            #expect(try seen.number("counted_crowd") + seen.number("counted_silence") == 2000)
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
            #expect(try seen.number("updates") > 0)
            // Long before its first words are due.
            #expect(try seen.number("closed_after_s") < 8)
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

    @Test func `a head without room serves who is in, and lets an honest newcomer in`()
        async throws
    {
        let cluster = try await Cluster()
        try await Attack.on(cluster, descriptorsMax: 96) { attack, _ in
            let seen = try await attack.run("handshakes", "no_room", ["300"])
            #expect(try seen.number("newcomer_served_after_s") < 10)
            #expect(try seen.number("counted_crowd") >= 200)
            try seen.expectHarmless()
        }
    }

    @Test func `where all have proper certificates, a newcomer is turned away quickly`()
        async throws
    {
        let cluster = try await Cluster()
        try await cluster.issue("user", "eve")
        try await Attack.on(cluster, descriptorsMax: 96) { attack, _ in
            let seen = try await attack.run("handshakes", "all_in", ["60"])
            // 96 less the reserve of 64, less the bystander.
            #expect(try seen.number("served") <= 31)
            #expect(try seen.number("turned_away") >= 29)
            #expect(try seen.number("slowest_refusal_s") < 10)
            #expect(try seen.number("counted_room") >= 29)
            try seen.expectHarmless()
        }
    }

    @Test func `a head without descriptors serves who is in, and goes on when there are some`()
        async throws
    {
        let cluster = try await Cluster()
        try await Attack.on(cluster) { attack, head in
            let seen = try await attack.run("handshakes", "no_descriptors", ["\(head.pid)", "50"])
            #expect(try seen.isTrue("shut_out"))
            #expect(try seen.number("newcomer_served_after_s") < 10)
            #expect(head.errors.contains("accepting failed; trying again"))
            try seen.expectHarmless()
        }
    }

    @Test func `a session that was made before a revocation does not outlive it`() async throws {
        let cluster = try await Cluster()
        try await cluster.issue("user", "eve")
        try await Attack.on(cluster) { attack, _ in
            let (made, revoked) = (cluster.path("made"), cluster.path("revoked"))
            async let resumed = attack.run("handshakes", "resumed", [made, revoked])
            while !FileManager.default.fileExists(atPath: made) {
                _ = try await cluster.ask(["health"], as: "olga")
            }
            _ = try await cluster.ask(["revoke", "user/eve"], as: "olga")
            _ = try cluster.write("", to: "revoked")
            let seen = try await resumed
            #expect(try seen.isTrue("resumed_before"))
            #expect(try seen.text("answer_before").hasPrefix("HTTP/1.1 200"))
            #expect(try seen.isTrue("resumed_after"))
            #expect(try seen.text("answer_after").hasPrefix("HTTP/1.1 403"))
            #expect(try seen.text("answer_after").contains("revoked"))
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
