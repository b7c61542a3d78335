import Crypto
package import FoundationEssentials
package import Privacy
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
    private let signer: Signer

    /// A certificate and its key, as files hold them.
    package struct Issued: Sendable {
        package let certificate: Certificate
        package let certificatePEM: String
        package let keyPEM: Private<String>
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
        let certificate = try Signer.making("the certificate") {
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
                issuerPrivateKey: Certificate.PrivateKey(key))
        }
        self.cluster = cluster
        self.signer = Signer(.authority, certificate, key)
    }

    /// Takes up an authority from the texts of its files.
    ///
    /// - Throws: `IssuanceError` with code `malformed` when they are not an authority's, or when
    ///   the key is not the certificate's.
    package init(certificatePEM: String, keyPEM: Private<String>) throws(IssuanceError) {
        let signer = try Signer(.authority, certificatePEM: certificatePEM, keyPEM: keyPEM)
        guard let cluster = CertificateProfile.clusterOfAuthority(signer.certificate) else {
            throw IssuanceError(
                .malformed, "the certificate is not an authority's; make one by assay-certs init")
        }
        _ = try Self.identity(cluster: cluster, role: .head, name: "head")
        self.cluster = cluster
        self.signer = signer
    }

    package var certificate: Certificate { self.signer.certificate }

    package var certificatePEM: String {
        get throws(IssuanceError) { try self.certificate.pem }
    }

    /// The secret. It goes to a file of mode 0600 and nowhere else.
    package var keyPEM: Private<String> { Private(self.signer.key.pemRepresentation) }

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
        let key = P256.Signing.PrivateKey()
        let certificate = try self.signer.sign(
            Certificate.PublicKey(key.publicKey), for: request, now: now, using: &generator)
        return Issued(
            certificate: certificate, certificatePEM: try certificate.pem,
            keyPEM: Private(key.pemRepresentation))
    }

    /// Makes an issuer: an authority below this one, for a head that lets workers join.
    ///
    /// - Parameter lifetime: nil for what is usual.
    /// - Throws: `IssuanceError` with code `badRequest` for a bad name or lifetime, `malformed`
    ///   when this authority may have none below it.
    package func issueIssuer(
        named name: String, lifetime: Duration? = nil, now: Date,
        using generator: inout some RandomNumberGenerator
    ) throws(IssuanceError) -> Issued {
        _ = try self.identity(.head, name)
        let lifetime = lifetime ?? Lifetime.issuer
        try Lifetime.check(lifetime, within: Lifetime.leafMin...Lifetime.leafMax)
        guard CertificateProfile.mayHaveIssuers(self.certificate) else {
            throw IssuanceError(
                .malformed,
                """
                this authority was made to have no issuer below it; make a new one by assay-certs \
                init and issue all certificates anew
                """)
        }
        let key = P256.Signing.PrivateKey()
        let publicKey = Certificate.PublicKey(key.publicKey)
        let certificate = try self.signer.sign(
            publicKey, lasting: lifetime, now: now, using: &generator
        ) { authority in
            (
                try CertificateProfile.issuerName(cluster: self.cluster, name: name),
                try CertificateProfile.issuer(
                    cluster: self.cluster, publicKey: publicKey, authority: authority)
            )
        }
        return Issued(
            certificate: certificate, certificatePEM: try certificate.pem,
            keyPEM: Private(key.pemRepresentation))
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
                Array(try self.signer.key.signature(for: bytes).derRepresentation)
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
        guard let role = Role(rawValue: text), role != .joiner else {
            let roles = Role.allCases.filter { $0 != .joiner }.map(\.rawValue)
                .joined(separator: ", ")
            throw IssuanceError(.badRequest, "a role is one of \(roles), or issuer")
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
