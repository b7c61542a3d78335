import Foundation
import LiveCluster
import Testing

/// Whoever is not proved is refused, as an independent client sees it.
@Suite struct RefusalTests {
    @Test func `without a certificate of our authority nobody gets in`() async throws {
        let cluster = try await Cluster()
        let head = try await cluster.startHead()
        defer { head.send(SIGKILL) }
        let openssl = OpenSSL(cluster: cluster)

        let nobody = try await openssl.connect(["-tls1_3", "-alpn", "h2"], as: nil)
        #expect(nobody.contains("alert certificate required"))

        try cluster.makeDirectory("foreign")
        let other = try cluster.start(
            Binaries.certs, ["init", cluster.path("foreign/ca"), "--cluster", "e2e"])
        #expect(await other.status == 0)
        try await openssl.sign(
            "stranger", uri: "spiffe://e2e/user/ute", authority: cluster.path("foreign/ca"))
        let stranger = try await openssl.connect(["-tls1_3", "-alpn", "h2"], as: "stranger")
        #expect(stranger.contains("alert unknown ca") || stranger.contains("alert certificate"))

        #expect(try await cluster.ask(["health"], as: "olga")["ready"] as? Bool == true)
    }

    @Test func `an expired, early or misused certificate is refused by the handshake`()
        async throws
    {
        let cluster = try await Cluster()
        let head = try await cluster.startHead()
        defer { head.send(SIGKILL) }
        let openssl = OpenSSL(cluster: cluster)
        let uri = "spiffe://e2e/user/ute"

        try await openssl.sign("expired", uri: uri, to: "20210101000000Z")
        #expect(
            try await openssl.connect(["-alpn", "h2"], as: "expired")
                .contains("alert certificate expired"))
        try await openssl.sign("early", uri: uri, from: "20390101000000Z")
        #expect(try await openssl.connect(["-alpn", "h2"], as: "early").contains("alert"))
        try await openssl.sign("server", uri: uri, usage: "serverAuth")
        #expect(
            try await openssl.connect(["-alpn", "h2"], as: "server")
                .contains("alert unsupported certificate"))
    }

    @Test(
        arguments: [
            ("nameless", nil), ("foreigner", "spiffe://south/user/ute"),
            ("king", "spiffe://e2e/king/ute"), ("page", "https://e2e/user/ute"),
        ] as [(String, String?)])
    func `a certificate that names nobody of this cluster gets a sentence`(
        name: String, uri: String?
    ) async throws {
        let cluster = try await Cluster()
        let head = try await cluster.startHead()
        defer { head.send(SIGKILL) }
        try await OpenSSL(cluster: cluster).sign(name, uri: uri)
        let answer = try await cluster.fetch("/livez", as: name)
        #expect(answer.code == 403)
        #expect(answer.body.contains("certificate"))
        #expect(head.errors.contains("refused"))
    }

    @Test func `a worker sees no pages and a user opens no link`() async throws {
        let cluster = try await Cluster()
        let head = try await cluster.startHead()
        defer { head.send(SIGKILL) }
        try await cluster.issue("worker", "wanda")
        #expect(try await cluster.fetch("/metrics", as: "wanda").code == 403)
        let link = try await OpenSSL(cluster: cluster).connect(
            ["-alpn", "assay-link/1"], as: "ute")
        #expect(link.contains("a user may not speak assay-link"))
    }

    @Test func `older TLS and no TLS at all are refused`() async throws {
        let cluster = try await Cluster()
        let head = try await cluster.startHead()
        defer { head.send(SIGKILL) }
        let old = try await OpenSSL(cluster: cluster).connect(
            ["-tls1_2", "-alpn", "h2"], as: "ute")
        #expect(old.contains("alert protocol version"))
        let plain = try cluster.start(
            "/usr/bin/env",
            ["curl", "--silent", "--max-time", "20", "http://\(cluster.address)/livez"])
        #expect(await plain.status != 0)
        #expect(plain.output.isEmpty)
    }

    @Test func `a daemon with a certificate of another role does not start`() async throws {
        let cluster = try await Cluster()
        let head = try cluster.start(
            Binaries.assay,
            [
                "head", "--listen", "127.0.0.1:0", "--certs", cluster.certs("ute"), "--state",
                cluster.path("state"),
            ])
        #expect(await head.status == 2)
        #expect(head.errors.contains("user"))
        let worker = try cluster.start(
            Binaries.assay,
            ["worker", "--head", cluster.address, "--certs", cluster.certs("ute")])
        #expect(await worker.status == 2)
        #expect(worker.errors.contains("user"))
    }
}
