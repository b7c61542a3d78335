import Foundation
import Synchronization
package import Wire
import X509

/// What a peer must be, on one kind of connection.
///
/// Only an authority that stands in `ca.pem` names heads and people. Whatever else stands between
/// it and a certificate, such as a head's issuer, names workers and those who are about to become
/// one. The certificate alone shows which it is, by whose key signed it, so that a resumed session,
/// of which nothing else is known, is judged by the same rule.
package struct PeerPolicy: Sendable {
    package let cluster: String
    package let revocations: Revocations
    private let authorities: [Certificate]
    let roles: [Role]
    let side: Side

    /// Which end of the connection is judged.
    package enum Side: Sendable {
        case client(of: ApplicationProtocol)
        case server
    }

    /// Roles that need no authority of `ca.pem` to name them.
    private static let rolesOfIssuers: Set<Role> = [.worker, .joiner]

    /// - Parameters:
    ///   - ours: whose cluster the peer must be of, and whose authorities count.
    ///   - side: decides which roles are welcome: any that the protocol serves, or a head.
    package init(of ours: Credentials, judging side: Side, revocations: Revocations) {
        self.cluster = ours.identity.cluster
        self.authorities = ours.authorities
        self.revocations = revocations
        self.side = side
        self.roles =
            switch side {
            case .client(let application): application.roles
            case .server: [.head]
            }
    }

    /// What speaks against a certificate whatever its name; nil when nothing does.
    func objection(to facts: CertificateFacts, now: Date) -> String? {
        if now > facts.notAfter { return "its certificate expired at \(facts.notAfter.stamp)" }
        if now < facts.notBefore {
            return "its certificate is not valid before \(facts.notBefore.stamp)"
        }
        switch self.side {
        case .client where !facts.mayBeClient:
            return "its certificate's key usage does not allow it to be a client"
        case .server where !facts.mayBeServer:
            return "its certificate's key usage does not allow it to be a server"
        case .client, .server: break
        }
        return self.revocations.reason(refusing: facts.serial)
    }

    /// Whether the one who signed the certificate may give it this role.
    func mayName(_ role: Role, in facts: CertificateFacts) -> Bool {
        Self.issuer(of: facts, among: self.authorities, mayName: role)
    }

    /// The rule itself, for our own certificate as well: what everybody would refuse is not used.
    static func issuer(
        of facts: CertificateFacts, among authorities: [Certificate], mayName role: Role
    ) -> Bool {
        Self.rolesOfIssuers.contains(role) || facts.isIssued(by: authorities)
    }

    func refusal(of role: Role) -> String {
        let welcome = self.roles.map(\.rawValue).joined(separator: ", ")
        switch self.side {
        case .client(let application):
            return """
                \(role.withArticle) may not speak \(application.rawValue), only: \(welcome)
                """
        case .server:
            return "its certificate is of a \(role.rawValue), not of a head"
        }
    }
}

/// What travels on the one port, told apart by ALPN.
package enum ApplicationProtocol: String, CaseIterable, Hashable, Sendable {
    case link = "assay-link/1"
    case rpc = "h2"
    case pages = "http/1.1"

    /// Who may speak it at all; what they may ask for is `Permission`'s to say.
    package var roles: [Role] {
        switch self {
        case .link: [.worker]
        case .rpc: [.operator, .user, .viewer, .probe, .worker, .joiner]
        case .pages: [.operator, .user, .viewer, .probe]
        }
    }
}

extension Role {
    /// The role in a sentence.
    var withArticle: String { "\(self == .operator ? "an" : "a") \(self.rawValue)" }
}
