import Crypto
package import FoundationEssentials
import SwiftASN1
package import Wire
package import X509

/// The certificate authority of one cluster.
///
/// It lives in memory; `CertificateDirectory` keeps one in files, and an embedded run throws its
/// own away with the process. Time and the serial numbers' chance are arguments. Keys are not made
/// from that chance: they come from the cryptographic library's own generator, so that no seeded
/// generator can make a key that somebody else can make again.
package struct Authority: Sendable {
    package let cluster: String
    package let certificate: Certificate
    private let key: P256.Signing.PrivateKey

    /// A certificate and its key, as files hold them.
    package struct Issued: Sendable {
        package let certificate: Certificate
        package let certificatePEM: String
        package let keyPEM: String
    }

    // MARK: Making and loading

    /// Makes a new authority with a key of its own.
    package init(
        cluster: String, now: Date, using generator: inout some RandomNumberGenerator
    ) throws(IssuanceError) {
        // A name is checked by building what will carry it.
        _ = try Self.identity(cluster: cluster, role: .head, name: "head")
        let key = P256.Signing.PrivateKey()
        let begin = now.rounded - Lifetime.backdating.interval
        let publicKey = Certificate.PublicKey(key.publicKey)
        self.certificate = try Self.sign(with: key) { signer in
            let name = try CertificateProfile.authorityName(cluster: cluster)
            return try Certificate(
                version: .v3,
                serialNumber: CertificateProfile.serialNumber(using: &generator),
                publicKey: publicKey,
                notValidBefore: begin,
                notValidAfter: now.rounded + Lifetime.authority.interval,
                issuer: name,
                subject: name,
                signatureAlgorithm: .ecdsaWithSHA256,
                extensions: CertificateProfile.authority(cluster: cluster, publicKey: publicKey),
                issuerPrivateKey: signer)
        }
        self.cluster = cluster
        self.key = key
    }

    /// Takes up an authority from the texts of its files.
    ///
    /// - Throws: `IssuanceError` with code `malformed` when they are not an authority's, or when
    ///   the key is not the certificate's.
    package init(certificatePEM: String, keyPEM: String) throws(IssuanceError) {
        let certificate: Certificate
        let key: P256.Signing.PrivateKey
        do {
            certificate = try Certificate(pemEncoded: certificatePEM)
        } catch {
            throw IssuanceError(.malformed, "the authority's certificate is not a PEM certificate")
        }
        do {
            key = try P256.Signing.PrivateKey(pemRepresentation: keyPEM)
        } catch {
            throw IssuanceError(.malformed, "the authority's key is not a P-256 private key in PEM")
        }
        guard Certificate.PublicKey(key.publicKey) == certificate.publicKey else {
            throw IssuanceError(.malformed, "the key is not that of the authority's certificate")
        }
        guard let cluster = CertificateProfile.clusterOfAuthority(certificate) else {
            throw IssuanceError(
                .malformed, "the certificate is not an authority's; make one by assay-certs init")
        }
        _ = try Self.identity(cluster: cluster, role: .head, name: "head")
        self.cluster = cluster
        self.certificate = certificate
        self.key = key
    }

    package var certificatePEM: String {
        get throws(IssuanceError) { try Self.pem(self.certificate) }
    }

    /// The secret. It goes to a file of mode 0600 and nowhere else.
    package var keyPEM: String { self.key.pemRepresentation }

    // MARK: Issuing

    /// Makes a key and a certificate for it.
    ///
    /// The certificate never outlives the authority: near the authority's end it is shorter than
    /// asked for.
    package func issue(
        _ request: CertificateRequest, now: Date, using generator: inout some RandomNumberGenerator
    ) throws(IssuanceError) -> Issued {
        precondition(
            request.identity.cluster == self.cluster, "a request for another authority's cluster")
        let now = now.rounded
        guard now < self.certificate.notValidAfter else {
            throw IssuanceError(
                .notValidNow,
                """
                the authority ended at \(self.certificate.notValidAfter.text); make a new one by \
                assay-certs init and issue all certificates anew
                """)
        }
        guard now >= self.certificate.notValidBefore else {
            throw IssuanceError(
                .notValidNow,
                """
                the authority begins at \(self.certificate.notValidBefore.text), which is later \
                than this host's clock; set the clock
                """)
        }
        let key = P256.Signing.PrivateKey()
        let publicKey = Certificate.PublicKey(key.publicKey)
        let begin = max(now - Lifetime.backdating.interval, self.certificate.notValidBefore)
        let end = min(now + request.lifetime.interval, self.certificate.notValidAfter)
        let certificate = try Self.sign(with: self.key) { signer in
            try Certificate(
                version: .v3,
                serialNumber: CertificateProfile.serialNumber(using: &generator),
                publicKey: publicKey,
                notValidBefore: begin,
                notValidAfter: end,
                issuer: self.certificate.subject,
                subject: CertificateProfile.name(of: request.identity),
                signatureAlgorithm: .ecdsaWithSHA256,
                extensions: CertificateProfile.leaf(
                    request, publicKey: publicKey, authority: self.certificate),
                issuerPrivateKey: signer)
        }
        return Issued(
            certificate: certificate, certificatePEM: try Self.pem(certificate),
            keyPEM: key.pemRepresentation)
    }

    // MARK: Revoking

    /// Signs the list that follows `last`, with these serial numbers added.
    ///
    /// Serial numbers are taken as they are: an authority keeps no register of what it issued.
    package func revoke(
        _ serials: [SerialNumber], after last: RevocationList?, now: Date
    ) throws(IssuanceError) -> (list: RevocationList, pem: String) {
        let list = try RevocationList.next(after: last, adding: serials, now: now)
        do {
            let pem = try list.pem(issuer: self.certificate) { bytes in
                Array(try self.key.signature(for: bytes).derRepresentation)
            }
            return (list, pem)
        } catch {
            throw IssuanceError(.malformed, "the revocation list cannot be made: \(error)")
        }
    }

    // MARK: Names

    /// A checked name within this authority's cluster.
    package func identity(_ role: Role, _ name: String) throws(IssuanceError) -> Identity {
        try Self.identity(cluster: self.cluster, role: role, name: name)
    }

    /// The same for a role that somebody typed.
    package func identity(role text: String, name: String) throws(IssuanceError) -> Identity {
        guard let role = Role(rawValue: text) else {
            let roles = Role.allCases.map(\.rawValue).joined(separator: ", ")
            throw IssuanceError(.badRequest, "a role is one of \(roles)")
        }
        return try self.identity(role, name)
    }

    private static func identity(
        cluster: String, role: Role, name: String
    ) throws(IssuanceError) -> Identity {
        do throws(IdentityError) {
            return try Identity(cluster: cluster, role: role, name: name)
        } catch {
            throw IssuanceError(.badRequest, error.description)
        }
    }

    private static func sign(
        with key: P256.Signing.PrivateKey,
        _ make: (Certificate.PrivateKey) throws -> Certificate
    ) throws(IssuanceError) -> Certificate {
        do {
            return try make(Certificate.PrivateKey(key))
        } catch {
            throw IssuanceError(.malformed, "the certificate cannot be made: \(error)")
        }
    }

    private static func pem(_ certificate: Certificate) throws(IssuanceError) -> String {
        do {
            return try certificate.serializeAsPEM().pemString + "\n"
        } catch {
            throw IssuanceError(.malformed, "the certificate cannot be written: \(error)")
        }
    }
}

extension Date {
    /// Certificates know whole seconds.
    var rounded: Date { Date(timeIntervalSince1970: self.timeIntervalSince1970.rounded(.down)) }

    /// `2026-11-23T10:25:48Z`
    var text: String { self.formatted(.iso8601) }
}

extension Duration {
    var interval: TimeInterval { TimeInterval(self.components.seconds) }
}
