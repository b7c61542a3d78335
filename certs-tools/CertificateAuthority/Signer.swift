import Crypto
import FoundationEssentials
import Privacy
import SwiftASN1
import X509

/// A certificate that may sign others, and its key: an authority's or an issuer's.
struct Signer: Sendable {
    let kind: Kind
    let certificate: Certificate
    let key: P256.Signing.PrivateKey

    enum Kind: String, Sendable {
        case authority, issuer

        fileprivate var remedy: String {
            switch self {
            case .authority: "make a new one by assay-certs init and issue all certificates anew"
            case .issuer: "make a new one by assay-certs issue issuer and put it in its place"
            }
        }
    }

    init(_ kind: Kind, _ certificate: Certificate, _ key: P256.Signing.PrivateKey) {
        self.kind = kind
        self.certificate = certificate
        self.key = key
    }

    /// Takes up a signer from the texts of its files.
    ///
    /// - Throws: `IssuanceError` with code `malformed`.
    init(_ kind: Kind, certificatePEM: String, keyPEM: Private<String>) throws(IssuanceError) {
        let who = kind.rawValue
        let certificate: Certificate
        let key: P256.Signing.PrivateKey
        do {
            certificate = try Certificate(pemEncoded: certificatePEM)
        } catch {
            throw IssuanceError(.malformed, "the \(who)'s certificate is not a PEM certificate")
        }
        do {
            key = try P256.Signing.PrivateKey(pemRepresentation: keyPEM.revealed)
        } catch {
            throw IssuanceError(.malformed, "the \(who)'s key is not a P-256 private key in PEM")
        }
        guard Certificate.PublicKey(key.publicKey) == certificate.publicKey else {
            throw IssuanceError(.malformed, "the key is not that of the \(who)'s certificate")
        }
        self.init(kind, certificate, key)
    }

    /// Signs a certificate for somebody.
    func sign(
        _ publicKey: Certificate.PublicKey, for request: CertificateRequest, now: Date,
        using generator: inout some RandomNumberGenerator
    ) throws(IssuanceError) -> Certificate {
        try self.sign(publicKey, lasting: request.lifetime, now: now, using: &generator) { signer in
            (
                try CertificateProfile.name(of: request.identity),
                try CertificateProfile.leaf(request, publicKey: publicKey, authority: signer)
            )
        }
    }

    /// Signs a certificate that says what `profile` makes of the signer's own.
    ///
    /// It never outlives the signer: near the signer's end it is shorter than asked for.
    func sign(
        _ publicKey: Certificate.PublicKey, lasting lifetime: Duration, now: Date,
        using generator: inout some RandomNumberGenerator,
        _ profile: (Certificate) throws -> (DistinguishedName, Certificate.Extensions)
    ) throws(IssuanceError) -> Certificate {
        let now = now.rounded
        try self.checkDates(now)
        return try Self.making("the certificate") {
            let (subject, extensions) = try profile(self.certificate)
            return try Certificate(
                version: .v3,
                serialNumber: CertificateProfile.serialNumber(using: &generator),
                publicKey: publicKey,
                notValidBefore: max(
                    now - Lifetime.backdating.interval, self.certificate.notValidBefore),
                notValidAfter: min(now + lifetime.interval, self.certificate.notValidAfter),
                issuer: self.certificate.subject,
                subject: subject,
                signatureAlgorithm: .ecdsaWithSHA256,
                extensions: extensions,
                issuerPrivateKey: Certificate.PrivateKey(self.key))
        }
    }

    private func checkDates(_ now: Date) throws(IssuanceError) {
        let who = self.kind.rawValue
        guard now < self.certificate.notValidAfter else {
            throw IssuanceError(
                .notValidNow,
                "the \(who) ended at \(self.certificate.notValidAfter.text); \(self.kind.remedy)")
        }
        guard now >= self.certificate.notValidBefore else {
            throw IssuanceError(
                .notValidNow,
                """
                the \(who) begins at \(self.certificate.notValidBefore.text), which is later than \
                this host's clock; set the clock
                """)
        }
    }

    static func making<Made>(
        _ what: String, _ make: () throws -> Made
    ) throws(IssuanceError) -> Made {
        do {
            return try make()
        } catch {
            throw IssuanceError(.malformed, "\(what) cannot be made: \(error)")
        }
    }
}

extension Certificate {
    var pem: String {
        get throws(IssuanceError) {
            try Signer.making("the certificate's PEM") {
                try self.serializeAsPEM().pemString + "\n"
            }
        }
    }

    var der: [UInt8] {
        get throws(IssuanceError) {
            try Signer.making("the certificate's DER") {
                var serializer = DER.Serializer()
                try serializer.serialize(self)
                return serializer.serializedBytes
            }
        }
    }
}
