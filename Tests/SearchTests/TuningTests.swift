import Search
import Testing
import Wire

@Suite struct TuningTests {
    @Test func `tuning finds the optimum of a smooth bowl better than chance does`() throws {
        // The best alpha is 0.3 by construction; a decade away costs 1.
        let job = Jobs.job(.regression, families: ["ridge"], direction: .minimise)
        for seed in 1...5 as ClosedRange<UInt64> {
            var study = Study(job: job, trials: 60, seed: seed)
            study.run(to: 60) { spec in
                .scored(Self.decades(spec.value("alpha") ?? 1, from: 0.3), wall: .seconds(1))
            }
            let best = try #require(study.best)
            // Sixty draws over nine decades come within 0.075 decades on average; TPE must do
            // better than that for every one of these seeds.
            #expect(best.score < 0.05, "seed \(seed) ended \(best.score) decades away")
        }
    }

    /// The distance of two positive numbers in powers of ten, to a hundredth or so.
    private static func decades(_ a: Double, from b: Double) -> Double {
        var ratio = max(a, b) / min(a, b)
        var decades = 0.0
        while ratio >= 10 { (ratio, decades) = (ratio / 10, decades + 1) }
        while ratio >= 1.01 { (ratio, decades) = (ratio / 1.01, decades + 0.004_321) }
        return decades + (ratio - 1) * 0.43
    }

    @Test func `only the three leading families are tuned, the best the most`() {
        let order = ["random_forest": 0.8, "gradient_boosting": 0.9, "extra_trees": 0.7]
        var study = Study(job: Jobs.job(), trials: 120, seed: 2)
        let tuned = study.run(to: 120) { spec in
            .scored(order[spec.family] ?? 0.5, wall: .seconds(1))
        }.filter { $0.step == .tuning }.map(\.family)
        #expect(Set(tuned) == Set(order.keys))
        let counts = ["gradient_boosting", "random_forest", "extra_trees"].map { family in
            tuned.count { $0 == family }
        }
        #expect(counts == counts.sorted(by: >))
        #expect(counts[0] > 2 * counts[2])
    }

    @Test func `a leader that takes ten times as long gets fewer candidates`() {
        func candidates(boostingTakes seconds: Int) -> Int {
            var study = Study(job: Jobs.job(), trials: 100, seed: 2)
            return study.run(to: 100) { spec in
                let leads = spec.family == "gradient_boosting"
                return .scored(leads ? 0.9 : 0.8, wall: .seconds(leads ? seconds : 1))
            }.count { $0.step == .tuning && $0.family == "gradient_boosting" }
        }
        #expect(candidates(boostingTakes: 10) < candidates(boostingTakes: 1) / 2)
    }

    @Test func `a small space is searched without asking twice`() {
        let job = Jobs.job(families: ["k_nearest_neighbors"], rows: 60)
        var study = Study(job: job, trials: 30, seed: 3)
        let specs = study.run(to: 30) { spec in
            .scored(-(spec.value("k") ?? 0), wall: .seconds(1))
        }
        let asked = specs.map { "\($0.value("k") ?? 0) \($0.value("weights") ?? 0)" }
        #expect(asked.count == 30)
        #expect(Set(asked).count >= 24)
    }

    @Test func `candidates in flight keep the next ones away from the same point`() {
        let job = Jobs.job(.regression, families: ["ridge"], direction: .minimise)
        var study = Study(job: job, trials: nil, seed: 1)
        study.run(to: 20) { spec in .scored(abs((spec.value("alpha") ?? 1) - 1), wall: .zero) }
        let batch = study.propose(32).compactMap { $0.value("alpha") }
        #expect(Set(batch).count == 32)
    }

    @Test func `a proposal costs the same after ten thousand trials as after three hundred`() {
        // Not by the clock: the study itself stays as large as its bounds, and with it the work.
        let job = Jobs.job(families: ["gradient_boosting"])
        func size(after count: Int) -> Int {
            var study = Study(job: job, trials: nil, seed: 1)
            var specs = study.propose(1)
            var score = 0.0
            for trial in 0..<count {
                study.adopt(specs)
                score = (score * 31 + 7).truncatingRemainder(dividingBy: 97)
                study.observe(UInt32(trial), .scored(score, wall: .seconds(1)))
                if trial < 8 { specs = study.propose(1) }
            }
            return "\(study)".count
        }
        let small = size(after: 300)
        #expect(size(after: 10_000) < small + small / 10)
    }
}
