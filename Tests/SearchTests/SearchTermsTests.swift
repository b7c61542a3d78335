import Search
import Testing
import Wire

@Suite struct SearchTermsTests {
    private static let boosting = FamilySpace(
        family: "gradient_boosting", fixed: [Parameter("trees", 200)],
        ranges: [
            CommandParameter("learning_rate", .real(0.02...0.05, .log)),
            CommandParameter("leaves", .whole(20...24, .linear)),
        ])

    private static func job(_ search: SearchTerms, families: [String] = []) -> LearningJob {
        Jobs.job(families: families, search: search)
    }

    private static func steady(_ spec: TrialSpec) -> Study.Observation {
        .scored(spec.family == "gradient_boosting" ? 0.9 : 0.8, wall: .seconds(1))
    }

    @Test func `portfolio and tuning stay within what the user allows`() throws {
        var study = Study(
            job: Self.job(SearchTerms(space: [Self.boosting])), trials: 80, seed: 1)
        let own = study.run(to: 80, Self.steady).filter { $0.family == "gradient_boosting" }
        #expect(Set(own.map(\.step)) == [.portfolio, .tuning])
        for spec in own {
            #expect(spec.value("trees") == 200)
            #expect((0.02...0.05).contains(try #require(spec.value("learning_rate"))))
            #expect((20...24).contains(try #require(spec.value("leaves"))))
            let names = spec.recipe?.parameters.map(\.name) ?? []
            #expect(Set(names).count == names.count)
        }
        // What the user does not name varies as it did.
        #expect(Set(own.compactMap { $0.value("l2") }).count > 10)
        #expect(Set(own.compactMap { $0.value("leaves") }) == [20, 21, 22, 23, 24])
    }

    @Test func `what is fixed altogether is tried once, and not tuned`() {
        let space = FamilySpace(
            family: "ridge", fixed: [Parameter("alpha", 3)], ranges: [])
        let job = Jobs.job(
            .regression, families: ["ridge"], search: SearchTerms(space: [space]))
        var study = Study(job: job, trials: 20, seed: 1)
        let specs = study.run(to: 20) { _ in .scored(0.5, wall: .seconds(1)) }
        #expect(specs.map { $0.value("alpha") } == [3])
        #expect(study.stage == .finished)
    }

    @Test func `a parameter that we do not vary varies when the user says so`() {
        let space = FamilySpace(
            family: "isolation_forest", fixed: [],
            ranges: [CommandParameter("trees", .whole(50...400, .log))])
        let job = Jobs.job(.anomalyDetection, search: SearchTerms(space: [space]))
        var study = Study(job: job, trials: 60, seed: 1)
        let trees = study.run(to: 60) { spec in
            .scored(spec.family == "isolation_forest" ? 0.9 : 0.5, wall: .seconds(1))
        }.filter { $0.family == "isolation_forest" }.compactMap { $0.value("trees") }
        #expect(Set(trees).count > 10 && trees.allSatisfy { (50...400).contains($0) })
    }

    @Test func `a family with a space of its own is searched unasked`() {
        let space = FamilySpace(
            family: "decision_tree", fixed: [Parameter("max_depth", 4)], ranges: [])
        var study = Study(job: Self.job(SearchTerms(space: [space])), trials: 30, seed: 1)
        let trees = study.run(to: 30, Self.steady).filter { $0.family == "decision_tree" }
        #expect(!trees.isEmpty && trees.allSatisfy { $0.value("max_depth") == 4 })
    }

    @Test(arguments: 1...5) func `as many families are tuned as the user wants`(families: Int) {
        var study = Study(
            job: Self.job(SearchTerms(families: families)), trials: 200, seed: 1)
        let tuned = study.run(to: 200, Self.steady).filter { $0.step == .tuning }
        #expect(Set(tuned.map(\.family)).count == families)
    }

    @Test func `a stage ends with its trials, and the search goes on or ends`() {
        let search = SearchTerms(
            portfolio: StageTerms(trials: 5, time: nil),
            tuning: StageTerms(trials: 7, time: nil))
        var study = Study(job: Self.job(search), trials: 100, seed: 1)
        let steps = study.run(to: 100, Self.steady).map(\.step)
        #expect(steps.prefix(5).allSatisfy { $0 == .portfolio })
        #expect(steps.dropFirst(5).allSatisfy { $0 == .tuning })
        #expect(steps.count == 12)
        #expect(study.stage == .finished && study.winner() != nil)
    }

    @Test func `a stage ends with the running time of its trials`() {
        let search = SearchTerms(tuning: StageTerms(trials: nil, time: .seconds(10)))
        var study = Study(job: Self.job(search), trials: 100, seed: 1)
        #expect(study.run(to: 100, Self.steady).count { $0.step == .tuning } == 10)
        // What is in flight counts before it has ended.
        var wide = Study(job: Self.job(search), trials: 100, seed: 1)
        let first = wide.run(to: 100) { spec in
            spec.step == .tuning ? .scored(0.5, wall: .seconds(4)) : Self.steady(spec)
        }
        #expect(first.count { $0.step == .tuning } == 3)
    }

    @Test func `tuning may be left out`() {
        var study = Study(job: Self.job(SearchTerms(tuning: .skipped)), trials: 100, seed: 1)
        let specs = study.run(to: 100, Self.steady)
        #expect(specs.count < 25 && specs.allSatisfy { $0.step == .portfolio })
        #expect(study.stage == .finished)
    }
}
