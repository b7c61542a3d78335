import GRPCCore
import Hummingbird
import Logging
import Synchronization
import Testing
import Transport
import Wire

/// A head's port over loopback, with services that tell who asks.
struct TestHead {
    let cluster: TestCluster
    let server: Server
    let credentials: CredentialStore
    let links: RecordingLinks
    let service: AskedService
    let log: LogCapture
    let place: HostAndPort

    /// Short times, so that tests wait for what happens rather than for the clock.
    static var settings: ListenerSettings {
        var settings = ListenerSettings(.bind(HostAndPort(host: "127.0.0.1", port: 0)))
        settings.firstWordsTimeout = .seconds(60)
        settings.lastWordsTimeout = .milliseconds(200)
        settings.grace = .seconds(60)
        return settings
    }

    /// Runs `body` beside a running server; afterwards the server must end by itself.
    static func with<Answer: Sendable>(
        _ settings: ListenerSettings = Self.settings, cluster: TestCluster? = nil,
        _ body: @Sendable (TestHead) async throws -> Answer
    ) async throws -> Answer {
        let cluster = try cluster ?? TestCluster()
        let credentials = try cluster.store(.head, "main")
        let links = RecordingLinks()
        let service = AskedService()
        let log = LogCapture()
        let server = try Server(
            settings, credentials: credentials,
            services: [service, HealthyService(), service.nodes],
            pages: Self.pages(service), links: links, logger: log.logger)
        return try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await server.run() }
            let port = try #require(await server.port)
            let head = TestHead(
                cluster: cluster, server: server, credentials: credentials, links: links,
                service: service, log: log, place: HostAndPort(host: "127.0.0.1", port: port))
            let answer: Answer
            do {
                answer = try await body(head)
            } catch {
                server.shutDown()
                try await tasks.waitForAll()
                throw error
            }
            server.shutDown()
            try await tasks.waitForAll()
            return answer
        }
    }

    func dialer(_ role: Role, _ name: String) throws -> Dialer {
        Dialer(credentials: try self.cluster.store(role, name), settings: Self.patient)
    }

    func asking<Answer: Sendable>(
        _ credentials: CredentialStore,
        _ body: @Sendable (ControlClient.Client) async throws -> Answer
    ) async throws -> Answer {
        try await Self.asking(of: self.place, credentials, body)
    }

    static func asking<Answer: Sendable>(
        of place: HostAndPort, _ credentials: CredentialStore,
        _ body: @Sendable (ControlClient.Client) async throws -> Answer
    ) async throws -> Answer {
        try await ControlClient.with(
            head: place, credentials: credentials, settings: Self.patient, body)
    }

    /// A processor that does other things first is no reason to fail.
    static var patient: DialSettings {
        var settings = DialSettings()
        settings.connectTimeout = .seconds(60)
        settings.handshakeTimeout = .seconds(60)
        return settings
    }

    private static func pages(_ service: AskedService) -> Pages {
        let router = Router(context: PageContext.self)
        router.get("whoami") { _, context in context.peer.identity.uri }
        router.get("metrics") { _, context -> String in
            try context.permit(.readMetrics)
            return "up 1\n"
        }
        router.get("slow") { _, _ -> String in
            await service.gate.pass()
            return "done"
        }
        router.get("forever") { _, _ -> String in
            service.gate.arrivals.append(())
            await Forever.wait()
            return "done"
        }
        router.get("fails") { _, _ -> String in throw CancellationError() }
        return Pages(router)
    }
}

/// Answers with who asks, and can be held up.
final class AskedService: Sendable {
    let gate = Gate()
    private let metadata = Mutex<[Metadata]>([])

    /// What came with the calls.
    var seen: [Metadata] { self.metadata.withLock { $0 } }

    func note(_ metadata: Metadata) { self.metadata.withLock { $0.append(metadata) } }

    var nodes: Nodes { Nodes(asked: self) }

    struct Nodes: Assay_V1_Nodes.SimpleServiceProtocol {
        let asked: AskedService

        func list(
            request: Assay_V1_ListNodesRequest, context: ServerContext
        ) async throws -> Assay_V1_ListNodesResponse {
            var response = Assay_V1_ListNodesResponse()
            var node = Assay_V1_Node()
            node.name = try context.peer.identity.uri
            response.nodes = [node]
            return response
        }

        func drain(
            request: Assay_V1_NodeRequest, context: ServerContext
        ) async throws -> Assay_V1_Node {
            await self.asked.gate.pass()
            return Assay_V1_Node()
        }

        func resume(
            request: Assay_V1_NodeRequest, context: ServerContext
        ) async throws -> Assay_V1_Node {
            self.asked.gate.arrivals.append(())
            await Forever.wait()
            return Assay_V1_Node()
        }
    }
}

extension AskedService: Assay_V1_Models.StreamingServiceProtocol {
    /// Sees the metadata as handlers get it.
    func list(
        request: StreamingServerRequest<Assay_V1_ListModelsRequest>, context: ServerContext
    ) async throws -> StreamingServerResponse<Assay_V1_ListModelsResponse> {
        self.note(request.metadata)
        return StreamingServerResponse(single: ServerResponse(message: .init()))
    }

    func get(
        request: StreamingServerRequest<Assay_V1_GetModelRequest>, context: ServerContext
    ) async throws -> StreamingServerResponse<Assay_V1_Model> {
        StreamingServerResponse(single: ServerResponse(message: .init()))
    }

    func fetch(
        request: StreamingServerRequest<Assay_V1_FetchModelRequest>, context: ServerContext
    ) async throws -> StreamingServerResponse<Assay_V1_Chunk> {
        StreamingServerResponse(single: ServerResponse(message: .init()))
    }

    func predict(
        request: StreamingServerRequest<Assay_V1_PredictRequest>, context: ServerContext
    ) async throws -> StreamingServerResponse<Assay_V1_PredictResponse> {
        StreamingServerResponse(single: ServerResponse(message: .init()))
    }
}

struct HealthyService: Grpc_Health_V1_Health.SimpleServiceProtocol {
    func check(
        request: Grpc_Health_V1_HealthCheckRequest, context: ServerContext
    ) async throws -> Grpc_Health_V1_HealthCheckResponse {
        var response = Grpc_Health_V1_HealthCheckResponse()
        response.status = .serving
        return response
    }

    func watch(
        request: Grpc_Health_V1_HealthCheckRequest,
        response: RPCWriter<Grpc_Health_V1_HealthCheckResponse>, context: ServerContext
    ) async throws {}
}
