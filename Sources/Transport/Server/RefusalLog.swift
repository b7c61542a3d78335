import Logging
import NIOCore
import Synchronization

/// Tells refusals one by one while they are few, and by number when they are many: an attacker's
/// storm must not become a storm of lines.
final class RefusalLog: Sendable {
    private let logger: Logger
    private let witness: any Witness
    /// The log is for who looks now, and rotates.
    private let lines = Window(of: .seconds(1), linesMax: 20)
    /// What is witnessed is kept: a stranger can make it grow by some 30 MB a day, not more.
    private let acts = Window(of: .minutes(1), linesMax: 60)

    init(_ logger: Logger, _ witness: any Witness) {
        self.logger = logger
        self.witness = witness
    }

    /// - Parameter peer: who was proved, and refused all the same.
    func refused(
        _ reason: String, _ id: ConnectionID, _ table: ConnectionTable, peer: Act.Peer? = nil
    ) {
        let connection = table[id]
        if case .line(let untold) = self.acts.admit(.now()) {
            let more = untold > 0 ? " (after \(untold) more refusals without a line)" : ""
            self.witness.note(
                Act(
                    by: peer, from: connection?.address, Act.connect, nil,
                    .refused(reason: reason + more)))
        }
        guard case .line(let untold) = self.lines.admit(.now()) else { return }
        var metadata: Logger.Metadata = [
            "connection": "\(id)", "from": "\(connection?.address ?? "unknown")",
            "reason": "\(reason)",
        ]
        if untold > 0 { metadata["untold"] = "\(untold)" }
        self.logger.notice("connection refused", metadata: metadata)
    }

    /// So many lines in so much time; the rest is counted and told with the next line.
    private final class Window: Sendable {
        private let length: TimeAmount
        private let linesMax: Int
        private let state = Mutex(State())

        private struct State {
            var end = NIODeadline.uptimeNanoseconds(0)
            var lines = 0
            var untold = 0
        }

        enum Told {
            case line(untold: Int)
            case nothing
        }

        init(of length: TimeAmount, linesMax: Int) {
            self.length = length
            self.linesMax = linesMax
        }

        func admit(_ now: NIODeadline) -> Told {
            self.state.withLock { state in
                if now >= state.end {
                    state.end = now + self.length
                    state.lines = 0
                }
                guard state.lines < self.linesMax else {
                    state.untold += 1
                    return .nothing
                }
                state.lines += 1
                defer { state.untold = 0 }
                return .line(untold: state.untold)
            }
        }
    }
}
