import CoordinatorCore
import Search
import Testing
import Wire

/// Which candidates a refit may take into its model.
@Suite struct CompanionTests {
    var desk = Desk()

    /// Evaluates candidates, each for as long as its outcome says, until one is refitted.
    private mutating func evaluate(
        on workers: [String] = ["w1"],
        _ outcome: (Int) -> Outcome = { .scored(1 / Double($0 + 1), wall: .seconds(1)) }
    ) -> TrialSpec? {
        for _ in 0..<200 {
            self.desk.propose()
            guard let worker = workers.first(where: { !self.desk.leases(of: $0).isEmpty }),
                let lease = self.desk.leases(of: worker).first
            else { return nil }
            let spec = self.desk.coordinator.job(lease.trial.job)?[lease.trial.index]?.spec
            if spec?.step == .refit { return spec }
            let outcome = outcome(Int(lease.trial.index))
            self.desk.pass(outcome.cost.wall)
            self.desk.finish(worker, lease, outcome)
        }
        return nil
    }

    @Test mutating func `they take no more than a quarter of what the search took`() throws {
        self.desk.connect("w1")
        let job = self.desk.submit(.table(), trials: 6)
        let found = self.evaluate { .scored(1 / Double($0 + 1), wall: .seconds(4)) }
        let refit = try #require(found)
        // Of 24 s that is 6, and a fit takes one and a half: the worker remembers the rest.
        #expect(refit.companions.count == 4)
        let record = try #require(self.desk.coordinator.job(job))
        let recipes = record.trials.compactMap(\.spec.recipe)
        #expect(refit.companions.allSatisfy { recipes.contains($0) && $0 != refit.recipe })
        // The journal has them: a second run after a restart is of the same refit.
        let replayed = JobRecord(try #require(self.desk.journal.first { $0.job == job }))
        var copy = try #require(replayed)
        for fact in self.desk.journal.filter({ $0.job == job }).dropFirst() { copy.apply(fact) }
        #expect(copy.trials.last?.spec == refit)
    }

    @Test mutating func `what another worker evaluated is evaluated again, which takes its time`()
        throws
    {
        self.desk.connect("w1")
        let job = self.desk.submit(.table(), trials: 12)
        for index in 0..<11 {
            self.desk.propose()
            let lease = try #require(self.desk.leases(of: "w1").first)
            self.desk.pass(.seconds(4))
            self.desk.finish("w1", lease, .scored(1 / Double(index + 1), wall: .seconds(4)))
        }
        self.desk.disconnect("w1")
        self.desk.pass(.seconds(20))
        self.desk.connect("w2")
        let found = self.evaluate(on: ["w2"]) { .scored(1 / Double($0 + 1), wall: .seconds(4)) }
        let refit = try #require(found)
        // Of 48 s that is 12: five and a half for each of two.
        #expect(refit.companions.count == 2)
        #expect(self.desk.coordinator.job(job)?.winner == 11)
    }

    @Test mutating func `the cheap ones go along where a dear one cannot`() throws {
        self.desk.connect("w1")
        let job = self.desk.submit(.table(), trials: 12)
        let found = self.evaluate { .scored(Double(12 - $0), wall: .seconds($0 == 0 ? 40 : 0.1)) }
        let refit = try #require(found)
        #expect(refit.companions.count > 4)
        let trials = try #require(self.desk.coordinator.job(job)).trials
        let dear = try #require(trials.first?.spec.recipe)
        #expect(!refit.companions.contains(dear))
    }

    @Test mutating func `what takes no time goes along wherever it was found`() throws {
        var specs: [TrialSpec?] = []
        for workers in [["w1"], ["w1", "w2"]] {
            self.desk = Desk()
            for worker in workers { self.desk.connect(worker) }
            self.desk.submit(.table(), trials: 12)
            let wall = Duration.milliseconds(20 * workers.count)
            specs.append(self.evaluate(on: workers) { .scored(1 / Double($0 + 1), wall: wall) })
        }
        #expect(specs[0]?.companions.count == 7)
        #expect(specs[0] == specs[1])
    }

    @Test mutating func `a job that wants one model gets one`() throws {
        self.desk.connect("w1")
        guard case .learning(let job) = JobSpec.Kind.table() else { return }
        self.desk.submit(
            .learning(
                LearningJob(
                    lesson: job.lesson, direction: job.direction, families: [], ensembles: false,
                    rows: job.rows, columns: job.columns, classes: 0)), trials: 12)
        let found = self.evaluate()
        #expect(found?.companions == [])
    }

    /// Where time is bounded the winner is fitted alone before: the refit with companions.
    private mutating func refitTogether(_ job: JobID) throws -> TrialSpec {
        let found = self.evaluate()
        let alone = try #require(found)
        #expect(alone.companions.isEmpty)
        self.desk.finish("w1", try #require(self.desk.leases(of: "w1").first), .model)
        let together = try #require(self.desk.coordinator.job(job)?.trials.last?.spec)
        #expect(together.step == .refit && together.recipe == alone.recipe)
        #expect(!together.companions.isEmpty)
        return together
    }

    @Test mutating func `a winner of classes alone goes along with itself, to be calibrated`()
        throws
    {
        guard case .learning(let job) = JobSpec.Kind.table() else { return }
        let lesson = Lesson(
            task: .classification, data: job.lesson.data, schema: job.lesson.schema,
            target: job.lesson.target, metrics: job.lesson.metrics, folds: job.lesson.folds,
            foldSeed: job.lesson.foldSeed)
        for (seconds, isCalibrated) in [(2, true), (40, false)] {
            self.desk = Desk()
            for worker in ["w1", "w2"] { self.desk.connect(worker) }
            self.desk.submit(
                .learning(
                    LearningJob(
                        lesson: lesson, direction: .minimise, families: [], ensembles: false,
                        rows: job.rows, columns: job.columns, classes: 2)), trials: 3)
            let found = self.evaluate(on: ["w1", "w2"]) {
                .scored(1 / Double($0 + 1), wall: .seconds(seconds))
            }
            let refit = try #require(found)
            // Where others prove it five seconds are allowed, and it took longer.
            let winner = try #require(refit.recipe)
            #expect(refit.companions == (isCalibrated ? [winner] : []))
        }
    }

    @Test mutating func `the budget of time holds what they take`() throws {
        self.desk.connect("w1")
        let job = self.desk.submit(.table(), time: .seconds(60))
        let start = self.desk.now
        let refit = try self.refitTogether(job)
        let taken = self.desk.now - start
        let companions = Duration.milliseconds(375) * refit.companions.count
        #expect(taken + companions + .milliseconds(250) <= .seconds(60))
        #expect(taken > .seconds(40))
        #expect(self.desk.coordinator.job(job)?.state == .running)
    }

    @Test mutating func `when they cannot be fitted the winner is, alone, and then the next`()
        throws
    {
        self.desk.connect("w1")
        let job = self.desk.submit(.table(), trials: 12)
        let found = self.evaluate()
        let together = try #require(found)
        #expect(!together.companions.isEmpty)
        var specs: [TrialSpec] = []
        for _ in 0..<2 {
            let lease = try #require(self.desk.leases(of: "w1").first)
            self.desk.finish("w1", lease, .failed("one of them cannot be fitted"))
            let record = try #require(self.desk.coordinator.job(job))
            specs.append(try #require(record.trials.last?.spec))
        }
        #expect(specs[0].recipe == together.recipe && specs[0].companions.isEmpty)
        #expect(specs[0].scores == together.scores)
        #expect(specs[1].recipe != together.recipe && specs[1].companions.isEmpty)
        let lease = try #require(self.desk.leases(of: "w1").first)
        self.desk.finish("w1", lease, .model)
        #expect(self.desk.ended(job)?.state == .succeeded)
    }

    @Test(arguments: [true, false])
    mutating func `when they are late or fail there is the model of the winner alone`(
        areLate: Bool
    ) throws {
        self.desk.connect("w1")
        let job = self.desk.submit(.table(), time: .seconds(60))
        let start = self.desk.now
        _ = try self.refitTogether(job)
        let held = try #require(self.desk.leases(of: "w1").first)
        if areLate {
            #expect(self.desk.coordinator.nextDeadline == start + .seconds(60))
            self.desk.pass(start + .seconds(60) - self.desk.now)
            #expect(!self.desk.leases(of: "w1").contains(held))
        } else {
            self.desk.finish("w1", held, .failed("one of them cannot be fitted"))
        }
        let ended = try #require(self.desk.ended(job))
        #expect(ended.state == .succeeded)
        #expect(ended.modelRefit?.index == held.trial.index - 1)
        #expect(ended.modelRefit?.spec.companions == [])
        guard case .scored(_, let outputs) = Outcome.model.result else { return }
        #expect(ended.model == outputs)
        #expect(self.desk.coordinator.contradictions.isEmpty)
    }

    @Test mutating func `what they make takes the place of the winner alone`() throws {
        self.desk.connect("w1")
        let job = self.desk.submit(.table(), time: .seconds(60))
        _ = try self.refitTogether(job)
        let lease = try #require(self.desk.leases(of: "w1").first)
        self.desk.finish("w1", lease, .model)
        let ended = try #require(self.desk.ended(job))
        #expect(ended.state == .succeeded)
        #expect(ended.modelRefit?.index == lease.trial.index)
    }

    @Test mutating func `what several made says so`() throws {
        self.desk.connect("w1")
        let job = self.desk.submit(.table(), trials: 12)
        let found = self.evaluate()
        #expect(found != nil)
        let lease = try #require(self.desk.leases(of: "w1").first)
        guard case .scored(_, let outputs) = Outcome.model.result else { return }
        let members = [
            Outcome.Member(recipe: 0, weight: 0.75), Outcome.Member(recipe: 1, weight: 0.25),
        ]
        self.desk.finish(
            "w1", lease,
            Outcome(
                .scored(scores: [Score("rmse", 0.01)], outputs: outputs), cost: .none,
                members: members))
        let ended = try #require(self.desk.ended(job))
        #expect(ended.state == .succeeded)
        let refit = try #require(ended.trials.last)
        #expect(refit.outcome?.members == members)
        #expect(refit.spec.recipe(of: members[0]) == refit.spec.recipe)
        #expect(refit.spec.recipe(of: members[1]) == refit.spec.companions.first)
        #expect(refit.spec.recipe(of: .init(recipe: 9, weight: 1)) == nil)
        // The best candidate stays what it was: the model is no trial.
        #expect(ended.best?.trial != refit.index)
    }
}
