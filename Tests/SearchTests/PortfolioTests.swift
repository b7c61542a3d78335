import Search
import Testing
import Wire

@Suite struct PortfolioTests {
    /// What the engine takes, by family: the test's own copy, so that a range that moves on either
    /// side is noticed.
    static let engine: [String: [String: ClosedRange<Double>]] = [
        "baseline": [:],
        "ridge": ["alpha": 1e-8...1e8],
        "logistic_regression": ["c": 1e-6...1e6],
        "naive_bayes": ["smoothing": 1e-15...1e3],
        "k_nearest_neighbors": ["k": 1...1000, "weights": 0...1],
        "random_forest": forest, "extra_trees": forest,
        "gradient_boosting": [
            "trees": 1...5000, "learning_rate": 1e-4...1, "leaves": 2...1024,
            "min_rows_leaf": 1...10_000, "l2": 0...1e6, "row_fraction": 0.05...1,
            "feature_fraction": 0.01...1,
        ],
    ]
    static let forest: [String: ClosedRange<Double>] = [
        "trees": 1...2000, "max_features": 0.001...1, "min_rows_leaf": 1...10_000,
        "max_depth": 1...64,
    ]
    static let whole = ["k", "weights", "trees", "min_rows_leaf", "max_depth", "leaves"]

    private func portfolio(_ job: LearningJob) -> [TrialSpec] {
        Study(job: job, trials: nil, seed: 1).propose(64)
    }

    private static let shapes: [LearningJob] = [
        Jobs.job(), Jobs.job(.regression), Jobs.job(rows: 2, columns: 1),
        Jobs.job(rows: 30, columns: 500, classes: 30), Jobs.job(rows: 1_000_000, columns: 28),
        Jobs.job(.regression, rows: 12, columns: 1), Jobs.job(rows: 500, columns: 2, classes: 200),
    ]

    @Test(arguments: shapes) func `every candidate lies within the engine's ranges`(
        job: LearningJob
    ) throws {
        var study = Study(job: job, trials: 120, seed: 5)
        var number = 0.0
        let specs = study.run(to: 120) { _ in
            number += 1
            return .scored((number * 7919).truncatingRemainder(dividingBy: 101), wall: .seconds(1))
        }
        for spec in specs {
            let ranges = try #require(Self.engine[spec.family])
            for parameter in spec.recipe?.parameters ?? [] {
                let range = try #require(ranges[parameter.name])
                #expect(range.contains(parameter.value), "\(spec.family) \(parameter)")
                if Self.whole.contains(parameter.name) {
                    #expect(parameter.value == parameter.value.rounded(), "\(parameter)")
                }
            }
        }
    }

    @Test func `every family that suits the task is in it, and no other`() {
        let classes = Set(self.portfolio(Jobs.job()).map(\.family))
        #expect(classes == Set(Self.engine.keys).subtracting(["ridge"]))
        let numbers = Set(self.portfolio(Jobs.job(.regression)).map(\.family))
        #expect(
            numbers == Set(Self.engine.keys).subtracting(["logistic_regression", "naive_bayes"]))
    }

    @Test func `a job that names families gets these alone, however slow`() {
        let job = Jobs.job(families: ["k_nearest_neighbors"], rows: 10_000_000)
        #expect(Set(self.portfolio(job).map(\.family)) == ["k_nearest_neighbors"])
    }

    @Test func `the cheapest come first, and boosting early`() {
        let families = self.portfolio(Jobs.job(rows: 32_000, columns: 14)).map(\.family)
        #expect(families.first == "baseline")
        #expect(families[1] == "naive_bayes")
        let boosting = families.firstIndex(of: "gradient_boosting") ?? .max
        #expect(boosting < 9)
        #expect(families.lastIndex(of: "logistic_regression") ?? .max < families.count - 4)
    }

    @Test func `neighbours are not tried on a million rows unless asked for`() {
        let families = self.portfolio(Jobs.job(rows: 1_000_000, columns: 28)).map(\.family)
        #expect(!families.contains("k_nearest_neighbors"))
        #expect(families.contains("gradient_boosting"))
    }

    @Test func `leaves and neighbours shrink with the table`() throws {
        for spec in self.portfolio(Jobs.job(rows: 40, columns: 3)) {
            #expect(spec.value("k") ?? 0 <= 16)
            #expect(spec.value("min_rows_leaf") ?? 0 <= 3)
        }
    }

    @Test func `many classes take fewer rounds of boosting`() {
        func trees(_ classes: UInt32) -> Double {
            self.portfolio(Jobs.job(classes: classes)).compactMap { spec in
                spec.family == "gradient_boosting" ? spec.value("trees") : nil
            }.reduce(0, +)
        }
        #expect(trees(100) < trees(2) / 2)
    }
}
