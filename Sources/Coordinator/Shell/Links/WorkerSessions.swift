import Foundation
import NIOCore
import Synchronization
import Transport
package import Wire

/// The control links that stand, by session.
///
/// A session is numbered when its worker says hello; the coordinator decides what it is worth, and
/// has an older one of the same worker cut. From then on nothing more of the old one is heard.
package final class WorkerSessions: WorkerLinks {
    private let content = Mutex(Content())

    private struct Content {
        var last: UInt64 = 0
        var sessions: [SessionNumber: Session] = [:]
        /// Links that were told to wait because the loop had too much to do.
        var paused: [LinkConnection] = []
        /// Lines about each worker: names come from certificates, so there are not many.
        var paces: [String: LogPace] = [:]
        var cuts: [Cut: UInt64] = [:]
    }

    struct Session: Sendable {
        let link: LinkConnection
        var bulkLinks: [LinkConnection] = []
        /// The one that the link began with, or what it was renewed by since.
        var certificate: Certificate

        var peer: ProvedPeer { self.link.peer }
    }

    /// What people are told of a certificate.
    struct Certificate: Equatable, Sendable {
        let serial: SerialNumber
        let expiresAt: Date
    }

    /// Bulk links that one session may have: a few transfers at once, and some slack for those
    /// whose end was not noticed yet.
    private static let bulkLinksMax = 16

    package init() {}

    /// How many workers are connected.
    package var count: Int { self.content.withLock { $0.sessions.count } }

    /// Why a link of a worker was cut.
    package enum Cut: String, CaseIterable, Sendable {
        /// It said what does not belong there, or is over a limit.
        case rules
        /// Nothing was heard of it.
        case silence
        /// It did not take in what it was told.
        case unread
    }

    /// Links that were cut for this, since the start.
    package func cuts(for cause: Cut) -> UInt64 { self.content.withLock { $0.cuts[cause] ?? 0 } }

    subscript(_ session: SessionNumber) -> Session? {
        self.content.withLock { $0.sessions[session] }
    }

    /// The sessions that `reason` names a reason against.
    func refused(
        _ reason: (Session) -> String?
    ) -> [(session: SessionNumber, reason: String)] {
        let sessions = self.content.withLock { $0.sessions }
        return sessions.compactMap { number, session in reason(session).map { (number, $0) } }
            .sorted { $0.session < $1.session }
    }

    // MARK: The loop's side

    package func send(_ messages: [LinkMessage], to session: SessionNumber) {
        self[session]?.link.send(messages)
    }

    package func cut(_ session: SessionNumber, reason: String) {
        self.close(session)?.refuse(reason)
    }

    package func relieve() {
        let paused = self.content.withLock { content in
            let paused = content.paused
            content.paused = []
            return paused
        }
        for link in paused { link.resumeReading() }
    }

    // MARK: The links' side

    func open(_ link: LinkConnection) -> SessionNumber {
        self.content.withLock { content in
            content.last += 1
            let number = SessionNumber(rawValue: content.last)
            content.sessions[number] = Session(
                link: link,
                certificate: Certificate(serial: link.peer.serial, expiresAt: link.peer.expiresAt))
            return number
        }
    }

    /// The worker has a new certificate, for which it showed its old one.
    func renew(_ peer: ProvedPeer, by successor: CertificateFacts) {
        let certificate = Certificate(serial: successor.serial, expiresAt: successor.notAfter)
        self.content.withLock { content in
            for (number, session) in content.sessions
            where session.peer.identity == peer.identity
                && session.certificate.serial == peer.serial
            {
                content.sessions[number]?.certificate = certificate
            }
        }
    }

    /// The session ends, and with it its links for blobs: the next session opens its own.
    @discardableResult
    func close(_ session: SessionNumber) -> LinkConnection? {
        let ended = self.content.withLock { $0.sessions.removeValue(forKey: session) }
        for link in ended?.bulkLinks ?? [] { link.refuse("\(session) has ended") }
        return ended?.link
    }

    func note(_ cause: Cut) { self.content.withLock { $0.cuts[cause, default: 0] += 1 } }

    /// Whether a line about this worker is to be written, or only counted.
    func pace(of worker: String) -> LogPace.Verdict {
        let fresh = LogPace(Limits.workerLinesMax, per: Limits.workerLinesWindow)
        return self.content.withLock { $0.paces[worker, default: fresh].admit(.now()) }
    }

    /// The link reads nothing more until the loop has caught up.
    func pause(_ link: LinkConnection) {
        link.pauseReading()
        self.content.withLock { $0.paused.append(link) }
    }

    enum BulkAdmission: Equatable {
        case admitted
        case refused(reason: String)
    }

    /// Judges a further link that names a session: it must be of the same worker, by certificate.
    func openBulk(_ session: SessionNumber, over link: LinkConnection) -> BulkAdmission {
        let peer = link.peer
        return self.content.withLock { content in
            guard let found = content.sessions[session], found.peer.identity == peer.identity else {
                return .refused(reason: "\(session) is no session of \(peer.name)")
            }
            guard found.bulkLinks.count < Self.bulkLinksMax else {
                return .refused(
                    reason: "a session has at most \(Self.bulkLinksMax) links for blobs")
            }
            content.sessions[session]?.bulkLinks.append(link)
            return .admitted
        }
    }

    func closeBulk(_ session: SessionNumber, _ link: LinkConnection) {
        self.content.withLock { $0.sessions[session]?.bulkLinks.removeAll { $0 === link } }
    }
}
