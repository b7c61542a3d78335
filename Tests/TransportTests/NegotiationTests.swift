import NIOCore
import NIOEmbedded
import NIOTLS
import Testing

@testable import Transport

@Suite struct NegotiationTests {
    /// A protocol that ends the connection at the first thing that it hears.
    private final class Ending: ChannelInboundHandler {
        typealias InboundIn = String

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            context.close(promise: nil)
        }
    }

    /// A channel within its handshake, and what completes the switch.
    private static func channel(
        _ more: (any ChannelHandler)? = nil
    ) throws -> (EmbeddedChannel, EventLoopPromise<Void>) {
        let channel = EmbeddedChannel()
        let switched = channel.eventLoop.makePromise(of: Void.self)
        let sync = channel.pipeline.syncOperations
        try sync.addHandler(Negotiation { _, _ in switched.futureResult })
        if let more { try sync.addHandler(more) }
        channel.pipeline.fireChannelActive()
        channel.pipeline.fireUserInboundEventTriggered(
            TLSUserEvent.handshakeCompleted(negotiatedProtocol: "h2"))
        return (channel, switched)
    }

    @Test func `what is said before the protocol is there comes in order once it is`() throws {
        let (channel, switched) = try Self.channel()
        try channel.writeInbound("one")
        try channel.writeInbound("two")
        #expect(try channel.readInbound(as: String.self) == nil)
        switched.succeed(())
        try channel.writeInbound("three")
        for word in ["one", "two", "three"] {
            #expect(try channel.readInbound(as: String.self) == word)
        }
        _ = try channel.finish()
    }

    @Test func `words that end the connection may come with the handshake`() throws {
        let (channel, switched) = try Self.channel(Ending())
        for word in ["one", "two", "three"] { channel.pipeline.fireChannelRead(word) }
        // It closes while it hears the first of three: the others are let go.
        switched.succeed(())
        channel.embeddedEventLoop.run()
        #expect(!channel.isActive)
    }

    @Test func `a connection that ends before its protocol is there is forgotten`() throws {
        let (channel, switched) = try Self.channel()
        try channel.writeInbound("one")
        channel.close(promise: nil)
        channel.embeddedEventLoop.run()
        switched.succeed(())
        #expect(try channel.readInbound(as: String.self) == nil)
    }
}
