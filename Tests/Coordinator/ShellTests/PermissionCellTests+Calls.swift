import Crypto
import GRPCCore
import Transport
import Wire

/// Every method of the API, called once.
extension PermissionCellTests {
    static let calls: [Call] = jobs + commands + blobs + models + nodes + enrollment + health

    private static let jobs: [Call] = [
        Call(Assay_V1_Jobs.Method.Submit.descriptor) { client, _ in
            _ = try await Assay_V1_Jobs.Client(wrapping: client).submit(TestHead.submission())
        },
        Call(Assay_V1_Jobs.Method.Run.descriptor) { client, _ in
            try await Assay_V1_Jobs.Client(wrapping: client).run { _ in
            } onResponse: {
                for try await _ in $0.messages {}
            }
        },
        Call(Assay_V1_Jobs.Method.Get.descriptor, touchesJob: true) { client, job in
            var request = Assay_V1_GetJobRequest()
            request.job = job
            _ = try await Assay_V1_Jobs.Client(wrapping: client).get(request)
        },
        Call(Assay_V1_Jobs.Method.List.descriptor) { client, _ in
            _ = try await Assay_V1_Jobs.Client(wrapping: client).list(Assay_V1_ListJobsRequest())
        },
        Call(Assay_V1_Jobs.Method.Watch.descriptor, touchesJob: true) { client, job in
            let jobs = Assay_V1_Jobs.Client(wrapping: client)
            _ = try await JobsServiceTests.lastEvent(of: job, jobs)
        },
        Call(Assay_V1_Jobs.Method.Trials.descriptor, touchesJob: true) { client, job in
            var request = Assay_V1_ListTrialsRequest()
            request.job = job
            try await Assay_V1_Jobs.Client(wrapping: client).trials(request) {
                for try await _ in $0.messages {}
            }
        },
        Call(Assay_V1_Jobs.Method.Cancel.descriptor, touchesJob: true) { client, job in
            var request = Assay_V1_CancelJobRequest()
            request.job = job
            _ = try await Assay_V1_Jobs.Client(wrapping: client).cancel(request)
        },
    ]

    private static let commands: [Call] = [
        Call(Assay_V1_Jobs.Method.Submit.descriptor, as: .submitCommand) { client, _ in
            _ = try await Assay_V1_Jobs.Client(wrapping: client)
                .submit(TestHead.submission(Sample.command()))
        },
        Call(Assay_V1_Jobs.Method.Fetch.descriptor, touchesJob: true) { client, job in
            var request = Assay_V1_FetchOutputRequest()
            request.job = job
            request.file = "model.bin"
            try await Assay_V1_Jobs.Client(wrapping: client).fetch(request) {
                for try await _ in $0.messages {}
            }
        },
        Call(Assay_V1_Taints.Method.List.descriptor) { client, _ in
            _ = try await Assay_V1_Taints.Client(wrapping: client)
                .list(Assay_V1_ListTaintsRequest())
        },
        Call(Assay_V1_Taints.Method.Clear.descriptor) { client, _ in
            var request = Assay_V1_ClearTaintRequest()
            request.digests = [Sample.blob(9).digest.description]
            request.reason = "looked at"
            _ = try await Assay_V1_Taints.Client(wrapping: client).clear(request)
        },
    ]

    private static let blobs: [Call] = [
        Call(Assay_V1_Blobs.Method.Stat.descriptor) { client, _ in
            _ = try await Assay_V1_Blobs.Client(wrapping: client).stat(Assay_V1_StatBlobsRequest())
        },
        Call(Assay_V1_Blobs.Method.Put.descriptor) { client, _ in
            let bytes = Array("some data".utf8)
            let blob = Blob(
                digest: Digest(sha256: Array(SHA256.hash(data: bytes))), size: UInt64(bytes.count))
            _ = try await TestHead.upload(bytes, as: blob, to: client)
        },
    ]

    private static let models: [Call] = [
        Call(Assay_V1_Models.Method.List.descriptor) { client, _ in
            _ = try await Assay_V1_Models.Client(wrapping: client)
                .list(Assay_V1_ListModelsRequest())
        },
        Call(Assay_V1_Models.Method.Get.descriptor, touchesJob: true) { client, job in
            var request = Assay_V1_GetModelRequest()
            request.model = job
            _ = try await Assay_V1_Models.Client(wrapping: client).get(request)
        },
        Call(Assay_V1_Models.Method.Fetch.descriptor, touchesJob: true) { client, job in
            var request = Assay_V1_FetchModelRequest()
            request.model = job
            request.file = "manifest.json"
            try await Assay_V1_Models.Client(wrapping: client).fetch(request) {
                for try await _ in $0.messages {}
            }
        },
        Call(Assay_V1_Models.Method.Predict.descriptor, touchesJob: true) { client, job in
            var request = Assay_V1_PredictRequest()
            request.model = job
            request.columns = ["size"]
            request.rows = [Assay_V1_Row()]
            _ = try await Assay_V1_Models.Client(wrapping: client).predict(request)
        },
    ]

    private static let nodes: [Call] = [
        Call(Assay_V1_Nodes.Method.List.descriptor) { client, _ in
            _ = try await Assay_V1_Nodes.Client(wrapping: client).list(Assay_V1_ListNodesRequest())
        },
        Call(Assay_V1_Nodes.Method.Drain.descriptor) { client, _ in
            var request = Assay_V1_NodeRequest()
            request.name = "w1"
            _ = try await Assay_V1_Nodes.Client(wrapping: client).drain(request)
        },
        Call(Assay_V1_Nodes.Method.Resume.descriptor) { client, _ in
            var request = Assay_V1_NodeRequest()
            request.name = "w1"
            _ = try await Assay_V1_Nodes.Client(wrapping: client).resume(request)
        },
        Call(Assay_V1_Revocations.Method.Revoke.descriptor) { client, _ in
            var request = Assay_V1_RevokeRequest()
            request.holder = "worker/w1"
            _ = try await Assay_V1_Revocations.Client(wrapping: client).revoke(request)
        },
        Call(Assay_V1_Revocations.Method.List.descriptor) { client, _ in
            _ = try await Assay_V1_Revocations.Client(wrapping: client)
                .list(Assay_V1_ListRevocationsRequest())
        },
    ]

    /// With a signing request that is none: what is judged is who asks.
    private static let enrollment: [Call] = [
        Call(Assay_V1_Enrollment.Method.Invite.descriptor) { client, _ in
            var request = Assay_V1_InviteRequest()
            request.name = "w9"
            request.seconds = 60
            _ = try await Assay_V1_Enrollment.Client(wrapping: client).invite(request)
        },
        Call(Assay_V1_Enrollment.Method.Join.descriptor) { client, _ in
            _ = try await Assay_V1_Enrollment.Client(wrapping: client)
                .join(Assay_V1_SigningRequest())
        },
        Call(Assay_V1_Enrollment.Method.Renew.descriptor) { client, _ in
            _ = try await Assay_V1_Enrollment.Client(wrapping: client)
                .renew(Assay_V1_SigningRequest())
        },
    ]

    private static let health: [Call] = [
        Call(Grpc_Health_V1_Health.Method.Check.descriptor) { client, _ in
            _ = try await Grpc_Health_V1_Health.Client(wrapping: client)
                .check(Grpc_Health_V1_HealthCheckRequest())
        },
        Call(Grpc_Health_V1_Health.Method.Watch.descriptor) { client, _ in
            // It goes on for ever: the first word is the answer.
            try await Grpc_Health_V1_Health.Client(wrapping: client)
                .watch(Grpc_Health_V1_HealthCheckRequest()) { response in
                    for try await _ in response.messages { return }
                }
        },
    ]
}
