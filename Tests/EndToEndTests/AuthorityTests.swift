import Foundation
import Glibc
import LiveCluster
import Testing

/// Certificates from others than `assay-certs`: whom they may name.
@Suite struct AuthorityTests {
    @Test func `whoever steals a head's issuer makes workers, and nobody else`() async throws {
        let cluster = try await Cluster()
        try await cluster.issueIssuer()
        let head = try await cluster.startHead()
        defer { head.send(SIGKILL) }
        let openssl = OpenSSL(cluster: cluster)
        try cluster.makeDirectory("stolen")
        for (file, name) in [("issuer.pem", "ca.pem"), ("issuer-key.pem", "ca-key.pem")] {
            try FileManager.default.copyItem(
                atPath: "\(cluster.certs("head-1"))/\(file)", toPath: cluster.path("stolen/\(name)")
            )
        }
        for role in ["operator", "user", "viewer", "probe"] {
            try await openssl.sign(
                role, uri: "spiffe://e2e/\(role)/eve", authority: cluster.path("stolen"))
            try cluster.append(cluster.path("stolen/ca.pem"), toCertificateOf: role)
            let answer = try await cluster.fetch("/livez", as: role)
            #expect(answer.code == 403, "\(role)")
            #expect(answer.body.contains("an issuer names workers only"), "\(answer.body)")
            // Our own client does not even ask.
            let client = try cluster.client(["health"], as: role)
            #expect(await client.status == 2)
            #expect(client.errors.contains("an issuer names workers only"), "\(client.errors)")
        }
        // Nor is a server what it signs, to anybody.
        try await openssl.sign(
            "fake", uri: "spiffe://e2e/head/head-1", usage: "serverAuth",
            authority: cluster.path("stolen"))
        let judged = try cluster.start(
            "/usr/bin/openssl",
            [
                "verify", "-purpose", "sslserver", "-CAfile", cluster.path("ca/ca.pem"),
                "-untrusted", cluster.path("stolen/ca.pem"), "\(cluster.certs("fake"))/cert.pem",
            ])
        #expect(await judged.status != 0)

        try await openssl.sign(
            "wanda", uri: "spiffe://e2e/worker/wanda", authority: cluster.path("stolen"))
        try cluster.append(cluster.path("stolen/ca.pem"), toCertificateOf: "wanda")
        let worker = try await cluster.startWorker("wanda")
        worker.send(SIGKILL)
    }

    @Test func `other clients bring an issuer's certificate along as ours do`() async throws {
        let cluster = try await Cluster()
        try await cluster.issueIssuer()
        let head = try await cluster.startHead()
        defer { head.send(SIGKILL) }
        let join = try cluster.join(try await cluster.invite("w1"), certs: cluster.certs("w1"))
        #expect(await join.status == 0, "\(join.errors)")
        // openssl sends the chain of a file only when it is told to.
        let chain = ["-cert_chain", "\(cluster.certs("w1"))/cert.pem"]
        let openssl = OpenSSL(cluster: cluster)
        let link = try await openssl.connect(["-alpn", "assay-link/1"] + chain, as: "w1")
        #expect(link.contains("Verify return code: 0 (ok)") && !link.contains("alert"), "\(link)")
        let alone = try await openssl.connect(["-alpn", "assay-link/1"], as: "w1")
        #expect(
            alone.contains("alert unknown ca") || alone.contains("alert certificate"), "\(alone)")
        let page = try await cluster.fetch("/metrics", as: "w1")
        #expect(page.code == 403 && page.body.contains("a worker may not speak http/1.1"))
    }

    @Test func `people may have certificates of another authority, when ca.pem names it`()
        async throws
    {
        let cluster = try await Cluster()
        let openssl = OpenSSL(cluster: cluster)
        try await openssl.makeAuthority("corporate")
        try await openssl.makeAuthority("issuing", below: "corporate")
        try await openssl.sign(
            "carla", uri: "spiffe://e2e/operator/carla", authority: cluster.path("issuing"))
        try cluster.append(cluster.path("issuing/ca.pem"), toCertificateOf: "carla")
        // The root alone is not enough to name people: whoever issues below it is many.
        for name in ["head-1", "carla"] {
            try cluster.append(cluster.path("corporate/ca.pem"), to: "ca.pem", of: name)
        }
        let head = try await cluster.startHead()
        defer { head.send(SIGKILL) }
        let answer = try await cluster.fetch("/livez", as: "carla")
        #expect(answer.code == 403 && answer.body.contains("an issuer names workers only"))

        for name in ["head-1", "carla"] {
            try cluster.append(cluster.path("issuing/ca.pem"), to: "ca.pem", of: name)
        }
        head.send(SIGHUP)
        // Each look is a process of its own; the test's time limit is the bound.
        while try await cluster.fetch("/livez", as: "carla").code != 200 {}
        #expect(try await cluster.ask(["health"], as: "carla")["ready"] as? Bool == true)
        #expect(try await cluster.ask(["nodes"], as: "olga")["nodes"] != nil)
    }
}

extension Cluster {
    fileprivate func append(_ path: String, toCertificateOf name: String) throws {
        try self.append(path, to: "cert.pem", of: name)
    }

    /// Adds a certificate to a file of somebody's `--certs` directory.
    fileprivate func append(_ path: String, to file: String, of name: String) throws {
        let place = "\(self.certs(name))/\(file)"
        let text = try String(contentsOfFile: place, encoding: .utf8)
        let more = try String(contentsOfFile: path, encoding: .utf8)
        try (text + more).write(toFile: place, atomically: true, encoding: .utf8)
    }
}
