import Foundation
import NIOCore
import NIOExtras
import Wire

/// The one handler of a link: bytes to frames, frames to the delegate, and the watch over silence.
///
/// A plain channel handler: an await for each frame would cost more than all the rest of it. What
/// one read brings goes to the delegate as one array.
final class LinkHandler: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let link: LinkConnection
    private let delegate: any LinkDelegate
    private let role: LinkRole
    private var decoder = FrameDecoder()
    private var burst: [LinkFrame] = []
    private var closure: LinkClosure?
    private var reading = Reading.running
    private var silenceMax: Duration?
    private var lastHeard = NIODeadline.now()
    private var nextLook: Scheduled<Void>?

    private enum Reading {
        case running
        /// Whether a read was asked for meanwhile.
        case paused(readHeld: Bool)
    }

    /// Which end we are: the same alert means different things.
    enum LinkRole { case dialling, listening }

    init(_ link: LinkConnection, _ delegate: any LinkDelegate, role: LinkRole) {
        self.link = link
        self.delegate = delegate
        self.role = role
        self.silenceMax = link.settings.silenceMax
    }

    func handlerAdded(context: ChannelHandlerContext) { self.scheduleLook(context) }

    func handlerRemoved(context: ChannelHandlerContext) { self.nextLook?.cancel() }

    // MARK: Inbound

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard self.closure == nil else { return }
        let before = self.burst.count
        do {
            try self.decoder.decode(Self.unwrapInboundIn(data), into: &self.burst)
            // Bytes that do not add up to a frame are no sign of life: a peer that trickles them
            // would stay for ever without saying anything.
            if self.burst.count > before { self.lastHeard = .now() }
        } catch {
            self.deliver(context)
            self.end(.garbage(error), context)
        }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        self.deliver(context)
        context.fireChannelReadComplete()
    }

    private func deliver(_ context: ChannelHandlerContext) {
        guard !self.burst.isEmpty, self.closure == nil else { return }
        let burst = self.burst
        self.burst.removeAll(keepingCapacity: burst.count <= 1024)
        self.delegate.received(burst, on: self.link)
        // A refusal is the last word of the other end.
        if case .message(.refused(let reason)) = burst.last {
            self.end(.refused(reason: reason), context)
        }
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if context.channel.isWritable { self.link.flush(.whatFits) }
        context.fireChannelWritabilityChanged()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch event {
        case is BecameWritable: self.delegate.becameWritable(self.link)
        case is ChannelShouldQuiesceEvent: self.end(.shutDown, context)
        case let cut as Cut: self.end(.cut(reason: cut.reason), context)
        default: context.fireUserInboundEventTriggered(event)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if self.closure == nil {
            switch self.role {
            case .dialling: self.closure = TLSFailure.closure(dialling: error)
            case .listening: self.closure = .failed(TLSFailure.sentence(serving: error))
            }
        }
        context.close(promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
        self.deliver(context)
        self.nextLook?.cancel()
        self.delegate.closed(self.link, self.closure ?? .ended)
        context.fireChannelInactive()
    }

    // MARK: Outbound

    func triggerUserOutboundEvent(
        context: ChannelHandlerContext, event: Any, promise: EventLoopPromise<Void>?
    ) {
        guard let wish = event as? LinkConnection.Wish else {
            context.triggerUserOutboundEvent(event, promise: promise)
            return
        }
        switch wish {
        case .pause:
            if case .running = self.reading { self.reading = .paused(readHeld: false) }
        case .resume: self.resume(context)
        case .allowSilence(let duration): self.silenceMax = duration
        case .sawProgress: self.lastHeard = .now()
        case .end(let closure): self.end(closure, context)
        }
        promise?.succeed()
    }

    func read(context: ChannelHandlerContext) {
        switch self.reading {
        case .running: context.read()
        case .paused: self.reading = .paused(readHeld: true)
        }
    }

    private func resume(_ context: ChannelHandlerContext) {
        guard case .paused(let readHeld) = self.reading else { return }
        self.reading = .running
        // The time in which we did not listen is not the other end's silence.
        self.lastHeard = .now()
        if readHeld { context.read() }
    }

    /// Says what is in the outbox and, where we are to blame for the end, why; then closes. TLS
    /// waits for it to leave.
    private func end(_ closure: LinkClosure, _ context: ChannelHandlerContext) {
        guard self.closure == nil else { return }
        self.closure = closure
        switch closure {
        case .cut(let reason): self.link.send([.refused(reason: reason)])
        case .garbage: self.link.send([.refused(reason: closure.description)])
        default: break
        }
        self.link.flush(.all)
        context.close(promise: nil)
    }

    private func scheduleLook(_ context: ChannelHandlerContext) {
        let interval = TimeAmount(self.link.settings.heartbeatInterval / 2)
        // A handler is called on its channel's loop only.
        let loop = context.eventLoop.assumeIsolated()
        self.nextLook = loop.scheduleTask(in: interval) { self.look(context) }
    }

    /// Looks whether we should say something, and whether the other end has.
    private func look(_ context: ChannelHandlerContext) {
        guard self.closure == nil else { return }
        self.scheduleLook(context)
        let now = NIODeadline.now()
        if let silenceMax = self.silenceMax, case .running = self.reading,
            now - self.lastHeard > TimeAmount(silenceMax)
        {
            self.end(.silent(silenceMax), context)
        } else if now - self.link.lastSaid >= TimeAmount(self.link.settings.heartbeatInterval) {
            self.delegate.fellQuiet(self.link)
        }
    }
}

/// Tells a refused peer why, waits a moment for it to read that, and closes.
final class RefusedLink: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let reason: String
    private let patience: Duration

    init(reason: String, patience: Duration) {
        self.reason = reason
        self.patience = patience
    }

    func handlerAdded(context: ChannelHandlerContext) {
        var frame = ByteBuffer()
        FrameEncoder.encode(.refused(reason: self.reason), into: &frame)
        context.writeAndFlush(Self.wrapOutboundOut(frame), promise: nil)
        // Closing at once could reset the connection under what the peer has not read yet.
        let channel = context.channel
        context.eventLoop.scheduleTask(in: TimeAmount(self.patience)) {
            channel.close(promise: nil)
        }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {}
}
