import Crypto
import Foundation
import SwiftASN1
import Wire
import X509

@testable import Signing

/// Makes certificates of every kind, proper and improper, and signatures by them.
struct Forge {
    /// The moment at which everything happens.
    static let noon = Date(timeIntervalSince1970: 1_795_435_200)

    /// A certificate and the key to it.
    struct Holder {
        let certificate: Certificate
        let key: P256.Signing.PrivateKey

        var pem: String {
            get throws { try self.certificate.serializeAsPEM().pemString }
        }
    }

    /// What a certificate says.
    struct Wish {
        var uris = ["spiffe://north/head/head-1"]
        var usage: KeyUsage? = KeyUsage(digitalSignature: true)
        var extended: [ExtendedKeyUsage.Usage] = [.serverAuth, .clientAuth, .codeSigning]
        var begin = Forge.noon - 3600
        var end = Forge.noon + 3600
        var name = "head-1"
        var isAuthority = false

        static func member(_ role: Role, _ name: String = "w1") -> Wish {
            Wish(uris: ["spiffe://north/\(role.rawValue)/\(name)"], extended: [.clientAuth])
        }

        static func authority(_ name: String) -> Wish {
            Wish(
                uris: [], usage: KeyUsage(keyCertSign: true, cRLSign: true), extended: [],
                begin: Forge.noon - 86_400, end: Forge.noon + 86_400, name: name,
                isAuthority: true)
        }
    }

    static func root(_ name: String = "Assay CA") throws -> Holder {
        try Self.root(.authority(name))
    }

    static func root(_ wish: Wish) throws -> Holder { try Self.make(wish, by: nil) }

    static func issue(_ wish: Wish = Wish(), by issuer: Holder) throws -> Holder {
        try Self.make(wish, by: issuer)
    }

    private static func make(_ wish: Wish, by issuer: Holder?) throws -> Holder {
        let key = P256.Signing.PrivateKey()
        let subject = try DistinguishedName { CommonName(wish.name) }
        let certificate = try Certificate(
            version: .v3, serialNumber: .init(), publicKey: .init(key.publicKey),
            notValidBefore: wish.begin, notValidAfter: wish.end,
            issuer: issuer?.certificate.subject ?? subject, subject: subject,
            signatureAlgorithm: .ecdsaWithSHA256,
            extensions: Certificate.Extensions {
                if wish.isAuthority {
                    Critical(BasicConstraints.isCertificateAuthority(maxPathLength: nil))
                } else {
                    Critical(BasicConstraints.notCertificateAuthority)
                }
                if let usage = wish.usage { Critical(usage) }
                if !wish.extended.isEmpty { Critical(try ExtendedKeyUsage(wish.extended)) }
                if !wish.uris.isEmpty {
                    SubjectAlternativeNames(wish.uris.map { .uniformResourceIdentifier($0) })
                }
            },
            issuerPrivateKey: Certificate.PrivateKey(issuer?.key ?? key))
        return Holder(certificate: certificate, key: key)
    }

    // MARK: Models

    static let files: [String: Wire.Digest] = [
        "manifest.json": Self.digest("manifest"), "weights.safetensors": Self.digest("weights"),
    ]

    static func digest(_ text: String) -> Wire.Digest { Self.digest(of: Array(text.utf8)) }

    static func digest(of bytes: [UInt8]) -> Wire.Digest {
        Wire.Digest(sha256: SHA256.hash(data: bytes).map { $0 })
    }

    static func statement(signedAt: Date = Self.noon) throws -> ModelStatement {
        try ModelStatement(
            model: "j17", name: "wine", owner: "user/ann", worker: "w1",
            witnesses: .init(scores: "w2", model: "w3"), signedAt: signedAt,
            files: Self.files.map { .init(name: $0.key, digest: $0.value) })
    }

    /// Signs as anybody, also as who may not.
    static func sign(
        _ payload: [UInt8], as signer: Holder, chain: [Holder] = []
    ) throws -> [UInt8] {
        let signature = try signer.key.signature(for: SignatureEnvelope.signedBytes(of: payload))
        return SignatureEnvelope(
            payload: payload, signature: Array(signature.derRepresentation),
            chain: try ([signer] + chain).map { try Self.der($0.certificate) }
        ).encoded()
    }

    static func sign(
        as signer: Holder, chain: [Holder] = [], at date: Date = Self.noon
    ) throws -> [UInt8] {
        try Self.sign(try Self.statement(signedAt: date).encoded(), as: signer, chain: chain)
    }

    static func der(_ certificate: Certificate) throws -> [UInt8] {
        var serializer = DER.Serializer()
        try serializer.serialize(certificate)
        return serializer.serializedBytes
    }
}
