import CertificateAuthority
import Crypto
import Foundation
import SwiftASN1
import Testing
import Wire
import X509

/// A certificate signing request, honest unless a test makes it otherwise.
struct Request {
    var subject = DistinguishedName()
    var extensions = Certificate.Extensions()
    var challenge = false
    private let key = P256.Signing.PrivateKey()

    var der: [UInt8] { get throws { try self.der(of: Certificate.PrivateKey(self.key)) } }

    func der(
        of key: Certificate.PrivateKey,
        by algorithm: Certificate.SignatureAlgorithm = .ecdsaWithSHA256
    ) throws -> [UInt8] {
        var attributes: [CertificateSigningRequest.Attribute] = []
        if !self.extensions.isEmpty {
            attributes.append(try .init(ExtensionRequest(extensions: self.extensions)))
        }
        if self.challenge {
            attributes.append(
                .init(
                    oid: [1, 2, 840, 113549, 1, 9, 7],
                    values: [try ASN1Any(erasing: ASN1UTF8String("password"))]))
        }
        let request = try CertificateSigningRequest(
            version: .v1, subject: self.subject, privateKey: key, attributes: .init(attributes),
            signatureAlgorithm: algorithm)
        var serializer = DER.Serializer()
        try serializer.serialize(request)
        return serializer.serializedBytes
    }
}

@Suite struct ProvedKeyTests {
    let identity: Identity

    init() throws { self.identity = try Identity(cluster: "north", role: .worker, name: "w1") }

    private func judge(_ der: [UInt8]) throws -> ProvedKey {
        try ProvedKey(request: der, of: self.identity)
    }

    private func refusal(_ der: [UInt8]) -> String? {
        do {
            _ = try self.judge(der)
            return nil
        } catch {
            return String(describing: error)
        }
    }

    @Test func `a request for a key alone is good, and so is one that repeats the name`() throws {
        _ = try self.judge(Request().der)
        var named = Request()
        named.extensions = try Certificate.Extensions {
            SubjectAlternativeNames([.uniformResourceIdentifier(self.identity.uri)])
        }
        named.subject = try DistinguishedName {
            OrganizationName("north")
            OrganizationalUnitName("worker")
            CommonName("w1")
        }
        _ = try self.judge(named.der)
    }

    @Test func `whatever else a request asks for is refused, not ignored`() throws {
        let own = GeneralName.uniformResourceIdentifier(self.identity.uri)
        let wishes: [(String, Certificate.Extensions)] = [
            (
                "names other than",
                try .init {
                    SubjectAlternativeNames([
                        .uniformResourceIdentifier("spiffe://north/operator/w1")
                    ])
                }
            ),
            (
                "names other than",
                try .init { SubjectAlternativeNames([own, .dnsName("head.example")]) }
            ),
            ("uses or rights", try .init { try ExtendedKeyUsage([.clientAuth, .serverAuth]) }),
            (
                "uses or rights",
                try .init { Critical(BasicConstraints.isCertificateAuthority(maxPathLength: nil)) }
            ),
            ("uses or rights", try .init { Critical(KeyUsage(keyCertSign: true)) }),
        ]
        for (words, extensions) in wishes {
            var request = Request()
            request.extensions = extensions
            #expect(self.refusal(try request.der)?.contains(words) == true, "\(words)")
        }
        var subject = Request()
        subject.subject = try DistinguishedName { CommonName("olga") }
        #expect(self.refusal(try subject.der)?.contains("a subject other than") == true)
        var attribute = Request()
        attribute.challenge = true
        #expect(self.refusal(try attribute.der)?.contains("attributes") == true)
        attribute.extensions = try .init { SubjectAlternativeNames([own]) }
        #expect(self.refusal(try attribute.der)?.contains("attributes") == true)
    }

    @Test func `a request that its own key did not sign is forged`() throws {
        let mine = P256.Signing.PrivateKey()
        let theirs = P256.Signing.PrivateKey()
        let honest = try CertificateSigningRequest(
            version: .v1, subject: .init(), privateKey: Certificate.PrivateKey(mine),
            attributes: .init())
        let forged = try CertificateSigningRequest(
            version: .v1, subject: .init(), publicKey: Certificate.PublicKey(theirs.publicKey),
            attributes: .init(), signatureAlgorithm: .ecdsaWithSHA256,
            signature: honest.signature)
        var serializer = DER.Serializer()
        try serializer.serialize(forged)
        #expect(
            self.refusal(serializer.serializedBytes)?
                .contains("is not signed by the key that it asks") == true)
    }

    @Test func `only keys of the one kind are signed`() throws {
        let wide = Certificate.PrivateKey(P384.Signing.PrivateKey())
        #expect(
            self.refusal(try Request().der(of: wide, by: .ecdsaWithSHA384))?.contains("P-256")
                == true)
        let odd = Certificate.PrivateKey(P256.Signing.PrivateKey())
        #expect(
            self.refusal(try Request().der(of: odd, by: .ecdsaWithSHA512))?.contains("P-256")
                == true)
    }

    @Test func `bytes that are no request, or too many of them, are refused`() throws {
        let good = try Request().der
        for bytes in [[], [0x30], Array(good.dropLast()), good + [0]] {
            #expect(self.refusal(bytes)?.contains("is no PKCS #10 request") == true)
        }
        let long = good + Array(repeating: 0, count: Limits.signingRequestBytesMax)
        #expect(self.refusal(long)?.contains("is longer than 4096 bytes") == true)
    }

    @Test(.enabled(if: OpenSSL.isInstalled, "openssl is not installed"))
    func `openssl makes a request that is good`() throws {
        let scratch = try Scratch()
        let made = try OpenSSL([
            "req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
            "-keyout", scratch["key.pem"], "-out", scratch["request.der"], "-outform", "DER",
            "-subj", "/", "-addext", "subjectAltName=URI:\(self.identity.uri)",
        ])
        #expect(made.accepted, "\(made.output)")
        let bytes = try Data(contentsOf: URL(filePath: scratch["request.der"]))
        _ = try self.judge(Array(bytes))
    }
}
