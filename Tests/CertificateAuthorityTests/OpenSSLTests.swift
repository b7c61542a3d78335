import CertificateAuthority
import Foundation
import Testing
import Wire

/// What we make is judged by a reader that shares no code with us.
@Suite(.enabled(if: OpenSSL.isInstalled, "openssl is not installed"))
struct OpenSSLTests {
    let scratch: Scratch
    var world: World

    init() throws {
        self.scratch = try Scratch()
        self.world = try World()
        _ = try self.scratch.write(try self.world.authority.certificatePEM, to: "ca.pem")
    }

    private func verify(
        _ issued: Authority.Issued, _ purpose: String, _ more: [String] = []
    ) throws -> OpenSSL {
        let path = try self.scratch.write(issued.certificatePEM, to: "cert.pem")
        let noon = String(Int(self.world.noon.timeIntervalSince1970))
        return try OpenSSL(
            ["verify", "-x509_strict", "-attime", noon, "-CAfile", self.scratch["ca.pem"]]
                + ["-purpose", purpose] + more + [path])
    }

    @Test mutating func `a head is accepted as server and client, under its names only`() throws {
        let head = try self.world.head()
        #expect(try self.verify(head, "sslserver").accepted)
        #expect(try self.verify(head, "sslclient").accepted)
        for good in [
            ["-verify_hostname", "head.example"], ["-verify_ip", "127.0.0.1"],
            ["-verify_ip", "::1"],
        ] {
            #expect(try self.verify(head, "sslserver", good).accepted, "\(good)")
        }
        for bad in [["-verify_hostname", "a1"], ["-verify_ip", "127.0.0.2"]] {
            #expect(try !self.verify(head, "sslserver", bad).accepted, "\(bad)")
        }
    }

    @Test(arguments: Role.allCases.filter { $0 != .head })
    mutating func `everybody else is accepted as client and refused as server`(role: Role) throws {
        let issued = try self.world.issue(role)
        #expect(try self.verify(issued, "sslclient").accepted)
        let server = try self.verify(issued, "sslserver")
        #expect(!server.accepted)
        #expect(server.output.contains("unsuitable certificate purpose"))
    }

    @Test mutating func `another authority of the same name proves nothing`() throws {
        var other = try World()
        #expect(try !self.verify(try other.issue(.worker), "sslclient").accepted)
    }

    @Test mutating func `a certificate cannot sign another, and ends when it says`() throws {
        let worker = try self.world.issue(.worker)
        let path = try self.scratch.write(worker.certificatePEM, to: "cert.pem")
        let later = String(Int(self.world.noon.timeIntervalSince1970) + 86_401)
        let expired = try OpenSSL(
            ["verify", "-attime", later, "-CAfile", self.scratch["ca.pem"], path])
        #expect(expired.output.contains("certificate has expired"))
        let asAuthority = try OpenSSL(["verify", "-CAfile", path, path])
        #expect(!asAuthority.accepted)
    }

    @Test mutating func `openssl reads what is meant`() throws {
        func text(_ pem: String) throws -> String {
            let path = try self.scratch.write(pem, to: "read.pem")
            return try OpenSSL(["x509", "-noout", "-text", "-in", path]).output
        }
        let authority = try text(try self.world.authority.certificatePEM)
        let head = try text(try self.world.head().certificatePEM)
        for part in [
            "Basic Constraints: critical\n                CA:TRUE, pathlen:1",
            "Key Usage: critical\n                Certificate Sign, CRL Sign", "NIST CURVE: P-256",
            "URI:spiffe://north", "Not After : Nov 23 12:00:00 2036 GMT",
        ] {
            #expect(authority.contains(part), "\(part)")
        }
        for part in [
            "Basic Constraints: critical\n                CA:FALSE",
            "Key Usage: critical\n                Digital Signature\n",
            "TLS Web Server Authentication, TLS Web Client Authentication",
            "URI:spiffe://north/head/a1, DNS:head.example, IP Address:127.0.0.1",
            "Subject Key Identifier", "Authority Key Identifier",
            "Not Before: Nov 23 11:55:00 2026 GMT", "Subject: O = north, OU = head, CN = a1",
        ] {
            #expect(head.contains(part), "\(part)")
        }
    }

    @Test mutating func `openssl takes the key`() throws {
        let path = try self.scratch.write(
            try self.world.issue(.user).keyPEM.revealed, to: "key.pem")
        #expect(try OpenSSL(["ec", "-in", path, "-noout", "-check"]).accepted)
    }
}
