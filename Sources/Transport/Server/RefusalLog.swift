import Logging
import NIOCore
import Synchronization

/// Logs refusals one by one while they are few, and by number when they are many: an attacker's
/// storm must not become a storm of lines.
final class RefusalLog: Sendable {
    private let logger: Logger
    private let window = Mutex(Window())

    /// Lines in one second; the rest is counted and told with the next line.
    private static let linesPerSecondMax = 20

    private struct Window {
        var end = NIODeadline.uptimeNanoseconds(0)
        var lines = 0
        var untold = 0
    }

    private enum Told {
        case line(untold: Int)
        case nothing
    }

    init(_ logger: Logger) { self.logger = logger }

    func refused(_ reason: String, _ id: ConnectionID, _ table: ConnectionTable) {
        guard case .line(let untold) = self.admit(.now()) else { return }
        let connection = table[id]
        var metadata: Logger.Metadata = [
            "connection": "\(id)", "from": "\(connection?.address ?? "unknown")",
            "reason": "\(reason)",
        ]
        if untold > 0 { metadata["untold"] = "\(untold)" }
        self.logger.notice("connection refused", metadata: metadata)
    }

    private func admit(_ now: NIODeadline) -> Told {
        self.window.withLock { window in
            if now >= window.end {
                window.end = now + .seconds(1)
                window.lines = 0
            }
            guard window.lines < Self.linesPerSecondMax else {
                window.untold += 1
                return .nothing
            }
            window.lines += 1
            defer { window.untold = 0 }
            return .line(untold: window.untold)
        }
    }
}
