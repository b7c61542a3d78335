import CoordinatorCore
import Wire
import WorkerCore

/// What goes wrong, and how it ends.
extension World {
    mutating func goWrong() throws(Broken) {
        guard self.now < self.plan.faultsEnd else { return }
        let milliseconds = Int(self.plan.faultInterval.seconds * 1000)
        self.plan(.somethingGoesWrong, in: self.chance.duration(1...(2 * milliseconds)))
        let worker = self.chance.number(in: 0...(self.workers.count - 1))
        let life = self.workers[worker].life
        switch self.chance.pick(self.plan.faults) {
        case .headCrashes: try self.crashHead()
        case .workerCrashes:
            self.chronicle.add(.workerCrashed(self.workers[worker].name), at: self.now)
            self.summary.workerCrashes += 1
            self.endWorker(worker)
        case .linkBreaks: if let link = self.workers[worker].link { self.breakLink(link) }
        case .workerDrains: try self.tellWorker(worker, life, .drain)
        case .workerStops: try self.tellWorker(worker, life, .stop)
        case .nodeDrains:
            let request = RequestID(rawValue: .max)
            self.tellHead(.drainNode(self.workers[worker].name, request: request))
        case .nodeResumes: self.resumeNodes()
        case .workerRevoked:
            // It comes back with a new certificate.
            let name = self.workers[worker].name
            guard let identity = try? Identity(cluster: "lab", role: .worker, name: name) else {
                preconditionFailure("\(name) is no name")
            }
            self.tellHead(
                .revoke(
                    [.holder(Holder(identity))], by: "operator/olga",
                    request: RequestID(rawValue: .max)))
        case .runnerDies: try self.killSomeRunner(of: worker, life)
        case .reportsEcho: self.echo()
        case .joinersCome: self.join()
        case .taintCleared: self.clearTaint()
        }
    }

    /// Few invitations for many joiners.
    private mutating func join() {
        for _ in 0..<self.chance.number(in: 1...3) {
            let serial = SerialNumber(bytes: [UInt8(self.chance.number(in: 0...9))])
            let request = self.users.ask(toJoinBy: serial)
            let until = self.now + .seconds(900)
            self.tellHead(
                .join(
                    worker: self.chance.pick(["new", "newer"]), serial: serial, until: until,
                    request: request))
        }
    }

    /// As the shell does it: whoever stands on a revoked certificate is expelled, which the core
    /// may have decided already, or which may come after a new session of the worker.
    mutating func expel(_ record: RevocationRecord) {
        guard case .holder(let holder) = record.revocation else { return }
        for (session, link) in self.head.sessions.sorted(by: { $0.key < $1.key })
        where self.workers[self.links[link].worker].name == holder.name {
            self.tellHead(.expelled(session, reason: "\(holder) is revoked"))
        }
    }

    private mutating func echo() {
        guard !self.echoes.isEmpty else { return }
        for _ in 0..<10 {
            let (session, reports) = self.chance.pick(self.echoes)
            let sessions = self.head.sessions.keys.sorted()
            let isHeardByOther = self.chance.once(in: 2) && !sessions.isEmpty
            let other = isHeardByOther ? self.chance.pick(sessions) : session
            self.tellHead(.reported(other, reports))
        }
    }

    private mutating func killSomeRunner(of worker: Int, _ life: Int) throws(Broken) {
        let slots = self.workers[worker].runners.keys.sorted()
        guard !slots.isEmpty else { return }
        let slot = self.chance.pick(slots)
        guard self.workers[worker].runners[slot]?.isReady == true else { return }
        let generation = self.workers[worker].runners[slot]?.generation ?? 0
        let loss = Loss(.crashed, "signal 9")
        try self.runnerSays(.runnerDied(slot, loss), in: slot, generation, of: worker, life)
    }

    private mutating func resumeNodes() {
        for worker in self.workers {
            self.tellHead(.resumeNode(worker.name, request: RequestID(rawValue: .max)))
        }
    }

    /// From now on nothing goes wrong but what trials do themselves. Whoever is down comes back,
    /// since each end has planned a start.
    mutating func mend() {
        guard self.head.coordinator != nil else {
            // Its nodes are resumed once the head is there to hear of it.
            return self.plan(.faultsEnd, in: .seconds(1))
        }
        self.resumeNodes()
    }
}
