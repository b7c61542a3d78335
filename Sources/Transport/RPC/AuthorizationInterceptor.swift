import GRPCCore
package import Wire

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
        guard let rule = CallRule.byMethod[method] else {
            throw RPCError(
                code: .permissionDenied, message: "\(method) has no rule who may call it")
        }
        switch rule.object {
        case .none: try await context.permit(rule.verb, .none)
        case .named:
            let role = try context.peer.role
            // Refused, and remembered, before the handler has looked what it is about.
            if Permission.judge(role, rule.verb, .none) != .allowed {
                try await context.permit(rule.verb, .none)
            }
        }
        return try await next(request, context)
    }
}

/// What a call does, and who knows what it is about.
package struct CallRule: Equatable, Sendable {
    package let verb: Verb
    package let object: Object

    package enum Object: Sendable {
        /// Nothing in particular, or what only comes with the answer: judged by the interceptor.
        case none
        /// The handler calls `permit` once it knows the object.
        case named
    }

    /// A method that is not here is refused: nobody thought of it.
    package static let byMethod: [String: CallRule] = {
        let rules: [(MethodDescriptor, Verb, Object)] = [
            (Assay_V1_Jobs.Method.Submit.descriptor, .submitJob, .named),
            (Assay_V1_Jobs.Method.Run.descriptor, .submitJob, .none),
            (Assay_V1_Jobs.Method.Get.descriptor, .readJob, .named),
            (Assay_V1_Jobs.Method.List.descriptor, .listJobs, .none),
            (Assay_V1_Jobs.Method.Watch.descriptor, .readJob, .named),
            (Assay_V1_Jobs.Method.Cancel.descriptor, .cancelJob, .named),
            (Assay_V1_Jobs.Method.Trials.descriptor, .readJob, .named),
            (Assay_V1_Jobs.Method.Fetch.descriptor, .readJob, .named),
            (Assay_V1_Taints.Method.List.descriptor, .listTaints, .none),
            (Assay_V1_Taints.Method.Clear.descriptor, .clearTaint, .named),
            (Assay_V1_Blobs.Method.Stat.descriptor, .uploadBlob, .none),
            (Assay_V1_Blobs.Method.Put.descriptor, .uploadBlob, .named),
            (Assay_V1_Models.Method.List.descriptor, .listModels, .none),
            (Assay_V1_Models.Method.Get.descriptor, .readModel, .named),
            (Assay_V1_Models.Method.Fetch.descriptor, .readModel, .named),
            (Assay_V1_Models.Method.Predict.descriptor, .predict, .named),
            (Assay_V1_Nodes.Method.List.descriptor, .listNodes, .none),
            (Assay_V1_Nodes.Method.Drain.descriptor, .controlNode, .named),
            (Assay_V1_Nodes.Method.Resume.descriptor, .controlNode, .named),
            (Assay_V1_Revocations.Method.Revoke.descriptor, .revoke, .named),
            (Assay_V1_Revocations.Method.List.descriptor, .listRevocations, .none),
            (Assay_V1_Enrollment.Method.Invite.descriptor, .inviteNode, .named),
            (Assay_V1_Enrollment.Method.Join.descriptor, .joinCluster, .named),
            (Assay_V1_Enrollment.Method.Renew.descriptor, .renewCertificate, .named),
            (Grpc_Health_V1_Health.Method.Check.descriptor, .readHealth, .none),
            (Grpc_Health_V1_Health.Method.Watch.descriptor, .readHealth, .none),
        ]
        return Dictionary(
            uniqueKeysWithValues: rules.map { method, verb, object in
                (method.fullyQualifiedMethod, CallRule(verb: verb, object: object))
            })
    }()
}
