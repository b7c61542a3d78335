import Logging
import NIOCore
import Synchronization

/// Logs refusals one by one while they are few, and by number when they are many.
final class RefusalLog: Sendable {
    private let logger: Logger
    /// Twenty lines a second; the rest is told with the next line.
    private let pace = Mutex(LogPace(20, per: .seconds(1)))

    init(_ logger: Logger) { self.logger = logger }

    func refused(_ reason: String, _ id: ConnectionID, _ table: ConnectionTable) {
        guard case .line(let untold) = self.pace.withLock({ $0.admit(.now()) }) else { return }
        let connection = table[id]
        var metadata: Logger.Metadata = [
            "connection": "\(id)", "from": "\(connection?.address ?? "unknown")",
            "reason": "\(reason)",
        ]
        if let peer = connection?.peer { metadata["peer"] = "\(peer.identity)" }
        if untold > 0 { metadata["untold"] = "\(untold)" }
        self.logger.notice("connection refused", metadata: metadata)
    }
}
