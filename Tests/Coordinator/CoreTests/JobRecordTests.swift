import CoordinatorCore
import Testing
import Wire

@Suite struct JobRecordTests {
    var desk = Desk()

    @Test func `a trial that waits costs 72 bytes`() {
        #expect(MemoryLayout<TrialRecord>.stride == 72)
    }

    @Test mutating func `an ended job is what its facts add up to`() throws {
        self.desk.connect("w1", slots: 2)
        let job = self.desk.submit(.idle(trials: 3, duration: .seconds(5)), key: "k")
        let leases = self.desk.leases(of: "w1")
        self.desk.finish("w1", leases[0])
        self.desk.lose("w1", leases[1])
        self.desk.finish("w1", self.desk.leases(of: "w1")[0], .failed("no"))
        self.desk.finish("w1", self.desk.leases(of: "w1")[0])

        let record = try #require(self.desk.ended(job))
        #expect(record.owner == "anna")
        #expect(record.key == "k")
        #expect(record.state == .succeeded)
        #expect(record.endedAt == self.desk.now)
        #expect(record.counts.scored == 2)
        #expect(record.counts.failed == 1)
        #expect(record.trials.map(\.losses.count).reduce(0, +) == 1)
        #expect(record.trials.allSatisfy { $0.worker == "w1" })
        #expect(record.stage == "")
    }

    @Test func `only a submission begins a record`() {
        #expect(JobRecord(.nodeDrained("w1")) == nil)
        #expect(JobRecord(.proposed(JobID(1), [.idle])) == nil)
    }

    @Test mutating func `the best is the best by the first metric, and no refit`() throws {
        let job = self.desk.submit(.table(), trials: 4)
        var record = try #require(self.desk.coordinator.job(job))
        let portfolio = TrialSpec(step: .portfolio, recipe: nil)
        record.apply(.proposed(job, [portfolio, portfolio, portfolio]))
        record.apply(.proposed(job, [TrialSpec(step: .refit, recipe: nil)]))
        let scores = [0.5, .nan, 0.2, 0.1]
        for (index, score) in scores.enumerated() {
            let trial = TrialID(job, UInt32(index))
            record.apply(.finished(trial, .scored(score), worker: "w1"))
        }
        #expect(record.best?.trial == 2)
        #expect(record.best?.score == 0.2)
        #expect(record.stage == "refit")
    }

    @Test mutating func `what never began when its job ended is cancelled`() throws {
        let job = self.desk.submit(.idle(trials: 2))
        var record = try #require(self.desk.coordinator.job(job))
        record.apply(.finished(TrialID(job, 0), .scored, worker: "w1"))
        record.apply(.ended(job, .failed(reason: "why"), at: self.desk.now))
        #expect(record.counts.cancelled == 1)
        #expect(record[1]?.worker == nil)
        guard case .failed(let failure)? = record[1]?.outcome?.result else {
            Issue.record("it has no outcome")
            return
        }
        #expect(failure.code == .cancelled)
    }
}
