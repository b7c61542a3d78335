import Crypto
import FoundationEssentials
import SwiftASN1
import Wire
package import X509

/// A list as bytes that everybody reads.
///
/// ```
/// CertificateList ::= SEQUENCE { tbsCertList, signatureAlgorithm, signature BIT STRING }
/// TBSCertList     ::= SEQUENCE { version v2, signature, issuer, thisUpdate, nextUpdate,
///                                revokedCertificates SEQUENCE OF { serial, date } OPTIONAL,
///                                [0] extensions: authorityKeyIdentifier, cRLNumber }
/// ```
///
/// swift-certificates has no such type. What it has for the parts, names, extensions and
/// signatures, is used.
extension RevocationList {
    static let pemType = "X509 CRL"

    // MARK: Writing

    /// - Parameter sign: answers with a signature by ECDSA with SHA-256.
    func pem(
        issuer: Certificate, sign: ([UInt8]) throws -> [UInt8]
    ) throws -> String {
        var body = DER.Serializer()
        try self.serializeBody(issuer: issuer, into: &body)
        let signed = body.serializedBytes
        var whole = DER.Serializer()
        try whole.appendConstructedNode(identifier: .sequence) { coder in
            coder.serializeRawBytes(signed)
            try coder.serialize(SignatureKind.ecdsaWithSHA256)
            try coder.serialize(ASN1BitString(bytes: try sign(signed)[...]))
        }
        return PEMDocument(type: Self.pemType, derBytes: whole.serializedBytes).pemString + "\n"
    }

    private func serializeBody(issuer: Certificate, into body: inout DER.Serializer) throws {
        try body.appendConstructedNode(identifier: .sequence) { coder in
            try coder.serialize(Self.version)
            try coder.serialize(SignatureKind.ecdsaWithSHA256)
            try coder.serialize(issuer.subject)
            try coder.serialize(Moment(self.issuedAt))
            try coder.serialize(Moment(self.renewBy))
            // An empty list of certificates must be absent.
            if !self.entries.isEmpty {
                try coder.appendConstructedNode(identifier: .sequence) { coder in
                    for entry in self.entries {
                        try coder.appendConstructedNode(identifier: .sequence) { coder in
                            try coder.serialize(entry.serial.bytes[...])
                            try coder.serialize(Moment(entry.revokedAt))
                        }
                    }
                }
            }
            try coder.serialize(explicitlyTaggedWithTagNumber: 0, tagClass: .contextSpecific) {
                try Self.serialize(try self.extensions(issuer), into: &$0)
            }
        }
    }

    private func extensions(_ issuer: Certificate) throws -> [Certificate.Extension] {
        var number = DER.Serializer()
        try number.serialize(self.number)
        let key = try issuer.extensions.subjectKeyIdentifier?.keyIdentifier
        return [
            try Certificate.Extension(AuthorityKeyIdentifier(keyIdentifier: key), critical: false),
            Certificate.Extension(
                oid: Self.numberID, critical: false, value: number.serializedBytes[...]),
        ]
    }

    /// None of ours is critical, and a default is not written.
    private static func serialize(
        _ extensions: [Certificate.Extension], into coder: inout DER.Serializer
    ) throws {
        try coder.appendConstructedNode(identifier: .sequence) { coder in
            for part in extensions {
                try coder.appendConstructedNode(identifier: .sequence) { coder in
                    try coder.serialize(part.oid)
                    try coder.serialize(ASN1OctetString(contentBytes: part.value))
                }
            }
        }
    }

    private static let version = 1  // v2
    private static let numberID: ASN1ObjectIdentifier = [2, 5, 29, 20]

    // MARK: Reading

    /// Reads the lists of a PEM text: one for each authority that has one.
    ///
    /// - Throws: `IssuanceError` with code `malformed`, also when none of `authorities` signed one.
    package static func read(
        pem: String, signedBy authorities: [Certificate]
    ) throws(IssuanceError) -> [RevocationList] {
        let documents: [PEMDocument]
        do {
            documents = try PEMDocument.parseMultiple(pemString: pem)
        } catch {
            throw IssuanceError(.malformed, "there is no revocation list in PEM")
        }
        guard !documents.isEmpty, documents.allSatisfy({ $0.discriminator == Self.pemType }) else {
            throw IssuanceError(.malformed, "there is something else than revocation lists in PEM")
        }
        do {
            return try documents.map { try Self.read(der: $0.derBytes, signedBy: authorities) }
        } catch let error as IssuanceError {
            throw error
        } catch {
            throw IssuanceError(.malformed, "the revocation list cannot be read")
        }
    }

    private static func read(
        der: [UInt8], signedBy authorities: [Certificate]
    ) throws -> RevocationList {
        try DER.sequence(try DER.parse(der), identifier: .sequence) { nodes in
            guard let body = nodes.next() else { throw Unreadable() }
            let kind = try SignatureKind(derEncoded: &nodes)
            let signature = try ASN1BitString(derEncoded: &nodes)
            guard signature.paddingBits == 0 else { throw Unreadable() }
            // First of all: nothing is believed of a list that nobody signed.
            let content = try Content(body)
            let isSigned = authorities.contains { authority in
                authority.subject == content.issuer && kind == content.kind
                    && authority.publicKey.isValidSignature(
                        signature.bytes, for: body.encodedBytes,
                        signatureAlgorithm: kind.algorithm)
            }
            guard isSigned else {
                throw IssuanceError(
                    .malformed, "the revocation list was not signed by the authority")
            }
            return try content.list()
        }
    }

    private struct Unreadable: Error {}

    /// The signed part, as it stands.
    private struct Content {
        let kind: SignatureKind
        let issuer: DistinguishedName
        private let issuedAt: Moment
        private let renewBy: Moment?
        private var entries: [Entry] = []
        private var extensions: [Certificate.Extension] = []

        init(_ node: ASN1Node) throws {
            self = try DER.sequence(node, identifier: .sequence) { try Self(&$0) }
        }

        private init(_ nodes: inout ASN1NodeCollection.Iterator) throws {
            // Version 1 says nothing of its version, and has no extensions: what openssl makes by
            // default.
            var kind = nodes.next()
            if let version = kind, version.identifier == .integer {
                guard try Int(derEncoded: version) == RevocationList.version else {
                    throw Unreadable()
                }
                kind = nodes.next()
            }
            guard let kind else { throw Unreadable() }
            self.kind = try SignatureKind(derEncoded: kind)
            guard let issuer = nodes.next() else { throw Unreadable() }
            self.issuer = try DistinguishedName(derEncoded: issuer)
            self.issuedAt = try Moment(derEncoded: &nodes)
            var next = nodes.next()
            if let node = next, let renewBy = try? Moment(derEncoded: node) {
                self.renewBy = renewBy
                next = nodes.next()
            } else {
                self.renewBy = nil
            }
            if let node = next, node.identifier == .sequence {
                self.entries = try Self.entries(node)
                next = nodes.next()
            }
            guard let last = next else { return }
            self.extensions = try DER.explicitlyTagged(
                last, tagNumber: 0, tagClass: .contextSpecific
            ) { try Self.extensions($0) }
        }

        private static func entries(_ node: ASN1Node) throws -> [Entry] {
            let entries = try DER.sequence(node, identifier: .sequence) { nodes in
                var entries: [Entry] = []
                while let node = nodes.next() {
                    entries.append(try Self.entry(node))
                    guard entries.count <= Limits.revocationsMax else { throw Unreadable() }
                }
                return entries
            }
            return entries
        }

        private static func entry(_ node: ASN1Node) throws -> Entry {
            try DER.sequence(node, identifier: .sequence) { nodes in
                let serial = try ArraySlice<UInt8>(derEncoded: &nodes)
                let moment = try Moment(derEncoded: &nodes)
                // One that is critical may say that another issuer is meant.
                if let more = nodes.next() { try Self.demandNoneCritical(Self.extensions(more)) }
                return Entry(serial: SerialNumber(bytes: serial), revokedAt: moment.date)
            }
        }

        private static func extensions(_ node: ASN1Node) throws -> [Certificate.Extension] {
            try DER.sequence(of: Certificate.Extension.self, identifier: .sequence, rootNode: node)
        }

        /// A list with something critical that we do not know is only a part of a list, or about
        /// the certificates of somebody else.
        private static func demandNoneCritical(_ extensions: [Certificate.Extension]) throws {
            guard extensions.allSatisfy({ !$0.critical }) else {
                throw IssuanceError(
                    .malformed,
                    """
                    the revocation list is partial or indirect; a full one of this authority is \
                    right
                    """)
            }
        }

        func list() throws -> RevocationList {
            try Self.demandNoneCritical(self.extensions)
            let number = try self.extensions.first { $0.oid == RevocationList.numberID }
                .map { try UInt64(derEncoded: Array($0.value)) }
            let issuedAt = self.issuedAt.date
            return RevocationList(
                number: number ?? 0, issuedAt: issuedAt,
                renewBy: self.renewBy?.date ?? issuedAt, entries: self.entries)
        }
    }
}
