package import NIOCore
import Synchronization
package import Wire

/// One end of an open link, for anybody who has something to say on it.
///
/// Everything said in one turn of the event loop leaves in one write: `send` puts frames into the
/// outbox, on whatever thread it is called, and wakes the loop only when it is not awake already.
package final class LinkConnection: Sendable {
    /// Who is at the other end.
    package let peer: ProvedPeer
    let channel: any Channel
    let settings: LinkSettings
    private let outbox: Mutex<Outbox>

    private struct Outbox {
        var bytes = ByteBuffer()
        /// Given to the channel, not yet taken by the kernel.
        var inFlight = 0
        var isFlushScheduled = false
        /// `isWritable` was false when last asked or changed.
        var isOver = false
        var lastSaid = NIODeadline.now()

        var waiting: Int { self.bytes.readableBytes + self.inFlight }
    }

    init(_ channel: any Channel, peer: ProvedPeer, settings: LinkSettings) {
        self.channel = channel
        self.peer = peer
        self.settings = settings
        self.outbox = Mutex(Outbox())
    }

    /// The other end's host, for people.
    package var remoteHost: String { self.channel.remoteAddress?.ipAddress ?? "unknown" }

    /// The other end's host and port, for people.
    package var remoteAddress: String {
        self.channel.remoteAddress.map(ConnectionTable.describe) ?? "unknown"
    }

    /// Completes when the link has ended.
    package var ended: EventLoopFuture<Void> { self.channel.closeFuture }

    // MARK: Saying

    /// Says these in order, after all that was said before.
    ///
    /// It never waits. Who says much asks `isWritable` first: four times the bound ends the link.
    package func send(_ messages: [LinkMessage]) {
        guard !messages.isEmpty else { return }
        // Encoding is the costly part; it happens outside the lock, on the caller's thread.
        var frames = ByteBuffer()
        for message in messages { FrameEncoder.encode(message, into: &frames) }
        self.enqueue(frames)
    }

    /// Whether the other end keeps up; if not, `becameWritable` tells when it does again.
    package var isWritable: Bool {
        self.outbox.withLock { outbox in
            if outbox.waiting >= self.settings.outboxBytesMax { outbox.isOver = true }
            return !outbox.isOver
        }
    }

    /// Says what is in the outbox, then ends the link.
    package func close() { self.end(.closedHere) }

    /// Says why, then ends the link.
    package func refuse(_ reason: String) { self.end(.cut(reason: reason)) }

    // MARK: Hearing

    /// Reads nothing more until `resumeReading`: the other end will notice that it has to wait.
    package func pauseReading() { self.tell(.pause) }

    package func resumeReading() { self.tell(.resume) }

    /// Replaces the bound on the other end's silence; nil where silence is in order, as on a link
    /// that only receives a blob.
    package func allowSilence(_ duration: Duration?) { self.tell(.allowSilence(duration)) }

    // MARK: For the handler and the streams of this link

    /// What the link asks of its handler.
    enum Wish: Sendable {
        case pause, resume
        case allowSilence(Duration?)
        /// The other end has taken bytes: it lives.
        case sawProgress
        case end(LinkClosure)
    }

    func tell(_ wish: Wish) { self.channel.triggerUserOutboundEvent(wish, promise: nil) }

    private func end(_ closure: LinkClosure) { self.tell(.end(closure)) }

    var lastSaid: NIODeadline { self.outbox.withLock { $0.lastSaid } }

    private enum Step { case flush, wait, overflow }

    private func enqueue(_ frames: ByteBuffer) {
        let step = self.outbox.withLock { outbox -> Step in
            outbox.bytes.writeImmutableBuffer(frames)
            outbox.lastSaid = .now()
            if outbox.waiting > 4 * self.settings.outboxBytesMax { return .overflow }
            guard !outbox.isFlushScheduled else { return .wait }
            outbox.isFlushScheduled = true
            return .flush
        }
        switch step {
        case .flush: self.channel.eventLoop.execute { self.flush(.whatFits) }
        case .overflow: self.tell(.end(.overflowed))
        case .wait: break
        }
    }

    enum Amount {
        /// Nothing while the channel is over its high-water mark; the rest follows by itself.
        case whatFits
        case all
    }

    /// Writes the outbox. On the event loop.
    func flush(_ amount: Amount) {
        self.channel.eventLoop.assertInEventLoop()
        let isOpen = self.channel.isWritable || amount == .all
        let bytes = self.outbox.withLock { outbox -> ByteBuffer? in
            outbox.isFlushScheduled = false
            guard isOpen, outbox.bytes.readableBytes > 0 else { return nil }
            let bytes = outbox.bytes
            outbox.bytes = ByteBuffer()
            outbox.inFlight += bytes.readableBytes
            return bytes
        }
        guard let bytes else { return }
        let count = bytes.readableBytes
        self.channel.writeAndFlush(bytes).whenComplete { _ in self.took(count) }
    }

    /// Writes bytes of a blob behind all that was said. On the event loop.
    func write(chunks: ByteBuffer) -> EventLoopFuture<Void> {
        self.flush(.all)
        let written = self.channel.writeAndFlush(chunks)
        written.whenSuccess { self.tell(.sawProgress) }
        return written
    }

    private enum Relief { case writableAgain, unchanged }

    private func took(_ count: Int) {
        let relief = self.outbox.withLock { outbox -> Relief in
            outbox.inFlight -= count
            guard outbox.isOver, outbox.waiting < self.settings.outboxBytesMax / 2 else {
                return .unchanged
            }
            outbox.isOver = false
            return .writableAgain
        }
        if case .writableAgain = relief {
            self.channel.pipeline.fireUserInboundEventTriggered(BecameWritable())
        }
    }
}

/// Tells a link's handler that its outbox has room again.
struct BecameWritable: Sendable {}
