import GRPCCore
import NIOCore
import NIOHPACK
import NIOHTTP2

/// Writes on every call which connection it came by.
///
/// A call's handlers see no channel, only metadata. So the first handler of every stream removes
/// what the client may have written under our header's name and puts the connection's number there.
final class Stamp: ChannelInboundHandler {
    typealias InboundIn = HTTP2Frame.FramePayload
    typealias InboundOut = HTTP2Frame.FramePayload

    static let header = "assay-connection"

    private let connection: ConnectionID

    init(_ connection: ConnectionID) { self.connection = connection }

    /// Puts a stamp on a new stream. A stream without one is refused by `PeerInterceptor`, so a
    /// failure here fails closed.
    static func install(on stream: any Channel) -> EventLoopFuture<Void> {
        stream.eventLoop.makeCompletedFuture {
            // A stream lives on its connection's loop.
            let gate = try stream.parent?.pipeline.syncOperations.handler(type: ConnectionGate.self)
            guard let gate else { return }
            try stream.pipeline.syncOperations.addHandler(Stamp(gate.id), position: .first)
        }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard case .headers(var headers) = Self.unwrapInboundIn(data) else {
            context.fireChannelRead(data)
            return
        }
        headers.headers.remove(name: Self.header)
        headers.headers.add(name: Self.header, value: String(self.connection.rawValue))
        context.fireChannelRead(Self.wrapInboundOut(.headers(headers)))
    }
}
