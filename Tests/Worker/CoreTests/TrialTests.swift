import Testing
import Wire
import WorkerCore

@Suite struct TrialTests {
    var shop = Workshop()

    @Test mutating func `every slot gets a runner at the start`() {
        var shop = Workshop(slots: 3)
        shop.said = shop.machine.start()
        #expect(shop.said == (0..<3).map { .startRunner(SlotNumber($0)) })
        #expect(shop.machine.nextDeadline == nil)
    }

    @Test mutating func `a trial runs in a free slot, and the head hears that it began`() {
        self.shop.open()
        self.shop.assign([0])
        #expect(
            self.shop.said == [
                .tell(.reports([Report(.lease(0), .started)])),
                .run(SlotNumber(0), .lease(0), .idle(.zero), .idle),
            ])
    }

    @Test mutating func `what has no slot waits its turn`() {
        self.shop.open()
        self.shop.assign([0, 1, 2])
        #expect(self.shop.begun == [.lease(0)])
        self.shop.finish(0, .lease(0))
        #expect(self.shop.begun == [.lease(1)])
        #expect(self.shop.machine.waitingCount == 1)
    }

    @Test mutating func `a trial waits until a runner is ready`() {
        _ = self.shop.machine.start()
        self.shop.welcome()
        self.shop.assign([0])
        #expect(self.shop.begun.isEmpty)
        self.shop.hear(.runnerReady(SlotNumber(0)))
        #expect(self.shop.begun == [.lease(0)])
    }

    @Test mutating func `the reports of a burst travel in one message`() {
        var shop = Workshop(slots: 3)
        shop.open()
        shop.assign([0, 1, 2])
        shop.hear(
            .runnerFinished(SlotNumber(2), .lease(0), .scored),
            .runnerFinished(SlotNumber(1), .lease(1), .scored))
        #expect(shop.said.count == 1)
        #expect(shop.reports.map(\.lease) == [.lease(0), .lease(1)])
    }

    @Test mutating func `a crash is a loss, and the next runner comes after a while`() {
        self.shop.open()
        self.shop.assign([0, 1])
        self.shop.die(0, .outOfMemory)
        #expect(self.shop.reports == [Report(.lease(0), .lost(Loss(.outOfMemory, "signal 11")))])
        #expect(self.shop.machine.nextDeadline == self.shop.now + .milliseconds(100))

        self.shop.pass(.milliseconds(100))
        #expect(self.shop.said == [.startRunner(SlotNumber(0))])
        self.shop.hear(.runnerReady(SlotNumber(0)))
        #expect(self.shop.begun == [.lease(1)])
    }

    @Test mutating func `a runner that keeps dying is started ever later`() {
        self.shop.said = self.shop.machine.start()
        var waits: [Duration] = []
        for _ in 0..<9 {
            self.shop.die(0)
            let deadline = self.shop.machine.nextDeadline ?? self.shop.now
            waits.append(deadline - self.shop.now)
            self.shop.pass(deadline - self.shop.now)
        }
        let milliseconds = [100, 200, 400, 800, 1600, 3200, 6400, 10_000, 10_000]
        #expect(waits == milliseconds.map { .milliseconds($0) })
    }

    @Test mutating func `when no runner starts, what waits is given up`() {
        var shop = Workshop(slots: 2)
        _ = shop.machine.start()
        shop.welcome()
        shop.assign([0, 1])
        for round in 0..<3 {
            shop.die(0)
            shop.die(1)
            #expect(shop.reports.isEmpty == (round < 2))
            if round < 2 { shop.pass(.seconds(1)) }
        }
        let loss = Loss(.crashed, "no runner of this worker starts: signal 11")
        #expect(shop.reports == [0, 1].map { Report(.lease($0), .lost(loss)) })
        #expect(shop.machine.held.isEmpty)
    }

    @Test mutating func `a trial that outlasts its limit is killed and has failed`() {
        self.shop.open()
        self.shop.assign([0], timeLimit: .seconds(5))
        #expect(self.shop.machine.nextDeadline == self.shop.now + .seconds(5))
        self.shop.pass(.seconds(5))

        let failure = Failure(.timeLimit, "it ran longer than its limit of 5.0 seconds")
        let cost = Cost(cpu: .zero, wall: .seconds(5), memoryBytes: 0)
        let report = Report(.lease(0), .finished(Outcome(.failed(failure), cost: cost)))
        #expect(
            self.shop.said == [
                .tell(.reports([report])), .killRunner(SlotNumber(0)), .startRunner(SlotNumber(0)),
            ])
    }

    @Test mutating func `the time that a trial waits is not counted`() {
        self.shop.open()
        self.shop.assign([0])
        self.shop.assign([1], timeLimit: .seconds(5))
        self.shop.pass(.seconds(100))
        self.shop.finish(0, .lease(0))
        #expect(self.shop.machine.nextDeadline == self.shop.now + .seconds(5))
    }

    @Test mutating func `cancelling kills what runs and forgets what waits`() {
        self.shop.open()
        self.shop.assign([0, 1, 2])
        self.shop.hear(.cancelled([.lease(0), .lease(2)]))
        #expect(self.shop.said == [.killRunner(SlotNumber(0)), .startRunner(SlotNumber(0))])
        self.shop.hear(.runnerReady(SlotNumber(0)))
        #expect(self.shop.begun == [.lease(1)])
        #expect(self.shop.machine.held == [.lease(1)])
    }

    @Test mutating func `a result that comes too late for its cancel is dropped`() {
        self.shop.open()
        self.shop.assign([0])
        self.shop.hear(.cancelled([.lease(0)]))
        self.shop.finish(0, .lease(0), .withOutputs)
        #expect(self.shop.said == [.dropOutputs(.lease(0))])
    }
}
