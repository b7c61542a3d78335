package import Hummingbird
package import Logging
package import Wire

/// What a page's handler knows of its request beyond the request itself: who asks.
package struct PageContext: RequestContext {
    package struct Source: RequestContextSource {
        package let logger: Logger
        let peer: ProvedPeer
    }

    package var coreContext: CoreRequestContextStorage
    package let peer: ProvedPeer

    package init(source: Source) {
        self.coreContext = CoreRequestContextStorage(source: source)
        self.peer = source.peer
    }

    /// Pages are read; what is sent with a request stays small.
    package var maxUploadSize: Int { Pages.bodyBytesMax }

    /// Answers 403 with the reason unless the peer's role may do this.
    package func permit(_ verb: Verb, _ ownership: Ownership = .none) throws {
        if case .refused(let reason) = Permission.judge(self.peer.role, verb, ownership) {
            throw HTTPError(.forbidden, message: reason)
        }
    }
}
