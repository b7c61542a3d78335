import Synchronization

/// Whether the head takes work, as probes, health checks and submitters are told.
///
/// ```
/// ┌───────────┐ replayed ┌───────┐ drain ┌──────────┐
/// │ REPLAYING │ ───────▶ │ READY │ ────▶ │ DRAINING │
/// └───────────┘          └───────┘       └──────────┘
/// ```
package final class Readiness: Sendable {
    package enum State: Equatable, Sendable {
        case replaying, ready, draining

        /// Why the head takes no work; nil when it does.
        package var reason: String? {
            switch self {
            case .replaying: "the head is starting: it replays its journal"
            case .ready: nil
            case .draining: "the head is stopping"
            }
        }
    }

    private let content = Mutex(Content())

    private struct Content {
        var state = State.replaying
        var watchers: [UInt64: AsyncStream<State>.Continuation] = [:]
        var last: UInt64 = 0
    }

    package init() {}

    package var state: State { self.content.withLock { $0.state } }

    package func become(_ state: State) {
        self.content.withLock { content in
            // A head that is told to stop while it replays never becomes ready.
            guard content.state != state, content.state != .draining else { return }
            content.state = state
            for watcher in content.watchers.values { watcher.yield(state) }
        }
    }

    /// The state now, and each later one; a slow reader skips to the newest.
    package var changes: AsyncStream<State> {
        AsyncStream(bufferingPolicy: .bufferingNewest(1)) { continuation in
            let number = self.content.withLock { content in
                content.last += 1
                content.watchers[content.last] = continuation
                continuation.yield(content.state)
                return content.last
            }
            continuation.onTermination = { [weak self] _ in
                self?.content.withLock { _ = $0.watchers.removeValue(forKey: number) }
            }
        }
    }
}
