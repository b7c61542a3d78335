import Testing
import Wire
import WorkerCore

@Suite struct ResultTests {
    var shop = Workshop()

    init() {
        self.shop.open()
        self.shop.assign([0])
    }

    @Test mutating func `a result is kept until it is acknowledged`() {
        self.shop.finish(0, .lease(0))
        #expect(self.shop.reports == [Report(.lease(0), .finished(.scored))])
        #expect(self.shop.machine.held == [.lease(0)])
        self.shop.hear(.acknowledged([.lease(0)]))
        #expect(self.shop.machine.held.isEmpty)
    }

    @Test mutating func `a result is told again on the next link`() {
        self.shop.finish(0, .lease(0))
        self.shop.hear(.disconnected)
        self.shop.welcome(keep: [.lease(0)])
        #expect(self.shop.reports == [Report(.lease(0), .finished(.scored))])
    }

    @Test mutating func `a result that the head does not want is forgotten`() {
        self.shop.finish(0, .lease(0))
        self.shop.hear(.disconnected)
        self.shop.welcome(drop: [.lease(0)])
        #expect(self.shop.said.isEmpty)
        #expect(self.shop.machine.held.isEmpty)
    }

    @Test mutating func `without a link work goes on and nothing is said`() {
        self.shop.assign([1])
        self.shop.hear(.disconnected)
        self.shop.finish(0, .lease(0))
        #expect(self.shop.begun == [.lease(1)])
        #expect(self.shop.said.count == 1)
        self.shop.welcome(keep: [.lease(0), .lease(1)])
        let reports = [Report(.lease(0), .finished(.scored)), Report(.lease(1), .started)]
        #expect(self.shop.said == [.tell(.reports(reports))])
    }

    @Test mutating func `a loss that nobody heard of is told on the next link`() {
        self.shop.hear(.disconnected)
        self.shop.die(0)
        #expect(self.shop.machine.held == [.lease(0)])
        self.shop.welcome(keep: [.lease(0)])
        #expect(self.shop.reports == [Report(.lease(0), .lost(Loss(.crashed, "signal 11")))])
        #expect(self.shop.machine.held.isEmpty)
    }

    @Test mutating func `what the head would keep and the worker has not is handed back`() {
        self.shop.hear(.disconnected)
        self.shop.welcome(keep: [.lease(7)])
        let loss = Loss(.handedBack, "the worker does not have it any more")
        #expect(self.shop.reports == [Report(.lease(7), .lost(loss))])
    }

    @Test mutating func `what the head drops is killed`() {
        self.shop.hear(.disconnected)
        self.shop.welcome(drop: [.lease(0)])
        #expect(self.shop.said == [.killRunner(SlotNumber(0)), .startRunner(SlotNumber(0))])
    }

    // MARK: Outputs

    @Test mutating func `outputs are with the head before it hears of the outcome`() {
        self.shop.finish(0, .lease(0), .withOutputs)
        #expect(self.shop.said == [.storeOutputs(.lease(0), Outcome.files)])
        self.shop.hear(.outputsStored(.lease(0)))
        #expect(self.shop.reports == [Report(.lease(0), .finished(.withOutputs))])
        self.shop.hear(.acknowledged([.lease(0)]))
        #expect(self.shop.said == [.dropOutputs(.lease(0))])
    }

    @Test mutating func `the slot is free while outputs travel`() {
        self.shop.assign([1])
        self.shop.finish(0, .lease(0), .withOutputs)
        #expect(self.shop.begun == [.lease(1)])
    }

    @Test mutating func `outputs are stored again on the next link`() {
        self.shop.finish(0, .lease(0), .withOutputs)
        self.shop.hear(.disconnected)
        self.shop.hear(.outputsFailed(.lease(0), reason: "the link broke"))
        self.shop.welcome(keep: [.lease(0)])
        #expect(self.shop.said == [.storeOutputs(.lease(0), Outcome.files)])
    }

    @Test mutating func `outputs that cannot be stored are tried four times`() {
        self.shop.finish(0, .lease(0), .withOutputs)
        for milliseconds in [200, 400, 800] {
            self.shop.hear(.outputsFailed(.lease(0), reason: "no space"))
            #expect(self.shop.machine.nextDeadline == self.shop.now + .milliseconds(milliseconds))
            self.shop.pass(.milliseconds(milliseconds))
            #expect(self.shop.said == [.storeOutputs(.lease(0), Outcome.files)])
        }
        self.shop.hear(.outputsFailed(.lease(0), reason: "no space"))
        let loss = Loss(.dataUnavailable, "its outputs were not stored: no space")
        #expect(self.shop.reports == [Report(.lease(0), .lost(loss))])
        #expect(self.shop.said.contains(.dropOutputs(.lease(0))))
    }

    @Test mutating func `cancelled outputs are dropped`() {
        self.shop.finish(0, .lease(0), .withOutputs)
        self.shop.hear(.cancelled([.lease(0)]))
        #expect(self.shop.said == [.dropOutputs(.lease(0))])
        self.shop.hear(.outputsStored(.lease(0)))
        #expect(self.shop.said.isEmpty)
    }
}
