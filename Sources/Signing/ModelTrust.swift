package import FoundationEssentials
import SwiftASN1
package import Transport
package import Wire
// Certificates are judged at the time of the signature, not of the call.
@_spi(DisableValidityCheck) import X509

/// Whose heads are believed when they sign a model: those of these authorities.
package struct ModelTrust: Sendable {
    private let authorities: [Certificate]
    /// Whose heads alone are believed; nil for those of every cluster that an authority serves.
    private let cluster: String?

    /// - Parameter pem: one authority's certificate or several, as in `ca.pem`.
    /// - Throws: `malformed`.
    package init(pem: String) throws(SigningError) {
        do {
            self.authorities = try PEMDocument.parseMultiple(pemString: pem)
                .map { try Certificate(pemDocument: $0) }
        } catch {
            throw SigningError(.malformed, "there is something else than certificates in PEM")
        }
        guard !self.authorities.isEmpty else {
            throw SigningError(.malformed, "there is no certificate")
        }
        self.cluster = nil
    }

    /// One's own cluster's heads.
    package init(_ credentials: Credentials) {
        self.init(credentials.authorities, cluster: credentials.identity.cluster)
    }

    private init(_ authorities: [Certificate], cluster: String?) {
        self.authorities = authorities
        self.cluster = cluster
    }

    /// No head is believed.
    package static let nobody = ModelTrust([], cluster: nil)

    /// Finds out who vouches for files, and refuses those for which nobody does.
    ///
    /// First check: the chain leads to an authority, and its end is a head's. Second check: the
    /// signature is that head's. Only then is the statement read. Third check: it was signed while
    /// every certificate of the chain was valid, and not in the future. Fourth check: the files are
    /// those that it names, no more, no less, and with the same bytes.
    ///
    /// That a certificate has ended since is no reason against its signature: models outlive it.
    ///
    /// - Parameter files: the digest of each file beside the signature.
    /// - Throws: `malformed`, `untrusted` or `altered`.
    package func verify(
        _ signature: [UInt8], of files: [String: Digest], now: Date
    ) async throws(SigningError) -> Provenance {
        let envelope = try SignatureEnvelope(decoding: signature)
        let (signer, chain) = try await self.signer(envelope)
        guard
            signer.certificate.publicKey.isValidSignature(
                envelope.signature, for: SignatureEnvelope.signedBytes(of: envelope.payload),
                signatureAlgorithm: signer.algorithm)
        else {
            throw SigningError(
                .untrusted, "the signature is not that of the certificate beside it")
        }
        let statement = try ModelStatement(decoding: envelope.payload)
        try Self.judge(statement.signedAt, chain, now: now)
        try Self.compare(files, with: statement)
        return Provenance(
            signer: signer.identity,
            serial: SerialNumber(bytes: signer.certificate.serialNumber.bytes),
            statement: statement)
    }

    // MARK: Steps

    private func signer(
        _ envelope: SignatureEnvelope
    ) async throws(SigningError) -> (SignerCertificate, ValidatedCertificateChain) {
        let certificates: [Certificate]
        do {
            certificates = try envelope.chain.map { try Certificate(derEncoded: $0) }
        } catch {
            throw SigningError(.malformed, "the signature holds what is no certificate")
        }
        var verifier = Verifier(rootCertificates: CertificateStore(self.authorities)) {
            RFC5280Policy.withValidityCheckDisabled()
            IssuerPolicy()
        }
        let result = await verifier.validate(
            leaf: certificates[0], intermediates: CertificateStore(certificates.dropFirst()))
        guard case .validCertificate(let chain) = result else {
            throw SigningError(
                .untrusted, "the signer's certificate was not issued by an authority that you trust"
            )
        }
        let signer: SignerCertificate
        do throws(SignerCertificate.Objection) {
            signer = try SignerCertificate(certificates[0])
        } catch {
            throw SigningError(.untrusted, "the signer's certificate \(error)")
        }
        // An authority of ours says which cluster it is for; a company's may be for many.
        for cluster in [self.cluster, chain.root.cluster].compactMap({ $0 }) {
            guard signer.identity.cluster == cluster else {
                throw SigningError(
                    .untrusted, "the signer is a head of another cluster than \(cluster)")
            }
        }
        return (signer, chain)
    }

    private static func judge(
        _ moment: Date, _ chain: ValidatedCertificateChain, now: Date
    ) throws(SigningError) {
        guard moment <= now + Limits.clockSkewMax.seconds else {
            throw SigningError(
                .untrusted,
                "it says that it was signed at \(moment.formatted(.iso8601)), which is yet to come")
        }
        for certificate in chain {
            guard certificate.notValidBefore <= moment, moment <= certificate.notValidAfter else {
                throw SigningError(
                    .untrusted,
                    """
                    it says that it was signed at \(moment.formatted(.iso8601)), when a \
                    certificate of its chain was not valid
                    """)
            }
        }
    }

    private static func compare(
        _ files: [String: Digest], with statement: ModelStatement
    ) throws(SigningError) {
        var faults: [String] = []
        for file in statement.files {
            switch files[file.name] {
            case nil: faults.append("\(file.name) is missing")
            case file.digest: break
            default: faults.append("\(file.name) differs from what was signed")
            }
        }
        let added = files.count { name, _ in !statement.files.contains { $0.name == name } }
        if added > 0 { faults.append("\(added) of its files were not signed") }
        guard faults.isEmpty else {
            throw SigningError(.altered, faults.joined(separator: ", "))
        }
    }
}

/// Who vouches for a model, and for what: only a signature that was verified has one.
package struct Provenance: Equatable, Sendable {
    /// The head.
    package let signer: Identity
    /// Of the head's certificate.
    package let serial: SerialNumber
    package let statement: ModelStatement

    fileprivate init(signer: Identity, serial: SerialNumber, statement: ModelStatement) {
        self.signer = signer
        self.serial = serial
        self.statement = statement
    }
}

/// What RFC 5280 wants of a chain and the library's own policy leaves out: who issues must be
/// allowed to. It also knows the extensions that `SignerCertificate` judges.
private struct IssuerPolicy: VerifierPolicy {
    let verifyingCriticalExtensions: [ASN1ObjectIdentifier] = [
        .X509ExtensionID.extendedKeyUsage, .X509ExtensionID.subjectAlternativeName,
    ]

    func chainMeetsPolicyRequirements(chain: UnverifiedCertificateChain) -> PolicyEvaluationResult {
        for issuer in chain.dropFirst() {
            guard let usage = try? issuer.extensions.keyUsage, usage.keyCertSign else {
                return .failsToMeetPolicy(reason: "an issuer may not sign certificates")
            }
            // A head's own issuer says that it is for clients: it names workers only, and whoever
            // steals it must not make heads that sign models.
            do {
                if let usages = try issuer.extensions.extendedKeyUsage,
                    !usages.contains(.codeSigning)
                {
                    return .failsToMeetPolicy(reason: "an issuer may not vouch for models")
                }
            } catch {
                return .failsToMeetPolicy(reason: "an issuer's extensions cannot be read")
            }
        }
        return .meetsPolicy
    }
}

extension Certificate {
    /// The cluster that an authority's certificate names: `spiffe://CLUSTER`.
    fileprivate var cluster: String? {
        let scheme = "spiffe://"
        guard let names = try? self.extensions.subjectAlternativeNames, names.count == 1,
            case .uniformResourceIdentifier(let uri)? = names.first, uri.hasPrefix(scheme),
            !uri.dropFirst(scheme.count).contains("/")
        else { return nil }
        return String(uri.dropFirst(scheme.count))
    }
}

extension Duration {
    fileprivate var seconds: TimeInterval { TimeInterval(self.components.seconds) }
}
