import Wire

/// Workers come, go, and are taken out of service.
extension Coordinator {
    // MARK: Come

    mutating func connect(
        _ session: SessionNumber, worker name: String, _ hello: Hello, _ turn: inout Turn
    ) {
        if let reason = self.refusal(of: hello, from: name) {
            turn.say(.tell(session, .refused(reason: reason)))
            turn.say(.cut(session, reason: reason))
            return
        }
        // 1) A second session of the same worker fences the first: what that still says is not
        //    heard.
        if let old = self.roster[name]?.session {
            turn.say(.cut(old, reason: "the worker has opened \(session)"))
        }
        let before = self.roster[name]?.held ?? [:]
        self.roster.connect(
            name, session, hello, now: turn.now, drained: self.isOutOfService(name))
        self.reviveStalled()

        // 2) What it says that it holds, it keeps, unless another has it or it is settled.
        var keep: [Lease] = []
        var drop: [Lease] = []
        for lease in hello.held {
            if self.reattach(lease, to: name, now: turn.now) {
                keep.append(lease)
            } else {
                drop.append(lease)
            }
        }
        // 3) What it held and does not name, it lost: it was restarted, or never heard of it.
        let kept = Set(keep)
        let loss = Loss(.workerLost, "the worker came back without it")
        for (trial, held) in before.sorted(by: { $0.value.number < $1.value.number })
        where !kept.contains(Lease(trial, held.number)) {
            self.lose(trial, loss, at: name, &turn)
        }
        turn.say(.tell(session, .welcome(Welcome(session: session, keep: keep, drop: drop))))
        if self.roster[name]?.isDrained == true { turn.say(.tell(session, .drain)) }
    }

    private func refusal(of hello: Hello, from name: String) -> String? {
        guard (LinkVersion.oldest...LinkVersion.current).contains(hello.protocolVersion) else {
            return """
                this head speaks versions \(LinkVersion.oldest) to \(LinkVersion.current) of the \
                link, the worker \(hello.protocolVersion): upgrade the older of the two
                """
        }
        guard (1...Limits.slotsMax).contains(hello.capacity.slots) else {
            return "a worker offers 1 to \(Limits.slotsMax) slots"
        }
        guard self.roster[name] != nil || self.roster.workers.count < Limits.workersMax else {
            return "\(Limits.workersMax) workers are connected, which is the most"
        }
        return nil
    }

    /// Lets the worker keep a lease that it names; false when it must drop it.
    private mutating func reattach(_ lease: Lease, to name: String, now: Instant) -> Bool {
        guard let record = self.ledger.jobs[lease.trial.job]?.record,
            let trial = record[lease.trial.index]
        else { return false }
        // Its operator may have thought otherwise since.
        guard self.roster.admits(name, Admittance(record)) else { return false }
        switch trial.state {
        case .finished: return self.reattach(check: lease, of: trial, to: name, now: now)
        case .leased(let leased): return leased.number == lease.number && leased.worker == name
        case .queued:
            guard self.mayAdopt(lease, of: trial, at: name, now: now) else { return false }
            self.grant(lease.trial, lease.number, to: name)
            return true
        }
    }

    /// As above, for a trial that has a result and is being run once more.
    private mutating func reattach(
        check lease: Lease, of trial: TrialRecord, to name: String, now: Instant
    ) -> Bool {
        let id = lease.trial
        guard let check = self.ledger.jobs[id.job]?.record.checks[id.index], check.isOpen else {
            return false
        }
        if let held = check.lease { return held.number == lease.number && held.worker == name }
        // One of this epoch was lost, and that is no fact: it is not remembered whose it was.
        guard lease.number < LeaseNumber(epoch: self.epoch, count: 0), trial.worker != name,
            !check.runs.contains(where: { $0.worker == name }),
            self.mayAdopt(lease, of: trial, at: name, now: now)
        else { return false }
        self.grant(id, lease.number, to: name)
        return true
    }

    /// A lease of an earlier epoch is believed, since nothing of it was kept: but only for as long
    /// after the restart as its holder had to come back, never from a worker that an operator has
    /// taken out of service, and no more of them than a worker can hold. One of this epoch must
    /// have been the worker's own, which the trial's last loss tells.
    func mayAdopt(
        _ lease: Lease, of trial: TrialRecord, at name: String, now: Instant
    ) -> Bool {
        guard let worker = self.roster[name] else { return false }
        let first = LeaseNumber(epoch: self.epoch, count: 0)
        if lease.number < first {
            guard let end = self.adoptsUntil, now <= end, !worker.isDrained else { return false }
            return worker.held.count < worker.capacity.slots + self.settings.prefetch.beyondMax
        }
        let last = LeaseNumber(epoch: self.epoch, count: self.leaseCount)
        return lease.number <= last && trial.losses.last?.worker == name
    }

    // MARK: Go

    mutating func disconnect(_ session: SessionNumber, reason: String, _ turn: inout Turn) {
        let deadline = turn.now + self.settings.leases.workerGrace
        guard let name = self.roster.disconnect(session, until: deadline) else { return }
        if self.roster[name]?.held.isEmpty == true { self.roster.forget(name) }
    }

    /// Workers that stayed away for too long have lost what they held.
    mutating func checkAbsences(_ turn: inout Turn) {
        while let (name, instant) = self.roster.absences.least, instant <= turn.now {
            let held = self.roster[name]?.held ?? [:]
            let loss = Loss(.workerLost, "the worker stayed away")
            for (trial, _) in held.sorted(by: { $0.value.number < $1.value.number }) {
                self.lose(trial, loss, at: name, &turn)
            }
            self.roster.forget(name)
        }
    }

    // MARK: Out of service, and back

    mutating func workerDrains(_ session: SessionNumber) {
        if let name = self.roster.worker(of: session) { self.roster.drain(name) }
    }

    /// An operator took it out of service, or others contradict it.
    func isOutOfService(_ name: String) -> Bool {
        self.ledger.drained.contains(name) || self.ledger.quarantined[name] != nil
    }

    mutating func drainNode(_ name: String, _ request: RequestID, _ turn: inout Turn) {
        guard self.roster[name] != nil || self.ledger.drained.contains(name) else {
            return self.refuseNode(name, request, &turn)
        }
        if !self.ledger.drained.contains(name) {
            self.record(.nodeDrained(name), &turn)
            self.roster.setDrained(name, true)
            if let session = self.roster[name]?.session { turn.say(.tell(session, .drain)) }
        }
        turn.say(.answer(request, .done))
    }

    mutating func resumeNode(_ name: String, _ request: RequestID, _ turn: inout Turn) {
        guard self.roster[name] != nil || self.isOutOfService(name) else {
            return self.refuseNode(name, request, &turn)
        }
        if self.isOutOfService(name) {
            self.record(.nodeResumed(name), &turn)
            self.roster.setDrained(name, false)
            self.reviveStalled()
        }
        turn.say(.answer(request, .done))
    }

    private func refuseNode(_ name: String, _ request: RequestID, _ turn: inout Turn) {
        let refusal = Refusal(.notFound, "no node named \(name) is connected or drained")
        turn.say(.answer(request, .refused(refusal)))
    }
}
