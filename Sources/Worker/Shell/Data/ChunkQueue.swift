import Dispatch
import NIOCore
import Synchronization

/// Hands the bytes of a blob from the event loop that receives them to the thread that checks them.
///
/// The event loop never waits: it learns how much is under way and stops reading the link while
/// that is too much. The thread waits for nothing else.
final class ChunkQueue: Sendable {
    /// Bytes under way at which the sender should pause; it goes on when the thread takes them.
    /// Enough for the thread to stay busy meanwhile, little beside any data set that is worth a
    /// pause.
    static let bytesMax = 8 << 20

    enum Flow: Equatable, Sendable {
        case goOn, pause
    }

    /// A head that says nothing of a blob for this long has forgotten it, however alive its link.
    private static let patienceMax: DispatchTimeInterval = .seconds(60)

    private struct State {
        var chunks: [ByteBuffer] = []
        var bytes = 0
        var isPaused = false
        var end: TransferEnd?
    }

    private let state = Mutex(State())
    private let arrivals = DispatchSemaphore(value: 0)

    /// Adds what has arrived; `pause` asks, once, for no more until it was taken.
    func push(_ chunk: ByteBuffer) -> Flow {
        let (flow, wasEmpty) = self.state.withLock { state -> (Flow, Bool) in
            guard state.end == nil else { return (.goOn, false) }
            state.chunks.append(chunk)
            state.bytes += chunk.readableBytes
            let pauses = state.bytes >= Self.bytesMax && !state.isPaused
            if pauses { state.isPaused = true }
            return (pauses ? .pause : .goOn, state.chunks.count == 1)
        }
        // One signal for all that is there: the thread takes it together.
        if wasEmpty { self.arrivals.signal() }
        return flow
    }

    /// Nothing more will come. The first end counts.
    func finish(_ end: TransferEnd) {
        let isFirst = self.state.withLock { state in
            defer { state.end = state.end ?? end }
            return state.end == nil
        }
        if isFirst { self.arrivals.signal() }
    }

    /// Everything that has arrived, waiting for the first of it, and whether the sender was asked
    /// to pause and may go on now.
    ///
    /// - Throws: the end, when all that came before it has been taken. Nobody asks again after
    ///   that.
    func take() throws(TransferEnd) -> (chunks: [ByteBuffer], wasPaused: Bool) {
        guard self.arrivals.wait(timeout: .now() + Self.patienceMax) == .success else {
            throw .interrupted(reason: "the head sent nothing of the blob for a minute")
        }
        return try self.state.withLock { (state) throws(TransferEnd) in
            guard state.chunks.isEmpty else {
                defer { (state.chunks, state.bytes, state.isPaused) = ([], 0, false) }
                return (state.chunks, state.isPaused)
            }
            guard let end = state.end else { preconditionFailure("woken for nothing") }
            throw end
        }
    }
}

/// Why no more of a blob comes.
enum TransferEnd: Error, Equatable, Sendable, CustomStringConvertible {
    /// The link went; what has arrived stays, and the rest may be asked for later.
    case interrupted(reason: String)
    /// The head says that it will not come, or what came is not what was named.
    case refused(reason: String)

    var description: String {
        switch self {
        case .interrupted(let reason), .refused(let reason): reason
        }
    }
}
