package import Hummingbird
package import Logging
package import Wire

/// What a page's handler knows of its request beyond the request itself: who asks.
package struct PageContext: RequestContext {
    package struct Source: RequestContextSource {
        package let logger: Logger
        let peer: ProvedPeer
        let visit: Visit
    }

    /// Where the request comes from, and who remembers it.
    struct Visit: Sendable {
        let address: String?
        let witness: any Witness
    }

    package var coreContext: CoreRequestContextStorage
    package let peer: ProvedPeer
    private let visit: Visit

    package init(source: Source) {
        self.coreContext = CoreRequestContextStorage(source: source)
        self.peer = source.peer
        self.visit = source.visit
    }

    /// Pages are read; what is sent with a request stays small.
    package var maxUploadSize: Int { Pages.bodyBytesMax }

    /// Answers 403 with the reason unless the peer's role may do this.
    package func permit(_ verb: Verb, _ ownership: Ownership = .none) throws {
        let judgement = Permission.judge(self.peer.role, verb, ownership)
        if judgement != .allowed || !verb.isRoutine {
            self.visit.witness.note(
                Act(
                    by: Act.Peer(self.peer), from: self.visit.address, verb.rawValue, nil,
                    judgement))
        }
        if case .refused(let reason) = judgement {
            throw HTTPError(.forbidden, message: reason)
        }
    }
}
