import CoordinatorCore
import Testing
import Wire

@Suite struct PlacementTests {
    var desk = Desk()
    /// Long enough that nothing waits beyond the slots.
    let long = JobSpec.Kind.idle(trials: 8, duration: .seconds(5))

    @Test mutating func `higher priority goes first`() {
        self.desk.submit(self.long, priority: 50)
        let urgent = self.desk.submit(self.long, priority: 80)
        self.desk.connect("w1", slots: 2)
        #expect(self.desk.leases(of: "w1").map(\.trial.job) == [urgent, urgent])
    }

    @Test mutating func `owners share slots, however many jobs they have`() {
        for _ in 0..<3 { self.desk.submit(self.long, owner: "anna") }
        let bela = self.desk.submit(self.long, owner: "bela")
        self.desk.connect("w1", slots: 4)
        let jobs = self.desk.leases(of: "w1").map(\.trial.job)
        #expect(jobs.filter { $0 == bela }.count == 2)
    }

    @Test mutating func `of one owner's jobs the oldest goes first`() {
        let first = self.desk.submit(.idle(trials: 1, duration: .seconds(5)))
        let second = self.desk.submit(.idle(trials: 5, duration: .seconds(5)))
        self.desk.connect("w1", slots: 2)
        #expect(self.desk.leases(of: "w1").map(\.trial.job) == [first, second])
    }

    @Test mutating func `trials are spread over the workers`() {
        self.desk.connect("w1", slots: 4)
        self.desk.connect("w2", slots: 4)
        self.desk.submit(.idle(trials: 4, duration: .seconds(5)))
        #expect(self.desk.leases(of: "w1").count == 2)
        #expect(self.desk.leases(of: "w2").count == 2)
    }

    @Test mutating func `a worker that holds the data goes first while it has a slot`() {
        self.desk.connect("w1", slots: 2)
        self.desk.connect("w2", slots: 2, blobs: [Blob.named("a").digest])
        self.desk.submit(.table("a"), trials: 3)
        self.desk.propose()
        #expect(self.desk.leases(of: "w2").count == 2)
        #expect(self.desk.leases(of: "w1").count == 1)
    }

    @Test mutating func `data that one worker was sent draws the next trials there`() {
        self.desk.connect("w1", slots: 2)
        self.desk.connect("w2", slots: 2)
        self.desk.submit(.table("a"), trials: 2)
        self.desk.propose()
        let counts = [self.desk.leases(of: "w1").count, self.desk.leases(of: "w2").count]
        #expect(counts.sorted() == [0, 2])
    }

    @Test mutating func `short trials wait at the worker, so that no slot waits for them`() {
        self.desk.connect("w1", slots: 2)
        self.desk.submit(.idle(trials: 5000, duration: .milliseconds(1)))
        // 20 ms of work for each of two slots.
        #expect(self.desk.leases(of: "w1").count == 40)
        self.desk.submit(.idle(trials: 5000, duration: .zero))
    }

    @Test mutating func `even the shortest trials are not hoarded without bound`() {
        self.desk.connect("w1", slots: 2)
        self.desk.submit(.idle(trials: 5000, duration: .zero))
        #expect(self.desk.leases(of: "w1").count == 2 + 256)
    }

    @Test mutating func `one middling trial waits, of long ones none`() {
        self.desk.connect("w1", slots: 2)
        self.desk.submit(.idle(trials: 100, duration: .milliseconds(300)))
        #expect(self.desk.leases(of: "w1").count == 3)
        self.desk.connect("w2", slots: 2)
        self.desk.submit(self.long, priority: 90)
        #expect(self.desk.leases(of: "w2").count <= 3)
    }

    @Test mutating func `a queue at a worker is topped up in bursts`() {
        self.desk.connect("w1", slots: 1)
        self.desk.submit(.idle(trials: 5000, duration: .zero))
        var messages = 0
        for _ in 0..<256 {
            self.desk.finish("w1", self.desk.leases(of: "w1")[0], .scored(0, wall: .zero))
            let hasMore = self.desk.told("w1").contains {
                if case .assignments = $0 { true } else { false }
            }
            messages += hasMore ? 1 : 0
        }
        #expect(messages == 2)
        #expect(self.desk.leases(of: "w1").count > 100)
    }

    @Test mutating func `what matters less does not queue before what matters more`() {
        self.desk.connect("w1", slots: 1)
        self.desk.submit(self.long, priority: 80)
        let less = self.desk.submit(.idle(trials: 100, duration: .zero), priority: 20)
        #expect(self.desk.leases(of: "w1").allSatisfy { $0.trial.job != less })
    }

    @Test mutating func `a lost trial goes to a worker that did not lose it`() {
        self.desk.connect("w1", slots: 4)
        self.desk.submit(.idle(trials: 1, duration: .seconds(5)))
        self.desk.connect("w2", slots: 1)
        let lease = self.desk.leases(of: "w1")[0]
        self.desk.lose("w1", lease)
        // The freer worker is the one that lost it.
        #expect(self.desk.leases(of: "w1").isEmpty)
        #expect(self.desk.leases(of: "w2").map(\.trial) == [lease.trial])
    }

    @Test mutating func `while it waits for another worker, the rest of its job goes on`() {
        self.desk.connect("w2", slots: 1)
        self.desk.submit(.idle(trials: 1, duration: .seconds(5)), priority: 90)
        self.desk.connect("w1", slots: 1)
        let job = self.desk.submit(.idle(trials: 2, duration: .seconds(5)))
        let lost = self.desk.leases(of: "w1")[0]
        self.desk.lose("w1", lost)
        #expect(self.desk.leases(of: "w1").map(\.trial) == [TrialID(job, 1)])
        self.desk.finish("w2", self.desk.leases(of: "w2")[0])
        #expect(self.desk.leases(of: "w2").map(\.trial) == [lost.trial])
    }

    @Test mutating func `a node out of service gets nothing, and is told so`() {
        let session = self.desk.connect("w1")
        self.desk.tell(.drainNode("w1", request: self.desk.request()))
        #expect(self.desk.said.contains(.tell(session, .drain)))
        #expect(self.desk.recorded == [.nodeDrained("w1")])
        self.desk.submit(.idle(trials: 1))
        #expect(self.desk.leases(of: "w1").isEmpty)
        #expect(self.desk.coordinator.nodes.map(\.state) == [.draining])
    }

    @Test mutating func `a worker that drains itself gets nothing`() {
        let session = self.desk.connect("w1")
        self.desk.tell(.workerDrains(session))
        self.desk.submit(.idle(trials: 1))
        #expect(self.desk.leases(of: "w1").isEmpty)
    }

    @Test mutating func `an unknown node is not drained`() {
        self.desk.tell(.drainNode("nobody", request: self.desk.request()))
        let refusal = Refusal(.notFound, "no node named nobody is connected or drained")
        #expect(self.desk.answer == .refused(refusal))
    }
}
