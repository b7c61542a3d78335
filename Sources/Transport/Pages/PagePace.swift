import NIOCore

/// Watches that one connection's requests come, and our answers go, at an honest pace: below HTTP,
/// so that it sees every byte.
///
/// HTTP's own time limit begins anew with each byte, so a peer that sends a head byte by byte, or a
/// body without end, would stay for ever.
final class PagePace: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundIn = Any

    private let gate: ConnectionGate
    private let patience: Duration
    /// Bytes that came since our last word.
    private var unanswered = 0
    /// When the request that is coming must have been answered.
    private var answerDue: Scheduled<Void>?
    /// When the answers that wait must have been read.
    private var readingDue: Scheduled<Void>?
    /// When the peer must have taken in that we have ended.
    private var closingDue: Scheduled<Void>?

    init(gate: ConnectionGate, patience: Duration) {
        self.gate = gate
        self.patience = patience
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        self.unanswered += Self.unwrapInboundIn(data).readableBytes
        guard self.unanswered <= Pages.unansweredBytesMax else {
            return self.end(context, "its request is longer than a page's may be")
        }
        if self.answerDue == nil {
            self.answerDue = self.schedule(context, "its request had no end, or no answer, in time")
        }
        context.fireChannelRead(data)
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        self.unanswered = 0
        self.answerDue?.cancel()
        self.answerDue = nil
        context.write(data, promise: promise)
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        self.readingDue?.cancel()
        self.readingDue =
            context.channel.isWritable
            ? nil : self.schedule(context, "it did not read its answers in time")
        context.fireChannelWritabilityChanged()
    }

    /// HTTP ends its own side after an error and reads no more; a peer that goes on writing would
    /// stay there for as long as it likes.
    func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        if self.closingDue == nil {
            let channel = context.channel
            self.closingDue = context.eventLoop.scheduleTask(in: TimeAmount(self.patience)) {
                channel.pipeline.fireUserInboundEventTriggered(HardStop())
            }
        }
        context.close(mode: mode, promise: promise)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        for due in [self.answerDue, self.readingDue, self.closingDue] { due?.cancel() }
    }

    private func schedule(_ context: ChannelHandlerContext, _ reason: String) -> Scheduled<Void> {
        // A handler is called on its channel's loop only.
        context.eventLoop.assumeIsolated().scheduleTask(in: TimeAmount(self.patience)) {
            self.end(context, reason)
        }
    }

    private func end(_ context: ChannelHandlerContext, _ reason: String) {
        self.gate.misbehaved(.pages, reason)
        context.channel.pipeline.fireUserInboundEventTriggered(HardStop())
    }
}
