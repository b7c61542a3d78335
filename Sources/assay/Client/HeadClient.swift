import GRPCCore
import Host
import Signing
import Transport
import Wire

/// The head, as commands ask it: the generated clients, side by side.
struct HeadClient: Sendable {
    let jobs: any Assay_V1_Jobs.ClientProtocol
    let blobs: any Assay_V1_Blobs.ClientProtocol
    let models: any Assay_V1_Models.ClientProtocol
    let nodes: any Assay_V1_Nodes.ClientProtocol
    let taints: any Assay_V1_Taints.ClientProtocol
    let revocations: any Assay_V1_Revocations.ClientProtocol
    let enrollment: any Assay_V1_Enrollment.ClientProtocol
    let health: any Grpc_Health_V1_Health.ClientProtocol
    /// Where it is, for sentences.
    let address: String
    /// Whose signatures of models are believed: those of its authority's heads.
    let trust: ModelTrust

    init(
        wrapping client: GRPCClient<some ClientTransport>, address: String, trust: ModelTrust
    ) {
        self.jobs = Assay_V1_Jobs.Client(wrapping: client)
        self.blobs = Assay_V1_Blobs.Client(wrapping: client)
        self.models = Assay_V1_Models.Client(wrapping: client)
        self.nodes = Assay_V1_Nodes.Client(wrapping: client)
        self.taints = Assay_V1_Taints.Client(wrapping: client)
        self.revocations = Assay_V1_Revocations.Client(wrapping: client)
        self.enrollment = Assay_V1_Enrollment.Client(wrapping: client)
        self.health = Grpc_Health_V1_Health.Client(wrapping: client)
        self.address = address
        self.trust = trust
    }

    /// All trials of a job, or the first `limit` of them.
    ///
    /// - Parameters:
    ///   - space: the job's parameters, by which choices have their names.
    ///   - columns: what undoes the aliases of its columns.
    func trials(
        of job: String, limit: UInt32 = 0, in space: ParameterSpace, columns: ColumnMap? = nil
    ) async throws -> [TrialReport] {
        var request = Assay_V1_ListTrialsRequest()
        request.job = job
        request.limit = limit
        let message = request
        return try await self.jobs.trials(message) { response in
            var trials: [TrialReport] = []
            for try await page in response.messages {
                trials += page.trials.map { TrialReport($0, in: space, columns: columns) }
            }
            return trials
        }
    }
}

extension CommandError {
    /// What a failure means to whoever typed the command.
    init(_ error: any Error) {
        switch error {
        case let error as CommandError: self = error
        case let error as InputError: self.init(.usage, error.description)
        case HeadError.unreachable: self.init(.unreachable, "\(error)")
        case HeadError.refused: self.init(.refused, "\(error)")
        case let error as RPCError: self.init(error)
        case is CancellationError: self.init(.failed, "stopped before the end")
        default: self.init(.failed, "\(error)")
        }
    }

    private init(_ error: RPCError) {
        // What the head says of names and reasons may hold what others wrote.
        let words = LogText.escaped(error.message)
        switch error.code {
        case .unavailable, .deadlineExceeded:
            self.init(.unreachable, "the head went away: \(words)")
        case .permissionDenied, .unauthenticated, .resourceExhausted: self.init(.refused, words)
        case .notFound, .invalidArgument, .outOfRange: self.init(.usage, words)
        default: self.init(.failed, "the head answers: \(words)")
        }
    }
}
