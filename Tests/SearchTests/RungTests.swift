import Search
import Testing
import Wire

/// Searches of tables so large that candidates are tried on some rows first.
@Suite struct RungTests {
    /// 160,000 rows to learn from: 10,000, 40,000, all.
    static let job = Jobs.job(rows: 200_000)
    private static let timed = Budget(trials: nil, time: .seconds(600))

    private static func study(_ job: LearningJob = Self.job, trials: UInt32? = nil) -> Study {
        Study(job: job, budget: Budget(trials: trials, time: .seconds(600)), seed: 1)
    }

    /// As a table might: boosting is best, small steps are better, and more rows help everybody.
    static func score(_ spec: TrialSpec) -> Study.Observation {
        let family = spec.family == "gradient_boosting" ? 0.9 : 0.8
        let rate = spec.value("learning_rate") ?? 0
        let rows = Double(spec.rows ?? 160_000)
        return .scored(
            family - rate / 100 + rows / 1e7, wall: .milliseconds(1 + Int(rows / 100)))
    }

    private static func run(_ count: Int) -> (study: Study, specs: [TrialSpec]) {
        var study = Self.study()
        let specs = study.run(to: count, Self.score)
        return (study, specs)
    }

    @Test func `the portfolio begins on few rows, what is cheap on all`() throws {
        let portfolio = Self.run(300).specs.filter { $0.step == .portfolio }
        let rows = Dictionary(grouping: portfolio, by: \.rows).mapValues { Set($0.map(\.family)) }
        #expect(rows[10_000]?.contains("gradient_boosting") == true)
        #expect(rows[UInt32?.none]?.contains("baseline") == true)
        #expect(rows.keys.allSatisfy { [nil, 10_000, 40_000].contains($0) })
    }

    @Test func `the best quarter of a rung goes on to four times the rows`() throws {
        let specs = Self.run(600).specs
        var (low, promoted) = (0, 0)
        var seen: [Recipe: Set<UInt32?>] = [:]
        for spec in specs {
            let recipe = try #require(spec.recipe)
            if spec.rows == 10_000 { low += 1 }
            if spec.rows == 40_000, seen[recipe] != nil { promoted += 1 }
            // None is tried twice on the same rows, or higher before it was tried lower.
            #expect(seen[recipe, default: []].insert(spec.rows).inserted)
            if spec.step == .sampling || seen[recipe, default: []].count > 1 {
                let below: UInt32 = spec.rows == nil ? 40_000 : 10_000
                #expect(seen[recipe]?.contains(below) == true)
            }
        }
        #expect(low > 100 && promoted >= low / 5 && promoted <= low / 4)
        #expect(specs.contains { $0.step == .sampling && $0.rows == 40_000 })
    }

    @Test func `what goes on is what scored best`() {
        let specs = Self.run(600).specs
        let onAll = Set(specs.filter { $0.rows == nil }.compactMap(\.recipe))
        let promoted = specs.filter { spec in
            spec.rows == 10_000 && spec.recipe.map(onAll.contains) == true
        }
        #expect(!promoted.isEmpty && promoted.allSatisfy { $0.family == "gradient_boosting" })
    }

    @Test func `only what was tried on all rows wins, helps, or is best`() throws {
        var study = Self.study()
        // Few rows look splendid.
        let specs = study.run(to: 400) { spec in
            .scored(spec.rows == nil ? 0.5 : 0.99, wall: .seconds(1))
        }
        let winner = try #require(study.winner())
        #expect(specs[Int(winner)].rows == nil && study.best?.score == 0.5)
        for companion in study.companions(of: winner) {
            #expect(specs[Int(companion.trial)].rows == nil)
        }
    }

    @Test func `nobody waits for a rung to be full`() {
        var study = Self.study()
        var specs: [TrialSpec] = []
        var observed = 0
        while specs.count < 200 {
            let capacity = study.capacity(inFlight: specs.count - observed)
            if specs.count - observed < 8, capacity > 0 {
                let proposed = study.propose(1)
                study.adopt(proposed)
                specs += proposed
            } else {
                // The oldest of eight ends.
                study.observe(UInt32(observed), Self.score(specs[observed]))
                observed += 1
            }
            // Something is always to be done once the portfolio has told enough.
            #expect(capacity > 0 || specs.count < 25)
        }
        #expect(specs.contains { $0.step == .sampling })
    }

    @Test func `the same adoptions and observations give an equal study`() {
        let (first, second) = (Self.run(300).study, Self.run(300).study)
        #expect(first == second)
        #expect(first.propose(16) == second.propose(16))
        #expect(first.propose(16).prefix(3) == first.propose(3)[...])
    }

    @Test func `it stays as large as its bounds`() {
        func size(_ count: Int) -> Int { "\(Self.run(count).study)".count }
        let small = size(2500)
        #expect(size(6000) < small + small / 4)
    }

    @Test(arguments: [
        // Few rows; too little time; no time to keep; not wanted; detectors.
        (Jobs.job(rows: 40_000), Self.timed),
        (Self.job, Budget(trials: nil, time: .seconds(50))),
        (Self.job, Budget(trials: 200, time: nil)),
        (Jobs.job(rows: 200_000, search: SearchTerms(sampling: .skipped)), Self.timed),
        (Jobs.job(.anomalyDetection, rows: 200_000), Self.timed),
    ]) func `elsewhere every candidate has all rows`(job: LearningJob, budget: Budget) {
        var study = Study(job: job, budget: budget, seed: 1)
        let specs = study.run(to: 60, Self.score)
        #expect(!specs.isEmpty && specs.allSatisfy { $0.rows == nil && $0.step != .sampling })
    }

    @Test func `sampling has a budget of its own`() {
        let search = SearchTerms(sampling: .init(trials: 1, time: nil), tuning: .skipped)
        var study = Self.study(Jobs.job(rows: 200_000, search: search))
        let specs = study.run(to: 100, Self.score)
        #expect(specs.count { $0.step == .sampling } == 1)
        #expect(study.stage == .finished)
        #expect(
            study.ends(isLate: false).map(\.reason) == [
                .exhausted, .stageTrials, .needless, .skipped,
            ])
    }

    @Test func `a trial of rows that are no rung's is no candidate`() {
        var study = Self.study()
        study.run(to: 5, Self.score)
        let recipe = Recipe(family: "ridge", parameters: [], seed: 1)
        study.adopt([TrialSpec(step: .tuning, recipe: recipe, rows: 77)])
        study.observe(5, .scored(7, wall: .seconds(1)))
        #expect(study.best.map { $0.score < 7 } == true)
    }

    // MARK: Why stages end

    @Test func `every stage says why it ended`() {
        var small = Study(job: Jobs.job(), trials: 30, seed: 1)
        small.run(to: 30, Self.score)
        #expect(
            small.ends(isLate: false) == [
                StageEnd(.portfolio, .exhausted), StageEnd(.sampling, .needless),
                StageEnd(.selection, .needless), StageEnd(.tuning, .jobTrials),
            ])
        var short = Study(job: Jobs.job(), trials: 4, seed: 1)
        short.run(to: 4, Self.score)
        #expect(
            short.ends(isLate: false).map(\.reason)
                == [.jobTrials, .needless, .needless, .jobTrials])
        let late = Self.run(100).study
        #expect(late.ends(isLate: true).last == StageEnd(.tuning, .jobTime))
        var bounded = Study(
            job: Jobs.job(
                search: SearchTerms(tuning: StageTerms(trials: nil, time: .seconds(3)))),
            trials: 90, seed: 1)
        bounded.run(to: 90) { _ in .scored(0.5, wall: .seconds(1)) }
        #expect(bounded.ends(isLate: false).last == StageEnd(.tuning, .stageTime))
    }
}
