import Foundation
import HTTPTypes
package import Hummingbird
import Logging
import NIOCore

/// The web pages of the port: a router's answers, with what an application would add to them.
package struct Pages: Sendable {
    private let respond: @Sendable (Request, PageContext) async throws -> Response

    /// A request's body, in bytes.
    static let bodyBytesMax = 64 * 1024
    /// A connection without a request, and a request without its next byte.
    static let idleTimeout: TimeAmount = .seconds(60)
    static let headerFieldBytesMax = 16 * 1024
    static let headerBytesMax = 32 * 1024
    static let headersMax = 100
    /// A head, a body, and what one read may have brought of requests that were sent ahead.
    static let unansweredBytesMax = headerBytesMax + bodyBytesMax + 2 * receivedBytesMax
    /// What one read brings, in bytes: each byte of requests that are sent ahead becomes some
    /// thirty in memory, which a peer that never reads the answers would keep there.
    static let receivedBytesMax = 16 * 1024
    static let receiving = AdaptiveRecvByteBufferAllocator(
        minimum: 1024, initial: 2048, maximum: receivedBytesMax)

    package init(_ router: Router<PageContext>) {
        let responder = router.buildResponder()
        self.respond = { try await responder.respond(to: $0, context: $1) }
    }

    /// Pages with nothing on them.
    package static var none: Pages { Pages(Router(context: PageContext.self)) }

    /// Answers whatever happens: a refused peer gets 403, a failed handler 500 without details.
    func answer(
        _ request: Request, from verdict: Result<ProvedPeer, PeerRefusal>,
        _ visit: PageContext.Visit, logger: Logger
    ) async -> Response {
        let peer: ProvedPeer
        switch verdict {
        case .success(let proved): peer = proved
        case .failure(let refusal):
            var response = Response.plain(
                .forbidden, "the head refused the connection: \(refusal)")
            response.headers[.connection] = "close"
            return response
        }
        let length = request.headers[.contentLength].flatMap(Int.init) ?? 0
        guard length <= Self.bodyBytesMax else {
            return .plain(.contentTooLarge, "a body has at most \(Self.bodyBytesMax) bytes")
        }
        let context = PageContext(source: .init(logger: logger, peer: peer, visit: visit))
        do {
            return try await self.respond(request, context)
        } catch let error as any HTTPResponseError {
            let answer = try? error.response(from: request, context: context)
            return answer ?? .plain(.internalServerError, "the page failed")
        } catch {
            logger.error("a page failed", metadata: ["error": "\(error)"])
            return .plain(.internalServerError, "the page failed")
        }
    }
}

extension Response {
    /// One line of text.
    package static func plain(_ status: HTTPResponse.Status, _ text: String) -> Self {
        Response(
            status: status, headers: [.contentType: "text/plain; charset=utf-8"],
            body: ResponseBody(byteBuffer: ByteBuffer(string: text + "\n")))
    }

    /// Adds what every answer carries.
    mutating func sign() {
        self.headers[.date] = HTTPDate.now
        self.headers[.server] = "assay"
        self.headers[.cacheControl] = self.headers[.cacheControl] ?? "no-store"
    }
}
