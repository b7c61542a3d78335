import GRPCCore
import Wire

/// Refuses the calls that a role can never make; objects of others are the handlers' to judge, by
/// the same table.
struct AuthorizationInterceptor: ServerInterceptor {
    func intercept<Input: Sendable, Output: Sendable>(
        request: StreamingServerRequest<Input>, context: ServerContext,
        next:
            @Sendable (StreamingServerRequest<Input>, ServerContext) async throws ->
            StreamingServerResponse<Output>
    ) async throws -> StreamingServerResponse<Output> {
        let method = context.descriptor.fullyQualifiedMethod
        guard let verb = Verb.byMethod[method] else {
            throw RPCError(
                code: .permissionDenied, message: "\(method) has no rule who may call it")
        }
        try context.permit(verb, .none)
        return try await next(request, context)
    }
}

extension Verb {
    /// What each call does. A method that is not here is refused: nobody thought of it.
    static let byMethod: [String: Verb] = {
        let rules: [(MethodDescriptor, Verb)] = [
            (Assay_V1_Jobs.Method.Submit.descriptor, .submitJob),
            (Assay_V1_Jobs.Method.Run.descriptor, .submitJob),
            (Assay_V1_Jobs.Method.Get.descriptor, .readJob),
            (Assay_V1_Jobs.Method.List.descriptor, .listJobs),
            (Assay_V1_Jobs.Method.Watch.descriptor, .readJob),
            (Assay_V1_Jobs.Method.Cancel.descriptor, .cancelJob),
            (Assay_V1_Jobs.Method.Trials.descriptor, .readJob),
            (Assay_V1_Blobs.Method.Stat.descriptor, .uploadBlob),
            (Assay_V1_Blobs.Method.Put.descriptor, .uploadBlob),
            (Assay_V1_Models.Method.List.descriptor, .listModels),
            (Assay_V1_Models.Method.Get.descriptor, .readModel),
            (Assay_V1_Models.Method.Fetch.descriptor, .readModel),
            (Assay_V1_Nodes.Method.List.descriptor, .listNodes),
            (Assay_V1_Nodes.Method.Drain.descriptor, .controlNode),
            (Assay_V1_Nodes.Method.Resume.descriptor, .controlNode),
            (Assay_V1_Revocations.Method.Revoke.descriptor, .revoke),
            (Assay_V1_Revocations.Method.List.descriptor, .listRevocations),
            (Assay_V1_Enrollment.Method.Invite.descriptor, .inviteNode),
            (Assay_V1_Enrollment.Method.Join.descriptor, .joinCluster),
            (Assay_V1_Enrollment.Method.Renew.descriptor, .renewCertificate),
            (Grpc_Health_V1_Health.Method.Check.descriptor, .readHealth),
            (Grpc_Health_V1_Health.Method.Watch.descriptor, .readHealth),
        ]
        return Dictionary(
            uniqueKeysWithValues: rules.map { ($0.0.fullyQualifiedMethod, $0.1) })
    }()
}
