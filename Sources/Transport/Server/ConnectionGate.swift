import NIOCore
import NIOExtras

/// Stands below TLS for the whole life of a connection: its number, its deadline, its end.
///
/// Below TLS, so that closing does not wait for the peer's goodbye. Whoever has not shown a proper
/// certificate *and* said something in the protocol that it asked for is cut at the deadline:
/// BoringSSL has no time limit, and gRPC would wait for a preface for ever.
final class ConnectionGate: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    let id: ConnectionID
    private let table: ConnectionTable
    private let settings: ListenerSettings
    private let log: RefusalLog
    private var state = State.pending
    private var deadline: Scheduled<Void>?
    private var context: ChannelHandlerContext?
    private var hasMisbehaved = false

    private enum State {
        /// Not known who it is.
        case pending
        /// Known, and so many bytes short of its first words.
        case proved(bytesLeft: Int)
        case serving
        /// It is told why; the deadline stays.
        case refused
    }

    init(_ id: ConnectionID, table: ConnectionTable, settings: ListenerSettings, log: RefusalLog) {
        self.id = id
        self.table = table
        self.settings = settings
        self.log = log
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        let time = TimeAmount(self.settings.firstWordsTimeout)
        // A handler is called on its channel's loop only.
        self.deadline = context.eventLoop.assumeIsolated().scheduleTask(in: time) {
            self.deadlinePassed()
        }
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.deadline?.cancel()
        self.context = nil
    }

    /// The peer is who it should be.
    func proved(_ application: ApplicationProtocol) {
        self.state = .proved(bytesLeft: application.firstWordsBytes)
    }

    enum Hearing { case complete, goesOn }

    /// So many bytes of plaintext arrived.
    func heard(_ count: Int) -> Hearing {
        guard case .proved(let bytesLeft) = self.state else { return .complete }
        guard count >= bytesLeft else {
            self.state = .proved(bytesLeft: bytesLeft - count)
            return .goesOn
        }
        self.state = .serving
        self.deadline?.cancel()
        self.table.settle(self.id)
        return .complete
    }

    /// A proved peer broke the rules of its protocol; told once, however often it did.
    func misbehaved(_ cause: ConnectionTally.Cause, _ reason: String) {
        guard !self.hasMisbehaved else { return }
        self.hasMisbehaved = true
        self.table.note(cause)
        self.log.refused(reason, self.id, self.table)
    }

    /// The peer is refused, and is now told why; what it says has no effect on its deadline.
    ///
    /// - Parameter peer: who its certificate names, whose chain was checked.
    func refused(_ refusal: PeerRefusal, peer: Act.Peer?) {
        self.state = .refused
        self.log.refused(refusal.description, self.id, self.table, peer: peer)
    }

    /// The handshake failed for this reason.
    func failed(_ reason: String) {
        guard case .pending = self.state else { return }
        self.state = .refused
        self.table.note(.handshake)
        self.log.refused(reason, self.id, self.table)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch (event, self.state) {
        case (let stop as HardStop, .pending):
            // What TLS says of it now is no news.
            self.state = .refused
            if let reason = stop.reason { self.log.refused(reason, self.id, self.table) }
            context.close(promise: nil)
        case (is HardStop, _), (is Cut, .pending), (is ChannelShouldQuiesceEvent, .pending),
            (is ChannelShouldQuiesceEvent, .proved), (is ChannelShouldQuiesceEvent, .refused):
            // Nothing is in flight.
            context.close(promise: nil)
        case (is Cut, _):
            // A moment for last words, which the handlers above may have.
            let channel = context.channel
            context.eventLoop.scheduleTask(in: TimeAmount(self.settings.lastWordsTimeout)) {
                channel.pipeline.fireUserInboundEventTriggered(HardStop())
            }
            context.fireUserInboundEventTriggered(event)
        default:
            context.fireUserInboundEventTriggered(event)
        }
    }

    private func deadlinePassed() {
        switch self.state {
        case .pending, .proved:
            self.state = .refused
            self.table.note(.silence)
            self.log.refused("it said nothing useful in time", self.id, self.table)
        case .serving, .refused: break
        }
        self.context?.close(promise: nil)
    }
}

extension ApplicationProtocol {
    /// How many bytes of plaintext show that a peer means it: one byte is no word, and a peer that
    /// says no more would stay for ever.
    fileprivate var firstWordsBytes: Int {
        switch self {
        // The header of a frame; from then on the link's own watch over silence runs.
        case .link: FrameLayout.headerBytes
        // The preface and the header of the settings that must follow.
        case .rpc: 24 + 9
        // `PagePace` watches over every request alike.
        case .pages: 1
        }
    }
}

/// Stands above TLS until the peer's first words are complete.
final class FirstWords: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    private let gate: ConnectionGate

    init(gate: ConnectionGate) { self.gate = gate }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let heard = self.gate.heard(Self.unwrapInboundIn(data).readableBytes)
        context.fireChannelRead(data)
        guard case .complete = heard else { return }
        context.pipeline.syncOperations.removeHandler(self, promise: nil)
    }
}
