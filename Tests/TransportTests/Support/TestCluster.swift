import CertificateAuthority
import Crypto
import Foundation
import Host
import Privacy
import SwiftASN1
import Transport
import Wire
import X509

/// A cluster's authority in memory, and what it and its enemies issue.
struct TestCluster {
    let authority: Authority
    let name: String

    init(_ name: String = "lab", now: Date = Date()) throws {
        var generator = SystemRandomNumberGenerator()
        self.name = name
        self.authority = try Authority(cluster: name, now: now, using: &generator)
    }

    /// What `assay-certs issue` would give.
    func credentials(_ role: Role, _ name: String) throws -> Credentials {
        let issued = try self.issue(role, name)
        return try Credentials(
            authority: self.authority.certificatePEM, certificate: issued.certificatePEM,
            key: issued.keyPEM)
    }

    func store(_ role: Role, _ name: String) throws -> CredentialStore {
        CredentialStore(try self.credentials(role, name))
    }

    func issue(_ role: Role, _ name: String, now: Date = Date()) throws -> Authority.Issued {
        var generator = SystemRandomNumberGenerator()
        let names: [ServerName] =
            role == .head
            ? [try ServerName(address: "127.0.0.1"), try ServerName(host: "localhost")] : []
        return try self.authority.issue(
            CertificateRequest(
                for: try self.authority.identity(role, name), serverNames: names,
                lifetime: .hours(1)),
            now: now, using: &generator)
    }

    /// A certificate that no tool of ours would issue, signed by our authority all the same.
    struct Odd {
        var uris = ["spiffe://lab/worker/odd"]
        var usages: [ExtendedKeyUsage.Usage] = [.clientAuth]
        var begin = Date() - 600
        var end = Date() + 600
        /// nil: this cluster's.
        var signer: TestCluster?
    }

    /// Signs somebody's own key, as an issuer does, but by the authority itself.
    func sign(_ key: KeyRequest, as role: Role, _ name: String) throws -> [[UInt8]] {
        let request = try CertificateSigningRequest(derEncoded: key.der)
        let uri = "spiffe://\(self.name)/\(role.rawValue)/\(name)"
        let certificate = try Certificate(
            version: .v3, serialNumber: .init(), publicKey: request.publicKey,
            notValidBefore: Date() - 300, notValidAfter: Date() + 3600,
            issuer: self.authority.certificate.subject,
            subject: DistinguishedName { CommonName(name) },
            signatureAlgorithm: .ecdsaWithSHA256,
            extensions: Certificate.Extensions {
                Critical(KeyUsage(digitalSignature: true))
                try ExtendedKeyUsage([.clientAuth])
                SubjectAlternativeNames([.uniformResourceIdentifier(uri)])
            },
            issuerPrivateKey: Certificate.PrivateKey(
                P256.Signing.PrivateKey(pemRepresentation: self.authority.keyPEM.revealed)))
        var serializer = DER.Serializer()
        try serializer.serialize(certificate)
        return [serializer.serializedBytes]
    }

    /// What a thief of a head's issuer could sign: any role, any uses, and the issuer's certificate
    /// after it.
    ///
    /// - Parameter issuerName: what the certificate says of who signed it; nil is the truth.
    func issueThroughIssuer(
        _ role: Role, _ name: String, issuerName: DistinguishedName? = nil
    ) throws -> Pair {
        var generator = SystemRandomNumberGenerator()
        let issuer = try self.authority.issueIssuer(
            named: "main", now: Date(), using: &generator)
        let key = P256.Signing.PrivateKey()
        let uri = "spiffe://\(self.name)/\(role.rawValue)/\(name)"
        let certificate = try Certificate(
            version: .v3, serialNumber: .init(), publicKey: .init(key.publicKey),
            notValidBefore: Date() - 600, notValidAfter: Date() + 600,
            issuer: issuerName ?? issuer.certificate.subject,
            subject: DistinguishedName { CommonName("thief") },
            signatureAlgorithm: .ecdsaWithSHA256,
            extensions: Certificate.Extensions {
                Critical(KeyUsage(digitalSignature: true))
                try ExtendedKeyUsage([.clientAuth, .serverAuth])
                SubjectAlternativeNames([
                    .uniformResourceIdentifier(uri), .dnsName("localhost"),
                    .ipAddress(ASN1OctetString(contentBytes: [127, 0, 0, 1])),
                ])
            },
            issuerPrivateKey: Certificate.PrivateKey(
                P256.Signing.PrivateKey(pemRepresentation: issuer.keyPEM.revealed)))
        let chain = try certificate.serializeAsPEM().pemString + "\n" + issuer.certificatePEM
        return Pair(certificatePEM: chain, keyPEM: Private(key.pemRepresentation))
    }

    struct Pair {
        let certificatePEM: String
        let keyPEM: Private<String>
    }

    func issue(_ odd: Odd) throws -> Pair {
        let key = P256.Signing.PrivateKey()
        let signer = (odd.signer ?? self).authority
        let certificate = try Certificate(
            version: .v3, serialNumber: .init(), publicKey: .init(key.publicKey),
            notValidBefore: odd.begin, notValidAfter: odd.end,
            issuer: signer.certificate.subject,
            subject: DistinguishedName { CommonName("odd") },
            signatureAlgorithm: .ecdsaWithSHA256,
            extensions: Certificate.Extensions {
                Critical(KeyUsage(digitalSignature: true))
                try ExtendedKeyUsage(odd.usages)
                if !odd.uris.isEmpty {
                    SubjectAlternativeNames(odd.uris.map { .uniformResourceIdentifier($0) })
                }
            },
            issuerPrivateKey: Certificate.PrivateKey(
                P256.Signing.PrivateKey(pemRepresentation: signer.keyPEM.revealed)))
        return Pair(
            certificatePEM: try certificate.serializeAsPEM().pemString,
            keyPEM: Private(key.pemRepresentation))
    }

    /// Writes a `--certs` directory into `directory`.
    func write(_ issued: Authority.Issued, to directory: String) throws {
        let root = URL(filePath: directory)
        try self.authority.certificatePEM.write(
            to: root.appending(path: "ca.pem"), atomically: true, encoding: .utf8)
        try issued.certificatePEM.write(
            to: root.appending(path: "cert.pem"), atomically: true, encoding: .utf8)
        let key = root.appending(path: "key.pem")
        try? FileManager.default.removeItem(at: key)
        try SecretFile.write(Private(Array(issued.keyPEM.revealed.utf8)), to: key.path)
    }
}

/// A directory that goes with the test.
func withDirectory<Answer>(_ body: (String) async throws -> Answer) async throws -> Answer {
    let path = FileManager.default.temporaryDirectory
        .appending(path: "assay-transport-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: path, withIntermediateDirectories: false)
    defer { try? FileManager.default.removeItem(at: path) }
    return try await body(path.path)
}
