import Testing
import Wire
import WorkerCore

@Suite struct HandTests {
    var shop = Workshop()

    init() { self.shop.open() }

    /// Lets trials 0 up to `count` finish at once, one after the other.
    private mutating func hurry(through count: UInt32, job: UInt64 = 1) {
        for trial in 0..<count {
            self.shop.assign([trial], job: job)
            self.shop.finish(0, .lease(trial, job: job))
        }
    }

    private func started(_ trial: UInt32) -> Report { Report(.lease(trial), .started) }

    private var announced: [Report] {
        self.shop.said.flatMap { directive -> [Report] in
            guard case .tell(.reports(let reports)) = directive else { return [] }
            return reports.filter { $0.event == .started }
        }
    }

    @Test mutating func `a runner of quick trials is handed more and more of them`() {
        self.hurry(through: 4)
        self.shop.assign(Array(10..<14))
        #expect(self.shop.begun == [.lease(10), .lease(11)])
        for trial in UInt32(10)..<14 { self.shop.finish(0, .lease(trial)) }
        self.shop.assign(Array(20..<24))
        #expect(self.shop.begun == [.lease(20), .lease(21), .lease(22)])
    }

    @Test mutating func `a hand is never fuller than the settings say`() {
        self.hurry(through: 200)
        self.shop.assign(Array(200..<300))
        #expect(self.shop.begun == (200..<216).map { .lease($0) })
    }

    @Test mutating func `one slow trial, and the runner is handed one at a time again`() {
        self.hurry(through: 60)
        self.shop.assign([60])
        let slow = Outcome(
            .scored(scores: [], outputs: []),
            cost: Cost(cpu: .zero, wall: .milliseconds(1), memoryBytes: 0))
        self.shop.finish(0, .lease(60), slow)
        self.shop.assign([61, 62])
        #expect(self.shop.begun == [.lease(61)])
    }

    @Test mutating func `trials of another job are not taken for quick`() {
        self.hurry(through: 60)
        self.shop.assign([0, 1, 2], job: 2)
        #expect(self.shop.begun == [.lease(0, job: 2)])
    }

    @Test mutating func `another job that waits longer comes first`() {
        self.hurry(through: 60)
        self.shop.assign([60])
        self.shop.assign([0], .table("a"), job: 2)
        self.shop.assign([61])
        #expect(self.shop.begun.isEmpty)
    }

    @Test mutating func `while a slot is free nothing stands behind another`() {
        self.shop = Workshop(slots: 2)
        self.shop.open()
        for trial in UInt32(0)..<60 {
            self.shop.assign([trial])
            self.shop.finish(1, .lease(trial))
        }
        self.shop.assign([60, 61])
        #expect(
            self.shop.said.suffix(2) == [
                .run(SlotNumber(1), .lease(60), .idle(.zero), .idle),
                .run(SlotNumber(0), .lease(61), .idle(.zero), .idle),
            ])
    }

    @Test mutating func `the head hears what has begun, not what is in hand`() {
        self.hurry(through: 8)
        self.shop.assign([8, 9, 10])
        #expect(self.announced == [self.started(8)])
        self.shop.hear(
            .runnerFinished(SlotNumber(0), .lease(8), .scored),
            .runnerFinished(SlotNumber(0), .lease(9), .scored))
        #expect(self.announced == [self.started(10)])
        self.shop.hear(.disconnected)
        self.shop.welcome(keep: [.lease(10)])
        #expect(self.announced == [self.started(10)])
    }

    @Test mutating func `a crash costs the trial that ran; what was in hand waits first in line`() {
        self.hurry(through: 8)
        self.shop.assign([8, 9, 10, 11])
        self.shop.die(0)
        #expect(self.shop.reports == [Report(.lease(8), .lost(Loss(.crashed, "signal 11")))])
        self.shop.pass(.milliseconds(100))
        self.shop.hear(.runnerReady(SlotNumber(0)))
        // Alone: how quick the next ones are is no longer taken for granted.
        #expect(self.shop.begun == [.lease(9)])
        #expect(self.shop.machine.waitingCount == 2)
    }

    @Test mutating func `the limit of time counts from a trial's own beginning`() {
        self.hurry(through: 8)
        self.shop.assign([8, 9], timeLimit: .seconds(5))
        self.shop.pass(.seconds(3))
        self.shop.finish(0, .lease(8))
        #expect(self.shop.machine.nextDeadline == self.shop.now + .seconds(5))
    }

    @Test mutating func `a trial that outlasts its limit takes nothing in hand with it`() {
        self.hurry(through: 8)
        self.shop.assign([8, 9], timeLimit: .seconds(5))
        self.shop.pass(.seconds(5))
        #expect(self.shop.reports.map(\.lease) == [.lease(8)])
        self.shop.hear(.runnerReady(SlotNumber(0)))
        #expect(self.shop.begun == [.lease(9)])
    }

    @Test mutating func `what is cancelled in hand is not run, and the rest is`() {
        self.hurry(through: 8)
        self.shop.assign([8, 9, 10])
        self.shop.hear(.cancelled([.lease(8), .lease(9)]))
        #expect(self.shop.said == [.killRunner(SlotNumber(0)), .startRunner(SlotNumber(0))])
        // What the killed runner had finished at the same moment is of no account.
        self.shop.finish(0, .lease(10))
        #expect(self.shop.reports.isEmpty)
        self.shop.hear(.runnerReady(SlotNumber(0)))
        #expect(self.shop.begun == [.lease(10)])
        #expect(self.shop.machine.runningCount == 1)
        #expect(self.shop.machine.waitingCount == 0)
    }

    @Test mutating func `a worker that drains finishes what is in hand`() {
        self.hurry(through: 8)
        for trial in UInt32(0)..<8 { self.shop.hear(.acknowledged([.lease(trial)])) }
        self.shop.assign([8, 9, 10, 11])
        self.shop.hear(.drain)
        let back = Loss(.handedBack, "the worker takes no more")
        #expect(self.shop.reports == [Report(.lease(11), .lost(back))])
        self.shop.finish(0, .lease(8))
        self.shop.die(0)
        #expect(
            self.shop.reports == [
                Report(.lease(10), .lost(back)),
                Report(.lease(9), .lost(Loss(.crashed, "signal 11"))),
            ])
    }

    @Test mutating func `told to stop, it hands back what is in hand`() {
        self.hurry(through: 8)
        self.shop.assign([8, 9])
        self.shop.hear(.stop)
        #expect(self.shop.reports.map(\.lease) == [.lease(8), .lease(9)])
    }
}
