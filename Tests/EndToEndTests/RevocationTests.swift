import Foundation
import Glibc
import LiveCluster
import Testing

/// Revocation from end to end: by the head, by the authority, and from one to the other.
@Suite struct RevocationTests {
    private static func serial(of name: String, in cluster: Cluster) async throws -> String {
        let inspect = try cluster.start(
            Binaries.certs, ["inspect", "\(cluster.certs(name))/cert.pem", "--json"])
        guard await inspect.status == 0 else { throw EndToEndError(inspect.errors) }
        let object = try JSONSerialization.jsonObject(with: Data(inspect.output.utf8))
        return try #require((object as? [String: Any])?["serial"] as? String)
    }

    @Test func `a revoked worker is gone, also after a crash, and the authority takes it over`()
        async throws
    {
        let cluster = try await Cluster()
        var head = try await cluster.startHead()
        defer { head.send(SIGKILL) }
        let worker = try await cluster.startWorker("wanda")
        defer { worker.send(SIGKILL) }
        let serial = try await Self.serial(of: "wanda", in: cluster)

        let refused = try cluster.client(["node", "revoke", "wanda"])
        #expect(await refused.status == 4)
        #expect(refused.errors.contains("a user may not revoke certificates"))
        let report = try await cluster.ask(["node", "revoke", "wanda"], as: "olga")
        #expect(report["connections"] as? Int == 1)
        #expect((try await cluster.ask(["nodes"])["nodes"] as? [Any])?.isEmpty == true)

        head.send(SIGKILL)
        _ = await head.status
        head = try await cluster.startHead()
        let link = try await OpenSSL(cluster: cluster)
            .connect(["-alpn", "assay-link/1"], as: "wanda")
        #expect(link.contains("its certificate \(serial) is revoked"))

        // From the head's list into the authority's, and by openssl out of it.
        let serials = try cluster.client(["revocations", "--serials"], as: "olga")
        #expect(await serials.status == 0)
        #expect(serials.output == serial + "\n")
        let file = try cluster.write(serials.output, to: "serials")
        let revoke = try cluster.start(
            Binaries.certs, ["revoke", "--ca", cluster.path("ca"), "--from", file])
        #expect(await revoke.status == 0, "\(revoke.errors)")
        let verify = try cluster.start(
            "/usr/bin/openssl",
            [
                "verify", "-crl_check", "-CAfile", cluster.path("ca/ca.pem"), "-CRLfile",
                cluster.path("ca/crl.pem"), "\(cluster.certs("wanda"))/cert.pem",
            ])
        #expect(await verify.status != 0)
        #expect((verify.output + verify.errors).contains("certificate revoked"))
    }

    @Test func `a head reads the authority's list at its start and on SIGHUP`() async throws {
        let cluster = try await Cluster()
        try await cluster.issue("user", "eve")
        try await cluster.issue("user", "mallory")
        let list = "\(cluster.certs("head-1"))/crl.pem"
        func revoke(_ name: String) async throws {
            let revoke = try cluster.start(
                Binaries.certs,
                [
                    "revoke", try await Self.serial(of: name, in: cluster), "--ca",
                    cluster.path("ca"),
                ]
            )
            guard await revoke.status == 0 else { throw EndToEndError(revoke.errors) }
            try? FileManager.default.removeItem(atPath: list)
            try FileManager.default.copyItem(atPath: cluster.path("ca/crl.pem"), toPath: list)
        }
        try await revoke("eve")
        let head = try await cluster.startHead()
        defer { head.send(SIGKILL) }
        #expect(try await cluster.client(["nodes"], as: "eve").status == 4)
        #expect(try await cluster.client(["nodes"], as: "mallory").status == 0)

        try await revoke("mallory")
        head.send(SIGHUP)
        // The reload is over when it takes effect; a head that never does fails the test.
        var status: Int32 = 0
        for _ in 0..<200 where status != 4 {
            status = try await cluster.client(["nodes"], as: "mallory").status
        }
        #expect(status == 4)
        #expect(try await cluster.client(["nodes"], as: "ute").status == 0)
        let listed = try await cluster.ask(["revocations"], as: "olga")["revocations"] as? [Any]
        #expect(listed?.count == 2)
    }

    @Test func `a list that the authority did not sign keeps a head from starting`() async throws {
        let cluster = try await Cluster()
        let other = try cluster.start(
            Binaries.certs, ["init", cluster.path("other"), "--cluster", "e2e"])
        #expect(await other.status == 0)
        let revoke = try cluster.start(
            Binaries.certs, ["revoke", "0c3f", "--ca", cluster.path("other")])
        #expect(await revoke.status == 0)
        let list = "\(cluster.certs("head-1"))/crl.pem"
        try FileManager.default.copyItem(atPath: cluster.path("other/crl.pem"), toPath: list)
        let head = try cluster.start(
            Binaries.assay,
            [
                "head", "--listen", "127.0.0.1:0", "--certs", cluster.certs("head-1"), "--state",
                cluster.path("state"),
            ])
        #expect(await head.status == 2)
        #expect(
            head.errors.contains("\(list): the revocation list was not signed by the authority"))
    }
}
