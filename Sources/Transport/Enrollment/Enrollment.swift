package import Foundation
import GRPCCore
import Wire

/// How a node gets its certificates from its head.
package enum Enrollment {
    /// Spends the invitation. The key is made here and stays here.
    ///
    /// - Parameter place: nil is where the invitation says.
    /// - Throws: `CredentialError` for an invitation that is over or an answer that does not fit,
    ///   `HeadError` when the head cannot be reached or is not one of the invitation's
    ///   authorities, `RPCError` when it refuses.
    package static func join(
        by invitation: Invitation, at place: HostAndPort? = nil, now: Date = Date()
    ) async throws -> FreshCredentials {
        let shown = try invitation.credentials(now: now)
        let answer = try await Self.ask(place ?? invitation.head, CredentialStore(shown)) {
            try await $0.join($1)
        }
        return try answer.request.answered(
            by: answer.chain, authorities: invitation.authorityPEM
        ) { fresh in
            fresh.identity.cluster == shown.identity.cluster && fresh.identity.role == .worker
                && fresh.identity.name == shown.identity.name
        }
    }

    /// Asks for the successor of a certificate that is still good, with a key of its own.
    ///
    /// - Throws: as `join`.
    package static func renew(
        _ credentials: CredentialStore, at place: HostAndPort
    ) async throws -> FreshCredentials {
        let ours = credentials.current
        let answer = try await Self.ask(place, credentials) { try await $0.renew($1) }
        return try answer.request.answered(
            by: answer.chain, authorities: try ours.authoritiesDER.map(PEMText.certificate).joined()
        ) { $0.identity == ours.identity }
    }

    /// What went wrong, in words for a log.
    package static func sentence(_ error: any Error) -> String {
        guard let error = error as? RPCError else { return "\(error)" }
        return "the head answers: \(Limits.reason(error.message))"
    }

    private static func ask(
        _ place: HostAndPort, _ credentials: CredentialStore,
        _ call:
            @Sendable (
                any Assay_V1_Enrollment.ClientProtocol, Assay_V1_SigningRequest
            ) async throws -> Assay_V1_CertificateChain
    ) async throws -> (request: KeyRequest, chain: [[UInt8]]) {
        let request = try KeyRequest()
        let chain = try await ControlClient.with(head: place, credentials: credentials) { client in
            var message = Assay_V1_SigningRequest()
            message.request = Data(request.der)
            return try await call(Assay_V1_Enrollment.Client(wrapping: client), message)
        }
        return (request, chain.certificates.map(Array.init))
    }
}
