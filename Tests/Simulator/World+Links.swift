import CoordinatorCore
import Wire
import WorkerCore

/// One control link: in order while it stands; what was on the way when it broke is lost, and the
/// ends notice it at different times.
struct Link {
    let worker: Int
    let life: Int
    var session: SessionNumber?
    var isBroken = false
    /// Nothing arrives before what was said earlier.
    var lastToHead = Instant(sinceOrigin: .zero)
    var lastToWorker = Instant(sinceOrigin: .zero)
}

extension World {
    mutating func dial(_ index: Int, _ life: Int) {
        guard self.workers[index].life == life, self.workers[index].link == nil,
            let machine = self.workers[index].machine
        else { return }
        guard self.head.coordinator != nil else {
            return self.plan(.workerDials(index, life: life), in: self.chance.duration(50...500))
        }
        self.links.append(Link(worker: index, life: life))
        let link = self.links.count - 1
        self.workers[index].link = link
        let settings = self.plan.workers[index]
        let hello = Hello(
            protocolVersion: LinkVersion.current, version: "0.1.0",
            capacity: Capacity(slots: settings.slots, memoryBytes: 1 << 30), held: machine.held,
            blobs: machine.blobs, environmentClass: self.claimedClass(of: index),
            commands: self.plan.policies[index])
        self.send(.hello(hello), by: index)
    }

    /// A loner says that nobody computes as it does.
    private func claimedClass(of index: Int) -> String {
        if case .loner? = self.plan.liars[index] { return "\(self.workers[index].name)'s own" }
        return self.plan.environments[index]
    }

    // MARK: Saying

    /// The worker says something on the link that it has.
    mutating func send(_ message: LinkMessage, by worker: Int) {
        guard let link = self.workers[worker].link, !self.links[link].isBroken else { return }
        let arrival = max(
            self.now + self.chance.duration(0...4), self.links[link].lastToHead)
        self.links[link].lastToHead = arrival
        self.agenda.add(.toHead(link, message), at: arrival)
    }

    /// The head says something to a session.
    mutating func send(_ message: LinkMessage, to session: SessionNumber) {
        guard let link = self.head.sessions[session], !self.links[link].isBroken else { return }
        let arrival = max(
            self.now + self.chance.duration(0...4), self.links[link].lastToWorker)
        self.links[link].lastToWorker = arrival
        self.agenda.add(.toWorker(link, message), at: arrival)
    }

    // MARK: Hearing

    mutating func arriveAtHead(_ message: LinkMessage, on link: Int) {
        guard !self.links[link].isBroken, self.head.coordinator != nil else { return }
        if case .hello(let hello) = message {
            self.head.sessionCount += 1
            let session = SessionNumber(rawValue: self.head.sessionCount)
            self.head.sessions[session] = link
            self.links[link].session = session
            let name = self.workers[self.links[link].worker].name
            return self.tellHead(.connected(session, worker: name, hello))
        }
        guard let session = self.links[link].session else { return }
        switch message {
        case .reports(let reports):
            self.echoes = self.echoes.suffix(40) + [(session, reports)]
            self.tellHead(.reported(session, reports))
        case .drain: self.tellHead(.workerDrains(session))
        default: preconditionFailure("a worker does not say \(message)")
        }
    }

    mutating func arriveAtWorker(_ message: LinkMessage, on link: Int) throws(Broken) {
        let index = self.links[link].worker
        guard !self.links[link].isBroken, self.workers[index].link == link else { return }
        let event: WorkerCore.Event
        switch message {
        case .welcome(let welcome):
            self.workers[index].isWelcome = true
            event = .welcomed(welcome)
        case .assignments(let groups): event = .assigned(groups)
        case .acknowledged(let leases): event = .acknowledged(leases)
        case .cancelled(let leases): event = .cancelled(leases)
        case .drain: event = .drainedByHead
        case .verdicts(let verdicts): event = .verdicts(verdicts)
        case .refused(let reason): preconditionFailure("the head refused a worker: \(reason)")
        default: preconditionFailure("the head does not say \(message)")
        }
        try self.tellWorker(index, self.links[link].life, event)
    }

    // MARK: Breaking

    mutating func breakLink(_ link: Int) {
        guard !self.links[link].isBroken else { return }
        self.links[link].isBroken = true
        self.summary.brokenLinks += 1
        self.chronicle.add(
            .linkBroke(self.workers[self.links[link].worker].name), at: self.now)
        // Sometimes the worker is back before the head has noticed that it was gone.
        self.plan(.workerLosesLink(link), in: self.chance.duration(0...2000))
        self.plan(.headLosesLink(link), in: self.chance.duration(0...4000))
    }

    mutating func headLoses(_ link: Int) {
        guard let session = self.links[link].session, self.head.sessions[session] == link else {
            return
        }
        self.head.sessions.removeValue(forKey: session)
        self.tellHead(.disconnected(session, reason: "the link broke"))
    }

    mutating func workerLoses(_ link: Int) throws(Broken) {
        let index = self.links[link].worker
        let life = self.links[link].life
        guard self.workers[index].life == life, self.workers[index].link == link else { return }
        self.workers[index].link = nil
        self.workers[index].isWelcome = false
        try self.tellWorker(index, life, .disconnected)
        self.plan(.workerDials(index, life: life), in: self.chance.duration(0...1000))
    }
}
