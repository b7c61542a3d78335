import Crypto
import SwiftASN1
package import Wire
import X509

/// A public key of somebody who has shown to have the private one: what is left of a certificate
/// signing request (PKCS #10) once it has been judged.
///
/// A request asks for a key to be signed and for nothing else. Who it is for is known otherwise; it
/// may repeat that, and whatever else it asks for is refused rather than ignored: a requester who
/// believes to have a name that the certificate lacks is a mistake or an attack.
package struct ProvedKey: Sendable {
    package let identity: Identity
    let publicKey: Certificate.PublicKey

    /// - Parameter identity: whom the certificate will name.
    /// - Throws: `IssuanceError` with code `badRequest`.
    package init(request der: [UInt8], of identity: Identity) throws(IssuanceError) {
        guard der.count <= Limits.signingRequestBytesMax else {
            throw Self.refused("is longer than \(Limits.signingRequestBytesMax) bytes")
        }
        let request: CertificateSigningRequest
        do {
            request = try CertificateSigningRequest(derEncoded: der)
        } catch {
            throw Self.refused("is no PKCS #10 request in DER")
        }
        guard P256.Signing.PublicKey(request.publicKey) != nil,
            request.signatureAlgorithm == .ecdsaWithSHA256
        else { throw Self.refused("is not of a P-256 key, signed by it with SHA-256") }
        guard request.publicKey.isValidSignature(request.signature, for: request) else {
            throw Self.refused("is not signed by the key that it asks a certificate for")
        }
        try Self.check(request, asksOnlyFor: identity)
        self.identity = identity
        self.publicKey = request.publicKey
    }

    private static func check(
        _ request: CertificateSigningRequest, asksOnlyFor identity: Identity
    ) throws(IssuanceError) {
        let subject = try? CertificateProfile.name(of: identity)
        guard request.subject.isEmpty || request.subject == subject else {
            throw Self.refused("asks for a subject other than that of \(identity)")
        }
        guard request.attributes.count <= 1 else {
            throw Self.refused("has attributes that nobody asked for")
        }
        guard let attribute = request.attributes.first else { return }
        guard let wishes = try? ExtensionRequest(attribute).extensions else {
            throw Self.refused("has attributes that nobody asked for")
        }
        let own = [GeneralName.uniformResourceIdentifier(identity.uri)]
        for wish in wishes {
            guard wish.oid == .X509ExtensionID.subjectAlternativeName else {
                throw Self.refused("asks for uses or rights; a worker's are always the same")
            }
            guard let names = try? SubjectAlternativeNames(wish), Array(names) == own else {
                throw Self.refused("asks for names other than \(identity)")
            }
        }
    }

    private static func refused(_ reason: String) -> IssuanceError {
        IssuanceError(.badRequest, "the signing request \(reason)")
    }
}
