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
        "multilayer_perceptron": [
            "layers": 1...3, "units": 1...2048, "learning_rate": 1e-6...1,
            "weight_decay": 0...10, "epochs": 1...2000, "pieces": 0...64,
        ],
        "elastic_net": ["alpha": 0...1e6, "l1_ratio": 0...1],
        "linear_discriminant": ["shrinkage": 0...1],
        "linear_svm": ["c": 1e-6...1e6],
        "kernel_machine": [
            "gamma": 1e-4...1e4, "components": 1...8192, "penalty": 1e-8...1e8,
        ],
        "decision_tree": ["max_depth": 1...64, "min_rows_leaf": 1...10_000],
    ]
    static let forest: [String: ClosedRange<Double>] = [
        "trees": 1...2000, "max_features": 0.001...1, "min_rows_leaf": 1...10_000,
        "max_depth": 1...64,
    ]
    static let whole = [
        "k", "weights", "trees", "min_rows_leaf", "max_depth", "leaves", "layers", "units",
        "epochs",
        "pieces", "components",
    ]
    static let onlyClasses = [
        "logistic_regression", "naive_bayes", "linear_discriminant", "linear_svm",
    ]
    static let onlyNumbers = ["ridge", "elastic_net"]
    /// Families that a job has to name.
    static let onlyAsked = ["linear_svm", "decision_tree"]

    private func portfolio(_ job: LearningJob) -> [TrialSpec] {
        Study(job: job, trials: nil, seed: 1).propose(64)
    }

    private static let shapes: [LearningJob] = [
        Jobs.job(), Jobs.job(.regression), Jobs.job(rows: 2, columns: 1),
        Jobs.job(rows: 30, columns: 500, classes: 30), Jobs.job(rows: 1_000_000, columns: 28),
        Jobs.job(.regression, rows: 12, columns: 1), Jobs.job(rows: 500, columns: 2, classes: 200),
    ]

    @Test func `only what keeps to one way is tried where columns have one, asked for or not`() {
        for families in [[], ["ridge", "extra_trees", "gradient_boosting", "baseline"]] {
            let job = Jobs.job(
                .regression, families: families, monotone: [.init("age", .increasing)])
            let tried = Set(self.portfolio(job).map(\.family))
            let wanted: Set = ["baseline", "extra_trees", "gradient_boosting"]
            #expect(tried == (families.isEmpty ? wanted.union(["random_forest"]) : wanted))
        }
    }

    @Test func `only what learns quantiles is tried for them, unless it is named`() {
        let unasked = self.portfolio(Jobs.job(.regression, metric: "quantile_loss"))
        #expect(
            Set(unasked.map(\.family))
                == ["baseline", "multilayer_perceptron", "gradient_boosting"])
        let named = Jobs.job(.regression, families: ["ridge"], metric: "quantile_loss")
        #expect(Set(self.portfolio(named).map(\.family)) == ["ridge"])
    }

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
                let columns = 1...Double(job.columns)
                let range = try #require(
                    parameter.name == "features" ? columns : ranges[parameter.name])
                #expect(range.contains(parameter.value), "\(spec.family) \(parameter)")
                if Self.whole.contains(parameter.name) {
                    #expect(parameter.value == parameter.value.rounded(), "\(parameter)")
                }
            }
        }
    }

    @Test func `every family that suits the task is in it unless it must be asked for`() {
        let known = Set(Self.engine.keys).subtracting(Self.onlyAsked)
        let classes = Set(self.portfolio(Jobs.job()).map(\.family))
        #expect(classes == known.subtracting(Self.onlyNumbers))
        let numbers = Set(self.portfolio(Jobs.job(.regression)).map(\.family))
        #expect(numbers == known.subtracting(Self.onlyClasses))
    }

    @Test func `every family can be asked for, and is tuned where something can vary`() {
        for family in Self.engine.keys.sorted() {
            let task: LearningTask =
                Self.onlyNumbers.contains(family) ? .regression : .classification
            var study = Study(job: Jobs.job(task, families: [family]), trials: 12, seed: 1)
            let specs = study.run(to: 12) { _ in .scored(0.5, wall: .seconds(1)) }
            #expect(specs.count == (family == "baseline" ? 1 : 12), "\(family)")
            #expect(specs.allSatisfy { $0.family == family })
        }
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

    @Test func `perceptrons learn many rows in few epochs, and in pieces`() {
        func perceptrons(_ rows: UInt64) -> [TrialSpec] {
            self.portfolio(Jobs.job(rows: rows, columns: 14)).filter {
                $0.family == "multilayer_perceptron"
            }
        }
        #expect(perceptrons(3000).map { $0.value("epochs") } == [60, 60])
        #expect(perceptrons(3000).map { $0.value("pieces") } == [0, 0])
        #expect(perceptrons(32_561).allSatisfy { $0.value("epochs") ?? .infinity <= 10 })
        #expect(perceptrons(32_561).allSatisfy { $0.value("pieces") ?? 0 >= 32 })
        let wide = self.portfolio(Jobs.job(rows: 32_561, columns: 400))
        #expect(wide.allSatisfy { $0.value("pieces") ?? 0 <= 8 })
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
