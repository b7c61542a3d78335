package import Wire

/// Decides what a worker does: which trial runs in which slot, which data it needs, what the head
/// hears.
///
/// The machine performs no IO and reads no clock. Give it what happened and when; it changes
/// itself and returns what the shell must now do, in order (see `Directive`).
///
/// ```swift
/// var machine = WorkerMachine(settings: settings)
/// carryOut(machine.start())
/// while let events = await mailbox.next(until: machine.nextDeadline) {
///     carryOut(machine.handle(events, now: clock.now))
/// }
/// ```
///
/// What the shell owes it: each `fetch` is answered by `blobArrived` or `blobFailed`, each
/// `storeOutputs` by `outputsStored` or `outputsFailed`, once, also when the link was lost
/// meanwhile; each `spill` and `load` as they say, unless the blob was evicted or erased before;
/// and nothing is heard of a runner that was killed.
package struct WorkerMachine: Equatable, Sendable {
    let settings: Settings

    /// The control link stands and the head has welcomed us.
    var isLinked = false
    var mode: Mode = .working

    var slots: [Slot]
    /// Those whose runner waits for work; the last one used is the next, since it is warm.
    var idleSlots: [SlotNumber] = []
    /// Which slot's runner has what in hand.
    var slotsByLease: [Lease: SlotNumber] = [:]

    var line = WaitingLine()
    var cache: Cache
    var results: [Lease: KeptResult] = [:]
    /// Those of `results` whose outputs the head does not hold yet: few, where results are many.
    var unstored: Set<Lease> = []
    /// Commands that wait for a verdict, and on which of their steps.
    var asking: [Lease: UInt32] = [:]
    /// Attempts that were lost while there was nobody to tell.
    var untoldLosses: [Lease: Loss] = [:]

    enum Mode: Equatable, Sendable {
        case working
        /// What runs is finished, nothing new is begun.
        case draining
        case ended
    }

    /// - Requires: The settings are valid.
    package init(settings: Settings) {
        self.settings = settings
        self.slots = Array(repeating: Slot(), count: settings.slots)
        self.cache = Cache(
            bytesMax: settings.cacheBytesMax, spillBytesMax: settings.spillBytesMax)
    }

    // MARK: Events

    /// Starts the runners.
    package mutating func start() -> [Directive] {
        // Nothing is due yet, whatever the time is.
        self.handle(.ticked, now: Instant(sinceOrigin: .zero))
    }

    package mutating func handle(_ event: Event, now: Instant) -> [Directive] {
        self.handle(CollectionOfOne(event), now: now)
    }

    /// Takes in a batch of events, in order, as if they had happened at the same moment: their
    /// reports travel together.
    package mutating func handle(_ events: some Sequence<Event>, now: Instant) -> [Directive] {
        var turn = Turn(now: now)
        for event in events where self.mode != .ended { self.take(event, &turn) }
        if self.mode != .ended { self.goOn(&turn) }
        return turn.finish()
    }

    private mutating func take(_ event: Event, _ turn: inout Turn) {
        switch event {
        case .welcomed(let welcome): self.welcomed(welcome, &turn)
        case .disconnected: self.disconnected(&turn)
        case .assigned(let groups): self.assigned(groups, &turn)
        case .cancelled(let leases): self.forget(leases, &turn)
        case .acknowledged(let leases): self.acknowledged(leases, &turn)
        case .drainedByHead: self.handBackWaiting(&turn)

        case .runnerReady(let slot): self.runnerReady(slot)
        case .runnerFinished(let slot, let lease, let outcome):
            self.runnerFinished(slot, lease, outcome, &turn)
        case .runnerDied(let slot, let loss): self.runnerDied(slot, loss, &turn)

        case .verdicts(let verdicts): self.judged(verdicts, &turn)
        case .trialProgressed(let slot, let lease, let progress):
            self.progressed(slot, lease, progress, &turn)
        case .trialLost(let slot, let lease, let loss): self.trialLost(slot, lease, loss, &turn)

        case .blobArrived(let digest): self.cache.arrive(digest)
        case .blobFailed(let digest, let reason): self.blobFailed(digest, reason, &turn)
        case .blobSpilled(let digest): self.cache.spilled(digest)
        case .blobSpillFailed(let digest): self.cache.spillFailed(digest)
        case .blobLoadFailed(let digest): self.cache.remove(digest)
        case .outputsStored(let lease): self.outputsStored(lease, &turn)
        case .outputsFailed(let lease, let reason): self.outputsFailed(lease, reason, &turn)

        case .drain: self.drain(&turn)
        case .stop: self.stop(&turn)
        case .ticked: break
        }
    }

    /// What follows from the events, and from the time.
    private mutating func goOn(_ turn: inout Turn) {
        self.endOverdueTrials(&turn)
        self.startRunners(&turn)
        self.fetchData(&turn)
        self.cache.forgetFailed(before: turn.now)
        self.storeResults(&turn)
        self.fillSlots(&turn)
        self.fillHands(&turn)
        self.dropUncached(&turn)
        self.announce(&turn)
        self.exitWhenDone(&turn)
    }

    /// The shell hands over `ticked` no later than this, when nothing else happens.
    package var nextDeadline: Instant? {
        guard self.mode != .ended else { return nil }
        var next = self.cache.retryAt
        for slot in self.slots {
            // Runners that are not to be started again are nothing to wait for.
            if self.mode == .draining, case .absent = slot.state { continue }
            guard let deadline = slot.deadline else { continue }
            next = min(next ?? deadline, deadline)
        }
        for lease in self.unstored {
            guard case .waiting(let instant?)? = self.results[lease]?.state else { continue }
            next = min(next ?? instant, instant)
        }
        return next
    }

    // MARK: Questions, for the next hello

    /// Leases that run, wait, have a result that nobody acknowledged, or a loss that nobody heard
    /// of, in order.
    package var held: [Lease] {
        let leases =
            Array(self.slotsByLease.keys) + self.line.leases + Array(self.results.keys)
            + Array(self.untoldLosses.keys)
        return Array(leases.sorted { $0.number < $1.number }.prefix(Limits.messageItemsMax))
    }

    /// What the data cache holds, the latest last.
    package var blobs: [Digest] { self.cache.held.suffix(Limits.messageItemsMax) }

    /// Trials in slots, those included that a runner was handed ahead.
    package var runningCount: Int { self.slotsByLease.count }
    /// Trials that wait for a slot or for their data.
    package var waitingCount: Int { self.line.count }
    /// Outcomes that the head has not acknowledged.
    package var resultCount: Int { self.results.count }
}
