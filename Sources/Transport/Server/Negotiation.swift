import NIOCore
import NIOTLS

/// Holds back what a peer says until the handlers of the protocol that it asked for are there.
///
/// NIO's own handler for this ends the process when a connection closes while it hands on what it
/// held back, and a peer can see to that: it says something that ends the connection in the same
/// breath as its handshake.
final class Negotiation: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = Any
    typealias InboundOut = Any

    private let route: (ALPNResult, any Channel) -> EventLoopFuture<Void>
    private var state = State.handshaking
    private var held: [NIOAny] = []

    private enum State {
        case handshaking
        /// The protocol's handlers are on their way.
        case switching
        case over
    }

    /// - Parameter route: adds the protocol's handlers; they may be there later.
    init(_ route: @escaping (ALPNResult, any Channel) -> EventLoopFuture<Void>) {
        self.route = route
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        guard case .handshaking = self.state,
            case .handshakeCompleted(let name) = event as? TLSUserEvent
        else { return context.fireUserInboundEventTriggered(event) }
        self.state = .switching
        let switched = self.route(name.map { .negotiated($0) } ?? .fallback, context.channel)
        // A handler is called on its channel's loop only, and the answer was brought there.
        switched.hop(to: context.eventLoop).assumeIsolated().whenComplete {
            self.switched(context, $0)
        }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard case .switching = self.state else { return context.fireChannelRead(data) }
        self.held.append(data)
    }

    func channelInactive(context: ChannelHandlerContext) {
        self.state = .over
        self.held = []
        context.fireChannelInactive()
    }

    private func switched(_ context: ChannelHandlerContext, _ result: Result<Void, any Error>) {
        guard case .switching = self.state else { return }
        if case .failure(let error) = result { context.fireErrorCaught(error) }
        // Any of these may end the connection, and with it our state, or bring more to hold.
        var next = 0
        while case .switching = self.state, next < self.held.count {
            context.fireChannelRead(self.held[next])
            next += 1
        }
        guard case .switching = self.state else { return }
        self.state = .over
        self.held = []
        context.fireChannelReadComplete()
        context.pipeline.syncOperations.removeHandler(self, promise: nil)
    }
}
