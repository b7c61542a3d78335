import Foundation
import Synchronization
package import Wire

/// What a peer must be, on one kind of connection.
package struct PeerPolicy: Sendable {
    package let cluster: String
    package let revocations: Revocations
    let roles: [Role]
    let side: Side

    /// Which end of the connection is judged.
    package enum Side: Sendable {
        case client(of: ApplicationProtocol)
        case server
    }

    /// - Parameter side: decides which roles are welcome: any that the protocol serves, or a head.
    package init(cluster: String, judging side: Side, revocations: Revocations) {
        self.cluster = cluster
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

    func refusal(of role: Role) -> String {
        let welcome = self.roles.map(\.rawValue).joined(separator: ", ")
        switch self.side {
        case .client(let application):
            let article = role == .operator ? "an" : "a"
            return """
                \(article) \(role.rawValue) may not speak \(application.rawValue), only: \(welcome)
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
        case .rpc, .pages: [.operator, .user, .viewer, .probe]
        }
    }
}
