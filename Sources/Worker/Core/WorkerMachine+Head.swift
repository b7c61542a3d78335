import Wire

/// What the head says.
extension WorkerMachine {
    mutating func welcomed(_ welcome: Welcome, _ turn: inout Turn) {
        self.isLinked = true
        self.forget(welcome.drop, &turn)
        for lease in welcome.keep { self.sayAgain(lease, &turn) }
        self.untoldLosses = [:]
        if self.mode == .draining { turn.say(.tell(.drain)) }
    }

    /// The head may be another than before, or our last words were lost with the link.
    private mutating func sayAgain(_ lease: Lease, _ turn: inout Turn) {
        if self.slotsByLease[lease] != nil {
            // What has begun is announced at the end of the turn.
        } else if let result = self.results[lease] {
            if result.state == .ready { turn.report(lease, .finished(result.outcome)) }
        } else if let loss = self.untoldLosses[lease] {
            turn.report(lease, .lost(loss))
        } else if !self.line.contains(lease) {
            turn.report(lease, .lost(Loss(.handedBack, "the worker does not have it any more")))
        }
    }

    mutating func disconnected(_ turn: inout Turn) {
        self.isLinked = false
        self.answerAll(&turn)
        // In any order: each stands for itself.
        for lease in self.unstored { self.results[lease]?.interrupt() }
        for index in self.slots.indices { self.slots[index].forgetAnnouncement() }
    }

    mutating func assigned(_ groups: [AssignmentGroup], _ turn: inout Turn) {
        for group in groups { self.line.append(group) }
        // The head had not heard yet that we leave.
        if self.mode == .draining { self.handBackWaiting(&turn) }
    }

    /// The head wants nothing more of these.
    mutating func forget(_ leases: [Lease], _ turn: inout Turn) {
        var rest: [Lease] = []
        for lease in leases {
            if let slot = self.slotsByLease[lease] {
                self.kill(slot, ending: lease, &turn)
            } else if self.results[lease] != nil {
                self.dropResult(of: lease, &turn)
            } else if self.untoldLosses.removeValue(forKey: lease) == nil {
                rest.append(lease)
            }
        }
        if !rest.isEmpty { self.line.remove(rest) }
    }

    mutating func acknowledged(_ leases: [Lease], _ turn: inout Turn) {
        for lease in leases { self.dropResult(of: lease, &turn) }
    }

    /// The head hears what has begun. What begins and ends in one turn needs no word of its own.
    mutating func announce(_ turn: inout Turn) {
        guard self.isLinked else { return }
        for index in self.slots.indices {
            if let lease = self.slots[index].announce() { turn.report(lease, .started) }
        }
    }

    /// The attempt has no outcome. When nobody listens, the next welcome is told.
    mutating func lose(_ lease: Lease, _ loss: Loss, _ turn: inout Turn) {
        if self.isLinked {
            turn.report(lease, .lost(loss))
        } else {
            self.untoldLosses[lease] = loss
        }
    }

    // MARK: Leaving

    /// What waits here may run elsewhere.
    mutating func handBackWaiting(_ turn: inout Turn) {
        let loss = Loss(.handedBack, "the worker takes no more")
        for lease in self.line.removeAll() { self.lose(lease, loss, &turn) }
    }

    mutating func drain(_ turn: inout Turn) {
        guard self.mode == .working else { return }
        self.mode = .draining
        if self.isLinked { turn.say(.tell(.drain)) }
        self.handBackWaiting(&turn)
    }

    mutating func stop(_ turn: inout Turn) {
        self.handBackWaiting(&turn)
        let loss = Loss(.handedBack, "the worker was stopped")
        for index in self.slots.indices {
            guard let running = self.slots[index].running else { continue }
            turn.say(.killRunner(SlotNumber(index)))
            self.slots[index].kill()
            for assignment in running.hand { self.lose(assignment.lease, loss, &turn) }
        }
        self.slotsByLease = [:]
        self.end(&turn)
    }

    /// A drained worker goes when it owes nobody anything.
    mutating func exitWhenDone(_ turn: inout Turn) {
        guard self.mode == .draining, self.slotsByLease.isEmpty, self.results.isEmpty else {
            return
        }
        self.end(&turn)
    }

    private mutating func end(_ turn: inout Turn) {
        self.mode = .ended
        turn.exit()
    }
}
