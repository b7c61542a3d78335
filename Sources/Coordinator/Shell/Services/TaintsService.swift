import CoordinatorCore
package import GRPCCore
import Logging
import Transport
package import Wire

/// What programs of users have made, and the word of those who have looked at it.
package struct TaintsService: Assay_V1_Taints.SimpleServiceProtocol {
    let loop: CoordinatorLoop
    let log: Logger

    /// Taints in one answer, and how many when the caller does not say.
    private static let listMax = 10_000
    private static let listDefault = 1000

    package func list(
        request: Assay_V1_ListTaintsRequest, context: ServerContext
    ) async throws -> Assay_V1_ListTaintsResponse {
        let owner = try Caller(context).visibleOwner(.listTaints)
        let limit =
            request.limit == 0 ? Self.listDefault : min(Int(request.limit), Self.listMax)
        return try await answering(self.log) {
            var response = Assay_V1_ListTaintsResponse()
            response.taints = try await self.loop.ask { coordinator in
                coordinator.taints(of: owner, limit: limit).map(\.message)
            }
            return response
        }
    }

    /// Answers once the clearance is durable.
    package func clear(
        request: Assay_V1_ClearTaintRequest, context: ServerContext
    ) async throws -> Assay_V1_ClearTaintResponse {
        let caller = try Caller(context)
        return try await answering(self.log) {
            let digests = try Self.digests(request.digests)
            let reason = try Self.reason(request.reason)
            for digest in digests {
                try await context.permit(.clearTaint, .none, on: "blob/\(digest)")
            }
            let answer = await self.loop.request {
                .clearTaint(digests, reason: reason, by: caller.owner, request: $0)
            }
            if case .refused(let refusal) = answer { throw refusal }
            self.log.notice(
                "a taint was cleared",
                metadata: ["by": "\(caller.owner)", "blobs": "\(digests.count)"])
            var response = Assay_V1_ClearTaintResponse()
            response.taints = try await self.loop.ask { coordinator in
                digests.compactMap { coordinator.taint(of: $0)?.message }
            }
            return response
        }
    }

    private static func digests(_ texts: [String]) throws(RPCError) -> [Digest] {
        guard (1...Limits.blobsPerTrialMax).contains(texts.count) else {
            throw RPCError(
                code: .invalidArgument,
                message: "digests names 1 to \(Limits.blobsPerTrialMax) blobs")
        }
        return try texts.map { text throws(RPCError) in
            guard let digest = Digest(text: text) else {
                throw RPCError(
                    code: .invalidArgument,
                    message: "digests: one is not sha256: and 64 lower-case hexadecimal digits")
            }
            return digest
        }
    }

    private static func reason(_ text: String) throws(RPCError) -> String {
        guard !text.isEmpty, text.utf8.count <= Limits.reasonBytesMax,
            !text.unicodeScalars.contains(where: \.misleadsTerminals)
        else {
            throw RPCError(
                code: .invalidArgument,
                message: "reason must be 1 to \(Limits.reasonBytesMax) bytes of plain text")
        }
        return text
    }
}

extension TaintRecord {
    fileprivate var message: Assay_V1_Taint {
        var message = Assay_V1_Taint()
        message.digest = self.digest.description
        message.name = self.name
        message.trial = self.trial.description
        message.owner = self.owner
        message.sources = self.sources.map(\.description)
        message.at = self.at.sinceOrigin.seconds
        if let clearance {
            message.clearedBy = clearance.by
            message.reason = clearance.reason
            message.clearedAt = clearance.at.sinceOrigin.seconds
        }
        return message
    }
}
