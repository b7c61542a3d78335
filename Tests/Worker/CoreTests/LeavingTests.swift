import Testing
import Wire
import WorkerCore

@Suite struct LeavingTests {
    var shop = Workshop()

    init() {
        self.shop.open()
        self.shop.assign([0, 1])
    }

    private func handedBack(
        _ trial: UInt32, _ reason: String = "the worker takes no more"
    ) -> Report {
        Report(.lease(trial), .lost(Loss(.handedBack, reason)))
    }

    @Test mutating func `a worker that drains hands back what waits and finishes what runs`() {
        self.shop.hear(.drain)
        #expect(self.shop.reports == [self.handedBack(1)])
        #expect(self.shop.said.last == .tell(.drain))
        self.shop.finish(0, .lease(0))
        #expect(self.shop.reports == [Report(.lease(0), .finished(.scored))])
        #expect(!self.shop.said.contains(.exit))
        self.shop.hear(.acknowledged([.lease(0)]))
        #expect(self.shop.said == [.exit])
    }

    @Test mutating func `a worker with nothing to do leaves at once`() {
        self.shop = Workshop()
        self.shop.open()
        self.shop.hear(.drain)
        #expect(self.shop.said == [.tell(.drain), .exit])
    }

    @Test mutating func `what is assigned to a worker that drains is handed back`() {
        self.shop.hear(.drain)
        self.shop.assign([2])
        #expect(self.shop.said == [.tell(.reports([self.handedBack(2)]))])
    }

    @Test mutating func `told to stop, it hands back everything and leaves at once`() {
        self.shop.hear(.stop)
        let stopped = self.handedBack(0, "the worker was stopped")
        #expect(self.shop.reports == [self.handedBack(1), stopped])
        #expect(self.shop.said.contains(.killRunner(SlotNumber(0))))
        #expect(self.shop.said.last == .exit)
        self.shop.hear(.ticked, .drain)
        #expect(self.shop.said.isEmpty)
        #expect(self.shop.machine.nextDeadline == nil)
    }

    @Test mutating func `taken out of service, it hands back what waits and stays`() {
        self.shop.hear(.drainedByHead)
        #expect(self.shop.reports == [self.handedBack(1)])
        self.shop.finish(0, .lease(0))
        self.shop.hear(.acknowledged([.lease(0)]))
        #expect(self.shop.said.isEmpty)
        // Back in service.
        self.shop.assign([2])
        #expect(self.shop.begun == [.lease(2)])
    }

    @Test mutating func `a worker that drains waits for a link to tell its results`() {
        self.shop.hear(.disconnected)
        self.shop.hear(.drain)
        self.shop.finish(0, .lease(0))
        #expect(self.shop.said.isEmpty)
        #expect(self.shop.machine.held == [.lease(0), .lease(1)])
        self.shop.welcome(keep: [.lease(0), .lease(1)])
        #expect(self.shop.reports == [Report(.lease(0), .finished(.scored)), self.handedBack(1)])
        #expect(self.shop.said.last == .tell(.drain))
    }

    @Test mutating func `a worker that drains starts no runner again`() {
        self.shop.hear(.drain)
        self.shop.die(0)
        #expect(self.shop.said.last == .exit)
    }
}
