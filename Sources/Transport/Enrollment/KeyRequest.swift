import Crypto
import Privacy
import SwiftASN1
import X509

/// A key that was just made here, and the request to have it signed.
///
/// The request asks for nothing but that: who it is for, the head knows from whoever sends it.
package struct KeyRequest: Sendable {
    private let key: P256.Signing.PrivateKey
    /// PKCS #10 in DER.
    package let der: [UInt8]

    package init() throws(CredentialError) {
        let key = P256.Signing.PrivateKey()
        do {
            let request = try CertificateSigningRequest(
                version: .v1, subject: DistinguishedName(),
                privateKey: Certificate.PrivateKey(key), attributes: .init())
            var serializer = DER.Serializer()
            try serializer.serialize(request)
            self.der = serializer.serializedBytes
        } catch {
            throw CredentialError("a signing request cannot be made: \(error)")
        }
        self.key = key
    }

    /// The secret, for a file of mode 0600.
    var keyPEM: Private<String> { Private(self.key.pemRepresentation) }

    /// The secret, in 32 bytes.
    var keyBytes: Private<[UInt8]> { Private(Array(self.key.rawRepresentation)) }

    /// Puts the key and its new certificate together.
    ///
    /// - Parameters:
    ///   - chain: certificates in DER, the holder's first.
    ///   - authorities: the only ones that count, as `ca.pem` has them.
    ///   - identity: whom the certificate must name.
    /// - Throws: `CredentialError` unless they fit together: a head that answers nonsense must not
    ///   get as far as our files.
    func answered(
        by chain: [[UInt8]], authorities: String, for identity: (Credentials) -> Bool
    ) throws(CredentialError) -> FreshCredentials {
        let certificates = chain.map(PEMText.certificate).joined()
        let credentials = try Credentials(
            authority: authorities, certificate: certificates, key: self.keyPEM,
            from: "the head's answer")
        guard identity(credentials) else {
            throw CredentialError("the head's answer names \(credentials.identity) instead of us")
        }
        return FreshCredentials(
            credentials: credentials, authorityPEM: authorities, certificatePEM: certificates,
            keyPEM: self.keyPEM)
    }
}

/// Credentials that no file holds yet, and what the files will hold.
package struct FreshCredentials: Sendable {
    package let credentials: Credentials
    let authorityPEM: String
    let certificatePEM: String
    let keyPEM: Private<String>
}
