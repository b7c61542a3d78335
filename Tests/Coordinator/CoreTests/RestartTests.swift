import CoordinatorCore
import Testing
import Wire

@Suite struct RestartTests {
    var desk = Desk()

    @Test mutating func `replay equals live`() {
        self.desk.connect("w1", slots: 4)
        let idle = self.desk.submit(.idle(trials: 500), key: "k")
        self.desk.submit(.table(), trials: 20)
        self.desk.propose()
        for lease in self.desk.leases(of: "w1") { self.desk.finish("w1", lease) }
        self.desk.propose()
        self.desk.tell(.drainNode("w1", request: self.desk.request()))
        let live = self.desk.coordinator.durable
        #expect(self.desk.coordinator.job(idle)?.counts.scored ?? 0 > 0)

        self.desk.restart(epoch: 2)
        #expect(self.desk.coordinator.durable == live)
        #expect(self.desk.coordinator.contradictions == [])
    }

    @Test mutating func `a worker keeps over the head's restart what it holds`() {
        self.desk.connect("w1")
        let job = self.desk.submit(.idle(trials: 1))
        let lease = self.desk.leases(of: "w1")[0]
        self.desk.restart(epoch: 2)
        let session = self.desk.connect("w1", held: [lease])
        let welcome = Welcome(session: session, keep: [lease], drop: [])
        #expect(self.desk.told("w1") == [.welcome(welcome)])

        self.desk.finish("w1", lease)
        #expect(self.desk.ended(job)?.state == .succeeded)
    }

    @Test mutating func `a lease of an earlier epoch is believed for a while only`() {
        self.desk.connect("w1")
        self.desk.submit(.idle(trials: 1))
        let lease = self.desk.leases(of: "w1")[0]
        self.desk.restart(epoch: 2)
        self.desk.pass(.seconds(13))
        let session = self.desk.connect("w1", held: [lease])
        let welcome = Welcome(session: session, keep: [], drop: [lease])
        #expect(self.desk.told("w1").first == .welcome(welcome))
    }

    @Test mutating func `a worker that is out of service claims nothing after a restart`() {
        self.desk.connect("w1")
        self.desk.submit(.idle(trials: 1))
        let lease = self.desk.leases(of: "w1")[0]
        self.desk.tell(.drainNode("w1", request: RequestID(rawValue: 99)))
        self.desk.restart(epoch: 2)
        let session = self.desk.connect("w1", held: [lease])
        let welcome = Welcome(session: session, keep: [], drop: [lease])
        #expect(self.desk.told("w1").first == .welcome(welcome))
    }

    @Test mutating func `a worker claims no more after a restart than it can hold`() {
        self.desk.submit(.idle(trials: 1000))
        self.desk.restart(epoch: 2)
        let claims = (0..<1000).map { index in
            Lease(TrialID(JobID(1), index), LeaseNumber(epoch: 1, count: index + 1))
        }
        self.desk.connect("w1", held: claims)
        guard case .welcome(let welcome)? = self.desk.told("w1").first else {
            Issue.record("the worker was not welcomed")
            return
        }
        #expect(welcome.keep.count == 1 + 256)
    }

    @Test mutating func `workers have time to come back before others get their trials`() {
        self.desk.connect("w1")
        self.desk.submit(.idle(trials: 1))
        self.desk.restart(epoch: 2)
        self.desk.connect("w2")
        #expect(self.desk.leases(of: "w2").isEmpty)
        #expect(self.desk.coordinator.nextDeadline == self.desk.now + .seconds(2))
        self.desk.pass(.seconds(2))
        #expect(self.desk.leases(of: "w2").count == 1)
    }

    @Test mutating func `a new head with nothing to do waits for nobody`() {
        self.desk.connect("w1")
        self.desk.submit(.idle(trials: 1))
        #expect(self.desk.leases(of: "w1").count == 1)
    }

    @Test mutating func `of two that claim a trial the first keeps it`() {
        self.desk.connect("w1")
        self.desk.submit(.idle(trials: 1))
        let lease = self.desk.leases(of: "w1")[0]
        self.desk.restart(epoch: 2)
        self.desk.connect("w1", held: [lease])
        let other = Lease(lease.trial, LeaseNumber(epoch: 1, count: 77))
        let session = self.desk.connect("w2", held: [other])
        let welcome = Welcome(session: session, keep: [], drop: [other])
        #expect(self.desk.told("w2") == [.welcome(welcome)])
    }

    @Test mutating func `a finished trial is dropped, and so is what nobody ever submitted`() {
        self.desk.connect("w1")
        self.desk.submit(.idle(trials: 2))
        let lease = self.desk.leases(of: "w1")[0]
        self.desk.finish("w1", lease)
        self.desk.restart(epoch: 2)
        let unknown = [
            Lease(TrialID(JobID(9), 0), LeaseNumber(epoch: 1, count: 1)),
            Lease(TrialID(JobID(1), 99), LeaseNumber(epoch: 1, count: 2)),
        ]
        let session = self.desk.connect("w1", held: [lease] + unknown)
        let welcome = Welcome(session: session, keep: [], drop: [lease] + unknown)
        #expect(self.desk.told("w1").first == .welcome(welcome))
    }

    @Test mutating func `a lease of this epoch that was never the worker's is dropped`() {
        self.desk.submit(.idle(trials: 1))
        self.desk.connect("w0")
        let lease = self.desk.leases(of: "w0")[0]
        self.desk.tell(.drainNode("w0", request: self.desk.request()))
        self.desk.lose("w0", lease, .handedBack)
        let session = self.desk.connect("w1", held: [lease])
        let welcome = Welcome(session: session, keep: [], drop: [lease])
        #expect(self.desk.told("w1").first == .welcome(welcome))
    }

    @Test mutating func `leases of different epochs never share a number`() {
        self.desk.connect("w1")
        self.desk.submit(.idle(trials: 1))
        let before = self.desk.leases(of: "w1")[0]
        self.desk.restart(epoch: 2)
        self.desk.connect("w1")
        self.desk.pass(.seconds(2))
        #expect(self.desk.leases(of: "w1").map(\.trial) == [before.trial])
        #expect(self.desk.leases(of: "w1")[0].number > before.number)
    }

    @Test mutating func `a drained node stays drained`() {
        self.desk.connect("w1")
        self.desk.tell(.drainNode("w1", request: self.desk.request()))
        self.desk.restart(epoch: 2)
        self.desk.submit(.idle(trials: 1))
        self.desk.connect("w1")
        self.desk.pass(.seconds(2))
        #expect(self.desk.leases(of: "w1").isEmpty)
        self.desk.tell(.resumeNode("w1", request: self.desk.request()))
        #expect(self.desk.leases(of: "w1").count == 1)
    }

    /// One look at each fact and each trial: a start that looked at all trials for each of them
    /// would take hours here.
    @Test func `a hundred thousand live trials are replayed one by one`() {
        let job = JobID(1)
        let spec = JobSpec(
            name: "job", priority: 50, seed: 1, budget: Budget(trials: nil, time: nil),
            kind: .idle(trials: 100_000))
        let start = Instant(sinceOrigin: .seconds(1))
        var coordinator = Coordinator(epoch: 2, settings: .defaults, dice: .test)
        coordinator.replay(.submitted(job, spec, owner: "anna", key: "k", at: start))
        for index in UInt32(0)..<50_000 {
            coordinator.replay(.finished(TrialID(job, index), .scored, worker: "w1"))
        }
        _ = coordinator.resume(now: start)
        #expect(coordinator.job(job)?.counts.queued == 50_000)
        #expect(coordinator.job(job)?.counts.scored == 50_000)
    }
}
