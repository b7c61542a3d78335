import CoordinatorCore
import CoordinatorShell
import GRPCCore
import Testing
import Transport
import Wire

/// Every call of the API by every role, on something of their own and of others, against a live
/// head: what the table of permissions says is what happens.
@Suite struct PermissionCellTests {
    /// A call, the verb that it stands for, and whether it touches something of somebody.
    struct Call: Sendable {
        let name: String
        let verb: Verb
        let target: Target
        let make: @Sendable (ControlClient.Client) async throws -> Void

        enum Target { case object, nothing }
    }

    @Test func `what the table says is what happens`() async throws {
        let scratch = try ScratchDirectory()
        try Self.writeModel(ownedBy: "user/ada", into: scratch)
        try await TestHead.with(state: scratch.path) { head in
            for role in [Role.operator, .user, .viewer, .probe, .worker, .joiner] {
                for name in ["ada", "eve"] {
                    try await head.asking(as: role, name) { client in
                        for call in Self.calls { await Self.check(call, by: role, name, client) }
                    }
                }
            }
        }
    }

    private static func check(
        _ call: Call, by role: Role, _ name: String, _ client: ControlClient.Client
    ) async {
        let isOwn = role == .user && name == "ada"
        let ownership: Ownership =
            switch call.target {
            case .nothing: .none
            case .object: isOwn ? .own : .others
            }
        var outcome: RPCError?
        do {
            try await call.make(client)
        } catch {
            outcome = error as? RPCError
        }
        let place = "\(role)/\(name) calls \(call.name) on what is \(ownership)"
        switch Permission.judge(role, call.verb, ownership) {
        case .refused(let reason):
            #expect(outcome?.code == .permissionDenied, "\(place)")
            #expect(outcome?.message == reason, "\(place)")
        case .allowed:
            #expect(
                [nil, .failedPrecondition, .notFound, .invalidArgument].contains(outcome?.code),
                "\(place)")
        }
    }

    static let calls: [Call] = [
        Call(name: "Jobs.Submit", verb: .submitJob, target: .nothing) {
            _ = try await Assay_V1_Jobs.Client(wrapping: $0).submit(TestHead.submission())
        },
        Call(name: "Jobs.Get", verb: .readJob, target: .object) {
            var request = Assay_V1_GetJobRequest()
            request.job = "j1"
            _ = try await Assay_V1_Jobs.Client(wrapping: $0).get(request)
        },
        Call(name: "Jobs.List", verb: .listJobs, target: .nothing) {
            _ = try await Assay_V1_Jobs.Client(wrapping: $0).list(Assay_V1_ListJobsRequest())
        },
        Call(name: "Jobs.Watch", verb: .readJob, target: .object) {
            let jobs = Assay_V1_Jobs.Client(wrapping: $0)
            _ = try await JobsServiceTests.lastEvent(of: "j1", jobs)
        },
        Call(name: "Jobs.Trials", verb: .readJob, target: .object) {
            var request = Assay_V1_ListTrialsRequest()
            request.job = "j1"
            try await Assay_V1_Jobs.Client(wrapping: $0).trials(request) {
                for try await _ in $0.messages {}
            }
        },
        Call(name: "Jobs.Cancel", verb: .cancelJob, target: .object) {
            var request = Assay_V1_CancelJobRequest()
            request.job = "j1"
            _ = try await Assay_V1_Jobs.Client(wrapping: $0).cancel(request)
        },
        Call(name: "Blobs.Stat", verb: .uploadBlob, target: .nothing) {
            _ = try await Assay_V1_Blobs.Client(wrapping: $0).stat(Assay_V1_StatBlobsRequest())
        },
        Call(name: "Models.List", verb: .listModels, target: .nothing) {
            _ = try await Assay_V1_Models.Client(wrapping: $0).list(Assay_V1_ListModelsRequest())
        },
        Call(name: "Models.Get", verb: .readModel, target: .object) {
            var request = Assay_V1_GetModelRequest()
            request.model = "j1"
            _ = try await Assay_V1_Models.Client(wrapping: $0).get(request)
        },
        Call(name: "Models.Fetch", verb: .readModel, target: .object) {
            var request = Assay_V1_FetchModelRequest()
            request.model = "j1"
            request.file = "manifest.json"
            try await Assay_V1_Models.Client(wrapping: $0).fetch(request) {
                for try await _ in $0.messages {}
            }
        },
        Call(name: "Nodes.List", verb: .listNodes, target: .nothing) {
            _ = try await Assay_V1_Nodes.Client(wrapping: $0).list(Assay_V1_ListNodesRequest())
        },
        Call(name: "Nodes.Drain", verb: .controlNode, target: .nothing) {
            var request = Assay_V1_NodeRequest()
            request.name = "w1"
            _ = try await Assay_V1_Nodes.Client(wrapping: $0).drain(request)
        },
        Call(name: "Nodes.Resume", verb: .controlNode, target: .nothing) {
            var request = Assay_V1_NodeRequest()
            request.name = "w1"
            _ = try await Assay_V1_Nodes.Client(wrapping: $0).resume(request)
        },
        Call(name: "Enrollment.Invite", verb: .inviteNode, target: .nothing) {
            _ = try await Assay_V1_Enrollment.Client(wrapping: $0).invite(Assay_V1_InviteRequest())
        },
        Call(name: "Enrollment.Join", verb: .joinCluster, target: .nothing) {
            _ = try await Assay_V1_Enrollment.Client(wrapping: $0).join(Assay_V1_SigningRequest())
        },
        Call(name: "Enrollment.Renew", verb: .renewCertificate, target: .nothing) {
            _ = try await Assay_V1_Enrollment.Client(wrapping: $0).renew(Assay_V1_SigningRequest())
        },
        Call(name: "Health.Check", verb: .readHealth, target: .nothing) {
            _ = try await Grpc_Health_V1_Health.Client(wrapping: $0)
                .check(Grpc_Health_V1_HealthCheckRequest())
        },
    ]

    @Test func `a list shows a user their own and an operator everything`() async throws {
        try await TestHead.with { head in
            for name in ["ada", "eve"] {
                try await head.asking(as: .user, name) { client in
                    _ = try await Assay_V1_Jobs.Client(wrapping: client)
                        .submit(TestHead.submission())
                }
            }
            let seen: @Sendable (Role, String) async throws -> [String] = { role, name in
                try await head.asking(as: role, name) { client in
                    try await Assay_V1_Jobs.Client(wrapping: client)
                        .list(Assay_V1_ListJobsRequest()).jobs.map(\.id)
                }
            }
            #expect(try await seen(.user, "eve") == ["j2"])
            #expect(try await seen(.operator, "eve") == ["j2", "j1"])
            #expect(try await seen(.viewer, "eve") == ["j2", "j1"])
        }
    }

    /// A state directory in which job 1 has ended and left a model.
    static func writeModel(ownedBy owner: String, into scratch: ScratchDirectory) throws {
        let journal = try SQLiteJournal(path: scratch.file("journal.sqlite"))
        try journal.append([
            Sample.submitted(1, Sample.lesson, owner: owner),
            .proposed(JobID(1), [Sample.candidate(.portfolio), Sample.candidate(.refit)]),
            Sample.finished(1, 0, score: 0.8),
            Sample.refitted(1, 1, [Output(name: "manifest.json", blob: Sample.blob(4))]),
            .ended(JobID(1), .succeeded, at: Sample.origin + .seconds(9)),
        ])
        try journal.close()
    }
}
