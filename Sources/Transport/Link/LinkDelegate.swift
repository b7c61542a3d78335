package import Wire

/// Takes in the links that workers open.
package protocol LinkAcceptor: Sendable {
    /// A worker has opened a link; what it says goes to the answer.
    ///
    /// Called on the link's event loop, before anything was read: return at once.
    func accepted(_ link: LinkConnection, peer: ProvedPeer) -> any LinkDelegate
}

/// Hears what happens on one link, on the link's event loop: return at once.
package protocol LinkDelegate: Sendable {
    /// All that one read brought, in order; never empty.
    func received(_ burst: [LinkFrame], on link: LinkConnection)

    /// `link.isWritable` became true again.
    func becameWritable(_ link: LinkConnection)

    /// Nothing was said on our side for a heartbeat's interval.
    func fellQuiet(_ link: LinkConnection)

    /// The link has ended; nothing else follows.
    func closed(_ link: LinkConnection, _ closure: LinkClosure)
}

extension LinkDelegate {
    package func becameWritable(_ link: LinkConnection) {}

    /// A heartbeat, so that the other end knows that we live.
    package func fellQuiet(_ link: LinkConnection) { link.send([.heartbeat]) }
}

/// Why a link ended.
package enum LinkClosure: Error, Equatable, Sendable, CustomStringConvertible {
    /// The other end closed it without a word.
    case ended
    /// This end closed it.
    case closedHere
    /// The other end said why, in a last frame or by a TLS alert.
    case refused(reason: String)
    /// This end cut it: revoked, replaced, or what the reason says.
    case cut(reason: String)
    /// Nothing was heard for this long.
    case silent(Duration)
    /// The other end broke a rule of the protocol.
    case garbage(WireError)
    /// The other end did not take in what was said to it.
    case overflowed
    /// The process shuts down.
    case shutDown
    /// The connection failed.
    case failed(String)

    package var description: String {
        switch self {
        case .ended: "the other end closed the link"
        case .closedHere: "this end closed the link"
        case .refused(let reason): reason
        case .cut(let reason): reason
        case .silent(let time): "the other end was silent for \(time)"
        case .garbage(let error): "the other end broke the protocol: \(error)"
        case .overflowed: "the other end does not take in what it is told"
        case .shutDown: "this end shuts down"
        case .failed(let reason): reason
        }
    }
}

/// The clockwork of a link.
package struct LinkSettings: Sendable {
    /// After this long without a word of ours, `fellQuiet` is called.
    package var heartbeatInterval: Duration
    /// After this long without a word of theirs, the link is cut.
    package var silenceMax: Duration
    /// Bytes said and not yet taken by the kernel before `isWritable` turns false.
    package var outboxBytesMax: Int

    /// The values of `Limits`.
    package init() {
        self.heartbeatInterval = Limits.heartbeatInterval
        self.silenceMax = Limits.linkSilenceMax
        self.outboxBytesMax = Limits.outboxBytesMax
    }
}
