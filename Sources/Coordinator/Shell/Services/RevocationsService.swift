import CoordinatorCore
import Foundation
package import GRPCCore
import Logging
import Transport
package import Wire

/// Taking certificates back, and the list of what was.
package struct RevocationsService: Assay_V1_Revocations.SimpleServiceProtocol {
    let loop: CoordinatorLoop
    let revocations: Revocations
    let connections: MetricsPage.LateConnections
    let log: Logger

    /// Answers once the revocation is durable, in force, and everybody who stood on it is cut.
    ///
    /// Of a holder, the serial numbers that are seen to be in use are revoked by name as well: so
    /// that they stand in the list that an authority takes over, and whatever clocks say.
    package func revoke(
        request: Assay_V1_RevokeRequest, context: ServerContext
    ) async throws -> Assay_V1_RevokeResponse {
        let caller = try Caller(context)
        return try await answering(self.log) {
            let wanted = try Revocation(serial: request.serial, holder: request.holder)
            try await context.permit(.revoke, .none, on: wanted.object)
            let standing = self.standing(on: wanted)
            let serials = Set(standing.flatMap(\.serials)).sorted()
            var all = [wanted]
            if case .holder = wanted { all += serials.map { .certificate($0) } }
            let revocations = all
            let answer = await self.loop.request {
                .revoke(revocations, by: caller.owner, request: $0)
            }
            if case .refused(let refusal) = answer { throw refusal }
            self.log.notice(
                "revoked",
                metadata: [
                    "what": "\(wanted)", "by": "\(caller.owner)",
                    "connections": "\(standing.count)",
                ])
            let records = try await self.loop.ask { coordinator in
                coordinator.revocations.filter { revocations.contains($0.revocation) }
            }
            var response = Assay_V1_RevokeResponse()
            response.revocations = records.map(Self.message)
            response.connections = UInt32(standing.count)
            return response
        }
    }

    package func list(
        request: Assay_V1_ListRevocationsRequest, context: ServerContext
    ) async throws -> Assay_V1_ListRevocationsResponse {
        try await answering(self.log) {
            var response = Assay_V1_ListRevocationsResponse()
            response.revocations = try await self.loop.ask { $0.revocations }.map(Self.message)
            response.revocations += self.revocations.listed.map { serial in
                var message = Assay_V1_Revocation()
                message.serial = serial.description
                return message
            }
            return response
        }
    }

    private func standing(on revocation: Revocation) -> [Connection] {
        (self.connections.value?.all ?? []).filter { connection in
            switch revocation {
            case .certificate(let serial): connection.serials.contains(serial)
            case .holder(let holder): connection.peer.map { Holder($0.identity) } == holder
            }
        }
    }

    private static func message(_ record: RevocationRecord) -> Assay_V1_Revocation {
        var message = Assay_V1_Revocation()
        switch record.revocation {
        case .certificate(let serial): message.serial = serial.description
        case .holder(let holder): message.holder = holder.description
        }
        message.by = record.by
        message.at = record.at.sinceOrigin.seconds
        return message
    }
}

extension Revocation {
    /// As the audit log names it.
    fileprivate var object: String {
        switch self {
        case .certificate(let serial): "certificate/\(serial)"
        case .holder(let holder): holder.description
        }
    }
}
