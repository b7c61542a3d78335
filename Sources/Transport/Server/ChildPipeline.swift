import Foundation
import GRPCNIOTransportHTTP2Posix
import HummingbirdCore
import Logging
import NIOCore
import NIOHTTP2
import NIOSSL
import NIOTLS
import Wire

/// Leads an accepted connection from its first byte to the handlers of its protocol.
///
/// ```
/// ConnectionGate > TLS > FirstWords > negotiation > HandshakeErrors > the protocol's own
/// ```
struct ChildPipeline: Sendable {
    let credentials: CredentialStore
    let revocations: Revocations
    let table: ConnectionTable
    let settings: ListenerSettings
    let pages: PageConnections
    let links: any LinkAcceptor
    let log: RefusalLog
    let witness: any Witness
    let logger: Logger

    /// The server has ended; the child must not begin.
    struct TurnedAway: Error {}

    func prepare(
        _ child: any Channel, _ configurator: HTTP2ServerTransport.ConnectionConfigurator
    ) throws {
        guard case .open(let id) = self.table.open(child) else { throw TurnedAway() }
        let table = self.table
        child.closeFuture.whenComplete { _ in table.close(id) }

        let gate = ConnectionGate(id, table: table, settings: self.settings, log: self.log)
        let negotiation = Negotiation { result, child in
            self.route(result, child, gate, configurator)
        }
        let sync = child.pipeline.syncOperations
        try sync.addHandler(gate)
        try sync.addHandler(NIOSSLServerHandler(context: self.credentials.listeningContext()))
        try sync.addHandler(FirstWords(gate: gate))
        try sync.addHandler(negotiation)
        try sync.addHandler(HandshakeErrors(gate: gate, children: self))
    }

    /// TLS is up. Here, and only here, it is judged who the peer is, for full and resumed sessions
    /// alike: BoringSSL does not look at a resumed session's certificate again.
    private func route(
        _ result: ALPNResult, _ child: any Channel, _ gate: ConnectionGate,
        _ configurator: HTTP2ServerTransport.ConnectionConfigurator
    ) -> EventLoopFuture<Void> {
        guard case .negotiated(let name) = result,
            let application = ApplicationProtocol(rawValue: name)
        else {
            let known = ApplicationProtocol.allCases.map(\.rawValue).joined(separator: ", ")
            gate.failed("it offers none of the protocols \(known)")
            child.close(promise: nil)
            return child.eventLoop.makeSucceededVoidFuture()
        }
        var verdict = self.table.judge(gate.id, self.judge(child, application), application)
        // Once more, now that it is in the table: whoever revokes first tells `revocations`, then
        // cuts what the table holds. One of the two sees the other.
        if case .success(let peer) = verdict,
            let reason = self.revocations.reason(refusing: peer)
        {
            verdict = self.table.judge(gate.id, .failure(PeerRefusal(reason)), application)
        }
        switch verdict {
        case .success(let peer):
            self.remember(peer, application, gate.id)
            gate.proved(application)
        case .failure(let refusal):
            gate.refused(refusal, peer: UnprovedPeer(self.certificate(of: child)).claim)
        }
        switch application {
        case .link: return self.serveLink(child, verdict)
        case .rpc: return self.serveRPC(child, configurator)
        case .pages: return self.servePages(child, gate.id, verdict)
        }
    }

    /// Probes connect every few seconds: that they may is not worth a line.
    private func remember(
        _ peer: ProvedPeer, _ application: ApplicationProtocol, _ id: ConnectionID
    ) {
        guard peer.role != .probe else { return }
        self.witness.note(
            Act(
                by: Act.Peer(peer), from: self.table[id]?.address, Act.connect,
                application.rawValue))
    }

    private func certificate(of child: any Channel) -> NIOSSLCertificate? {
        try? child.pipeline.syncOperations.nioSSL_peerCertificate()
    }

    private func judge(
        _ child: any Channel, _ application: ApplicationProtocol
    ) -> Result<ProvedPeer, PeerRefusal> {
        let certificate = self.certificate(of: child)
        let policy = self.policy(for: application)
        return Result { () throws(PeerRefusal) in
            try UnprovedPeer(certificate).proved(by: policy, now: Date())
        }
    }

    fileprivate func policy(for application: ApplicationProtocol) -> PeerPolicy {
        PeerPolicy(
            of: self.credentials.current, judging: .client(of: application),
            revocations: self.revocations)
    }

    // MARK: The three protocols

    private func serveLink(
        _ child: any Channel, _ verdict: Result<ProvedPeer, PeerRefusal>
    ) -> EventLoopFuture<Void> {
        child.eventLoop.makeCompletedFuture {
            let sync = child.pipeline.syncOperations
            switch verdict {
            case .success(let peer):
                let link = LinkConnection(child, peer: peer, settings: self.settings.link)
                let delegate = self.links.accepted(link, peer: peer)
                try sync.addHandler(LinkHandler(link, delegate, role: .listening))
            case .failure(let refusal):
                try sync.addHandler(
                    RefusedLink(
                        reason: refusal.description, patience: self.settings.lastWordsTimeout))
            }
        }
    }

    /// A refused peer is served too: each of its calls is answered with the reason, by
    /// `PeerInterceptor`, until the gate's deadline. So any client's own error message names it.
    private func serveRPC(
        _ child: any Channel, _ configurator: HTTP2ServerTransport.ConnectionConfigurator
    ) -> EventLoopFuture<Void> {
        child.setOption(.recvAllocator, value: RPCBuffers.receiving)
            .flatMap {
                configurator.configure(channel: child, tls: .configured(requireALPN: false))
            }
            .flatMap { connection in
                // Letting go of it while the channel is open is a crash in NIOAsyncWriter.
                child.closeFuture.whenComplete { _ in withExtendedLifetime(connection) {} }
                // The channel became active before gRPC's handlers were there: without this, their
                // timers would never start.
                let sync = child.pipeline.syncOperations
                let context = try? sync.context(handlerType: NIOHTTP2Handler.self)
                if let handler = context?.handler,
                    let gate = try? sync.handler(type: ConnectionGate.self)
                {
                    try? sync.addHandler(StreamErrors(gate: gate), position: .after(handler))
                }
                context?.fireChannelActive()
                guard let server = child.parent else { return child.close() }
                return server.eventLoop.submit {
                    let handoff = try? server.pipeline.syncOperations.handler(type: Handoff.self)
                    guard case .taken = handoff?.deliver(connection) else {
                        child.close(promise: nil)
                        return
                    }
                }
            }
    }

    private func servePages(
        _ child: any Channel, _ id: ConnectionID, _ verdict: Result<ProvedPeer, PeerRefusal>
    ) -> EventLoopFuture<Void> {
        let revocations = self.revocations
        let visit = PageContext.Visit(address: self.table[id]?.address, witness: self.witness)
        let http = self.pages.channel(visit) {
            verdict.flatMap { peer in
                revocations.reason(refusing: peer).map { .failure(PeerRefusal($0)) }
                    ?? .success(peer)
            }
        }
        return child.setOption(.allowRemoteHalfClosure, value: true)
            .flatMap { child.setOption(.recvAllocator, value: Pages.receiving) }
            .flatMapThrowing {
                let sync = child.pipeline.syncOperations
                let gate = try sync.handler(type: ConnectionGate.self)
                try sync.addHandler(
                    PagePace(gate: gate, patience: self.settings.firstWordsTimeout))
            }
            .flatMap { http.setup(channel: child, logger: self.logger) }
            .map { value in
                child.closeFuture.whenComplete { _ in withExtendedLifetime(value) {} }
                if case .ended = self.pages.serve(http, value) { child.close(promise: nil) }
            }
    }
}

/// Hears why a handshake failed; after it, errors belong to the protocol's own handlers.
final class HandshakeErrors: ChannelInboundHandler {
    typealias InboundIn = Any

    private let gate: ConnectionGate
    private let children: ChildPipeline

    init(gate: ConnectionGate, children: ChildPipeline) {
        self.gate = gate
        self.children = children
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // BoringSSL says only that it did not trust the chain; an operator needs to know why.
        let certificate = try? context.pipeline.syncOperations.nioSSL_peerCertificate()
        let reason = CertificateExamination.reason(
            refusing: certificate, trusting: self.children.credentials.current.authorities,
            policy: self.children.policy(for: .pages), now: Date())
        self.gate.failed(reason ?? TLSFailure.sentence(accepting: error))
        context.fireErrorCaught(error)
    }
}

/// Hears how an HTTP/2 connection breaks the rules: floods, resets and garbage, which NIO ends by
/// itself. Stands behind NIO's own handler for it.
final class StreamErrors: ChannelInboundHandler {
    typealias InboundIn = Any

    private let gate: ConnectionGate

    init(gate: ConnectionGate) { self.gate = gate }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // Not what TLS or the socket tell of: a client that died has broken no rule.
        if error is any NIOHTTP2Error {
            self.gate.misbehaved(.http2, "it broke the rules of HTTP/2")
        }
        context.fireErrorCaught(error)
    }
}
