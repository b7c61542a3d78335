package import Foundation
import Synchronization
package import Wire

/// Who is refused for ever, shared by all who judge.
///
/// It is filled before the first connection is judged, and only grows. Two hands fill it: the head,
/// whose list is in its journal, and the authority, whose list is the `crl.pem` of the head's
/// certificates. A list of the authority that is taken away or goes back is not believed: what was
/// once revoked stays so for as long as the process lives.
package final class Revocations: Sendable {
    private let content: Mutex<Content>

    private struct Content {
        /// By the head.
        var serials: Set<SerialNumber> = []
        /// By the head: certificates that begin at this moment or before.
        var holders: [Holder: Date] = [:]
        /// By the authority.
        var listed: Set<SerialNumber> = []
    }

    /// - Parameter listed: what the authority has revoked.
    package init(listed: Set<SerialNumber> = []) {
        self.content = Mutex(Content(listed: listed))
    }

    // MARK: Judging

    /// Why a certificate is refused, whoever it names; nil when nothing is known against it.
    package func reason(refusing serial: SerialNumber) -> String? {
        self.content.withLock { content in
            guard content.serials.contains(serial) || content.listed.contains(serial) else {
                return nil
            }
            return "its certificate \(serial) is revoked"
        }
    }

    /// Why a peer is refused; nil when nothing is known against it.
    ///
    /// What a holder had been issued when it was revoked is told by the beginning of a certificate,
    /// which its authority has signed. Ours begins five minutes before it is issued, so that one
    /// that is issued within five minutes after the revocation is refused too: the error is on the
    /// safe side, and covers an authority whose clock is ahead by as much.
    package func reason(refusing peer: ProvedPeer) -> String? {
        if let reason = self.reason(refusing: peer.serial) { return reason }
        let holder = Holder(peer.identity)
        guard let moment = self.content.withLock({ $0.holders[holder] }),
            peer.notBefore <= moment
        else { return nil }
        return """
            \(holder) was revoked at \(moment.stamp), and its certificate begins at \
            \(peer.notBefore.stamp), which is not after that
            """
    }

    /// Why a connection may stand no longer: for the certificate that it began with, or for one
    /// that the peer was given since.
    func reason(refusing connection: Connection) -> String? {
        guard let peer = connection.peer else { return nil }
        return self.reason(refusing: peer)
            ?? connection.successors.lazy.compactMap { self.reason(refusing: $0.serial) }.first
    }

    /// What the authority has revoked, in order.
    package var listed: [SerialNumber] { self.content.withLock { $0.listed.sorted() } }

    // MARK: Filling

    /// From now on. Connections that stand are cut by `Server.expel`.
    package func insert(_ revocation: Revocation, at moment: Date) {
        self.content.withLock { content in
            switch revocation {
            case .certificate(let serial): content.serials.insert(serial)
            case .holder(let holder):
                let last = content.holders[holder] ?? moment
                content.holders[holder] = max(last, moment)
            }
        }
    }

    /// What the authority's list says now, added to what it said before.
    package func insert(listed serials: Set<SerialNumber>) {
        self.content.withLock { $0.listed.formUnion(serials) }
    }
}
