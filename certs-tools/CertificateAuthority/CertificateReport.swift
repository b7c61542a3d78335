import Crypto
package import FoundationEssentials
import SwiftASN1
import Wire
import X509

/// What a certificate says, for people and for scripts.
package struct CertificateReport: Codable, Equatable, Sendable {
    package enum Standing: String, Codable, Sendable {
        case notYetValid = "not_yet_valid"
        case valid
        case expired
    }

    /// `spiffe://CLUSTER/ROLE/NAME`, or an authority's `spiffe://CLUSTER`; nil when there is none.
    package let identity: String?
    package let role: String?
    package let authority: Bool
    package let subject: String
    package let issuer: String
    /// Hexadecimal.
    package let serial: String
    package let notBefore: String
    package let notAfter: String
    package let standing: Standing
    package let dns: [String]
    package let addresses: [String]
    package let keyUsage: [String]
    package let extendedKeyUsage: [String]
    /// SHA-256 over the certificate, hexadecimal.
    package let fingerprint: String

    /// Reads the first certificate of a PEM text.
    package init(pem: String, now: Date) throws(IssuanceError) {
        do {
            let documents = try PEMDocument.parseMultiple(pemString: pem)
            let first = documents.first { $0.discriminator == Certificate.defaultPEMDiscriminator }
            guard let first else { throw IssuanceError(.malformed, "there is no certificate") }
            try self.init(Certificate(pemDocument: first), der: first.derBytes, now: now)
        } catch let error as IssuanceError {
            throw error
        } catch {
            throw IssuanceError(.malformed, "there is no certificate that can be read")
        }
    }

    private init(_ certificate: Certificate, der: [UInt8], now: Date) throws {
        let names = try certificate.extensions.subjectAlternativeNames.map(Array.init) ?? []
        let uris = names.compactMap { name -> String? in
            if case .uniformResourceIdentifier(let uri) = name { uri } else { nil }
        }
        self.identity = uris.count == 1 ? uris[0] : nil
        self.role = self.identity.flatMap { try? Identity(uri: $0) }?.role.rawValue
        if case .isCertificateAuthority = try certificate.extensions.basicConstraints {
            self.authority = true
        } else {
            self.authority = false
        }
        self.subject = certificate.subject.description
        self.issuer = certificate.issuer.description
        self.serial = Self.hexadecimal(certificate.serialNumber.bytes)
        self.notBefore = certificate.notValidBefore.text
        self.notAfter = certificate.notValidAfter.text
        self.standing =
            now < certificate.notValidBefore
            ? .notYetValid : now > certificate.notValidAfter ? .expired : .valid
        self.dns = names.compactMap { if case .dnsName(let host) = $0 { host } else { nil } }
        self.addresses = names.compactMap { name in
            guard case .ipAddress(let address) = name else { return nil }
            return ServerName.address(Array(address.bytes)).text
        }
        self.keyUsage = Self.usages(try certificate.extensions.keyUsage)
        self.extendedKeyUsage = try certificate.extensions.extendedKeyUsage?.map(Self.name) ?? []
        self.fingerprint = Self.hexadecimal(SHA256.hash(data: der))
    }

    /// Lines for a terminal.
    package func text() -> String {
        let rows: [(String, String)] = [
            ("identity", self.identity ?? "none"),
            ("kind", self.authority ? "certificate authority" : self.role ?? "unknown role"),
            ("valid from", self.notBefore),
            ("valid until", self.notAfter + self.warning),
            ("DNS names", self.dns.joined(separator: ", ")),
            ("addresses", self.addresses.joined(separator: ", ")),
            ("key usage", (self.keyUsage + self.extendedKeyUsage).joined(separator: ", ")),
            ("subject", self.subject),
            ("issuer", self.issuer),
            ("serial", self.serial),
            ("SHA-256", self.fingerprint),
        ]
        return rows.filter { !$0.1.isEmpty }
            .map { $0.0 + String(repeating: " ", count: 13 - $0.0.count) + $0.1 }
            .joined(separator: "\n")
    }

    /// One object on one line, keys in order.
    package func json() throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        encoder.keyEncodingStrategy = .convertToSnakeCase
        return String(decoding: try encoder.encode(self), as: UTF8.self)
    }

    private var warning: String {
        switch self.standing {
        case .notYetValid: " (not yet valid)"
        case .valid: ""
        case .expired: " (expired)"
        }
    }

    private static func usages(_ usage: KeyUsage?) -> [String] {
        guard let usage else { return [] }
        let all: [(Bool, String)] = [
            (usage.digitalSignature, "digitalSignature"), (usage.nonRepudiation, "nonRepudiation"),
            (usage.keyEncipherment, "keyEncipherment"),
            (usage.dataEncipherment, "dataEncipherment"), (usage.keyAgreement, "keyAgreement"),
            (usage.keyCertSign, "keyCertSign"), (usage.cRLSign, "cRLSign"),
        ]
        return all.filter(\.0).map(\.1)
    }

    private static func name(_ usage: ExtendedKeyUsage.Usage) -> String {
        switch usage {
        case .serverAuth: "serverAuth"
        case .clientAuth: "clientAuth"
        case .codeSigning: "codeSigning"
        default: "\(usage)"
        }
    }

    private static func hexadecimal(_ bytes: some Sequence<UInt8>) -> String {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}
