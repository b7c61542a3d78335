import Dispatch
import Host
import NIOCore
import Synchronization
import Wire

/// Takes the bytes of a blob from the event loop that receives them into memory that grows, and
/// tells the thread that checks them how far they are.
///
/// The event loop writes them itself, which is a copy and waits for no disk. Handing the buffers to
/// another thread costs more: NIO would need a new one for every read, and copy the old one's bytes
/// into it, where it now uses one again while it is warm in the cache.
final class Inflow: Sendable {
    /// Bytes after which the thread is woken: enough to be worth it, and still in the cache.
    static let strideBytes = 1 << 20

    /// A head that says nothing of a blob for this long has forgotten it, however alive its link.
    private static let patienceMax: DispatchTimeInterval = .seconds(60)

    private let blob: Blob
    /// What is being written. The lock is held while bytes are copied, so that nobody takes the
    /// memory for ended in the midst of it; the thread that checks does not ask for it before.
    private let draft: Mutex<SealedMemory.Draft>
    private let state: Mutex<State>
    private let news = DispatchSemaphore(value: 0)

    private struct State {
        /// As far as it has been written.
        var memory: SealedMemory.Draft
        /// How many bytes the thread was told of.
        var told: Int
        var end: TransferEnd?
    }

    init(_ blob: Blob, into memory: SealedMemory.Draft) {
        self.blob = blob
        self.draft = Mutex(memory)
        self.state = Mutex(State(memory: memory, told: memory.byteCount))
    }

    /// Appends what has arrived. More than the blob has, or more than memory takes, is the end.
    func take(_ chunk: ByteBuffer) {
        do throws(TransferEnd) {
            let memory = try self.draft.withLock { (draft) throws(TransferEnd) in
                if self.state.withLock({ $0.end == nil }) { try self.append(chunk, to: &draft) }
                return draft
            }
            self.wrote(memory)
        } catch {
            self.finish(error)
        }
    }

    private func wrote(_ memory: SealedMemory.Draft) {
        let count = memory.byteCount
        let isNews = self.state.withLock { state -> Bool in
            state.memory = memory
            let isWhole = count == self.blob.size
            guard isWhole || count - state.told >= Self.strideBytes else { return false }
            state.told = count
            return true
        }
        if isNews { self.news.signal() }
    }

    private func append(
        _ chunk: ByteBuffer, to memory: inout SealedMemory.Draft
    ) throws(TransferEnd) {
        guard memory.byteCount + chunk.readableBytes <= self.blob.size else {
            throw .refused(
                reason: "the head sent more than the \(self.blob.size) bytes of the blob")
        }
        do throws(HostError) {
            try chunk.withUnsafeReadableBytes { (bytes) throws(HostError) in
                try memory.append(bytes)
            }
        } catch {
            throw .refused(reason: error.description)
        }
    }

    /// Nothing more will come. The first end counts.
    func finish(_ end: TransferEnd) {
        let isFirst = self.state.withLock { state in
            defer { state.end = state.end ?? end }
            return state.end == nil
        }
        if isFirst { self.news.signal() }
    }

    /// The memory with more than `known` bytes in it, waiting for them.
    ///
    /// - Throws: the end, when nothing came before it that is not known.
    func memory(beyond known: Int) throws(TransferEnd) -> SealedMemory.Draft {
        var isNews = false
        while true {
            let (memory, end) = self.state.withLock { ($0.memory, $0.end) }
            if memory.byteCount > known, isNews || end != nil { return memory }
            if let end { throw end }
            isNews = self.news.wait(timeout: .now() + Self.patienceMax) == .success
            // A slow line brings less than a stride, and lives.
            let count = self.state.withLock { $0.memory.byteCount }
            guard isNews || count > memory.byteCount else {
                throw .interrupted(reason: "the head sent nothing of the blob for a minute")
            }
        }
    }

    /// What has arrived; nothing is appended to it any more.
    func ended() -> SealedMemory.Draft {
        self.finish(.interrupted(reason: "nobody waits for these bytes any more"))
        return self.draft.withLock { $0 }
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
