import Foundation
package import GRPCCore
import GRPCNIOTransportHTTP2Posix
package import Logging
package import NIOCore
import NIOPosix
import Wire

/// The head's one port: links, gRPC and web pages behind mutual TLS 1.3.
///
/// ```swift
/// let server = try Server(settings, credentials: store, services: [...], pages: pages,
///     links: shell, logger: logger)
/// try await server.run()   // until shutDown() is called and all connections have ended
/// ```
package final class Server: Sendable {
    /// All that is open on the port.
    package let connections: ConnectionTable
    /// Who is refused for ever.
    package let revocations: Revocations
    /// How calls of the API ended.
    package let calls = CallTally()
    private let settings: ListenerSettings
    private let group: any EventLoopGroup
    private let pages: PageConnections
    private let witness: any Witness
    private let rpc: GRPCServer<HTTP2ServerTransport.Custom<Listener>>
    private let graceOver = AsyncStream.makeStream(of: Void.self)

    /// How often connections are held against the dates of their certificates: a link outlives
    /// the handshake that judged it by weeks.
    private static let expiryInterval: Duration = .seconds(30)

    /// - Throws: `CredentialError` unless the credentials are a head's.
    package init(
        _ settings: ListenerSettings, credentials: CredentialStore,
        revocations: Revocations = Revocations(), witness: any Witness = NoWitness(),
        services: [any RegistrableRPCService], interceptors: [any ServerInterceptor] = [],
        pages: Pages, links: any LinkAcceptor, logger: Logger,
        group: any EventLoopGroup = MultiThreadedEventLoopGroup.singleton
    ) throws(CredentialError) {
        try credentials.current.require(.head)
        let table = ConnectionTable(
            pendingMax: settings.pendingMax, connectionsMax: settings.connectionsMax)
        self.connections = table
        self.revocations = revocations
        self.witness = witness
        self.settings = settings
        self.group = group
        self.pages = PageConnections(pages, logger: logger)
        let children = ChildPipeline(
            credentials: credentials, revocations: revocations, table: table, settings: settings,
            pages: self.pages, links: links, log: RefusalLog(logger, witness),
            witness: witness, logger: logger)
        let transport = HTTP2ServerTransport.Custom(
            listenerFactory: Listener(
                eventLoopGroup: group, settings: settings, children: children, logger: logger),
            config: Self.rpcConfig(settings))
        self.rpc = GRPCServer(
            transport: transport, services: services,
            interceptors: [
                CallCounter(tally: self.calls), PeerInterceptor(table: table, witness: witness),
                AuthorizationInterceptor(),
            ] + interceptors
        )
    }

    /// The port that is listened on; nil when it could not be bound, and after the end.
    ///
    /// Waits until `run` has bound it.
    package var port: Int? {
        get async {
            guard let address = await self.rpc.transport.listeningAddress else { return nil }
            return address.ipv4?.port ?? address.ipv6?.port
        }
    }

    /// Serves until `shutDown` is called, or its task is cancelled, which leaves no grace.
    ///
    /// - Throws: `ListenError` when the address cannot be listened on.
    package func run() async throws {
        let expiry = self.group.next().scheduleRepeatedTask(
            initialDelay: TimeAmount(Self.expiryInterval), delay: TimeAmount(Self.expiryInterval)
        ) { _ in self.cutExpired(now: Date()) }
        defer { expiry.cancel() }
        do {
            try await withTaskCancellationHandler {
                try await self.serveUntilGraceIsOver()
            } onCancel: {
                self.rpc.beginGracefulShutdown()
                self.connections.stop()
            }
        } catch let error as RuntimeError {
            // gRPC's words add nothing to the cause.
            guard let cause = error.cause as? IOError else { throw error.cause ?? error }
            throw ListenError(self.settings.address, cause)
        }
    }

    private enum Ended: Sendable {
        case serving
        case grace
    }

    private func serveUntilGraceIsOver() async throws {
        try await withThrowingTaskGroup(of: Ended.self) { tasks in
            tasks.addTask {
                try await self.serve()
                return .serving
            }
            tasks.addTask {
                for await _ in self.graceOver.stream { break }
                return .grace
            }
            let first = try await tasks.next()
            // A handler that waits for ever does not hear that its connection was cut.
            tasks.cancelAll()
            if case .grace = first { _ = await tasks.nextResult() }
        }
    }

    private func serve() async throws {
        try await withThrowingDiscardingTaskGroup { tasks in
            // Before calls of the API: a probe that waited behind ten thousand of them would take
            // the head for dead.
            tasks.addTask(priority: .high) { await self.pages.run() }
            defer { self.pages.finish() }
            try await self.rpc.serve()
        }
    }

    /// Stops listening, lets calls and requests in flight end, closes links; what has not ended
    /// when the grace is over is cut and cancelled: gRPC alone would wait for a hung peer for ever.
    package func shutDown() {
        self.rpc.beginGracefulShutdown()
        let connections = self.connections
        let graceOver = self.graceOver.continuation
        self.group.any().scheduleTask(in: TimeAmount(self.settings.grace)) {
            connections.stop()
            graceOver.yield(())
        }
    }

    /// Cuts the connections whose certificates have expired meanwhile.
    func cutExpired(now: Date) {
        self.connections.cut(.expired, reason: "the certificate has expired") { connection in
            connection.expiresAt.map { $0 < now } ?? false
        }
    }

    /// Cuts every connection that stands on a certificate in `revocations`.
    ///
    /// - Returns: those that were cut, as they stood.
    @discardableResult
    package func expel() -> [Connection] {
        let expelled = self.connections.expel { self.revocations.reason(refusing: $0) }
        for connection in expelled {
            guard let peer = connection.peer else { continue }
            let reason = self.revocations.reason(refusing: peer) ?? "it is revoked"
            self.witness.note(
                Act(
                    by: Act.Peer(peer), from: connection.address, Act.connect,
                    connection.application?.rawValue, .refused(reason: reason)))
        }
        return expelled
    }

    private static func rpcConfig(
        _ settings: ListenerSettings
    ) -> HTTP2ServerTransport.Custom<Listener>.Config {
        .init(
            compression: .defaults,
            connection: .init(
                maxAge: nil, maxGraceTime: settings.grace, maxIdleTime: nil,
                keepalive: .init(
                    time: .seconds(60), timeout: .seconds(20),
                    clientBehavior: .init(
                        minPingIntervalWithoutCalls: .seconds(10), allowWithoutCalls: true))),
            http2: .init(
                maxFrameSize: 1 << 14, targetWindowSize: 1 << 20, maxConcurrentStreams: 256),
            rpc: .init(maxRequestPayloadSize: Limits.requestBytesMax),
            channelDebuggingCallbacks: .init(
                onBindTCPListener: nil, onAcceptTCPConnection: nil,
                onAcceptHTTP2Stream: { Stamp.install(on: $0) }))
    }
}

/// Why the port could not be listened on.
package struct ListenError: Error, Equatable, Sendable, CustomStringConvertible {
    package let description: String

    init(_ address: ListenerSettings.Address, _ cause: IOError) {
        let reason = String(cString: strerror(cause.errnoCode))
        self.description =
            switch address {
            case .bind(let place): "cannot listen on \(place): \(reason)"
            case .inherited: "cannot listen on the inherited socket: \(reason)"
            }
    }
}
