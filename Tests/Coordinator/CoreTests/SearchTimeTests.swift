import CoordinatorCore
import Search
import Testing
import Wire

/// How a search ends whose time is bounded.
@Suite struct SearchTimeTests {
    var desk = Desk()

    /// Works off what the worker was given, a slot's trial at a time, until the refit.
    private mutating func work(_ job: JobID, _ wall: Duration, slots: Int = 1) {
        self.desk.propose()
        for _ in 0..<200 {
            let running = self.desk.leases(of: "w1").prefix(slots)
            guard let first = running.first,
                self.desk.coordinator.job(job)?[first.trial.index]?.spec.step != .refit
            else { return }
            self.desk.pass(wall)
            // Their time may have been over.
            for lease in running where self.desk.leases(of: "w1").contains(lease) {
                let score = 1 / Double(lease.trial.index + 1)
                self.desk.finish("w1", lease, .scored(score, wall: wall))
                self.desk.propose()
            }
        }
    }

    /// Estimates are rough, so what may just fit is begun; but nothing waits behind it.
    @Test(arguments: [7, 11]) mutating func `at the end of its time a job has little to cancel`(
        seconds: Int
    ) throws {
        self.desk.connect("w1")
        let job = self.desk.submit(.table(), time: .seconds(60))
        let start = self.desk.now
        self.work(job, .seconds(seconds))
        let record = try #require(self.desk.coordinator.job(job))
        #expect(record.trials.last?.spec.step == .refit)
        #expect(record.counts.cancelled <= 1 && record.counts.scored > 2)
        #expect(record.stageEnds.contains { $0.reason == .jobTime })
        #expect(self.desk.now < start + .seconds(60))
        // Of the winner alone, and with companions.
        while let lease = self.desk.leases(of: "w1").first {
            self.desk.finish("w1", lease, .model)
        }
        #expect(self.desk.ended(job)?.state == .succeeded)
        #expect(self.desk.coordinator.contradictions.isEmpty)
    }

    @Test mutating func `a slot that is free while nothing fits asks again when a result is there`()
        throws
    {
        self.desk.connect("w1", slots: 2)
        let job = self.desk.submit(.table(), time: .seconds(60))
        self.work(job, .seconds(9), slots: 2)
        let record = try #require(self.desk.coordinator.job(job))
        #expect(record.trials.last?.spec.step == .refit && record.counts.cancelled <= 2)
    }
}
