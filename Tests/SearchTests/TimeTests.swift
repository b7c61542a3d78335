import Search
import Testing
import Wire

/// What a search proposes when its time is nearly over.
@Suite struct TimeTests {
    /// Trials take as long as their families' boosting has trees, others a second.
    private static func wall(_ spec: TrialSpec) -> Duration {
        .milliseconds(10 * Int(spec.value("trees") ?? 100))
    }

    private static func score(_ spec: TrialSpec) -> Study.Observation {
        .scored(spec.family == "gradient_boosting" ? 0.9 : 0.8, wall: Self.wall(spec))
    }

    private static func study(after count: Int) -> Study {
        var study = Study(
            job: Jobs.job(families: ["gradient_boosting"]), trials: nil, seed: 1)
        study.run(to: count, Self.score)
        return study
    }

    @Test func `what does not end in time is not begun, and then something shorter is`() {
        let study = Self.study(after: 6)
        let long = study.propose(40).count { Self.wall($0) > .seconds(2) }
        #expect(long > 0)
        let specs = study.within(.seconds(2)).propose(40)
        #expect(!specs.isEmpty)
        // Estimates are rough: what may take three seconds is begun, and nothing takes five.
        #expect(specs.allSatisfy { Self.wall($0) < .seconds(5) })
        #expect(specs.count { Self.wall($0) > .seconds(2) } < long / 2)
        #expect(study.within(.zero).propose(40).isEmpty)
        #expect(study.within(nil).propose(4) == study.propose(4))
    }

    @Test func `while nothing is known everything is tried`() {
        let study = Self.study(after: 0)
        #expect(study.within(.milliseconds(1)).propose(3) == study.propose(3))
    }

    @Test func `where time is short what leads comes first, and what stands behind last`() {
        let families = ["gradient_boosting", "multilayer_perceptron", "random_forest"]
        var study = Study(
            job: Jobs.job(families: families, rows: 40_000), trials: nil, seed: 1)
        let ended = study.run(to: 2, Self.score).map(\.family)
        #expect(Set(ended) == ["gradient_boosting", "multilayer_perceptron"])
        // With time enough the cheapest is next.
        let calm = study.propose(64)
        #expect(study.within(.seconds(1000)).propose(64) == calm)
        let hasty = study.within(.seconds(8)).propose(64)
        let order = hasty.map(\.family)
        let ranks = families.map { family in order.indices.filter { order[$0] == family } }
        #expect(ranks[0].first == 0 && order != calm.map(\.family))
        #expect(ranks[2].max() ?? 99 < ranks[1].min() ?? -1)
        // What others came before is not lost.
        study.adopt([hasty[0]])
        #expect(study.within(.seconds(1000)).propose(64) == calm.filter { $0 != hasty[0] })
    }

    @Test func `before boosting was seen it is taken to lead where time is short`() {
        let families = ["gradient_boosting", "multilayer_perceptron", "logistic_regression"]
        var study = Study(
            job: Jobs.job(families: families, rows: 40_000, classes: 6), trials: nil, seed: 1)
        study.run(to: 2) { _ in .scored(0.8, wall: .seconds(1)) }
        #expect(study.propose(1).first?.family == "multilayer_perceptron")
        let hasty = study.within(.seconds(20)).propose(1)
        #expect(hasty.first?.family == "gradient_boosting")
    }

    @Test func `a family that found the table hard does not keep others from being tried`() {
        let families = ["multilayer_perceptron", "gradient_boosting", "logistic_regression"]
        var study = Study(
            job: Jobs.job(families: families, rows: 40_000), trials: nil, seed: 1)
        let ended = study.run(to: 3) { spec in
            .scored(0.5, wall: .seconds(spec.family == "logistic_regression" ? 100 : 1))
        }
        let other = families.filter { !ended.map(\.family).contains($0) }
        #expect(other.count == 1 && ended.first?.family == "logistic_regression")
        let hasty = study.within(.seconds(60)).propose(64)
        #expect(hasty.contains { $0.family == other.first })
    }

    @Test func `a search that has no time for the rest of its portfolio says so`() {
        let families = ["gradient_boosting", "multilayer_perceptron", "logistic_regression"]
        var study = Study(
            job: Jobs.job(families: families, rows: 40_000), trials: nil, seed: 1)
        study.run(to: 3, Self.score)
        #expect(study.ends(isLate: true)[0] == StageEnd(.portfolio, .jobTime))
        // Nothing that is left fits: the search goes on to what is shorter, and ends.
        let late = study.within(.milliseconds(1))
        #expect(study.stage == .portfolio && late.stage != .portfolio)
        #expect(late.propose(8).isEmpty)
        // All of it tried: its end is its own.
        study.run(to: 64, Self.score)
        #expect(study.stage == .tuning)
        #expect(study.ends(isLate: true)[0] == StageEnd(.portfolio, .exhausted))
    }

    @Test func `the longest in flight is told from those that have ended`() {
        var study = Self.study(after: 3)
        #expect(study.longestInFlight == .zero)
        study.adopt(study.propose(1))
        #expect(study.longestInFlight > .zero)
    }

    /// A worker of one slot: what ends too late counts for nothing.
    private static func search(
        _ job: LearningJob, for time: Duration, _ score: (TrialSpec) -> Double
    ) -> (study: Study, ended: [TrialSpec], wasted: Duration) {
        var study = Study(job: job, budget: Budget(trials: nil, time: .seconds(600)), seed: 1)
        var ended: [TrialSpec] = []
        var now = Duration.zero
        while true {
            let proposed = study.within(time - now).propose(1)
            guard let spec = proposed.first else { return (study, ended, .zero) }
            study.adopt(proposed)
            let rows = Int(spec.rows ?? 160_000)
            let wall = Self.wall(spec) * rows / 160_000
            guard now + wall <= time else { return (study, ended, time - now) }
            now += wall
            study.observe(UInt32(ended.count), .scored(score(spec), wall: wall))
            ended.append(spec)
        }
    }

    /// The best are those of many leaves, wherever they are tried first.
    private static func leaves(_ spec: TrialSpec) -> Double {
        (spec.value("leaves") ?? 0) + Double(spec.rows ?? 160_000) / 1e6
    }

    @Test(arguments: [10, 20, 40]) func `what does best on some rows ends on all before time is up`(
        seconds: Int
    ) throws {
        let (study, ended, wasted) = Self.search(
            Jobs.job(families: ["gradient_boosting"], rows: 200_000), for: .seconds(seconds),
            Self.leaves)
        #expect(wasted < .seconds(seconds) / 4)
        let best = try #require(
            ended.filter { $0.rows != nil }.max { Self.leaves($0) < Self.leaves($1) })
        // Some that are as good would have taken too long.
        let winner = try #require(study.winner())
        let leaves = try #require(ended[Int(winner)].value("leaves"))
        #expect(ended[Int(winner)].rows == nil)
        #expect(leaves >= 0.6 * (best.value("leaves") ?? 0))
        // Where candidates are cheap, those on all rows are too: they take a tenth at least.
        let onAll = ended.filter { $0.rows == nil }.reduce(Duration.zero) { $0 + Self.wall($1) }
        #expect(onAll >= .seconds(seconds) / 10)
    }
}
