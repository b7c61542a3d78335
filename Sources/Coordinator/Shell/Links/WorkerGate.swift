import CoordinatorCore
import Logging
import Synchronization
import Transport
import Wire

/// Takes in the links that workers open, and turns what they say into events.
///
/// ```
///               hello                  ┌─────────┐
///            ┌───────────────────────▶ │ CONTROL │ ──┐
/// ┌──────────┐                         └─────────┘   │ closed   ┌──────┐
/// │ GREETING │                                       ├────────▶ │ OVER │
/// └──────────┘ bulkHello, admitted     ┌─────────┐   │          └──────┘
///            └───────────────────────▶ │  BULK   │ ──┘
///                                      └─────────┘
/// ```
///
/// Whoever says what does not belong there is told so and cut. The worker's name is its
/// certificate's; nothing that it says can change it.
struct WorkerGate: LinkAcceptor {
    let loop: CoordinatorLoop
    let sessions: WorkerSessions
    let transfers: Transfers
    let revocations: Revocations
    let witness: any Witness
    let logger: Logger

    func accepted(_ link: LinkConnection, peer: ProvedPeer) -> any LinkDelegate {
        WorkerLink(gate: self)
    }

    /// A worker that loops, or wants to fill the log, is told by number.
    func tell(_ event: Logger.Message, of link: LinkConnection, _ details: Logger.Metadata) {
        let worker = link.peer.name
        guard case .line(let untold) = self.sessions.pace(of: worker) else { return }
        var metadata = details
        metadata["worker"] = "\(worker)"
        if untold > 0 { metadata["untold"] = "\(untold)" }
        self.logger.info(event, metadata: metadata)
    }

    /// Each link's first word is remembered; what follows is the trials' business.
    fileprivate func note(
        _ object: String, on link: LinkConnection, _ judgement: Permission = .allowed
    ) {
        self.witness.note(
            Act(
                by: Act.Peer(link.peer), from: link.remoteAddress, Verb.openLink.rawValue, object,
                judgement))
    }
}

/// One link of a worker.
private final class WorkerLink: LinkDelegate {
    private let gate: WorkerGate
    private let stage = Mutex(Stage.greeting)

    private enum Stage {
        case greeting
        case control(SessionNumber)
        case bulk(SessionNumber, BulkLink)
        case over
    }

    init(gate: WorkerGate) { self.gate = gate }

    func received(_ burst: [LinkFrame], on link: LinkConnection) {
        do throws(Misconduct) {
            try self.take(burst[...], on: link)
        } catch {
            self.gate.sessions.note(.rules)
            self.gate.tell("link refused", of: link, ["reason": "\(error.reason)"])
            // Not under the lock: the link may end, and say so, before this returns.
            link.refuse(error.reason)
        }
    }

    func closed(_ link: LinkConnection, _ closure: LinkClosure) {
        let last = self.stage.withLock { stage in
            let last = stage
            stage = .over
            return last
        }
        switch closure {
        case .garbage: self.gate.sessions.note(.rules)
        case .silent: self.gate.sessions.note(.silence)
        case .overflowed: self.gate.sessions.note(.unread)
        default: break
        }
        switch last {
        case .control(let session):
            self.gate.sessions.close(session)
            self.gate.loop.post(.disconnected(session, reason: closure.description))
            self.gate.tell(
                "worker disconnected", of: link,
                ["session": "\(session)", "reason": "\(closure)"])
        case .bulk(let session, let bulk):
            self.gate.sessions.closeBulk(session, link)
            bulk.closed()
        case .greeting, .over: break
        }
    }

    // MARK: What is said

    private func take(_ burst: ArraySlice<LinkFrame>, on link: LinkConnection) throws(Misconduct) {
        var rest = burst
        let stage = try self.stage.withLock { (stage) throws(Misconduct) in
            if case .greeting = stage { stage = try self.greet(rest.removeFirst(), on: link) }
            return stage
        }
        switch stage {
        case .control(let session): try self.hear(rest, from: session, on: link)
        case .bulk(_, let bulk): try bulk.take(rest)
        case .greeting, .over: break
        }
    }

    private func greet(_ frame: LinkFrame, on link: LinkConnection) throws(Misconduct) -> Stage {
        switch frame {
        case .message(.hello(let hello)):
            let session = self.gate.sessions.open(link)
            self.gate.note("control/\(session)", on: link)
            self.gate.loop.post(.connected(session, worker: link.peer.name, hello))
            // A revocation in between may have looked at the sessions before this one was there.
            if let reason = self.gate.revocations.reason(refusing: link.peer) {
                self.gate.loop.post(.expelled(session, reason: reason))
            }
            self.gate.tell(
                "worker connected", of: link,
                [
                    "session": "\(session)", "slots": "\(hello.capacity.slots)",
                    "held": "\(hello.held.count)",
                ])
            return .control(session)
        case .message(.bulkHello(let session)):
            switch self.gate.sessions.openBulk(session, over: link) {
            case .admitted:
                self.gate.note("bulk/\(session)", on: link)
                return .bulk(session, BulkLink(link, session, self.gate.transfers))
            case .refused(let reason):
                self.gate.note("bulk/\(session)", on: link, .refused(reason: reason))
                throw Misconduct(reason)
            }
        case .message, .chunk: throw Misconduct("a link begins with a hello")
        }
    }

    private func hear(
        _ frames: ArraySlice<LinkFrame>, from session: SessionNumber, on link: LinkConnection
    ) throws(Misconduct) {
        var reports: [Report] = []
        var drains = false
        for frame in frames {
            switch frame {
            case .message(.reports(let more)): reports += more
            case .message(.drain): drains = true
            case .message(.heartbeat), .message(.refused): break
            case .message, .chunk: throw Misconduct("that is not said on a control link")
            }
        }
        // Most bursts have none, and are handed on as they are.
        let bearing = reports.filter { !$0.outputs.isEmpty }
        let plain = bearing.isEmpty ? reports : reports.filter { $0.outputs.isEmpty }
        if !plain.isEmpty { self.gate.loop.post(.reported(session, plain)) }
        if !bearing.isEmpty {
            link.pauseReading()
            self.gate.transfers.begin(.report(bearing, session, link))
        }
        if drains { self.gate.loop.post(.workerDrains(session)) }
        guard self.gate.loop.isCongested else { return }
        self.gate.sessions.pause(link)
        // The loop may have caught up in between, and would not know of this link.
        if !self.gate.loop.isCongested { self.gate.sessions.relieve() }
    }
}

/// A worker said what does not belong there; the link is cut with this reason.
struct Misconduct: Error {
    let reason: String

    init(_ reason: String) { self.reason = reason }
}
