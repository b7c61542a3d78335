import Foundation
import NIOCore
import NIOSSL
import NIOTLS
import Wire

/// Stands above TLS on a dialled connection: makes sure that a head of our cluster answered.
///
/// BoringSSL has checked the chain, the dates and the host name; whether the certificate is a
/// *head's* is asked here, or any worker with a DNS name could pass for one.
final class HeadVerifier: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer

    private let application: ApplicationProtocol
    private let credentials: Credentials
    private let verdict: EventLoopPromise<ProvedPeer>
    private let timeout: Duration
    private var deadline: Scheduled<Void>?
    private var isDone = false

    init(
        _ application: ApplicationProtocol, _ credentials: Credentials, timeout: Duration,
        verdict: EventLoopPromise<ProvedPeer>
    ) {
        self.application = application
        self.credentials = credentials
        self.timeout = timeout
        self.verdict = verdict
    }

    func handlerAdded(context: ChannelHandlerContext) {
        // A handler is called on its channel's loop only.
        let loop = context.eventLoop.assumeIsolated()
        self.deadline = loop.scheduleTask(in: TimeAmount(self.timeout)) {
            self.fail(HandshakeTimeout(), context)
        }
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.deadline?.cancel()
        self.conclude(.failure(ChannelError.eof))
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        guard case .handshakeCompleted(let negotiated) = event as? TLSUserEvent else {
            context.fireUserInboundEventTriggered(event)
            return
        }
        guard negotiated == self.application.rawValue else {
            self.fail(
                PeerRefusal("the other end does not speak \(self.application.rawValue)"), context)
            return
        }
        do {
            let certificate = try context.pipeline.syncOperations.nioSSL_peerCertificate()
            let peer = try UnprovedPeer(certificate).proved(by: self.policy, now: Date())
            self.conclude(.success(peer))
            context.fireUserInboundEventTriggered(event)
        } catch {
            self.fail(PeerRefusal("we refuse the other end: \(error)"), context)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard !self.isDone else {
            context.fireErrorCaught(error)
            return
        }
        let certificate = try? context.pipeline.syncOperations.nioSSL_peerCertificate()
        let reason = CertificateExamination.reason(
            refusing: certificate, trusting: self.credentials.authorities, policy: self.policy,
            now: Date())
        self.fail(reason.map { PeerRefusal("we refuse the other end: \($0)") } ?? error, context)
    }

    func channelInactive(context: ChannelHandlerContext) {
        self.conclude(.failure(ChannelError.eof))
        context.fireChannelInactive()
    }

    private var policy: PeerPolicy {
        PeerPolicy(
            of: self.credentials, judging: .server,
            revocations: Revocations(listed: self.credentials.revoked))
    }

    private func fail(_ error: any Error, _ context: ChannelHandlerContext) {
        self.conclude(.failure(error))
        context.fireErrorCaught(error)
        context.close(promise: nil)
    }

    private func conclude(_ result: Result<ProvedPeer, any Error>) {
        guard !self.isDone else { return }
        self.isDone = true
        self.deadline?.cancel()
        self.verdict.completeWith(result)
    }
}
