import CoordinatorCore
import Foundation
import Transport
import Wire

/// What is revoked is refused, and who stands on it is shown out.
extension Head {
    /// What is refused from the first connection on: the head's own list, which is in its journal,
    /// and the authority's.
    static func revocations(
        of journal: any Journal, _ credentials: Credentials
    ) throws(JournalError) -> Revocations {
        let revocations = Revocations(listed: credentials.revoked)
        for case .revoked(let record) in try journal.standingFacts() {
            revocations.insert(record.revocation, at: record.at.date)
        }
        return revocations
    }

    /// Carries out a revocation that is durable.
    func revoke(_ record: RevocationRecord) {
        self.server.revocations.insert(record.revocation, at: record.at.date)
        self.expel()
    }

    /// Takes over what the authority's list says now; answers how many connections it cost.
    func revoke(listed serials: Set<SerialNumber>) -> Int {
        self.server.revocations.insert(listed: serials)
        return self.expel()
    }

    /// First the coordinator hears of it, so that what the workers held waits again at once, and
    /// nothing that they say from now on counts; then the connections are cut.
    @discardableResult
    private func expel() -> Int {
        let revocations = self.server.revocations
        let refused = self.sessions.refused { session in
            revocations.reason(refusing: session.peer)
                ?? revocations.reason(refusing: session.certificate.serial)
        }
        for (session, reason) in refused {
            self.loop.post(.expelled(session, reason: reason))
        }
        return self.server.expel().count
    }
}

extension Instant {
    var date: Date { Date(timeIntervalSince1970: self.sinceOrigin.seconds) }
}
