package import NIOCore
import NIOPosix
import NIOSSL
import Synchronization

/// Opens links to a head.
package struct Dialer: Sendable {
    private let credentials: CredentialStore
    private let group: any EventLoopGroup
    private let settings: DialSettings

    package init(
        credentials: CredentialStore, settings: DialSettings = DialSettings(),
        group: any EventLoopGroup = MultiThreadedEventLoopGroup.singleton
    ) {
        self.credentials = credentials
        self.settings = settings
        self.group = group
    }

    /// Opens a link; what is heard on it goes to `delegate`, from before this returns.
    ///
    /// In TLS 1.3 a client is done before the head has looked at its certificate. So a refusal
    /// comes later, as the link's end: `LinkClosure.refused` with the head's reason.
    ///
    /// - Throws: `HeadError.unreachable` when nobody answers, or not a head of our cluster.
    package func connect(
        to place: HostAndPort, delegate: any LinkDelegate
    ) async throws(HeadError) -> LinkConnection {
        do {
            return try await self.open(place, delegate)
        } catch {
            throw HeadError(place, TLSFailure.sentence(dialling: error))
        }
    }

    private func open(
        _ place: HostAndPort, _ delegate: any LinkDelegate
    ) async throws -> LinkConnection {
        let context = try self.credentials.diallingContext(for: .link)
        let credentials = self.credentials.current
        let settings = self.settings
        let loop = self.group.next()
        // A name may have several addresses, each with a channel of its own; one of them wins.
        let attempts = Mutex<[ObjectIdentifier: EventLoopFuture<LinkConnection>]>([:])
        let channel = try await ClientBootstrap(group: loop)
            .connectTimeout(TimeAmount(settings.connectTimeout))
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
            .channelOption(.recvAllocator, value: LinkBuffers.receiving)
            .channelInitializer { channel in
                let verdict = channel.eventLoop.makePromise(of: ProvedPeer.self)
                // Asked for before there is an answer, so that it happens within the verdict: the
                // head may speak in the same read that ends the handshake.
                let opened = verdict.futureResult.flatMapThrowing { peer in
                    let link = LinkConnection(channel, peer: peer, settings: settings.link)
                    try channel.pipeline.syncOperations.addHandler(
                        LinkHandler(link, delegate, role: .dialling))
                    return link
                }
                attempts.withLock { $0[ObjectIdentifier(channel)] = opened }
                return channel.eventLoop.makeCompletedFuture {
                    let tls = try NIOSSLClientHandler(
                        context: context, serverHostname: place.serverName)
                    let verifier = HeadVerifier(
                        .link, credentials, timeout: settings.handshakeTimeout, verdict: verdict)
                    try channel.pipeline.syncOperations.addHandlers([tls, verifier])
                }
            }
            .connect(host: place.host, port: place.port).get()
        guard let opened = attempts.withLock({ $0[ObjectIdentifier(channel)] }) else {
            preconditionFailure("a channel connected that was never initialised")
        }
        return try await opened.get()
    }
}

/// How long a head may take to answer.
package struct DialSettings: Sendable {
    /// For the TCP connection.
    package var connectTimeout: Duration
    /// For TLS, from the moment that the connection stands.
    package var handshakeTimeout: Duration
    package var link: LinkSettings

    /// Five seconds for each of the two.
    package init() {
        self.connectTimeout = .seconds(5)
        self.handshakeTimeout = .seconds(5)
        self.link = LinkSettings()
    }
}
