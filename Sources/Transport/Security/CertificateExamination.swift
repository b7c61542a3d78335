import Foundation
import NIOSSL
import Wire
import X509

/// Says why BoringSSL refused a chain, which it keeps to itself.
///
/// For logs and messages only: nothing is allowed or refused by what stands here.
enum CertificateExamination {
    static func reason(
        refusing certificate: NIOSSLCertificate?, trusting authorities: [Certificate],
        policy: PeerPolicy, now: Date
    ) -> String? {
        guard let der = try? certificate?.toDERBytes() else { return nil }
        guard let facts = try? CertificateFacts(der: der) else {
            return "its certificate cannot be read"
        }
        if let objection = policy.objection(to: facts, now: now) {
            return objection + Self.holder(facts)
        }
        guard facts.isIssued(by: authorities) else {
            return "its certificate was not issued by this cluster's authority"
                + Self.holder(facts)
        }
        return nil
    }

    /// Whom it names, for the one who has to renew it; nobody has proved that it is theirs. Only an
    /// identity is repeated, whose alphabet is narrow: all else is a stranger's text.
    private static func holder(_ facts: CertificateFacts) -> String {
        guard facts.uris.count == 1, let identity = try? Identity(uri: facts.uris[0]) else {
            return ""
        }
        return " (it names \(identity.uri))"
    }
}
