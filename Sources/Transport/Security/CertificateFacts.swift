import Crypto
package import Foundation
import NIOSSL
import SwiftASN1
package import Wire
import X509

/// What a certificate says of itself, before anyone has judged it.
package struct CertificateFacts: Sendable {
    /// URI subject alternative names, as they stand.
    package let uris: [String]
    package let serial: SerialNumber
    /// The SHA-256 of the certificate's DER.
    package let fingerprint: Wire.Digest
    package let notBefore: Date
    package let notAfter: Date
    /// Its extended key usage allows it to open connections; an absent extension allows nothing.
    package let mayBeClient: Bool
    package let mayBeServer: Bool
    let certificate: Certificate

    init(_ certificate: Certificate, der: [UInt8]) throws {
        let names = try certificate.extensions.subjectAlternativeNames
        self.uris = (names.map { Array($0) } ?? []).compactMap { name in
            if case .uniformResourceIdentifier(let uri) = name { uri } else { nil }
        }
        let usages = try certificate.extensions.extendedKeyUsage
        self.mayBeClient = usages?.contains(.clientAuth) ?? false
        self.mayBeServer = usages?.contains(.serverAuth) ?? false
        self.serial = SerialNumber(bytes: certificate.serialNumber.bytes)
        self.fingerprint = Wire.Digest(sha256: SHA256.hash(data: der).map { $0 })
        self.notBefore = certificate.notValidBefore
        self.notAfter = certificate.notValidAfter
        self.certificate = certificate
    }

    package init(der: [UInt8]) throws {
        try self.init(Certificate(derEncoded: der), der: der)
    }

    /// The moment in the midst of the life that was asked for. A certificate begins a little before
    /// it was made, since clocks differ; of one that is shorter than that, the midst is near its
    /// end, as far as it can be told from the certificate.
    var halfOfLife: Date {
        let made = min(self.notBefore + Self.backdating, self.notAfter)
        return made + self.notAfter.timeIntervalSince(made) / 2
    }

    /// As `assay-certs` and issuers do it, in seconds.
    private static let backdating: TimeInterval = 300

    /// Whether one of `authorities` signed this certificate.
    func isIssued(by authorities: [Certificate]) -> Bool {
        authorities.contains { authority in
            authority.subject == self.certificate.issuer
                && authority.publicKey.isValidSignature(
                    self.certificate.signature, for: self.certificate)
        }
    }
}

extension Date {
    /// `2026-11-23T10:25:48Z`, as sentences about certificates say it.
    var stamp: String { self.formatted(.iso8601) }
}
