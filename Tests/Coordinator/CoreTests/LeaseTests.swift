import CoordinatorCore
import Testing
import Wire

@Suite struct LeaseTests {
    var desk = Desk()

    @Test mutating func `a worker that says that it was lost was not`() {
        self.desk.connect("w1")
        let job = self.desk.submit(.idle(trials: 1))
        let lease = self.desk.leases(of: "w1")[0]
        let lie = Report(lease, .lost(Loss(.workerLost, "so it says")))
        self.desk.tell(.reported(self.desk.session("w1"), [lie]))
        let losses = self.desk.coordinator.job(job)?[0]?.losses
        #expect(losses?.map(\.loss) == [Loss(.crashed, "so it says")])
    }

    @Test mutating func `an outcome is durable before it is acknowledged`() throws {
        let session = self.desk.connect("w1")
        let job = self.desk.submit(.idle(trials: 2))
        let lease = self.desk.leases(of: "w1")[0]
        self.desk.finish("w1", lease)

        let fact = Directive.record(.finished(lease.trial, .scored, worker: "w1"))
        let record = try #require(self.desk.said.firstIndex(of: fact))
        let word = self.desk.said.firstIndex(of: .tell(session, .acknowledged([lease])))
        #expect(try record < #require(word))
        #expect(self.desk.coordinator.job(job)?.counts.scored == 1)
    }

    @Test mutating func `an outcome that is told twice is acknowledged twice and counted once`() {
        self.desk.connect("w1")
        self.desk.submit(.idle(trials: 2))
        let lease = self.desk.leases(of: "w1")[0]
        self.desk.finish("w1", lease)
        self.desk.finish("w1", lease, .failed("the second word"))

        #expect(self.desk.told("w1") == [.acknowledged([lease])])
        #expect(self.desk.recorded.isEmpty)
    }

    @Test mutating func `a report for a trial that another holds is cancelled`() {
        self.desk.connect("w1")
        self.desk.connect("w2")
        self.desk.submit(.idle(trials: 2))
        let others = self.desk.leases(of: "w2")[0]
        self.desk.finish("w1", others)

        #expect(self.desk.told("w1") == [.cancelled([others])])
        #expect(self.desk.recorded.isEmpty)
    }

    @Test mutating func `a report by an old number is cancelled`() {
        self.desk.connect("w1")
        self.desk.submit(.idle(trials: 1))
        let old = self.desk.leases(of: "w1")[0]
        self.desk.lose("w1", old, .handedBack)
        let new = self.desk.leases(of: "w1")[0]
        #expect(new.number > old.number)
        self.desk.finish("w1", old)
        #expect(self.desk.told("w1") == [.cancelled([old])])
        self.desk.finish("w1", new)
        #expect(self.desk.recorded.count == 2)
    }

    @Test mutating func `a lost link is no loss until the grace is over`() {
        self.desk.connect("w1")
        self.desk.connect("w2")
        let job = self.desk.submit(.idle(trials: 2))
        let lease = self.desk.leases(of: "w1")[0]
        self.desk.start("w1", lease)
        self.desk.disconnect("w1")
        #expect(self.desk.coordinator.nextDeadline == self.desk.now + .seconds(10))

        self.desk.pass(.seconds(9))
        #expect(self.desk.recorded.isEmpty)
        self.desk.pass(.seconds(1))
        let loss = Loss(.workerLost, "the worker stayed away")
        #expect(self.desk.recorded == [.lost(lease.trial, loss, worker: "w1")])
        #expect(self.desk.coordinator.job(job)?[lease.trial.index]?.losses.count == 1)
    }

    @Test mutating func `a worker that is back in time keeps what it names`() {
        self.desk.connect("w1", slots: 2)
        self.desk.submit(.idle(trials: 2, duration: .seconds(5)))
        let held = self.desk.leases(of: "w1")
        self.desk.disconnect("w1")
        let session = self.desk.connect("w1", slots: 2, held: [held[0]])

        let welcome = Welcome(session: session, keep: [held[0]], drop: [])
        #expect(self.desk.told("w1").first == .welcome(welcome))
        // The other is given anew, since nobody has it.
        #expect(self.desk.leases(of: "w1").map(\.trial) == [held[0].trial, held[1].trial])
        #expect(self.desk.leases(of: "w1")[1].number > held[1].number)
    }

    @Test mutating func `a second session fences the first`() {
        let first = self.desk.connect("w1")
        self.desk.submit(.idle(trials: 1))
        let lease = self.desk.leases(of: "w1")[0]
        let second = self.desk.connect("w1", held: [lease])
        #expect(self.desk.said.contains(.cut(first, reason: "the worker has opened \(second)")))

        self.desk.tell(.reported(first, [Report(lease, .finished(.scored))]))
        #expect(self.desk.said.isEmpty)
        self.desk.tell(.disconnected(first, reason: "cut"))
        self.desk.finish("w1", lease)
        #expect(self.desk.recorded.first == .finished(lease.trial, .scored, worker: "w1"))
    }

    @Test mutating func `a trial that three workers lost is poison, with the reasons`() throws {
        for name in ["w1", "w2", "w3"] { self.desk.connect(name) }
        let job = self.desk.submit(.idle(trials: 1))
        var losers: [String] = []
        while let name = ["w1", "w2", "w3"].first(where: { !self.desk.leases(of: $0).isEmpty }) {
            losers.append(name)
            self.desk.lose(name, self.desk.leases(of: name)[0])
        }
        #expect(losers.sorted() == ["w1", "w2", "w3"])
        let record = try #require(self.desk.ended(job))
        guard case .failed(let failure)? = record[0]?.outcome?.result else {
            Issue.record("it did not fail")
            return
        }
        #expect(failure.code == .poison)
        #expect(failure.reason.hasPrefix("it was lost 3 times: w1: crashed, signal 11"))
        #expect(record.state == .failed(reason: "none of the trials succeeded"))
    }

    @Test mutating func `a cluster of one worker finds poison after six losses`() {
        self.desk.connect("w1")
        let job = self.desk.submit(.idle(trials: 1))
        for _ in 0..<6 { self.desk.lose("w1", self.desk.leases(of: "w1")[0], .outOfMemory) }
        #expect(self.desk.ended(job)?[0]?.losses.count == 6)
        #expect(self.desk.leases(of: "w1").isEmpty)
    }

    @Test mutating func `what is handed back is not held against the trial`() {
        self.desk.connect("w1")
        let job = self.desk.submit(.idle(trials: 1))
        for _ in 0..<10 { self.desk.lose("w1", self.desk.leases(of: "w1")[0], .handedBack) }
        #expect(self.desk.coordinator.job(job)?.counts.leased == 1)
        #expect(self.desk.coordinator.job(job)?[0]?.losses.isEmpty == true)
    }

    @Test mutating func `a trial that waited when its worker was lost is not at fault`() {
        self.desk.connect("w1", slots: 2)
        let job = self.desk.submit(.idle(trials: 2))
        let held = self.desk.leases(of: "w1")
        self.desk.start("w1", held[0])
        self.desk.disconnect("w1")
        self.desk.pass(.seconds(10))
        #expect(self.desk.coordinator.job(job)?[0]?.losses.count == 1)
        #expect(self.desk.coordinator.job(job)?[1]?.losses.isEmpty == true)
        #expect(self.desk.coordinator.job(job)?.counts.queued == 2)
    }

    @Test mutating func `a worker of another version is cut with a sentence`() {
        let session = self.desk.connect("w1", protocolVersion: 99)
        guard case .tell(session, .refused(let reason)) = self.desk.said.first else {
            Issue.record("it was welcomed")
            return
        }
        #expect(reason.contains("upgrade the older of the two"))
        #expect(self.desk.said.last == .cut(session, reason: reason))
        #expect(self.desk.coordinator.nodes.isEmpty)
    }

    @Test mutating func `a worker that offers no slots is refused`() {
        let session = self.desk.connect("w1", slots: 0)
        #expect(self.desk.said.last == .cut(session, reason: "a worker offers 1 to 1024 slots"))
    }
}
