import Foundation
import NIOSSL
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
        if let objection = policy.objection(to: facts, now: now) { return objection }
        guard facts.isIssued(by: authorities) else {
            return "its certificate was not issued by this cluster's authority"
        }
        return nil
    }
}
