import Wire

/// Runners, and the trials in them.
extension WorkerMachine {
    // MARK: What they say

    mutating func runnerReady(_ slot: SlotNumber) {
        // A runner that was killed while it started may have spoken before it died.
        guard self.slots[slot.rawValue].state == .starting else { return }
        self.slots[slot.rawValue].becomeReady()
        self.idleSlots.append(slot)
    }

    mutating func runnerFinished(
        _ slot: SlotNumber, _ lease: Lease, _ outcome: Outcome, _ turn: inout Turn
    ) {
        // What was cancelled or overdue may have finished at the same moment; its end was told.
        guard self.runsFirst(lease, in: slot) else {
            if !outcome.outputs.isEmpty { turn.say(.dropOutputs(lease)) }
            return
        }
        self.slotsByLease.removeValue(forKey: lease)
        self.asking[lease] = nil
        let then = self.slots[slot.rawValue].finish(
            outcome.cost, self.settings.hand, now: turn.now)
        if then == .idle { self.idleSlots.append(slot) }
        self.keep(outcome, of: lease, &turn)
    }

    mutating func runnerDied(_ slot: SlotNumber, _ loss: Loss, _ turn: inout Turn) {
        let before = self.slots[slot.rawValue].state
        if case .absent = before { return }
        self.slots[slot.rawValue].die(now: turn.now, self.settings.restart.backoff)
        switch before {
        case .absent, .starting: break
        case .idle: self.idleSlots.removeAll { $0 == slot }
        case .running(let running):
            // It worked on the first; the others are none the worse.
            self.takeBack(running, except: running.first.lease, &turn)
            self.lose(running.first.lease, loss, &turn)
        }
        self.giveUpWaiting(after: loss, &turn)
    }

    /// When no runner starts, what waits here would wait for ever.
    private mutating func giveUpWaiting(after loss: Loss, _ turn: inout Turn) {
        guard !self.line.isEmpty else { return }
        let isHopeless = self.slots.allSatisfy { slot in
            guard case .absent = slot.state else { return false }
            return slot.deaths >= self.settings.restart.deathsMax
        }
        guard isHopeless else { return }
        let loss = Loss(.crashed, "no runner of this worker starts: \(loss.reason)")
        for lease in self.line.removeAll() { self.lose(lease, loss, &turn) }
    }

    // MARK: What they are told

    mutating func startRunners(_ turn: inout Turn) {
        guard self.mode == .working else { return }
        for index in self.slots.indices {
            guard case .absent(let absent) = self.slots[index].state else { continue }
            if let instant = absent.restartAt, instant > turn.now { continue }
            self.slots[index].start()
            turn.say(.startRunner(SlotNumber(index)))
        }
    }

    /// Ends trials that have had their time: the runner may be deaf to anything but a kill.
    mutating func endOverdueTrials(_ turn: inout Turn) {
        for index in self.slots.indices {
            guard let running = self.slots[index].running, let deadline = running.deadline,
                let limit = running.timeLimit, deadline <= turn.now
            else { continue }
            let lease = running.first.lease
            self.kill(SlotNumber(index), ending: lease, &turn)
            let failure = Failure(.timeLimit, "it ran longer than its limit of \(limit)")
            let cost = Cost(cpu: .zero, wall: limit, memoryBytes: 0)
            self.keep(Outcome(.failed(failure), cost: cost), of: lease, &turn)
        }
    }

    /// Kills the slot's runner for the sake of one trial; what else it had in hand waits again.
    mutating func kill(_ slot: SlotNumber, ending lease: Lease, _ turn: inout Turn) {
        guard let running = self.slots[slot.rawValue].running else {
            preconditionFailure("\(slot) runs nothing that could be killed")
        }
        self.slots[slot.rawValue].kill()
        turn.say(.killRunner(slot))
        self.takeBack(running, except: lease, &turn)
    }

    /// The runner has nothing in hand any more.
    private mutating func takeBack(
        _ running: Slot.Running, except ended: Lease, _ turn: inout Turn
    ) {
        for assignment in running.hand {
            self.slotsByLease.removeValue(forKey: assignment.lease)
            self.asking[assignment.lease] = nil
        }
        self.line.putBack(running.hand.filter { $0.lease != ended }, running.trialClass)
        if self.mode == .draining { self.handBackWaiting(&turn) }
    }

    /// Gives each idle runner the first trial whose data is here.
    mutating func fillSlots(_ turn: inout Turn) {
        guard !self.idleSlots.isEmpty, !self.line.isEmpty else { return }
        for job in self.line.jobs {
            guard let trialClass = self.line.trialClass(of: job),
                self.cache.holds(trialClass.blobs)
            else { continue }
            while let slot = self.idleSlots.last, let assignment = self.line.popFirst(of: job) {
                self.idleSlots.removeLast()
                self.run(assignment, trialClass, in: slot, &turn)
            }
            if self.idleSlots.isEmpty { return }
        }
    }

    private mutating func run(
        _ assignment: Assignment, _ trialClass: TrialClass, in slot: SlotNumber,
        _ turn: inout Turn
    ) {
        let blobs = trialClass.blobs
        self.useCached(blobs, upTo: self.cacheMode(of: trialClass), &turn)
        // A command gets its files by the shell: its slot's runner has no part in it.
        for blob in trialClass.isCommand ? [] : blobs
        where !self.slots[slot.rawValue].attached.contains(blob.digest) {
            self.slots[slot.rawValue].attach(blob.digest)
            turn.say(.attach(blob, slot))
        }
        self.slots[slot.rawValue].run(assignment, trialClass, now: turn.now)
        self.slotsByLease[assignment.lease] = slot
        turn.say(.run(slot, assignment.lease, trialClass, assignment.spec))
    }

    /// Hands runners whose trials are over at once some more of the same job: waking a runner, and
    /// being woken by it, costs many times what such a trial does.
    mutating func fillHands(_ turn: inout Turn) {
        guard self.idleSlots.isEmpty, !self.line.isEmpty, let job = self.line.jobs.first,
            let trialClass = self.line.trialClass(of: job), !trialClass.isCommand
        else { return }
        for index in self.slots.indices {
            guard let running = self.slots[index].running, running.job == job else { continue }
            let room = self.slots[index].handMax(of: job, self.settings.hand) - running.hand.count
            for _ in 0..<max(0, room) {
                guard let assignment = self.line.popFirst(of: job) else { return }
                self.slots[index].hand(assignment)
                self.slotsByLease[assignment.lease] = SlotNumber(index)
                turn.say(
                    .run(SlotNumber(index), assignment.lease, trialClass, assignment.spec))
            }
        }
    }
}
