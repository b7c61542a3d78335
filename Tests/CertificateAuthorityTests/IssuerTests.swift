import CertificateAuthority
import Crypto
import Foundation
import Glibc
import Privacy
import SwiftASN1
import Testing
import Wire
import X509

@Suite struct IssuerTests {
    let scratch: Scratch
    var world: World

    init() throws {
        self.scratch = try Scratch()
        self.world = try World()
        _ = try self.scratch.write(try self.world.authority.certificatePEM, to: "ca.pem")
    }

    private mutating func issued(lifetime: Duration? = nil) throws -> Authority.Issued {
        try self.world.authority.issueIssuer(
            named: "head1", lifetime: lifetime, now: self.world.noon, using: &self.world.chance)
    }

    private mutating func issuer() throws -> Issuer {
        let issued = try self.issued()
        return try Issuer(
            certificatePEM: issued.certificatePEM, keyPEM: issued.keyPEM, cluster: "north",
            authorities: try self.world.authority.certificatePEM)
    }

    /// The leaf and the issuer's certificate, as PEM texts.
    private mutating func chain(
        _ issuer: Issuer, _ role: Role = .worker, lasting lifetime: Duration = .hours(24),
        now: Date? = nil
    ) throws -> [String] {
        let identity = try self.world.authority.identity(role, "w1")
        let proof = try ProvedKey(request: Request().der, of: identity)
        return try issuer.sign(
            proof, lasting: lifetime, now: now ?? self.world.noon, using: &self.world.chance
        ).map { PEMDocument(type: "CERTIFICATE", derBytes: $0).pemString + "\n" }
    }

    // MARK: The issuer's certificate

    @Test mutating func `an issuer signs clients and no further authority, for 90 days`() throws {
        let certificate = try self.issued().certificate
        let extensions = certificate.extensions
        #expect(try extensions.basicConstraints == .isCertificateAuthority(maxPathLength: 0))
        #expect(try extensions.keyUsage == KeyUsage(keyCertSign: true))
        #expect(try extensions.extendedKeyUsage.map(Array.init) == [.clientAuth])
        #expect(certificate.notValidAfter == self.world.noon + 90 * 86_400)
        #expect(certificate.subject != self.world.authority.certificate.subject)
        #expect(throws: IssuanceError(.badRequest, "")) { try self.issued(lifetime: .seconds(9)) }
    }

    @Test mutating func `an authority that may have none below it says so`() throws {
        // As assay-certs made them before there were issuers.
        let key = P256.Signing.PrivateKey()
        let name = try DistinguishedName { CommonName("old") }
        let old = try Certificate(
            version: .v3, serialNumber: .init(), publicKey: .init(key.publicKey),
            notValidBefore: self.world.noon - 60, notValidAfter: self.world.noon + 60,
            issuer: name, subject: name, signatureAlgorithm: .ecdsaWithSHA256,
            extensions: Certificate.Extensions {
                Critical(BasicConstraints.isCertificateAuthority(maxPathLength: 0))
                Critical(KeyUsage(keyCertSign: true))
                SubjectAlternativeNames([.uniformResourceIdentifier("spiffe://north")])
            },
            issuerPrivateKey: Certificate.PrivateKey(key))
        let authority = try Authority(
            certificatePEM: try old.serializeAsPEM().pemString,
            keyPEM: Private(key.pemRepresentation))
        let error = #expect(throws: IssuanceError.self) {
            try authority.issueIssuer(
                named: "head1", now: self.world.noon, using: &self.world.chance)
        }
        #expect(error?.reason.contains("make a new one by assay-certs init") == true)
    }

    @Test mutating func `what is no issuer of this cluster is not taken up`() throws {
        let good = try self.issued()
        let authority = try self.world.authority.certificatePEM
        var other = try World()
        let worker = try self.world.issue(.worker)
        let stranger = try other.authority.issueIssuer(
            named: "head1", now: other.noon, using: &other.chance)
        let wrong: [(String, Private<String>, String)] = [
            (good.certificatePEM, good.keyPEM, "south"),
            (good.certificatePEM, stranger.keyPEM, "north"),
            (stranger.certificatePEM, stranger.keyPEM, "north"),
            (worker.certificatePEM, worker.keyPEM, "north"),
            (authority, self.world.authority.keyPEM, "north"),
            ("", good.keyPEM, "north"), (good.certificatePEM, "", "north"),
        ]
        for (certificate, key, cluster) in wrong {
            let error = #expect(throws: IssuanceError.self) {
                try Issuer(
                    certificatePEM: certificate, keyPEM: key, cluster: cluster,
                    authorities: authority)
            }
            #expect(error?.code == .malformed)
        }
    }

    @Test mutating func `an issuer lies beside a head's certificate, its key the owner's alone`()
        throws
    {
        let directory = CertificateDirectory(self.scratch["head"])
        let head = try self.world.head()
        try directory.write(head, of: self.world.authority, existing: .refused)
        #expect(try directory.readIssuer(of: "north") == nil)
        let issued = try self.issued()
        try directory.write(issuer: issued, existing: .refused)
        #expect(try self.scratch.mode(of: "head/issuer-key.pem") == 0o600)
        #expect(try self.scratch.mode(of: "head/issuer.pem") == 0o644)
        let issuer = try directory.readIssuer(of: "north")
        #expect(issuer?.expiresAt == self.world.noon + 90 * 86_400)
        #expect(throws: IssuanceError(.exists, "")) {
            try directory.write(issuer: issued, existing: .refused)
        }
        chmod(self.scratch["head/issuer-key.pem"], 0o640)
        #expect(throws: IssuanceError(.unusable, "")) { try directory.readIssuer(of: "north") }
        unlink(self.scratch["head/issuer-key.pem"])
        #expect(throws: IssuanceError(.unusable, "")) { try directory.readIssuer(of: "north") }
    }

    // MARK: What it signs

    @Test mutating func `who trusts the authority alone accepts the chain, as a client's`() throws {
        let issuer = try self.issuer()
        let chain = try self.chain(issuer)
        #expect(chain.count == 2)
        let leaf = try self.scratch.write(chain[0], to: "leaf.pem")
        let issuerPath = try self.scratch.write(chain[1], to: "issuer.pem")
        func verify(_ purpose: String, _ more: [String]) throws -> OpenSSL {
            try OpenSSL(
                [
                    "verify", "-x509_strict", "-attime",
                    String(Int(self.world.noon.timeIntervalSince1970)), "-CAfile",
                    self.scratch["ca.pem"], "-purpose", purpose,
                ] + more + [leaf])
        }
        #expect(try verify("sslclient", ["-untrusted", issuerPath]).accepted)
        #expect(try !verify("sslclient", []).accepted)
        #expect(try !verify("sslserver", ["-untrusted", issuerPath]).accepted)
        let report = try CertificateReport(pem: chain[0], now: self.world.noon)
        #expect(report.identity == "spiffe://north/worker/w1")
        #expect(report.extendedKeyUsage == ["clientAuth"] && !report.authority)
    }

    @Test mutating func `a certificate may be as short as its head says, and ends with its issuer`()
        throws
    {
        let issuer = try self.issuer()
        let brief = try self.chain(issuer, .joiner, lasting: .seconds(5))
        #expect(
            try Certificate(pemEncoded: brief[0]).notValidAfter == self.world.noon + 5)
        let late = try self.chain(issuer, now: issuer.expiresAt - 60)
        #expect(try Certificate(pemEncoded: late[0]).notValidAfter == issuer.expiresAt)
        let error = #expect(throws: IssuanceError.self) {
            try self.chain(issuer, now: issuer.expiresAt)
        }
        #expect(error?.reason.contains("the issuer ended at 2027-") == true)
    }
}
