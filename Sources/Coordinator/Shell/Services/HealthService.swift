package import GRPCCore
import Transport
package import Wire

/// The standard health checking protocol of gRPC.
package struct HealthService: Grpc_Health_V1_Health.SimpleServiceProtocol {
    let readiness: Readiness

    /// The empty name is the head as a whole.
    static let services = [
        "", "assay.v1.Jobs", "assay.v1.Blobs", "assay.v1.Models", "assay.v1.Nodes",
        "assay.v1.Revocations", "assay.v1.Enrollment",
    ]

    package func check(
        request: Grpc_Health_V1_HealthCheckRequest, context: ServerContext
    ) async throws -> Grpc_Health_V1_HealthCheckResponse {
        guard Self.services.contains(request.service) else {
            throw RPCError(code: .notFound, message: "the head has no such service")
        }
        return self.readiness.state.health
    }

    package func watch(
        request: Grpc_Health_V1_HealthCheckRequest,
        response: RPCWriter<Grpc_Health_V1_HealthCheckResponse>, context: ServerContext
    ) async throws {
        guard Self.services.contains(request.service) else {
            // Our services are all there from the start, so that none may come later.
            var unknown = Grpc_Health_V1_HealthCheckResponse()
            unknown.status = .serviceUnknown
            return try await response.write(unknown)
        }
        for await state in self.readiness.changes {
            try await response.write(state.health)
            // Nothing follows the drain; an open call would only hold up the head's end.
            if state == .draining { return }
        }
    }
}

extension Readiness.State {
    var health: Grpc_Health_V1_HealthCheckResponse {
        var response = Grpc_Health_V1_HealthCheckResponse()
        response.status = self == .ready ? .serving : .notServing
        return response
    }
}
