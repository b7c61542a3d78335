import FoundationEssentials
import SwiftASN1
import Wire
import X509

/// What our certificates say, and nothing but that.
enum CertificateProfile {
    /// 158 bits of chance: more than the 64 that a forger must not guess, and always 20 bytes long.
    static func serialNumber(
        using generator: inout some RandomNumberGenerator
    ) -> Certificate.SerialNumber {
        var bytes = (0..<20).map { _ in UInt8.random(in: 0...255, using: &generator) }
        // Positive, and without a leading zero that would be dropped.
        bytes[0] = bytes[0] & 0x7F | 0x40
        return Certificate.SerialNumber(bytes: bytes)
    }

    // MARK: The authority

    static func authorityName(cluster: String) throws -> DistinguishedName {
        try DistinguishedName {
            OrganizationName(cluster)
            CommonName("Assay CA")
        }
    }

    /// May sign certificates, revocation lists, and issuers that may sign no further authority.
    static func authority(
        cluster: String, publicKey: Certificate.PublicKey
    ) throws -> Certificate.Extensions {
        let keyIdentifier = SubjectKeyIdentifier(hash: publicKey)
        return try Certificate.Extensions {
            Critical(BasicConstraints.isCertificateAuthority(maxPathLength: 1))
            Critical(KeyUsage(keyCertSign: true, cRLSign: true))
            SubjectAlternativeNames([.uniformResourceIdentifier(Self.uriPrefix + cluster)])
            keyIdentifier
            AuthorityKeyIdentifier(keyIdentifier: keyIdentifier.keyIdentifier)
        }
    }

    /// The cluster that an authority's certificate names; nil when it is no authority's.
    static func clusterOfAuthority(_ certificate: Certificate) -> String? {
        guard
            case .isCertificateAuthority = try? certificate.extensions.basicConstraints,
            (try? certificate.extensions.keyUsage)?.keyCertSign == true,
            let names = try? certificate.extensions.subjectAlternativeNames, names.count == 1,
            case .uniformResourceIdentifier(let uri) = names.first,
            uri.hasPrefix(Self.uriPrefix)
        else { return nil }
        return String(uri.dropFirst(Self.uriPrefix.count))
    }

    private static let uriPrefix = "spiffe://"

    // MARK: An issuer

    static func issuerName(cluster: String, name: String) throws -> DistinguishedName {
        try DistinguishedName {
            OrganizationName(cluster)
            OrganizationalUnitName("issuer")
            CommonName(name)
        }
    }

    /// May sign certificates of clients and nothing else: to TLS itself, whatever it signs is no
    /// server, so that a stolen one cannot play a head.
    static func issuer(
        cluster: String, publicKey: Certificate.PublicKey, authority: Certificate
    ) throws -> Certificate.Extensions {
        try Certificate.Extensions {
            Critical(BasicConstraints.isCertificateAuthority(maxPathLength: 0))
            Critical(KeyUsage(keyCertSign: true))
            try ExtendedKeyUsage([.clientAuth])
            SubjectAlternativeNames([.uniformResourceIdentifier(Self.uriPrefix + cluster)])
            SubjectKeyIdentifier(hash: publicKey)
            AuthorityKeyIdentifier(
                keyIdentifier: try authority.extensions.subjectKeyIdentifier?.keyIdentifier)
        }
    }

    /// Whether there may be an authority below this one.
    static func mayHaveIssuers(_ authority: Certificate) -> Bool {
        guard
            case .isCertificateAuthority(let depth) = try? authority.extensions.basicConstraints
        else { return false }
        return depth.map { $0 > 0 } ?? true
    }

    // MARK: Everybody else

    static func name(of identity: Identity) throws -> DistinguishedName {
        try DistinguishedName {
            OrganizationName(identity.cluster)
            OrganizationalUnitName(identity.role.rawValue)
            CommonName(identity.name)
        }
    }

    /// Signs TLS handshakes: a head as server and as client, everybody else as client only. A head
    /// also signs the models that its jobs make.
    static func leaf(
        _ request: CertificateRequest, publicKey: Certificate.PublicKey, authority: Certificate
    ) throws -> Certificate.Extensions {
        let usages: [ExtendedKeyUsage.Usage] =
            request.identity.role == .head
            ? [.serverAuth, .clientAuth, .codeSigning] : [.clientAuth]
        let names =
            [GeneralName.uniformResourceIdentifier(request.identity.uri)]
            + request.serverNames.map(Self.generalName)
        return try Certificate.Extensions {
            Critical(BasicConstraints.notCertificateAuthority)
            Critical(KeyUsage(digitalSignature: true))
            try ExtendedKeyUsage(usages)
            SubjectAlternativeNames(names)
            SubjectKeyIdentifier(hash: publicKey)
            AuthorityKeyIdentifier(
                keyIdentifier: try authority.extensions.subjectKeyIdentifier?.keyIdentifier)
        }
    }

    private static func generalName(_ name: ServerName) -> GeneralName {
        switch name {
        case .dns(let host): .dnsName(host)
        case .address(let bytes): .ipAddress(ASN1OctetString(contentBytes: bytes[...]))
        }
    }
}
