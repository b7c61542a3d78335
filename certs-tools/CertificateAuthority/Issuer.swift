package import FoundationEssentials
package import Privacy
import SwiftASN1
import Wire
import X509

/// An authority below the cluster's, whose key may lie on a head: it signs for who asks with a key
/// of their own.
///
/// What it signs counts for workers and for those who are about to become one, whatever it says:
/// whoever judges a peer asks whether an authority of `ca.pem` itself signed the certificate.
package struct Issuer: Sendable {
    package let cluster: String
    private let signer: Signer

    /// Takes up an issuer from the texts of its files.
    ///
    /// - Parameter authorities: the cluster's, as `ca.pem` holds them.
    /// - Throws: `IssuanceError` with code `malformed` when they are not an issuer's of this
    ///   cluster, or when the key is not the certificate's.
    package init(
        certificatePEM: String, keyPEM: Private<String>, cluster: String, authorities: String
    ) throws(IssuanceError) {
        let signer = try Signer(.issuer, certificatePEM: certificatePEM, keyPEM: keyPEM)
        let certificate = signer.certificate
        guard CertificateProfile.clusterOfAuthority(certificate) == cluster else {
            throw IssuanceError(
                .malformed,
                """
                the certificate is not an issuer's of \(cluster); make one by assay-certs issue \
                issuer
                """)
        }
        let above = try Self.certificates(in: authorities)
        let isOurs = above.contains {
            $0.subject == certificate.issuer
                && $0.publicKey.isValidSignature(certificate.signature, for: certificate)
        }
        guard isOurs, !above.contains(certificate) else {
            throw IssuanceError(
                .malformed, "no authority in ca.pem has signed the issuer's certificate")
        }
        self.cluster = cluster
        self.signer = signer
    }

    package var expiresAt: Date { self.signer.certificate.notValidAfter }

    /// Signs a certificate for the key of `proof`.
    ///
    /// - Returns: the chain in DER, the holder's certificate first and the issuer's own after it:
    ///   who trusts the cluster's authority alone needs both.
    package func sign(
        _ proof: ProvedKey, lasting lifetime: Duration, now: Date,
        using generator: inout some RandomNumberGenerator
    ) throws(IssuanceError) -> [[UInt8]] {
        precondition(proof.identity.cluster == self.cluster, "a request of another cluster")
        precondition(
            proof.identity.role == .worker || proof.identity.role == .joiner,
            "an issuer signs for workers and who becomes one")
        let request = CertificateRequest(byItself: proof.identity, lifetime: lifetime)
        let certificate = try self.signer.sign(
            proof.publicKey, for: request, now: now, using: &generator)
        return [try certificate.der, try self.signer.certificate.der]
    }

    private static func certificates(in text: String) throws(IssuanceError) -> [Certificate] {
        do {
            return try PEMDocument.parseMultiple(pemString: text).map(
                Certificate.init(pemDocument:))
        } catch {
            throw IssuanceError(.malformed, "ca.pem holds something else than certificates in PEM")
        }
    }
}
