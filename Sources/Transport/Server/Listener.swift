import GRPCNIOTransportHTTP2Posix
import Host
import Logging
import NIOCore
import NIOExtras
import NIOPosix
import Synchronization

typealias H2Connection = HTTP2ServerTransport.ConnectionConfigurator.ConnectionChannel

/// Makes the one listening channel, through gRPC's door for custom listeners.
///
/// ```
/// collector > accept backoff > Handoff > NIOAsyncChannel's handler > Landing > accept > tail
///
/// accepted child:  Handoff ------------- around -------------> Landing > accept > tail
/// resolved h2:     Handoff > NIOAsyncChannel's handler > Landing, where it ends
/// ```
///
/// A child is registered only when the raw channel reaches the tail, and gRPC's handler takes
/// nothing but resolved connections: hence the two ways round.
struct Listener: HTTP2ServerTransport.ListenerFactory {
    let eventLoopGroup: any EventLoopGroup
    let settings: ListenerSettings
    let children: ChildPipeline
    let logger: Logger

    /// Connections that wait in the kernel: a thousand workers that come back at once must fit.
    private static let backlog: CInt = 4096

    func makeListeningChannel(
        listenerConfigurator: HTTP2ServerTransport.ListenerConfigurator,
        connectionConfigurator: HTTP2ServerTransport.ConnectionConfigurator
    ) async throws -> NIOAsyncChannel<H2Connection, Never> {
        let made = Mutex<NIOAsyncChannel<H2Connection, Never>?>(nil)
        let logger = self.logger
        let children = self.children
        let bootstrap = ServerBootstrap(group: self.eventLoopGroup)
            .serverChannelOption(.backlog, value: Self.backlog)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            // All handlers are added here, before the first connection can be accepted.
            .serverChannelInitializer { server in
                listenerConfigurator.configure(channel: server).flatMapThrowing {
                    let sync = server.pipeline.syncOperations
                    let landing = Landing()
                    // Out of descriptors is no reason to end: wait a second and accept again.
                    try sync.addHandler(AcceptBackoffHandler(shouldForwardIOErrorCaught: true))
                    try sync.addHandler(Handoff(landing: landing, logger: logger))
                    let wrapped = try NIOAsyncChannel<H2Connection, Never>(
                        wrappingChannelSynchronously: server)
                    try sync.addHandler(landing)
                    made.withLock { $0 = wrapped }
                }
            }
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelOption(.recvAllocator, value: LinkBuffers.receiving)
            // By itself NIO reads four times before it turns to the next connection: whoever sends
            // without end would have the loop four times as long.
            .childChannelOption(.maxMessagesPerRead, value: 1)
            .childChannelInitializer { child in
                child.eventLoop.makeCompletedFuture {
                    try children.prepare(child, connectionConfigurator)
                }
            }
        switch self.settings.address {
        case .bind(let place):
            _ = try await bootstrap.bind(host: place.host, port: place.port).get()
        case .inherited(let descriptor):
            // NIO closes what it is given; the descriptor is not ours alone.
            _ = try await bootstrap.withBoundSocket(descriptor.duplicated()).get()
            // NIO has cut what the service manager had set to its own 128.
            try descriptor.listen(backlog: Self.backlog)
        }
        guard let channel = made.withLock({ $0 }) else {
            preconditionFailure("a listening channel was bound but never initialised")
        }
        return channel
    }
}

/// Lets accepted children pass around gRPC's handler, and hands it resolved connections.
final class Handoff: ChannelInboundHandler {
    typealias InboundIn = any Channel
    typealias InboundOut = H2Connection

    private let landing: Landing
    private let logger: Logger
    private var context: ChannelHandlerContext?

    init(landing: Landing, logger: Logger) {
        self.landing = landing
        self.logger = logger
    }

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }

    func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) { self.landing.pass(data) }

    enum Delivery { case taken, listenerGone }

    func deliver(_ connection: H2Connection) -> Delivery {
        guard let context = self.context else { return .listenerGone }
        context.fireChannelRead(Self.wrapInboundOut(connection))
        context.fireChannelReadComplete()
        return .taken
    }

    /// Any error that went on from here would end the gRPC server.
    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        self.logger.warning("accepting failed; trying again", metadata: ["error": "\(error)"])
    }
}

/// Where resolved connections end and accepted children come out again.
final class Landing: ChannelInboundHandler {
    typealias InboundIn = H2Connection
    typealias InboundOut = any Channel

    private var context: ChannelHandlerContext?

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }

    func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {}

    func pass(_ child: NIOAny) { self.context?.fireChannelRead(child) }
}
