import SwiftASN1
package import Transport
import X509

/// Signs models with a head's key.
package struct ModelSigner: Sendable {
    private let credentials: Credentials
    private let certificate: SignerCertificate

    /// - Throws: `unsuitable` when they are no head's, or not for signing.
    package init(_ credentials: Credentials) throws(SigningError) {
        do throws(SignerCertificate.Objection) {
            self.certificate = try SignerCertificate(credentials.certificates[0])
        } catch {
            throw SigningError(.unsuitable, "models cannot be signed: the certificate \(error)")
        }
        self.credentials = credentials
    }

    /// The bytes of the file `model.sig`. ECDSA takes chance: no two are alike.
    package func sign(_ statement: ModelStatement) throws(SigningError) -> [UInt8] {
        let payload = statement.encoded()
        do {
            let signature = try self.credentials.privateKey.sign(
                bytes: SignatureEnvelope.signedBytes(of: payload),
                signatureAlgorithm: self.certificate.algorithm)
            return SignatureEnvelope(
                payload: payload, signature: signature.rawRepresentation,
                chain: try self.credentials.certificates.map(Self.der)
            ).encoded()
        } catch {
            throw SigningError(.unsuitable, "the model cannot be signed: \(error)")
        }
    }

    private static func der(_ certificate: Certificate) throws -> [UInt8] {
        var serializer = DER.Serializer()
        try serializer.serialize(certificate)
        return serializer.serializedBytes
    }
}
