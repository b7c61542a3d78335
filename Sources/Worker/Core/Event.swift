package import Wire

/// Something that happened outside the worker's core.
package enum Event: Equatable, Sendable {
    // MARK: From the head

    /// The control link stands and the head has welcomed us.
    case welcomed(Welcome)
    case disconnected
    case assigned([AssignmentGroup])
    case cancelled([Lease])
    case acknowledged([Lease])
    /// The head takes this node out of service.
    case drainedByHead

    /// Whether trials whose progress was reported go on.
    case verdicts([Verdict])

    // MARK: From the runners

    case runnerReady(SlotNumber)
    /// The runner finished; `outputs` of the outcome wait in sealed memory.
    case runnerFinished(SlotNumber, Lease, Outcome)
    /// The runner is gone; whatever it ran has no outcome.
    case runnerDied(SlotNumber, Loss)

    // MARK: From commands

    /// The command in the slot goes on once it is answered.
    case trialProgressed(SlotNumber, Lease, Progress)
    /// The trial in the slot has no outcome; its runner is none the worse.
    case trialLost(SlotNumber, Lease, Loss)

    // MARK: From the data cache and the bulk links

    case blobArrived(Digest)
    case blobFailed(Digest, reason: String)
    // Of the spill
    /// The blob is sealed on disk as well.
    case blobSpilled(Digest)
    /// It is not, and it stays in memory.
    case blobSpillFailed(Digest)
    /// What was sealed on disk cannot be had any more.
    case blobLoadFailed(Digest)
    /// The head holds all outputs of this lease.
    case outputsStored(Lease)
    case outputsFailed(Lease, reason: String)

    // MARK: From the operator

    /// The first SIGTERM: finish what runs, hand back what waits.
    case drain
    /// The second SIGTERM: hand back everything now.
    case stop

    /// Time has passed; nothing else happened.
    case ticked
}

/// Room for one trial, from 0.
package struct SlotNumber: Hashable, Comparable, Sendable, CustomStringConvertible {
    package let rawValue: Int

    package init(_ rawValue: Int) { self.rawValue = rawValue }

    package var description: String { "slot \(self.rawValue)" }

    package static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}
