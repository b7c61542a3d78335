import Engine
import FoundationEssentials
import Wire

/// A signature as a file: a Sigstore bundle (v0.3, JSON) with a certificate chain and a DSSE
/// envelope.
///
/// See https://docs.sigstore.dev/about/bundle and
/// https://github.com/secure-systems-lab/dsse/blob/v1.0.0/protocol.md
struct SignatureEnvelope: Equatable, Sendable {
    /// What is signed: an in-toto statement.
    let payload: [UInt8]
    /// ECDSA, as ASN.1.
    let signature: [UInt8]
    /// As DER: the signer's certificate, then those that lead to its root.
    let chain: [[UInt8]]

    private static let mediaType = "application/vnd.dev.sigstore.bundle.v0.3+json"
    private static let payloadType = "application/vnd.in-toto+json"

    /// What is really signed: the payload with its type and both lengths, so that the bytes mean
    /// one thing only, and nothing that a key signs elsewhere.
    static func signedBytes(of payload: [UInt8]) -> [UInt8] {
        let type = Self.payloadType
        return Array("DSSEv1 \(type.utf8.count) \(type) \(payload.count) ".utf8) + payload
    }

    func encoded() -> [UInt8] {
        let certificates = self.chain.map { JSON.object(["rawBytes": Self.base64($0)]) }
        return JSON.object([
            "mediaType": .string(Self.mediaType),
            "verificationMaterial": .object([
                "x509CertificateChain": .object(["certificates": .array(certificates)]),
                "tlogEntries": .array([]),
            ]),
            "dsseEnvelope": .object([
                "payload": Self.base64(self.payload),
                "payloadType": .string(Self.payloadType),
                "signatures": .array([
                    .object(["sig": Self.base64(self.signature), "keyid": ""])
                ]),
            ]),
        ]).encoded()
    }

    init(payload: [UInt8], signature: [UInt8], chain: [[UInt8]]) {
        self.payload = payload
        self.signature = signature
        self.chain = chain
    }

    /// - Throws: `malformed`. Nothing in it has been proved.
    init(decoding bytes: [UInt8]) throws(SigningError) {
        guard bytes.count <= Limits.signatureBytesMax else {
            throw SigningError(
                .malformed,
                "the signature has \(bytes.count) bytes; \(Limits.signatureBytesMax) are the most")
        }
        do throws(ArtifactError) {
            try self.init(json: try JSON(decoding: bytes))
        } catch {
            throw SigningError(.malformed, "the signature cannot be read: \(error)")
        }
    }

    private init(json: JSON) throws(ArtifactError) {
        try json.demand(Self.mediaType, as: "mediaType")
        let certificates = try json.member("verificationMaterial").member("x509CertificateChain")
            .member("certificates").items("certificates")
        guard (1...Limits.signatureChainMax).contains(certificates.count) else {
            throw ArtifactError(
                .badMember, "the chain has not 1 to \(Limits.signatureChainMax) certificates")
        }
        var chain: [[UInt8]] = []
        for certificate in certificates { chain.append(try Self.bytes(certificate, "rawBytes")) }
        let envelope = try json.member("dsseEnvelope")
        try envelope.demand(Self.payloadType, as: "payloadType")
        let signatures = try envelope.member("signatures").items("signatures")
        // With a second one it would be unclear which of them vouches.
        guard signatures.count == 1 else {
            throw ArtifactError(.badMember, "there is not exactly one signature")
        }
        self.init(
            payload: try Self.bytes(envelope, "payload"),
            signature: try Self.bytes(signatures[0], "sig"), chain: chain)
    }

    private static func base64(_ bytes: [UInt8]) -> JSON {
        .string(Data(bytes).base64EncodedString())
    }

    private static func bytes(_ json: JSON, _ name: String) throws(ArtifactError) -> [UInt8] {
        guard let data = Data(base64Encoded: try json.member(name).text(name)), !data.isEmpty
        else { throw ArtifactError(.badMember, "\(name) is not in base64") }
        return Array(data)
    }
}
