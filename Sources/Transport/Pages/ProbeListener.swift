package import Hummingbird
import HummingbirdCore
package import Logging
package import NIOCore
import NIOPosix
import Synchronization

/// What a probe is told.
package enum ProbeAnswer: Equatable, Sendable {
    case yes
    case no(reason: String)

    /// The same answer on the head's port and on the probe port.
    package var response: Response {
        switch self {
        case .yes: .plain(.ok, "ok")
        case .no(let reason): .plain(.serviceUnavailable, reason)
        }
    }
}

/// The optional plain-HTTP port for probes on the same machine: `/livez`, `/readyz`, nothing else.
///
/// It has no TLS because a probe of the init system has no certificate; so it listens on a loopback
/// address only, tells nothing but yes or no, and takes no input.
package final class ProbeListener: Sendable {
    private let address: NIOCore.SocketAddress
    private let group: any EventLoopGroup
    private let live: @Sendable () -> ProbeAnswer
    private let ready: @Sendable () -> ProbeAnswer
    private let logger: Logger
    private let listening: Mutex<Listening>
    private let bound: EventLoopPromise<Int?>

    /// Probes that may be connected at once.
    private static let connectionsMax = 64

    private struct Listening {
        var channel: (any Channel)?
        var isEnded = false
        var open = 0
    }

    /// - Throws: `ProbeListenerError` for any address that others could reach.
    package init(
        _ place: HostAndPort, group: any EventLoopGroup = MultiThreadedEventLoopGroup.singleton,
        live: @escaping @Sendable () -> ProbeAnswer,
        ready: @escaping @Sendable () -> ProbeAnswer, logger: Logger
    ) throws(ProbeListenerError) {
        self.address = try Self.address(of: place)
        self.group = group
        self.live = live
        self.ready = ready
        self.logger = logger
        self.listening = Mutex(Listening())
        self.bound = group.any().makePromise()
    }

    deinit { self.bound.succeed(nil) }

    /// Serves until `shutDown` is called.
    package func run() async throws {
        defer { self.bound.succeed(nil) }
        let http = HTTP1Channel(
            responder: { request, writer, _ in
                var response = self.answer(request)
                response.sign()
                try await writer.write(response: response.head, body: response.body)
            }, configuration: .pages)
        let server = try await ServerBootstrap(group: self.group)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .bind(to: self.address) { child -> EventLoopFuture<HTTP1Channel.Value> in
                guard self.admit(child) else {
                    // Nobody else does: a child that failed to begin is not even registered.
                    child.close(promise: nil)
                    return child.eventLoop.makeFailedFuture(Crowded())
                }
                return http.setup(channel: child, logger: self.logger)
            }
        self.bound.succeed(server.channel.localAddress?.port)
        let isEnded = self.listening.withLock { listening in
            listening.channel = server.channel
            return listening.isEnded
        }
        if isEnded { try await server.channel.close() }
        try await server.executeThenClose { connections in
            try await withThrowingDiscardingTaskGroup { group in
                for try await connection in connections {
                    group.addTask { await http.handle(value: connection, logger: self.logger) }
                }
                group.cancelAll()
            }
        }
    }

    package func shutDown() {
        let channel = self.listening.withLock { listening in
            listening.isEnded = true
            return listening.channel
        }
        channel?.close(promise: nil)
    }

    /// The port that is listened on; nil when it could not be bound.
    ///
    /// Waits until `run` has bound it.
    package var port: Int? {
        get async {
            do {
                return try await self.bound.futureResult.get()
            } catch {
                return nil
            }
        }
    }

    private struct Crowded: Error {}

    private func admit(_ child: any Channel) -> Bool {
        let isRoom = self.listening.withLock { listening in
            guard listening.open < Self.connectionsMax else { return false }
            listening.open += 1
            return true
        }
        guard isRoom else { return false }
        child.closeFuture.whenComplete { _ in self.listening.withLock { $0.open -= 1 } }
        return true
    }

    private func answer(_ request: Request) -> Response {
        guard request.method == .get || request.method == .head else {
            return .plain(.methodNotAllowed, "ask with GET")
        }
        switch request.uri.path {
        case "/livez": return self.live().response
        case "/readyz": return self.ready().response
        default: return .plain(.notFound, "here are /livez and /readyz only")
        }
    }

    /// - Throws: `ProbeListenerError` for any address that others could reach.
    package static func validate(_ place: HostAndPort) throws(ProbeListenerError) {
        _ = try Self.address(of: place)
    }

    private static func address(
        of place: HostAndPort
    ) throws(ProbeListenerError) -> NIOCore.SocketAddress {
        guard let address = try? NIOCore.SocketAddress(ipAddress: place.host, port: place.port),
            Self.isLoopback(address)
        else { throw ProbeListenerError(place: place) }
        return address
    }

    private static func isLoopback(_ address: NIOCore.SocketAddress) -> Bool {
        switch address {
        // As the C library wrote it down again, so there is one spelling of each.
        case .v4: address.ipAddress?.hasPrefix("127.") ?? false
        case .v6: address.ipAddress == "::1"
        case .unixDomainSocket: false
        }
    }
}

/// A probe port that others could reach is refused.
package struct ProbeListenerError: Error, Equatable, Sendable, CustomStringConvertible {
    let place: HostAndPort

    package var description: String {
        """
        the probe port speaks without TLS, so its address must be one of loopback, such as \
        127.0.0.1:7480, and not \(self.place)
        """
    }
}
