import CoordinatorCore
import Foundation
package import GRPCCore
import Logging
import Transport
package import Wire

/// The workers, and taking them out of service and back.
package struct NodesService: Assay_V1_Nodes.SimpleServiceProtocol {
    let loop: CoordinatorLoop
    let sessions: WorkerSessions
    let log: Logger

    package func list(
        request: Assay_V1_ListNodesRequest, context: ServerContext
    ) async throws -> Assay_V1_ListNodesResponse {
        try await answering(self.log) {
            var response = Assay_V1_ListNodesResponse()
            response.nodes = try await self.loop.ask { $0.nodes }.map(self.message)
            return response
        }
    }

    package func drain(
        request: Assay_V1_NodeRequest, context: ServerContext
    ) async throws -> Assay_V1_Node {
        try await self.change(request.name, context) { .drainNode($0, request: $1) }
    }

    package func resume(
        request: Assay_V1_NodeRequest, context: ServerContext
    ) async throws -> Assay_V1_Node {
        try await self.change(request.name, context) { .resumeNode($0, request: $1) }
    }

    private func change(
        _ name: String, _ context: ServerContext,
        _ event: @escaping @Sendable (String, RequestID) -> Event
    ) async throws -> Assay_V1_Node {
        try await answering(self.log) {
            guard let holder = try? Holder(text: "\(Role.worker.rawValue)/\(name)") else {
                throw RPCError(code: .invalidArgument, message: "name is not the name of a node")
            }
            try await context.permit(.controlNode, .none, on: "\(holder)")
            if case .refused(let refusal) = await self.loop.request({ event(name, $0) }) {
                throw refusal
            }
            let node = try await self.loop.ask { $0.nodes.first { $0.name == name } }
            if let node { return self.message(node) }
            // Resumed, and not connected: nothing more is known of it.
            var unknown = Assay_V1_Node()
            unknown.name = name
            unknown.state = NodeRecord.State.lost.rawValue
            return unknown
        }
    }

    private func message(_ node: NodeRecord) -> Assay_V1_Node {
        var message = Assay_V1_Node()
        message.name = node.name
        message.state = node.state.rawValue
        message.slots = UInt32(node.capacity.slots)
        message.running = UInt32(node.held)
        message.finished = UInt64(node.finished)
        message.version = node.version
        message.confirmed = node.confirmed
        message.quarantine = node.quarantine?.reason ?? ""
        message.quarantinedAt = node.quarantine?.at.sinceOrigin.seconds ?? 0
        message.environmentClass = node.environmentClass
        message.connectedAt = node.connectedAt?.sinceOrigin.seconds ?? 0
        message.commands = node.commands.users.names
        message.commandsNetwork = node.commands.allowsNetwork
        if let session = node.session.flatMap({ self.sessions[$0] }) {
            message.address = session.link.remoteHost
            message.certificateSerial = session.certificate.serial.description
            message.certificateExpiresAt = session.certificate.expiresAt.timeIntervalSince1970
        }
        return message
    }
}

extension CommandPolicy.Users {
    fileprivate var names: [String] {
        switch self {
        case .nobody: []
        case .everybody: ["everybody"]
        case .some(let holders): holders.map(\.description).sorted()
        }
    }
}
