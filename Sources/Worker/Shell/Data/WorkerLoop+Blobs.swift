import Host
import Logging
import NIOCore
import Wire
import WorkerCore

// Blobs: what the machine wants brought, and what became of it. The couriers ask here what is still
// wanted, since a wish may have changed while they were on their way.
extension WorkerLoop {
    func fetch(_ blob: Blob, for lease: Lease) {
        guard self.shelf.want(blob, for: lease) == .mustBeBrought else {
            self.happened(.blobArrived(blob.digest))
            return
        }
        self.errands.fetch(blob.digest)
    }

    func evict(_ digest: Digest) {
        self.shelf.evict(digest)
        self.predictions.forget(digest)
        for slot in self.runners.keys.sorted() { self.tell(slot) { $0.detach(digest) } }
    }

    func store(_ outputs: [Output], of lease: Lease) {
        guard self.shelf.outputs(of: lease)?.map(\.0) == outputs else {
            preconditionFailure("the machine stores outputs of \(lease) that nobody made")
        }
        self.errands.put(lease)
    }

    // MARK: For the couriers, on any thread

    struct FetchWish: Sendable {
        let session: SessionNumber
        let blob: Blob
        let lease: Lease
    }

    /// Nil when nobody wants the blob any more, or when there is no session: the next welcome will
    /// ask again.
    func fetchWish(for digest: Digest) async -> FetchWish? {
        await self.onLoop {
            guard let session = self.control.session, let wish = self.shelf.wish(for: digest) else {
                return nil
            }
            return FetchWish(session: session, blob: wish.blob, lease: wish.lease)
        }
    }

    func arrived(_ digest: Digest, _ memory: SealedMemory, after time: Duration) async {
        await self.onLoop {
            self.log.info(
                "a data set arrived",
                metadata: [
                    "blob": "\(digest)", "bytes": "\(memory.byteCount)",
                    "milliseconds": "\(Int((time.seconds * 1000).rounded()))",
                ])
            guard self.shelf.arrived(digest, memory) == .wanted else { return }
            self.happened(.blobArrived(digest))
        }
    }

    func fetchFailed(_ digest: Digest, _ reason: String) async {
        await self.onLoop {
            guard self.shelf.gaveUp(digest) == .wanted else { return }
            self.log.warning(
                "a data set was not to be had",
                metadata: ["blob": "\(digest)", "reason": "\(reason)"])
            self.happened(.blobFailed(digest, reason: reason))
        }
    }

    struct PutWish: Sendable {
        let session: SessionNumber
        let outputs: [(Output, SealedMemory)]
    }

    /// Nil when nobody wants the outputs any more, or when there is no session.
    func putWish(for lease: Lease) async -> PutWish? {
        await self.onLoop {
            guard let session = self.control.session, let outputs = self.shelf.outputs(of: lease)
            else { return nil }
            return PutWish(session: session, outputs: outputs)
        }
    }

    func stored(_ lease: Lease) async { await self.onLoop { self.happened(.outputsStored(lease)) } }

    func putFailed(_ lease: Lease, _ reason: String) async {
        await self.onLoop {
            self.log.warning(
                "the head did not take a trial's outputs",
                metadata: ["lease": "\(lease)", "reason": "\(reason)"])
            self.happened(.outputsFailed(lease, reason: reason))
        }
    }

    private func onLoop<Answer: Sendable>(_ body: @escaping @Sendable () -> Answer) async -> Answer
    {
        await withCheckedContinuation { continuation in
            self.eventLoop.execute { continuation.resume(returning: body()) }
        }
    }
}
