import Foundation
import NIOCore
import NIOPosix
import NIOSSL
import Privacy
import Transport

/// A client that keeps to none of our rules: any TLS, any ALPN, any bytes.
struct RawPeer {
    let channel: any Channel
    let heard: Happenings<Heard>

    enum Heard: Sendable {
        case handshake
        case bytes(String)
        case error(String)
        case closed
    }

    /// What it shows and speaks.
    struct Style {
        var certificatePEM: String?
        var keyPEM: Private<String>?
        var protocols: [String] = ["assay-link/1"]
        var newest: TLSVersion?
        var usesTLS = true

        init(_ pair: TestCluster.Pair) {
            self.certificatePEM = pair.certificatePEM
            self.keyPEM = pair.keyPEM
        }

        init() {}
    }

    static func connect(to place: HostAndPort, _ style: Style) async throws -> RawPeer {
        let heard = Happenings<Heard>()
        let context = style.usesTLS ? try NIOSSLContext(configuration: style.configuration) : nil
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let sync = channel.pipeline.syncOperations
                    if let context {
                        try sync.addHandler(
                            NIOSSLClientHandler(context: context, serverHostname: nil))
                    }
                    try sync.addHandler(Listening(heard))
                }
            }
            .connect(host: place.host, port: place.port).get()
        return RawPeer(channel: channel, heard: heard)
    }

    func write(_ bytes: some Sequence<UInt8>) {
        self.channel.writeAndFlush(ByteBuffer(bytes: Array(bytes)), promise: nil)
    }

    /// Waits for the end; answers all errors heard before.
    func errorsUntilClosed() async -> [String] {
        var errors: [String] = []
        while let next = await self.heard.next() {
            switch next {
            case .error(let text): errors.append(text)
            case .closed: return errors
            case .handshake, .bytes: break
            }
        }
        return errors
    }

    /// Waits until `text` was heard; nil when the connection ended before.
    func text(with mark: String) async -> String? {
        var all = ""
        while let next = await self.heard.next() {
            switch next {
            case .bytes(let text):
                all += text
                if all.contains(mark) { return all }
            case .closed: return nil
            case .handshake, .error: break
            }
        }
        return nil
    }

    private final class Listening: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        private let heard: Happenings<Heard>

        init(_ heard: Happenings<Heard>) { self.heard = heard }

        func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
            if String(describing: event).contains("handshakeCompleted") {
                self.heard.append(.handshake)
            }
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            let buffer = Self.unwrapInboundIn(data)
            self.heard.append(.bytes(String(decoding: buffer.readableBytesView, as: UTF8.self)))
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) {
            self.heard.append(.error(String(describing: error)))
        }

        func channelInactive(context: ChannelHandlerContext) {
            self.heard.append(.closed)
            self.heard.finish()
        }
    }
}

extension RawPeer.Style {
    fileprivate var configuration: TLSConfiguration {
        get throws {
            var configuration = TLSConfiguration.makeClientConfiguration()
            configuration.certificateVerification = .none
            configuration.applicationProtocols = self.protocols
            configuration.maximumTLSVersion = self.newest
            if let certificatePEM, let keyPEM {
                configuration.certificateChain = try NIOSSLCertificate.fromPEMBytes(
                    Array(certificatePEM.utf8)
                ).map { .certificate($0) }
                configuration.privateKey = .privateKey(
                    try NIOSSLPrivateKey(bytes: Array(keyPEM.revealed.utf8), format: .pem))
            }
            return configuration
        }
    }
}
