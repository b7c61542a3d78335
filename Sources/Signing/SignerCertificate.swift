import Crypto
import Wire
import X509

/// A certificate that may sign models: a head's, and nobody else's.
///
/// Every member of a cluster has a certificate of the same authority, and the key of each can sign
/// anything. So the chain is not enough: the authority must have written into the certificate that
/// its holder is a head, and that its key is for signing what others run (`codeSigning`).
struct SignerCertificate: Sendable {
    let identity: Identity
    let certificate: Certificate
    /// What its key signs with.
    let algorithm: Certificate.SignatureAlgorithm

    /// - Throws: the reason, as words after "the certificate".
    init(_ certificate: Certificate) throws(Objection) {
        let identity: Identity
        let usage: KeyUsage?
        let extended: ExtendedKeyUsage?
        do {
            let names = Array(try certificate.extensions.subjectAlternativeNames ?? .init([]))
            let uris = names.compactMap { name in
                if case .uniformResourceIdentifier(let uri) = name { uri } else { nil as String? }
            }
            guard uris.count == 1 else { throw Objection("does not name one identity") }
            identity = try Identity(uri: uris[0])
            usage = try certificate.extensions.keyUsage
            extended = try certificate.extensions.extendedKeyUsage
        } catch let objection as Objection {
            throw objection
        } catch let error as IdentityError {
            throw Objection("names nobody: \(error)")
        } catch {
            throw Objection("has extensions that cannot be read")
        }
        guard identity.role == .head else {
            throw Objection(
                "is of a \(identity.role.rawValue) (\(identity)); only a head signs models")
        }
        guard usage?.digitalSignature == true else {
            throw Objection("does not allow its key to sign (key usage digitalSignature)")
        }
        guard extended?.contains(.codeSigning) == true else {
            throw Objection(
                "does not allow its key to sign models (extended key usage codeSigning)")
        }
        guard let algorithm = Self.algorithm(of: certificate.publicKey) else {
            throw Objection("has a key of another kind than P-256, P-384 and P-521")
        }
        self.identity = identity
        self.certificate = certificate
        self.algorithm = algorithm
    }

    struct Objection: Error, CustomStringConvertible {
        let description: String

        init(_ words: String) { self.description = words }
    }

    /// The format knows elliptic curves only, and for each of them one hash.
    private static func algorithm(
        of key: Certificate.PublicKey
    ) -> Certificate.SignatureAlgorithm? {
        if P256.Signing.PublicKey(key) != nil { return .ecdsaWithSHA256 }
        if P384.Signing.PublicKey(key) != nil { return .ecdsaWithSHA384 }
        if P521.Signing.PublicKey(key) != nil { return .ecdsaWithSHA512 }
        return nil
    }
}
