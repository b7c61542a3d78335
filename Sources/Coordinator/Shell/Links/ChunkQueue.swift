import NIOCore
import Synchronization
import Transport
import Wire

/// Bytes that have arrived and are not on disk yet.
///
/// The event loop appends, one transfer takes out; while too much waits here the link is not read.
final class ChunkQueue: Sendable {
    /// Bytes in memory for one link: enough that disk and network both stay busy.
    private static let bytesMax = 4 * Limits.frameBytesMax

    private let link: LinkConnection
    private let content = Mutex(Content())

    private typealias Waiter = CheckedContinuation<Next, Never>

    private struct Content {
        var chunks: [ByteBuffer] = []
        var bytes = 0
        var isPaused = false
        var end: End?
        var waiter: Waiter?
    }

    private enum End { case finished, abandoned }

    enum Next: Sendable {
        case chunks([ByteBuffer])
        case finished
        /// The link has ended before the last byte.
        case abandoned
    }

    init(link: LinkConnection) { self.link = link }

    func append(_ chunk: ByteBuffer) {
        let (waiter, pauses) = self.content.withLock { content -> (Waiter?, Bool) in
            if let waiter = content.waiter.take() { return (waiter, false) }
            content.chunks.append(chunk)
            content.bytes += chunk.readableBytes
            guard content.bytes > Self.bytesMax, !content.isPaused else { return (nil, false) }
            content.isPaused = true
            return (nil, true)
        }
        waiter?.resume(returning: .chunks([chunk]))
        if pauses { self.link.pauseReading() }
    }

    func finish() { self.end(.finished, .finished) }
    func abandon() { self.end(.abandoned, .abandoned) }

    private func end(_ end: End, _ next: Next) {
        let waiter = self.content.withLock { content in
            content.end = content.end ?? end
            return content.waiter.take()
        }
        waiter?.resume(returning: next)
    }

    /// Waits for what comes next.
    func next() async -> Next {
        await withCheckedContinuation { continuation in
            let (next, resumes) = self.content.withLock { content -> (Next?, Bool) in
                if !content.chunks.isEmpty {
                    let chunks = content.chunks
                    content.chunks = []
                    content.bytes = 0
                    defer { content.isPaused = false }
                    return (.chunks(chunks), content.isPaused)
                }
                switch content.end {
                case .finished: return (.finished, false)
                case .abandoned: return (.abandoned, false)
                case nil:
                    content.waiter = continuation
                    return (nil, false)
                }
            }
            if let next { continuation.resume(returning: next) }
            if resumes { self.link.resumeReading() }
        }
    }
}
