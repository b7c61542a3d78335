import Logging
import NIOCore
import Synchronization

/// Tells refusals one by one while they are few, and by number when they are many: an attacker's
/// storm must not become a storm of lines.
final class RefusalLog: Sendable {
    private let logger: Logger
    private let witness: any Witness
    /// The log is for who looks now, and rotates: twenty lines a second.
    private let lines = Mutex(LogPace(20, per: .seconds(1)))
    /// What is witnessed is kept: a stranger can make it grow by some 30 MB a day, not more.
    private let acts = Mutex(LogPace(60, per: .seconds(60)))

    init(_ logger: Logger, _ witness: any Witness) {
        self.logger = logger
        self.witness = witness
    }

    /// - Parameter peer: who was proved, and refused all the same.
    func refused(
        _ reason: String, _ id: ConnectionID, _ table: ConnectionTable, peer: Act.Peer? = nil
    ) {
        let connection = table[id]
        if case .line(let untold) = self.acts.withLock({ $0.admit(.now()) }) {
            let more = untold > 0 ? " (after \(untold) more refusals without a line)" : ""
            self.witness.note(
                Act(
                    by: peer, from: connection?.address, Act.connect, nil,
                    .refused(reason: reason + more)))
        }
        guard case .line(let untold) = self.lines.withLock({ $0.admit(.now()) }) else { return }
        var metadata: Logger.Metadata = [
            "connection": "\(id)", "from": "\(connection?.address ?? "unknown")",
            "reason": "\(reason)",
        ]
        if let peer = connection?.peer { metadata["peer"] = "\(peer.identity)" }
        if untold > 0 { metadata["untold"] = "\(untold)" }
        self.logger.notice("connection refused", metadata: metadata)
    }
}
