import CertificateAuthority
import Foundation
import Privacy
import SwiftASN1
import Wire
import X509

@testable import Transport

/// Certificates, requests, lists of what was revoked, and invitations.
extension Decoder {
    static let certificates: [Decoder] = [
        Decoder("certificate", seeds: { [try Certificates.world().head.der] }) {
            try Certificates.skipLeapSecond(in: $0)
            let facts = try CertificateFacts(der: $0)
            let world = try Certificates.world()
            for application in ApplicationProtocol.allCases {
                let policy = PeerPolicy(
                    of: world.credentials, judging: .client(of: application),
                    revocations: Revocations())
                _ = try? UnprovedPeer(der: $0).proved(by: policy, now: Certificates.noon)
            }
            _ = try CertificateReport(
                pem: PEMText.certificate($0), now: max(facts.notBefore, Certificates.noon))
        },
        Decoder("certificate-text", dictionary: Self.pemWords, seeds: Self.certificateTexts) {
            let text = try Self.text($0)
            try Certificates.skipLeapSecond(inPEM: text)
            _ = try? CertificateReport(pem: text, now: Certificates.noon)
            let pem = PEMText(text, from: "here")
            for item in try pem.certificates() { _ = try pem.facts(item) }
        },
        Decoder("credentials", dictionary: Self.pemWords, seeds: Self.credentialTexts) {
            let (authority, rest) = try Self.pair($0)
            let (certificate, key) = try Self.pair(rest)
            try Certificates.skipLeapSecond(inPEM: Self.text(authority) + Self.text(certificate))
            _ = try Credentials(
                authority: try Self.text(authority), certificate: try Self.text(certificate),
                key: Private(try Self.text(key)), now: Certificates.noon)
        },
        Decoder("signing-request", seeds: { [try KeyRequest().der] }) {
            _ = try ProvedKey(
                request: $0, of: Identity(cluster: "fuzz", role: .worker, name: "w1"))
        },
        Decoder("revocation-list", dictionary: Self.pemWords, seeds: Self.revocationLists) {
            let world = try Certificates.world()
            // As DER, which PEM would hide from the fuzzer; the text is `certificate-text`'s.
            let pem = PEMDocument(type: "X509 CRL", derBytes: $0).pemString
            _ = try RevocationList.read(pem: pem, signedBy: [world.authority.certificate])
        },
        Decoder("invitation", seeds: { [Array(try Self.invitation().utf8)] }) {
            _ = try Invitation(text: Private(try Self.text($0))).credentials(now: Certificates.noon)
        },
        Decoder("invitation-message", seeds: Self.invitationMessages) {
            try Certificates.skipLeapSecond(in: $0)
            // Behind its digest, which would stop nearly all that a fuzzer makes.
            let text = "assay-join-1." + Self.base64URL(Records.checked($0, bytes: 4))
            _ = try Invitation(text: Private(text)).credentials(now: Certificates.noon)
        },
    ]

    private static func certificateTexts() throws -> [[UInt8]] {
        let world = try Certificates.world()
        return [Array((world.headPEM + (try world.authority.certificatePEM)).utf8)]
    }

    private static func credentialTexts() throws -> [[UInt8]] {
        let world = try Certificates.world()
        let parts = [try world.authority.certificatePEM, world.headPEM, world.headKeyPEM]
        return [Array(parts.map { Array($0.utf8) }.joined(separator: [0]))]
    }

    private static func revocationLists() throws -> [[UInt8]] {
        let serials = [try SerialNumber(text: "0c3f"), try SerialNumber(text: "0c40")]
        let (_, pem) = try Certificates.world().authority.revoke(
            serials, after: nil, now: Certificates.noon)
        return [try PEMDocument(pemString: pem).derBytes]
    }

    // MARK: Invitations

    private static func invitation() throws -> String {
        let world = try Certificates.world()
        let request = try KeyRequest()
        let identity = try Identity(cluster: "fuzz", role: .joiner, name: "w1")
        var chance = SystemRandomNumberGenerator()
        let chain = try world.issuer.sign(
            ProvedKey(request: request.der, of: identity), lasting: .seconds(86_400 * 29),
            now: Certificates.noon, using: &chance)
        return try Invitation(
            to: HostAndPort(host: "127.0.0.1", port: 7443), chain, for: request,
            from: world.credentials
        ).text.revealed
    }

    private static func invitationMessages() throws -> [[UInt8]] {
        let text = try self.invitation().dropFirst("assay-join-1.".count)
            .replacing("-", with: "+").replacing("_", with: "/")
        let padding = String(repeating: "=", count: (4 - text.count % 4) % 4)
        let bytes = Data(base64Encoded: text + padding) ?? Data()
        return [Array(bytes.dropFirst(4))]
    }

    private static func base64URL(_ bytes: [UInt8]) -> String {
        Data(bytes).base64EncodedString().replacing("=", with: "").replacing("+", with: "-")
            .replacing("/", with: "_")
    }

    private static let pemWords = #"""
        "-----BEGIN "
        "-----END "
        "CERTIFICATE-----"
        "X509 CRL-----"
        "PRIVATE KEY-----"
        "\x30\x82"
        "\x06\x03\x55\x1d"
        "spiffe://fuzz/"
        """#
}

/// A small cluster's authority, which stands for as long as the process.
enum Certificates {
    /// The moment at which all of it is judged.
    static let noon = Date()

    struct World {
        let authority: Authority
        let issuer: Issuer
        let credentials: Credentials
        let head: (der: [UInt8], certificate: Certificate)
        let headPEM: String
        let headKeyPEM: String
    }

    static func world() throws -> World { try Self.made.get() }

    /// swift-asn1 lets through a time whose second is 61, and an assertion of swift-certificates
    /// does not. A release has no assertions; a debug build, as this one, would end there.
    static func skipLeapSecond(in der: [UInt8]) throws(Decoder.NoCase) {
        if der.contains(Array("61Z".utf8)) { throw Decoder.NoCase() }
    }

    static func skipLeapSecond(inPEM text: String) throws(Decoder.NoCase) {
        for document in (try? PEMDocument.parseMultiple(pemString: text)) ?? [] {
            try Self.skipLeapSecond(in: document.derBytes)
        }
    }

    private static let made = Result { try Self.make() }

    private static func make() throws -> World {
        var chance = SystemRandomNumberGenerator()
        let authority = try Authority(cluster: "fuzz", now: Self.noon, using: &chance)
        let request = try CertificateRequest(
            for: try authority.identity(.head, "h1"),
            serverNames: [try ServerName(address: "127.0.0.1")], lifetime: nil)
        let head = try authority.issue(request, now: Self.noon, using: &chance)
        let below = try authority.issueIssuer(named: "h1", now: Self.noon, using: &chance)
        let pem = try authority.certificatePEM
        var serializer = DER.Serializer()
        try serializer.serialize(head.certificate)
        return World(
            authority: authority,
            issuer: try Issuer(
                certificatePEM: below.certificatePEM, keyPEM: below.keyPEM, cluster: "fuzz",
                authorities: pem),
            credentials: try Credentials(
                authority: pem, certificate: head.certificatePEM, key: head.keyPEM,
                now: Self.noon),
            head: (serializer.serializedBytes, head.certificate),
            headPEM: head.certificatePEM, headKeyPEM: head.keyPEM.revealed)
    }
}
