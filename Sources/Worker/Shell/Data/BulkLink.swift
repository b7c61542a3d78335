import Host
import NIOCore
import Synchronization
import Transport
import Wire

/// The worker's side of one bulk link: one blob comes, or a few go.
///
/// A link is made for each errand. A handshake costs a millisecond, and no state is left over from
/// the errand before.
struct BulkLink: Sendable {
    let head: Head
    let session: SessionNumber

    /// Opens a link whose frames go to `delegate`.
    private func open(_ delegate: any LinkDelegate) async throws(TransferEnd) -> LinkConnection {
        do {
            let link = try await self.head.connect(delegate)
            link.send([.bulkHello(self.session)])
            return link
        } catch {
            throw .interrupted(reason: "no bulk link to the head: \(error)")
        }
    }

    // MARK: Fetching

    /// What one attempt came to.
    enum Fetched: Sendable {
        case whole(SealedMemory)
        /// The link went; the next attempt goes on with the draft.
        case part(BlobDraft, reason: String)
        case nothing(reason: String)
    }

    /// Brings the rest of a blob, checks it and seals it.
    func fetch(_ draft: BlobDraft, for lease: Lease) async -> Fetched {
        let inflow = Inflow(draft.blob, into: draft.memory)
        let receiver = Receiver(draft.blob, offset: draft.byteCount, inflow)
        let link: LinkConnection
        do {
            link = try await self.open(receiver)
        } catch {
            return .part(draft, reason: error.description)
        }
        defer { link.close() }
        let fetch = Fetch(lease: lease, digest: draft.blob.digest, offset: draft.byteCount)
        link.send([.fetch(fetch)])
        do {
            return try await withTaskCancellationHandler {
                try await DedicatedThread.run(named: "blob") {
                    Self.collect(draft, from: inflow)
                }
            } onCancel: {
                inflow.finish(.interrupted(reason: "the worker ends"))
            }
        } catch {
            return .part(draft, reason: "\(error)")
        }
    }

    /// Runs on a thread of its own: hashing a data set takes long.
    private static func collect(_ draft: BlobDraft, from inflow: Inflow) -> Fetched {
        var draft = draft
        do throws(TransferEnd) {
            try draft.check()
            while !draft.isWhole {
                draft.grow(to: try inflow.memory(beyond: draft.checkedCount))
                try draft.check()
            }
            return .whole(try draft.sealed())
        } catch {
            draft.grow(to: inflow.ended())
            switch error {
            case .interrupted(let reason): return .part(draft, reason: reason)
            case .refused(let reason): return .nothing(reason: reason)
            }
        }
    }

    // MARK: Putting

    /// Brings outputs to the head, one after the other; returns when it has stored them all.
    func put(_ outputs: [(Output, SealedMemory)], for lease: Lease) async throws(TransferEnd) {
        let (answers, sink) = AsyncStream.makeStream(of: Result<Digest, TransferEnd>.self)
        let link = try await self.open(Answers(sink))
        defer { link.close() }
        var iterator = answers.makeAsyncIterator()
        for (output, memory) in outputs {
            link.send([.put(Put(lease: lease, blob: output.blob))])
            do {
                try await link.send(
                    .file(memory.descriptor), offset: 0, length: output.blob.size)
            } catch {
                throw .interrupted(reason: "an output was not sent: \(error)")
            }
            switch await iterator.next() {
            case .success(output.blob.digest): continue
            case .success: throw .refused(reason: "the head stored something else than was sent")
            case .failure(let end): throw end
            case nil: throw .interrupted(reason: "the worker ends")
            }
        }
    }
}

/// Hears a link that brings a blob.
private final class Receiver: LinkDelegate {
    private let blob: Blob
    private let offset: UInt64
    private let inflow: Inflow
    /// Whether the head has said what the chunks are.
    private let isAnnounced = Mutex(false)

    init(_ blob: Blob, offset: UInt64, _ inflow: Inflow) {
        self.blob = blob
        self.offset = offset
        self.inflow = inflow
    }

    func received(_ burst: [LinkFrame], on link: LinkConnection) {
        for frame in burst {
            switch frame {
            case .chunk(let bytes) where self.isAnnounced.withLock { $0 }:
                self.inflow.take(bytes)
            case .message(.blobFollows(self.blob, self.offset)):
                self.isAnnounced.withLock { $0 = true }
            case .message(.blobMissing(self.blob.digest, let reason)):
                self.inflow.finish(.refused(reason: reason))
            case .message(.heartbeat), .message(.refused):
                break  // A refusal is told again when the link closes.
            case .chunk, .message:
                link.refuse("this is not what was asked for on this link")
            }
        }
    }

    func closed(_ link: LinkConnection, _ closure: LinkClosure) {
        self.inflow.finish(.interrupted(reason: closure.description))
    }
}

/// Hears a link that takes blobs.
private final class Answers: LinkDelegate {
    private let sink: AsyncStream<Result<Digest, TransferEnd>>.Continuation

    init(_ sink: AsyncStream<Result<Digest, TransferEnd>>.Continuation) { self.sink = sink }

    func received(_ burst: [LinkFrame], on link: LinkConnection) {
        for frame in burst {
            switch frame {
            case .message(.blobStored(let digest)):
                self.sink.yield(.success(digest))
            case .message(.blobMissing(_, let reason)):
                self.sink.yield(.failure(.refused(reason: reason)))
            case .message(.heartbeat), .message(.refused):
                break
            case .chunk, .message:
                link.refuse("this is no answer to what was put on this link")
            }
        }
    }

    func closed(_ link: LinkConnection, _ closure: LinkClosure) {
        self.sink.yield(.failure(.interrupted(reason: closure.description)))
        self.sink.finish()
    }
}
