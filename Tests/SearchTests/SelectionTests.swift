import Search
import Testing
import Wire

/// Searches of tables with many columns.
@Suite struct SelectionTests {
    private static let job = Jobs.job(columns: 80)

    private static func features(_ spec: TrialSpec) -> Int {
        Int(spec.value("features") ?? 80)
    }

    /// Boosting is best and does well down to `enough` columns.
    private static func score(_ spec: TrialSpec, enough: Int) -> Study.Observation {
        let family = spec.family == "gradient_boosting" ? 0.9 : 0.8
        let loss = Self.features(spec) < enough ? 0.1 : 0
        return .scored(family - loss, wall: .seconds(1))
    }

    private static func run(
        _ job: LearningJob = Self.job, enough: Int, to count: Int = 80
    ) -> (study: Study, specs: [TrialSpec]) {
        var study = Study(job: job, trials: UInt32(count), seed: 1)
        let specs = study.run(to: count) { Self.score($0, enough: enough) }
        return (study, specs)
    }

    private static func tried(_ specs: [TrialSpec], _ family: String) -> [Int] {
        specs.filter { $0.step == .selection && $0.family == family }.map(Self.features)
    }

    @Test func `columns are halved until the score gets worse`() {
        let specs = Self.run(enough: 20).specs
        #expect(Self.tried(specs, "gradient_boosting") == [40, 20, 10])
        let families = Set(specs.filter { $0.step == .selection }.map(\.family))
        #expect(families.count == 3)
        // One recipe of each family, but for the columns.
        for family in families {
            let own = specs.filter { $0.step == .selection && $0.family == family }
            #expect(Set(own.compactMap { $0.recipe?.seed }).count == 1)
        }
    }

    @Test func `tuning goes on with as few columns as did well`() {
        let specs = Self.run(enough: 20).specs
        let tuned = specs.filter { $0.step == .tuning && $0.family == "gradient_boosting" }
        #expect(tuned.count > 10)
        #expect(tuned.dropFirst(2).allSatisfy { Self.features($0) == 20 })
        let steps = specs.map(\.step)
        let last = steps.lastIndex(of: .selection) ?? 0
        #expect(steps[..<last].count { $0 == .tuning } == 0)
    }

    @Test func `where fewer columns do worse all are kept`() {
        let specs = Self.run(enough: 80).specs
        #expect(Self.tried(specs, "gradient_boosting") == [40])
        let tuned = specs.filter { $0.step == .tuning }
        #expect(!tuned.isEmpty && tuned.allSatisfy { $0.value("features") == nil })
    }

    @Test func `no fewer are tried than the user wants, and down to one else`() {
        #expect(
            Self.tried(Self.run(enough: 0).specs, "gradient_boosting") == [40, 20, 10, 5, 3, 2, 1])
        let job = Jobs.job(columns: 80, search: SearchTerms(featuresMin: 12))
        #expect(Self.tried(Self.run(job, enough: 0).specs, "gradient_boosting") == [40, 20])
    }

    @Test func `a step that fails ends the selection`() {
        var study = Study(job: Self.job, trials: 60, seed: 1)
        let specs = study.run(to: 60) { spec in
            spec.step == .selection ? .failed : Self.score(spec, enough: 0)
        }
        #expect(specs.count { $0.step == .selection } == 3)
        #expect(specs.allSatisfy { $0.step == .selection || $0.value("features") == nil })
    }

    @Test(arguments: [
        Jobs.job(columns: 19), Jobs.job(.anomalyDetection, columns: 80),
        Jobs.job(columns: 80, search: SearchTerms(selection: .skipped)),
    ]) func `elsewhere nothing is selected`(job: LearningJob) {
        let specs = Self.run(job, enough: 0).specs
        #expect(!specs.isEmpty && specs.allSatisfy { $0.step != .selection })
    }

    @Test func `it has a budget of its own, and says why it ended`() {
        let job = Jobs.job(
            columns: 80, search: SearchTerms(selection: StageTerms(trials: 4, time: nil)))
        let (study, specs) = Self.run(job, enough: 0)
        #expect(specs.count { $0.step == .selection } == 4)
        #expect(study.ends(isLate: false)[2] == StageEnd(.selection, .stageTrials))
        #expect(Self.run(enough: 20).study.ends(isLate: false)[2].reason == .exhausted)
    }

    @Test func `of a large table it sees as few rows as the portfolio`() {
        let job = Jobs.job(rows: 200_000, columns: 80)
        var study = Study(
            job: job, budget: Budget(trials: nil, time: .seconds(6000)), seed: 1)
        let specs = study.run(to: 120) { Self.score($0, enough: 20) }
        let own = specs.filter { $0.step == .selection && $0.family == "gradient_boosting" }
        #expect(own.map(\.rows) == [10_000, 10_000, 10_000])
    }
}
