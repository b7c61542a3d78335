import NIOCore
import Synchronization
import Testing
import Transport
import Wire

/// What happened on a link.
enum LinkHappening: Sendable {
    case opened(LinkConnection)
    case received([LinkFrame])
    case writable
    case quiet
    case closed(LinkClosure)

    var closure: LinkClosure? {
        if case .closed(let closure) = self { closure } else { nil }
    }

    var isQuiet: Bool { if case .quiet = self { true } else { false } }

    var isWritable: Bool { if case .writable = self { true } else { false } }

    /// Signs of life apart: when they come is chance.
    var messages: [LinkMessage]? {
        guard case .received(let frames) = self else { return nil }
        let said = frames.filter { $0 != .message(.heartbeat) }
        guard !said.isEmpty else { return nil }
        return said.compactMap { if case .message(let message) = $0 { message } else { nil } }
    }
}

/// One end of a link that notes what happens, and answers if it is told how. It shows signs of
/// life, as every honest end does: on a busy machine a test may take longer than silence is borne.
final class RecordingEnd: LinkDelegate {
    let happenings = Happenings<LinkHappening>()
    private let answer: (@Sendable ([LinkFrame], LinkConnection) -> Void)?

    init(answer: (@Sendable ([LinkFrame], LinkConnection) -> Void)? = nil) { self.answer = answer }

    func received(_ burst: [LinkFrame], on link: LinkConnection) {
        self.answer?(burst, link)
        self.happenings.append(.received(burst))
    }

    func becameWritable(_ link: LinkConnection) { self.happenings.append(.writable) }

    func fellQuiet(_ link: LinkConnection) {
        self.happenings.append(.quiet)
        link.send([.heartbeat])
    }

    func closed(_ link: LinkConnection, _ closure: LinkClosure) {
        self.happenings.append(.closed(closure))
        self.happenings.finish()
    }

    func closure() async -> LinkClosure? { await self.happenings.first { $0.closure } }

    /// The next burst's messages; nil when the link ended instead.
    func messages() async -> [LinkMessage]? {
        while let next = await self.happenings.next() {
            if let messages = next.messages { return messages }
            if let closure = next.closure {
                Issue.record("the link ended: \(closure)")
                return nil
            }
        }
        return nil
    }
}

/// The head's side: one end for each worker's link; echoes messages unless told otherwise.
final class RecordingLinks: LinkAcceptor {
    let opened = Happenings<(link: LinkConnection, end: RecordingEnd, peer: ProvedPeer)>()
    private let behaviour = Mutex(RecordingLinks.echo)

    static let echo: @Sendable ([LinkFrame], LinkConnection) -> Void = { burst, link in
        link.send(burst.compactMap { if case .message(let said) = $0 { said } else { nil } })
    }

    func answer(_ behaviour: @escaping @Sendable ([LinkFrame], LinkConnection) -> Void) {
        self.behaviour.withLock { $0 = behaviour }
    }

    func accepted(_ link: LinkConnection, peer: ProvedPeer) -> any LinkDelegate {
        let end = RecordingEnd(answer: self.behaviour.withLock { $0 })
        self.opened.append((link, end, peer))
        return end
    }
}
