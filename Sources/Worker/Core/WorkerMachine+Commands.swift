import Wire

/// Commands: programs of users, which tell how far they are and wait for a word.
extension WorkerMachine {
    /// The head is asked; while there is none, the trial goes on.
    mutating func progressed(
        _ slot: SlotNumber, _ lease: Lease, _ progress: Progress, _ turn: inout Turn
    ) {
        // What was cancelled or overdue may have spoken at the same moment.
        guard self.runsFirst(lease, in: slot) else { return }
        guard self.isLinked else { return turn.say(.answer(slot, lease, .continue)) }
        self.asking[lease] = progress.step
        turn.report(lease, .progressed(progress))
    }

    mutating func judged(_ verdicts: [Verdict], _ turn: inout Turn) {
        for verdict in verdicts {
            // A verdict on an earlier step came too late: that one was answered without it.
            guard self.asking[verdict.lease] == verdict.step,
                let slot = self.slotsByLease[verdict.lease]
            else { continue }
            self.asking[verdict.lease] = nil
            turn.say(.answer(slot, verdict.lease, verdict.ruling))
        }
    }

    /// Nobody is left to answer: what waits for a word goes on, rather than lose its time.
    mutating func answerAll(_ turn: inout Turn) {
        for lease in self.asking.keys.sorted(by: { $0.number < $1.number }) {
            guard let slot = self.slotsByLease[lease] else { continue }
            turn.say(.answer(slot, lease, .continue))
        }
        self.asking = [:]
    }

    mutating func trialLost(
        _ slot: SlotNumber, _ lease: Lease, _ loss: Loss, _ turn: inout Turn
    ) {
        guard self.runsFirst(lease, in: slot) else { return }
        self.slotsByLease.removeValue(forKey: lease)
        self.asking[lease] = nil
        if self.slots[slot.rawValue].finish(.none, self.settings.hand, now: turn.now) == .idle {
            self.idleSlots.append(slot)
        }
        self.lose(lease, loss, &turn)
    }

    func runsFirst(_ lease: Lease, in slot: SlotNumber) -> Bool {
        self.slotsByLease[lease] == slot
            && self.slots[slot.rawValue].running?.first.lease == lease
    }
}
