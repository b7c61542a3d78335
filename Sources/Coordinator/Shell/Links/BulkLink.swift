import NIOCore
import Synchronization
import Transport
import Wire

/// A worker's link for blobs: one fetch or put at a time.
///
/// ```
///                    fetch
///          ┌────────────────────────┐
/// ┌──────┐ │ put   ┌───────────┐    ▼        ┌──────┐ answered   ┌──────┐
/// │ IDLE │ ┴─────▶ │ RECEIVING │ ──────────▶ │ BUSY │ ─────────▶ │ IDLE │
/// └──────┘         └───────────┘  last byte  └──────┘            └──────┘
/// ```
///
/// A worker may wish for the next thing as soon as it has the last byte of the answer, which is
/// before we know that it has: what comes while we are busy waits, and the link is not read.
final class BulkLink: Sendable {
    let link: LinkConnection
    let session: SessionNumber
    private let transfers: Transfers
    private let stage = Mutex(Stage.idle)

    private enum Stage {
        case idle
        /// What one read brought waits; the link is not read meanwhile.
        case busy(waiting: [LinkFrame])
        case receiving(ChunkQueue, bytesLeft: UInt64)
        case over
    }

    init(_ link: LinkConnection, _ session: SessionNumber, _ transfers: Transfers) {
        self.link = link
        self.session = session
        self.transfers = transfers
    }

    /// Takes the next frames, on the link's event loop.
    func take(_ frames: ArraySlice<LinkFrame>) throws(Misconduct) {
        try self.stage.withLock { (stage) throws(Misconduct) in
            for frame in frames { try self.take(frame, &stage) }
        }
    }

    /// The answer has been said; the worker may go on.
    func answered() {
        do throws(Misconduct) {
            try self.stage.withLock { (stage) throws(Misconduct) in
                guard case .busy(let waited) = stage else { return }
                stage = .idle
                for frame in waited { try self.take(frame, &stage) }
                // Some may have to wait for the next answer as well.
                if case .busy(let waiting) = stage, !waiting.isEmpty { return }
                if !waited.isEmpty { self.link.resumeReading() }
            }
        } catch {
            self.link.refuse(error.reason)
        }
    }

    func closed() {
        self.stage.withLock { stage in
            if case .receiving(let queue, _) = stage { queue.abandon() }
            stage = .over
        }
    }

    private func take(_ frame: LinkFrame, _ stage: inout Stage) throws(Misconduct) {
        switch (stage, frame) {
        case (.over, _), (_, .message(.heartbeat)), (_, .message(.refused)): break
        case (.busy(var waiting), _):
            if waiting.isEmpty { self.link.pauseReading() }
            stage = .over  // Let go of the list, or it would be copied.
            waiting.append(frame)
            stage = .busy(waiting: waiting)
        case (.idle, .message(.fetch(let fetch))):
            stage = .busy(waiting: [])
            self.transfers.begin(.fetch(fetch, self))
        case (.idle, .message(.put(let put))):
            let queue = ChunkQueue(link: self.link)
            self.transfers.begin(.put(put, queue, self))
            stage = self.receiving(queue, bytesLeft: put.blob.size)
        case (.receiving(let queue, let bytesLeft), .chunk(let chunk)):
            let count = UInt64(chunk.readableBytes)
            guard count <= bytesLeft else {
                throw Misconduct("more bytes came than the put announced")
            }
            queue.append(chunk)
            stage = self.receiving(queue, bytesLeft: bytesLeft - count)
        case (.receiving, _):
            throw Misconduct("a link for blobs carries one fetch or put at a time")
        case (.idle, _): throw Misconduct("that is not said on a link for blobs")
        }
    }

    private func receiving(_ queue: ChunkQueue, bytesLeft: UInt64) -> Stage {
        guard bytesLeft == 0 else { return .receiving(queue, bytesLeft: bytesLeft) }
        queue.finish()
        return .busy(waiting: [])
    }
}
