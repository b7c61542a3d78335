import CertificateAuthority
import CoordinatorCore
import Foundation
package import GRPCCore
import Logging
import Transport
package import Wire

/// Lets workers into the cluster, and renews their certificates.
///
/// Nobody is signed a certificate for a name that he has not proved: the inviter's role is judged
/// by the table of permissions, the joiner's name stands in the invitation's certificate, a
/// worker's in its own.
package struct EnrollmentService: Assay_V1_Enrollment.SimpleServiceProtocol {
    let loop: CoordinatorLoop
    let issuers: IssuerShelf
    let sessions: WorkerSessions
    /// Of the certificates that workers get.
    let lifetime: Duration
    let log: Logger

    package func invite(
        request: Assay_V1_InviteRequest, context: ServerContext
    ) async throws -> Assay_V1_CertificateChain {
        try await answering(self.log) {
            let peer = try context.peer
            let lifetime = Duration.seconds(Int64(request.seconds))
            let allowed = Limits.invitationLifetime
            guard allowed.contains(lifetime) else {
                throw RPCError(
                    code: .invalidArgument,
                    message: """
                        an invitation is good for \(allowed.lowerBound.components.seconds) to \
                        \(allowed.upperBound.components.seconds) seconds
                        """)
            }
            let guest: Identity
            do throws(IdentityError) {
                guest = try Identity(
                    cluster: peer.identity.cluster, role: .joiner, name: request.name)
            } catch {
                throw RPCError(code: .invalidArgument, message: error.description)
            }
            try await context.permit(.inviteNode, .none, on: "worker/\(guest.name)")
            let proof = try self.proof(request.request, of: guest)
            let signed = try self.sign(proof, lasting: lifetime, by: try self.issuers.demand())
            self.log.info(
                "a worker was invited",
                metadata: [
                    "worker": "\(guest.name)", "by": "\(peer.identity)",
                    "serial": "\(signed.facts.serial)", "until": "\(signed.facts.notAfter)",
                ])
            return signed.message
        }
    }

    package func join(
        request: Assay_V1_SigningRequest, context: ServerContext
    ) async throws -> Assay_V1_CertificateChain {
        try await answering(self.log) {
            let peer = try context.peer
            let worker = try self.identity(.worker, of: peer)
            try await context.permit(.joinCluster, .none, on: "worker/\(worker.name)")
            // What would fail anyway must not spend the invitation.
            let proof = try self.proof(request.request, of: worker)
            let issuer = try self.issuers.demand()

            let until = Instant(sinceOrigin: .seconds(peer.expiresAt.timeIntervalSince1970))
            let answer = await self.loop.request {
                .join(worker: worker.name, serial: peer.serial, until: until, request: $0)
            }
            if case .refused(let refusal) = answer {
                self.log.notice(
                    "an invitation was refused",
                    metadata: [
                        "worker": "\(worker.name)", "serial": "\(peer.serial)",
                        "reason": "\(refusal)",
                    ])
                throw refusal
            }
            // Spent, and that is on disk: a head that dies here makes the operator invite again.
            let signed = try self.sign(proof, lasting: self.lifetime, by: issuer)
            self.log.info(
                "a worker joined",
                metadata: [
                    "worker": "\(worker.name)", "invitation": "\(peer.serial)",
                    "serial": "\(signed.facts.serial)", "until": "\(signed.facts.notAfter)",
                ])
            return signed.message
        }
    }

    package func renew(
        request: Assay_V1_SigningRequest, context: ServerContext
    ) async throws -> Assay_V1_CertificateChain {
        try await answering(self.log) {
            let peer = try context.peer
            let worker = try self.identity(.worker, of: peer)
            try await context.permit(.renewCertificate, .none, on: "worker/\(worker.name)")
            let proof = try self.proof(request.request, of: worker)
            let signed = try self.sign(
                proof, lasting: self.lifetime, by: try self.issuers.demand())
            // Links that stand on the old certificate stand on.
            try context.extend(to: signed.facts)
            self.sessions.renew(peer, by: signed.facts)
            self.log.info(
                "a worker's certificate was renewed",
                metadata: [
                    "worker": "\(worker.name)", "old": "\(peer.serial)",
                    "serial": "\(signed.facts.serial)", "until": "\(signed.facts.notAfter)",
                ])
            return signed.message
        }
    }

    // MARK: Signing

    private struct Signed {
        let message: Assay_V1_CertificateChain
        /// Of the holder's certificate.
        let facts: CertificateFacts
    }

    private func identity(_ role: Role, of peer: ProvedPeer) throws(RPCError) -> Identity {
        do throws(IdentityError) {
            return try Identity(cluster: peer.identity.cluster, role: role, name: peer.name)
        } catch {
            throw RPCError(code: .invalidArgument, message: error.description)
        }
    }

    private func proof(_ request: Data, of identity: Identity) throws(RPCError) -> ProvedKey {
        do throws(IssuanceError) {
            return try ProvedKey(request: Array(request), of: identity)
        } catch {
            throw RPCError(code: .invalidArgument, message: error.description)
        }
    }

    private func sign(
        _ proof: ProvedKey, lasting lifetime: Duration, by issuer: Issuer
    ) throws -> Signed {
        var chance = SystemRandomNumberGenerator()
        let chain: [[UInt8]]
        do throws(IssuanceError) {
            chain = try issuer.sign(proof, lasting: lifetime, now: Date(), using: &chance)
        } catch {
            throw RPCError(code: .failedPrecondition, message: error.description)
        }
        var message = Assay_V1_CertificateChain()
        message.certificates = chain.map { Data($0) }
        return Signed(message: message, facts: try CertificateFacts(der: chain[0]))
    }
}
