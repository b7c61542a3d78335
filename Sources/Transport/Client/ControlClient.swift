package import GRPCCore
package import GRPCNIOTransportHTTP2Posix
import NIOCore
import NIOSSL
import Synchronization

/// The gRPC client of the command line, over the same TLS as the links.
package enum ControlClient {
    package typealias Client = GRPCClient<HTTP2ClientTransport.Posix>

    /// Bytes on their way to us: more makes streams of small messages collapse, less makes long
    /// links slow.
    private static let windowBytes = 1 << 20

    /// Runs `body` with a client of the head at `place`; connections end when it returns.
    ///
    /// - Throws: `HeadError` when the head cannot be reached or refuses us as such; a call's own
    ///   refusal is its `RPCError`, as the head worded it.
    package static func with<Answer: Sendable>(
        head place: HostAndPort, credentials: CredentialStore,
        settings: DialSettings = DialSettings(),
        _ body: @Sendable (Client) async throws -> Answer
    ) async throws -> Answer {
        let witness = DialWitness()
        let context = try credentials.diallingContext(for: .rpc)
        let identity = credentials.current
        var config = HTTP2ClientTransport.Posix.Config.defaults
        config.http2.targetWindowSize = Self.windowBytes
        config.connection.flushCoalescing = nil
        // gRPC's own TLS would settle for TLS 1.2, and for any server that our authority vouches
        // for.
        config.channelDebuggingCallbacks.onCreateTCPConnection = { channel in
            let verdict = channel.eventLoop.makePromise(of: ProvedPeer.self)
            verdict.futureResult.whenFailure { witness.note($0) }
            return channel.eventLoop.makeCompletedFuture {
                let tls = try NIOSSLClientHandler(
                    context: context, serverHostname: place.serverName)
                let verifier = HeadVerifier(
                    .rpc, identity, timeout: settings.handshakeTimeout, verdict: verdict)
                try channel.pipeline.syncOperations.addHandlers(
                    [tls, verifier, AlertWitness(witness)], position: .first)
            }
        }
        let transport = try HTTP2ClientTransport.Posix(
            target: place.target, transportSecurity: .customSecure, config: config)
        do {
            return try await withGRPCClient(transport: transport, handleClient: body)
        } catch let error as RPCError {
            throw Self.explained(error, at: place, witness) ?? error
        }
    }

    private static func explained(
        _ error: RPCError, at place: HostAndPort, _ witness: DialWitness
    ) -> HeadError? {
        switch error.code {
        case .unauthenticated: return .refused(place, reason: error.message)
        case .unavailable:
            if let sentence = witness.sentence { return HeadError(place, sentence) }
            return HeadError(place, Self.sentence(for: error))
        default: return nil
        }
    }

    /// The innermost cause says most.
    private static func sentence(for error: RPCError) -> String {
        var error = error
        while let cause = error.cause as? RPCError { error = cause }
        guard let cause = error.cause else { return error.message }
        return TLSFailure.sentence(dialling: cause)
    }
}

/// Remembers why a connection failed, which gRPC reports as "unavailable".
private final class DialWitness: Sendable {
    private let last = Mutex<String?>(nil)

    var sentence: String? { self.last.withLock { $0 } }

    func note(_ error: any Error) {
        // An end without a word says less than what was noted before it.
        if case ChannelError.eof = error { return }
        self.last.withLock { $0 = TLSFailure.sentence(dialling: error) }
    }
}

/// Hears the alerts that come after the handshake, as refusals of our certificate do in TLS 1.3.
private final class AlertWitness: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let witness: DialWitness

    init(_ witness: DialWitness) { self.witness = witness }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        self.witness.note(error)
        context.fireErrorCaught(error)
    }
}

extension HostAndPort {
    fileprivate var target: any ResolvableTarget {
        if self.serverName != nil { return .dns(host: self.host, port: self.port) }
        return self.host.contains(":")
            ? .ipv6(address: self.host, port: self.port)
            : .ipv4(address: self.host, port: self.port)
    }
}
