import CoordinatorCore
import Search
import Testing
import Wire

@Suite struct LearningTests {
    var desk = Desk()

    /// Evaluates candidates until the job asks for a refit or ends; returns the refit's lease.
    private mutating func evaluate(
        _ outcome: (Int) -> Outcome = { .scored(Double($0)) }
    ) -> Lease? {
        for index in 0..<200 {
            self.desk.propose()
            guard let lease = self.desk.leases(of: "w1").first else { return nil }
            let spec = self.desk.coordinator.job(lease.trial.job)?[lease.trial.index]?.spec
            if spec?.step == .refit { return lease }
            self.desk.finish("w1", lease, outcome(index))
        }
        return nil
    }

    @Test mutating func `candidates are proposed off the loop`() throws {
        self.desk.connect("w1", slots: 2)
        let job = self.desk.submit(.table(), trials: 10)
        let proposal = try #require(self.desk.proposal)
        #expect(proposal.count == 4)  // Twice the slots.
        self.desk.tell(.proposed(job, proposal.study.propose(proposal.count)))
        guard case .proposed(job, let specs)? = self.desk.recorded.first else {
            Issue.record("nothing was recorded")
            return
        }
        #expect(specs.count == 4)
        #expect(self.desk.leases(of: "w1").count >= 2)
    }

    @Test mutating func `one proposal is asked for at a time`() {
        self.desk.connect("w1", slots: 2)
        self.desk.submit(.table(), trials: 10)
        #expect(self.desk.proposal != nil)
        self.desk.connect("w2", slots: 8)
        self.desk.tell(.ticked)
        #expect(self.desk.proposal == nil)
    }

    @Test mutating func `the budget of trials is used and not passed`() throws {
        self.desk.connect("w1", slots: 3)
        let job = self.desk.submit(.table(), trials: 12)
        let found = self.evaluate()
        let refit = try #require(found)
        #expect(refit.trial.index == 12)
        #expect(self.desk.coordinator.job(job)?.counts.scored == 12)
    }

    @Test mutating func `the best recipe is fitted on all rows, and that is the model`() throws {
        self.desk.connect("w1")
        let job = self.desk.submit(.table(), trials: 5)
        let found = self.evaluate { .scored($0 == 2 ? 0.1 : 0.9) }
        let refit = try #require(found)
        let record = try #require(self.desk.coordinator.job(job))
        #expect(record.best?.trial == 2)
        #expect(record[refit.trial.index]?.spec.recipe == record[2]?.spec.recipe)
        #expect(record[refit.trial.index]?.spec.scores == [Score("rmse", 0.1)])
        #expect(record.stage == "refit")

        self.desk.finish("w1", refit, .model)
        let ended = try #require(self.desk.ended(job))
        #expect(ended.state == .succeeded)
        #expect(ended.stage == "done")
        #expect(ended.model.map(\.name) == ["manifest.json"])
    }

    @Test mutating func `when a refit fails the next best is fitted`() throws {
        self.desk.connect("w1")
        let job = self.desk.submit(.table(), trials: 5)
        let found = self.evaluate()
        let together = try #require(found)
        self.desk.finish("w1", together, .failed("the matrix is singular"))
        let alone = try #require(self.desk.leases(of: "w1").first)
        self.desk.finish("w1", alone, .failed("the matrix is singular"))
        let next = try #require(self.desk.leases(of: "w1").first)
        let record = try #require(self.desk.coordinator.job(job))
        #expect(record[alone.trial.index]?.spec.recipe == record[0]?.spec.recipe)
        #expect(record[next.trial.index]?.spec.recipe == record[1]?.spec.recipe)
        self.desk.finish("w1", next, .model)
        #expect(self.desk.ended(job)?.state == .succeeded)
    }

    @Test mutating func `three refits that fail are enough`() throws {
        self.desk.connect("w1")
        let job = self.desk.submit(.table(), trials: 5)
        _ = self.evaluate()
        while let refit = self.desk.leases(of: "w1").first {
            self.desk.finish("w1", refit, .failed("the matrix is singular"))
        }
        let record = try #require(self.desk.ended(job))
        #expect(record.trials.filter { $0.spec.step == .refit }.count == 3)
        let reason = "the winner could not be fitted on all rows: the matrix is singular"
        #expect(record.state == .failed(reason: reason))
    }

    @Test mutating func `a job whose candidates all failed says why`() throws {
        self.desk.connect("w1")
        let job = self.desk.submit(.table(), trials: 3)
        let refit = self.evaluate { _ in .failed("the target is constant") }
        #expect(refit == nil)
        let reason = try #require(self.desk.ended(job)?.state.reason)
        #expect(reason.hasSuffix("was scored; the first to fail said: the target is constant"))
    }

    @Test mutating func `when the time is up candidates stop and the winner is fitted`() {
        self.desk.connect("w1", slots: 2)
        let job = self.desk.submit(.table(), time: .seconds(60))
        self.desk.propose()
        self.desk.finish("w1", self.desk.leases(of: "w1")[0], .scored(0.5, wall: .seconds(4)))
        self.desk.propose()
        let running = self.desk.leases(of: "w1")
        // A quarter of a second, what the first trial took to read the table at most, and half as
        // much again as a fold's share of four seconds.
        let searchEnd = self.desk.now + (.seconds(60) - .milliseconds(250 + 4000 + 1500))
        #expect(self.desk.coordinator.nextDeadline == searchEnd)

        self.desk.now = searchEnd
        self.desk.tell(.ticked)
        #expect(self.desk.told("w1").first == .cancelled(running))
        #expect(self.desk.proposal == nil)
        #expect(self.desk.assignments(to: "w1").map(\.spec.step) == [.refit])
        #expect(self.desk.coordinator.job(job)?.counts.queued == 0)
    }

    @Test mutating func `the budget of time holds without any worker`() {
        let job = self.desk.submit(.table(), time: .seconds(60))
        self.desk.propose()
        self.desk.pass(.seconds(60))
        let reason = """
            none of 2 candidates was scored; the budget's time was used before 2 of them had ended
            """
        #expect(self.desk.ended(job)?.state == .failed(reason: reason))
    }

    @Test mutating func `the budget of time holds when the workers are gone before the refit`() {
        self.desk.connect("w1")
        let job = self.desk.submit(.table(), time: .seconds(60))
        self.desk.propose()
        self.desk.finish("w1", self.desk.leases(of: "w1")[0])
        self.desk.disconnect("w1")
        self.desk.pass(.seconds(60))
        #expect(self.desk.coordinator.job(job)?.stage == "refit")
        self.desk.pass(.seconds(2))
        let reason = "the budget's time was used before the winner was fitted on all rows"
        #expect(self.desk.ended(job)?.state == .failed(reason: reason))
    }

    @Test mutating func `a model may be a little late`() {
        self.desk.connect("w1")
        let job = self.desk.submit(.table(), time: .seconds(60))
        self.desk.propose()
        self.desk.finish("w1", self.desk.leases(of: "w1")[0])
        self.desk.pass(.seconds(59) + .milliseconds(900))
        self.desk.pass(.seconds(2))
        self.desk.finish("w1", self.desk.leases(of: "w1")[0], .model)
        #expect(self.desk.ended(job)?.state == .succeeded)
    }

    @Test mutating func `when the winner's refit is late a quick candidate takes its place`() throws
    {
        self.desk.connect("w1")
        let job = self.desk.submit(.table(), time: .seconds(60))
        for (score, wall) in [
            (0.5, Duration.milliseconds(100)), (0.3, .milliseconds(200)), (0.1, .seconds(8)),
        ] {
            self.desk.propose()
            self.desk.finish("w1", self.desk.leases(of: "w1")[0], .scored(score, wall: wall))
        }
        self.desk.propose()
        // A quarter of a second, and half as much again as a fold's share of eight seconds.
        self.desk.now =
            try #require(self.desk.coordinator.job(job)).submittedAt + .milliseconds(56_750)
        self.desk.tell(.ticked)
        while let lease = self.desk.leases(of: "w1").first,
            let spec = self.desk.coordinator.job(job)?[lease.trial.index]?.spec,
            !spec.companions.isEmpty
        {
            self.desk.finish("w1", lease, .failed("they do not go together"))
        }
        let record = try #require(self.desk.coordinator.job(job))
        let refit = try #require(self.desk.leases(of: "w1").first)
        #expect(record[refit.trial.index]?.spec.recipe == record[2]?.spec.recipe)
        // A runner needs a quarter of a second, and what the first trial took to read the table.
        let end = record.submittedAt + (.seconds(60) - .milliseconds(350))
        #expect(self.desk.coordinator.nextDeadline == end)
        self.desk.now = end
        self.desk.tell(.ticked)
        let other = try #require(self.desk.leases(of: "w1").first)
        let now = try #require(self.desk.coordinator.job(job))
        #expect(now[other.trial.index]?.spec.recipe == now[1]?.spec.recipe)
        #expect(self.desk.coordinator.nextDeadline == record.submittedAt + .seconds(62))
        self.desk.finish("w1", other, .model)
        #expect(self.desk.ended(job)?.state == .succeeded)
    }

    @Test mutating func `the budget of time holds over a restart`() {
        let job = self.desk.submit(.table(), time: .seconds(60))
        self.desk.propose()
        self.desk.now = self.desk.now + .seconds(100)
        self.desk.restart(epoch: 2)
        #expect(self.desk.ended(job)?.state.reason?.hasPrefix("none of") == true)
    }

    @Test mutating func `a proposal that comes too late is dropped`() throws {
        self.desk.connect("w1")
        let job = self.desk.submit(.table(), time: .seconds(10))
        let proposal = try #require(self.desk.proposal)
        self.desk.pass(.seconds(10))
        self.desk.tell(.proposed(job, proposal.study.propose(1)))
        #expect(self.desk.said.isEmpty)
    }

    @Test mutating func `candidates may run no longer than the budget lasts`() {
        self.desk.connect("w1")
        self.desk.submit(.table(), trials: 3, time: .seconds(30))
        self.desk.now = self.desk.now + .seconds(10)
        self.desk.propose()
        #expect(self.desk.assignments(to: "w1").first?.timeLimit == .seconds(20))
    }
}
