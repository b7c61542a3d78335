package import Wire

/// Something the worker's shell must do, in order.
package enum Directive: Equatable, Sendable {
    /// Say it on the control link; it is dropped when there is none, since a reconnect says
    /// everything again that matters.
    case tell(LinkMessage)

    /// Start a runner for the slot.
    case startRunner(SlotNumber)
    /// Run it in the slot's runner, which is ready and has the class's blobs, after what it was
    /// given before; a command beside the runner, which rests meanwhile.
    case run(SlotNumber, Lease, TrialClass, TrialSpec)
    /// Kill the slot's runner, and the command beside it; `Event.runnerDied` does not follow.
    case killRunner(SlotNumber)

    /// Tell the command in the slot whether it goes on.
    case answer(SlotNumber, Lease, Verdict.Ruling)

    /// Bring the blob into the cache; the lease entitles us to it.
    case fetch(Blob, for: Lease)
    /// Hand the blob to the slot's runner, before what is run next.
    case attach(Blob, SlotNumber)
    /// Forget the blob, in the cache, on disk and in every runner.
    case evict(Digest)
    // Of the spill
    /// Seal the blob on disk as well; `Event.blobSpilled` or `blobSpillFailed` follows.
    case spill(Digest)
    /// Forget it in memory and in every runner; it stays on disk.
    case release(Digest)
    /// Bring it from disk into memory; `Event.blobArrived` or `blobLoadFailed` follows.
    case load(Digest)
    /// Forget it on disk, also what is being written; it stays in memory.
    case erase(Digest)
    /// Bring the outcome's outputs to the head, then `Event.outputsStored`.
    case storeOutputs(Lease, [Output])
    case dropOutputs(Lease)

    /// Everything is finished or handed back: close the link and end.
    case exit
}
