package import Foundation
package import NIOSSL
package import Wire

/// The other end of a connection whose chain BoringSSL has checked, and nothing else.
///
/// It becomes a `ProvedPeer` by `proved(by:now:)` and nowhere else. A resumed session skips the
/// check of the chain but not this one: it is made from the certificate that the session remembers.
package struct UnprovedPeer: Sendable {
    private let der: [UInt8]?

    package init(der: [UInt8]?) { self.der = der }

    /// - Parameter certificate: nil where the peer showed none, which is refused.
    package init(_ certificate: NIOSSLCertificate?) {
        self.der = try? certificate?.toDERBytes()
    }

    /// Whom the certificate names, for those who remember who was refused.
    var claim: Act.Peer? {
        guard let der = self.der, let facts = try? CertificateFacts(der: der),
            facts.uris.count == 1, let identity = try? Identity(uri: facts.uris[0])
        else { return nil }
        return Act.Peer(identity, facts.serial)
    }

    /// Judges what the certificate says.
    ///
    /// - Throws: the first reason to refuse, in the order in which an operator would look.
    package func proved(by policy: PeerPolicy, now: Date) throws(PeerRefusal) -> ProvedPeer {
        guard let der = self.der else { throw PeerRefusal("it shows no certificate") }
        let facts: CertificateFacts
        do {
            facts = try CertificateFacts(der: der)
        } catch {
            throw PeerRefusal("its certificate cannot be read")
        }
        if let reason = policy.objection(to: facts, now: now) { throw PeerRefusal(reason) }
        guard facts.uris.count == 1 else {
            throw PeerRefusal(
                "its certificate has \(facts.uris.count) URI names instead of one identity")
        }
        let identity: Identity
        do {
            identity = try Identity(uri: facts.uris[0])
        } catch {
            throw PeerRefusal("its certificate names nobody: \(error)")
        }
        guard identity.cluster == policy.cluster else {
            throw PeerRefusal("its certificate is of another cluster than \(policy.cluster)")
        }
        guard policy.roles.contains(identity.role) else {
            throw PeerRefusal(policy.refusal(of: identity.role))
        }
        guard policy.mayName(identity.role, in: facts) else {
            throw PeerRefusal(
                """
                its certificate is of \(identity.role.withArticle), and no authority in ca.pem \
                signed it itself: an issuer names workers only
                """)
        }
        let peer = ProvedPeer(identity, facts)
        if let reason = policy.revocations.reason(refusing: peer) { throw PeerRefusal(reason) }
        return peer
    }
}

/// The other end of a connection, whose certificate was judged: only such a peer has a role.
package struct ProvedPeer: Hashable, Sendable {
    package let identity: Identity
    package let serial: SerialNumber
    /// The SHA-256 of the certificate's DER.
    package let fingerprint: Digest
    /// From when on its certificate is valid, which is about when it was issued.
    package let notBefore: Date
    package let expiresAt: Date

    package var role: Role { self.identity.role }
    package var name: String { self.identity.name }

    fileprivate init(_ identity: Identity, _ facts: CertificateFacts) {
        self.identity = identity
        self.serial = facts.serial
        self.fingerprint = facts.fingerprint
        self.notBefore = facts.notBefore
        self.expiresAt = facts.notAfter
    }
}

/// Why a peer was refused: the words after "the connection was refused because".
package struct PeerRefusal: Error, Equatable, Sendable, CustomStringConvertible {
    package let description: String

    package init(_ reason: String) { self.description = reason }
}
