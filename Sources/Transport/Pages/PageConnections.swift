import Hummingbird
import HummingbirdCore
import Logging
import NIOCore

/// Serves `http/1.1` connections, each with the peer that its certificate proved.
struct PageConnections: Sendable {
    private let pages: Pages
    private let logger: Logger
    private let accepted: AsyncStream<Accepted>
    private let continuation: AsyncStream<Accepted>.Continuation

    private struct Accepted: Sendable {
        let http: HTTP1Channel
        let value: HTTP1Channel.Value
    }

    enum Service {
        case begun
        /// The server has ended: close the channel.
        case ended
    }

    init(_ pages: Pages, logger: Logger) {
        self.pages = pages
        self.logger = logger
        (self.accepted, self.continuation) = AsyncStream.makeStream()
    }

    /// The protocol's handlers, made for one connection so that its responder knows the peer.
    ///
    /// - Parameter verdict: asked for each request, since a peer may be expelled in between.
    func channel(
        _ visit: PageContext.Visit,
        for verdict: @escaping @Sendable () -> Result<ProvedPeer, PeerRefusal>
    ) -> HTTP1Channel {
        let (pages, logger) = (self.pages, self.logger)
        return HTTP1Channel(
            responder: { request, writer, _ in
                var response = await pages.answer(
                    request, from: verdict(), visit, logger: logger)
                response.sign()
                try await writer.write(response: response.head, body: response.body)
            }, configuration: .pages)
    }

    func serve(_ http: HTTP1Channel, _ value: HTTP1Channel.Value) -> Service {
        switch self.continuation.yield(Accepted(http: http, value: value)) {
        case .terminated: .ended
        case .enqueued, .dropped: .begun
        @unknown default: .ended
        }
    }

    /// Serves until `finish` was called and every connection has ended.
    func run() async {
        await withDiscardingTaskGroup { group in
            for await accepted in self.accepted {
                group.addTask {
                    await accepted.http.handle(value: accepted.value, logger: self.logger)
                }
            }
        }
    }

    func finish() { self.continuation.finish() }
}

extension HTTP1Channel.Configuration {
    /// The bounds of everything that we serve over HTTP.
    static let pages = Self(
        idleTimeout: Pages.idleTimeout,
        httpDecoderConfiguration: .init(
            maxHeaderFieldSize: Pages.headerFieldBytesMax,
            maxHeaderListSize: Pages.headerBytesMax, maxHeaderFieldCount: Pages.headersMax))
}
