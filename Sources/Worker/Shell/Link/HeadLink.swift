import Host
import Logging
import NIOCore
import Transport

/// Keeps a control link to the head, from the worker's start to its end.
///
/// ```
///             connected            welcome
/// ┌─────────┐ ────────▶ ┌────────┐ ──────▶ ┌──────────┐
/// │ WAITING │           │ HELLO  │         │ WELCOMED │
/// └─────────┘ ◀──────── └────────┘         └──────────┘
///      ▲        refused, lost                    │ lost
///      └─────────────────────────────────────────┘
/// ```
struct HeadLink: Sendable {
    let head: Head
    let loop: WorkerLoop
    let reconnect: WorkerSettings.Reconnect
    let service: ServiceManager?
    let log: Logger

    /// What the loop tells about the link.
    enum News: Sendable {
        case welcomed
        case lost(LinkClosure)
    }

    /// Returns when there will be no more news, or when the task is cancelled.
    func run(_ news: AsyncStream<News>) async {
        var backoff = Backoff(self.reconnect)
        var generator = SystemRandomNumberGenerator()
        var news = news.makeAsyncIterator()
        var said: String?
        while !Task.isCancelled {
            let reason: String
            do throws(HeadError) {
                let link = try await self.head.connect(self.loop)
                self.loop.eventLoop.execute { self.loop.connected(link) }
                switch await self.follow(&news) {
                case .over: return
                case .lost(let closure, let life):
                    if life == .welcomed { (backoff, said) = (Backoff(self.reconnect), nil) }
                    reason = closure.description
                }
            } catch {
                reason = error.description
            }
            // A head that is away for an hour is one line in the log, not a thousand.
            if said != reason { self.say(reason) }
            said = reason
            try? await Task.sleep(for: backoff.wait(using: &generator))
        }
    }

    private enum Life { case unheard, welcomed }

    private enum End {
        case lost(LinkClosure, after: Life)
        case over
    }

    /// Waits for the end of one link.
    private func follow(_ news: inout AsyncStream<News>.AsyncIterator) async -> End {
        var life = Life.unheard
        while let next = await news.next() {
            switch next {
            case .lost(let closure): return .lost(closure, after: life)
            case .welcomed:
                life = .welcomed
                self.service?.status("working for \(self.head.place)")
            }
        }
        return .over
    }

    private func say(_ reason: String) {
        self.log.warning(
            "no link to the head; trying again",
            metadata: ["head": "\(self.head.place)", "reason": "\(reason)"])
        self.service?.status("waiting for \(self.head.place): \(reason)")
    }
}
