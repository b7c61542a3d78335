package import Foundation
import Glibc
import Host
import NIOSSL
package import Privacy
package import Wire
package import X509

/// What a process shows and trusts: its certificate, its key, and the cluster's authority.
///
/// Values of this type have been checked: the key belongs to the certificate, the certificate was
/// issued by the authority or its issuer, names one identity and has not expired.
package struct Credentials: Sendable {
    package let identity: Identity
    package let serial: SerialNumber
    package let expiresAt: Date
    /// What the authority has revoked, by the directory's `crl.pem`.
    package let revoked: Set<SerialNumber>
    /// When it is time to renew the certificate: at half of its life.
    package let renewalDue: Date
    let chain: [NIOSSLCertificate]
    let key: NIOSSLPrivateKey
    let roots: [NIOSSLCertificate]
    /// The same as `chain`: the holder's own, then those that lead to its root.
    package let certificates: [Certificate]
    /// The same as `key`, for signing what is no handshake.
    package let privateKey: Certificate.PrivateKey
    /// The same as `roots`, for explaining refusals.
    package let authorities: [Certificate]

    /// Loads `ca.pem`, `cert.pem` and `key.pem` of a `--certs` directory, and `crl.pem` where there
    /// is one.
    ///
    /// - Throws: `CredentialError` naming the file and what would be right.
    package init(directory: String, now: Date = Date()) throws(CredentialError) {
        let authority = "\(directory)/ca.pem"
        let certificate = "\(directory)/cert.pem"
        let key = "\(directory)/\(Self.keyInUse(in: directory).rawValue)"
        let revocations = "\(directory)/crl.pem"
        let secret: Private<String>
        do {
            secret = try SecretFile.read(key).text
        } catch {
            throw CredentialError(error.description)
        }
        try self.init(
            authority: PEMText(try Self.read(authority), from: authority),
            certificate: PEMText(try Self.read(certificate), from: certificate),
            key: PEMText(secret, from: key),
            revocations: try Self.readIfThere(revocations, upTo: Limits.revocationListBytesMax)
                .map { PEMText($0, from: revocations) }, now: now)
    }

    /// The same from memory.
    ///
    /// - Parameter place: where they come from, for sentences; nil is a directory as above.
    package init(
        authority: String, certificate: String, key: Private<String>, revocations: String? = nil,
        from place: String? = nil, now: Date = Date()
    ) throws(CredentialError) {
        try self.init(
            authority: PEMText(authority, from: place ?? "ca.pem"),
            certificate: PEMText(certificate, from: place ?? "cert.pem"),
            key: PEMText(key, from: place ?? "key.pem"),
            revocations: revocations.map { PEMText($0, from: place ?? "crl.pem") }, now: now)
    }

    /// The file with the certificate's key: `next-key.pem` for the moment of a renewal.
    enum KeyFile: String {
        case settled = "key.pem"
        case next = "next-key.pem"
    }

    static func keyInUse(in directory: String) -> KeyFile {
        let path = "\(directory)/\(KeyFile.next.rawValue)"
        guard access(path, F_OK) == 0, let secret = try? SecretFile.read(path),
            let next = try? PEMText(secret.text, from: path).privateKey(),
            let text = try? Self.read("\(directory)/cert.pem"),
            let leaf = try? PEMText(text, from: "cert.pem").certificates().first,
            leaf.certificate.publicKey == next.publicKey
        else { return .settled }
        return .next
    }

    private init(
        authority: PEMText, certificate: PEMText, key: PEMText, revocations: PEMText?, now: Date
    ) throws(CredentialError) {
        let roots = try authority.certificates()
        let chain = try certificate.certificates()
        let facts = try certificate.facts(chain[0])
        let place = certificate.place

        let secret = try key.privateKey()
        guard secret.publicKey == chain[0].certificate.publicKey else {
            throw CredentialError("\(key.place) is not the key of the certificate in \(place)")
        }
        guard Self.leads(from: chain, to: roots) else {
            throw CredentialError("\(place) was not issued by an authority in \(authority.place)")
        }
        guard now <= facts.notAfter else {
            throw CredentialError(
                "\(place) expired at \(facts.notAfter.stamp); issue or renew it")
        }
        guard now >= facts.notBefore else {
            throw CredentialError(
                "\(place) is not valid before \(facts.notBefore.stamp); check the clock")
        }
        guard facts.uris.count == 1 else {
            throw CredentialError(
                """
                \(place) has \(facts.uris.count) URI names; one spiffe://CLUSTER/ROLE/NAME is right
                """)
        }
        do {
            self.identity = try Identity(uri: facts.uris[0])
        } catch {
            throw CredentialError("\(place): \(error)")
        }
        let anchors = roots.map(\.certificate)
        guard PeerPolicy.issuer(of: facts, among: anchors, mayName: self.identity.role) else {
            throw CredentialError(
                """
                \(place) is of \(self.identity.role.withArticle), and no authority in \
                \(authority.place) signed it itself: an issuer names workers only
                """)
        }
        self.serial = facts.serial
        self.expiresAt = facts.notAfter
        self.renewalDue = facts.halfOfLife
        self.authorities = anchors
        self.certificates = chain.map(\.certificate)
        self.privateKey = secret
        self.revoked = try revocations?.revoked(by: self.authorities) ?? []
        do {
            self.roots = try roots.map { try NIOSSLCertificate(bytes: $0.der, format: .der) }
            self.chain = try chain.map { try NIOSSLCertificate(bytes: $0.der, format: .der) }
            self.key = try key.keyForTLS()
        } catch {
            throw CredentialError("\(place) or \(key.place) holds what TLS cannot use: \(error)")
        }
    }

    /// `ca.pem`'s, in DER.
    var authoritiesDER: [[UInt8]] {
        get throws(CredentialError) {
            do {
                return try self.roots.map { try $0.toDERBytes() }
            } catch {
                throw CredentialError("the authorities' certificates cannot be written: \(error)")
            }
        }
    }

    /// - Throws: unless the certificate is of one of these roles; say so before anything starts.
    package func require(_ roles: Role...) throws(CredentialError) {
        guard roles.contains(self.identity.role) else {
            let wanted = roles.map(\.rawValue).joined(separator: " or ")
            let role = self.identity.role.rawValue
            throw CredentialError("the certificate is of a \(role); this needs one of a \(wanted)")
        }
    }

    /// Follows the chain from the leaf by name and signature. The peer's BoringSSL checks the rest;
    /// this only catches files that do not belong together.
    private static func leads(from chain: [PEMText.Item], to roots: [PEMText.Item]) -> Bool {
        var current = chain[0].certificate
        for next in chain.dropFirst().map(\.certificate) + [nil] {
            let isAnchored = roots.map(\.certificate).contains {
                $0.subject == current.issuer
                    && $0.publicKey.isValidSignature(current.signature, for: current)
            }
            if isAnchored { return true }
            guard let next, next.subject == current.issuer,
                next.publicKey.isValidSignature(current.signature, for: current)
            else { return false }
            current = next
        }
        return false
    }

    private static func read(_ path: String) throws(CredentialError) -> [UInt8] {
        guard let bytes = try Self.readIfThere(path, upTo: 1 << 20) else {
            throw CredentialError("cannot open \(path): \(String(cString: strerror(ENOENT)))")
        }
        return bytes
    }

    /// Nil when there is no such file; a file that cannot be opened is an error.
    private static func readIfThere(
        _ path: String, upTo bytesMax: Int
    ) throws(CredentialError) -> [UInt8]? {
        let number = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard number >= 0 else {
            if errno == ENOENT { return nil }
            throw CredentialError("cannot open \(path): \(String(cString: strerror(errno)))")
        }
        do {
            return try Descriptor(adopting: number).read(upTo: bytesMax, from: path)
        } catch {
            throw CredentialError(error.description)
        }
    }
}

/// Why credentials cannot be used, in one sentence that names the file.
package struct CredentialError: Error, Equatable, Sendable, CustomStringConvertible {
    package let description: String

    init(_ sentence: String) { self.description = sentence }
}
