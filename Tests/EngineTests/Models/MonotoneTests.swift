import Foundation
import Testing

@testable import Engine

/// Predictions that only rise along the first column, and only fall along the second.
@Suite struct MonotoneTests {
    private static let families = Family.allCases.filter(\.keepsMonotone)
    private static let ways: [Monotone] = [.increasing, .decreasing, .free]

    /// Waves along each column, with noise: nothing here goes one way by itself.
    private static func world(
        _ answers: Kind, rows: Int, seed: UInt64
    ) -> TrainingData {
        var generator = SeededGenerator(seed: seed)
        var values: [Double] = []
        var numbers: [Double] = []
        for _ in 0..<rows {
            let row = (0..<3).map { _ in generator.unit() }
            let noise = generator.unit() - 0.5
            numbers.append(
                sin(9 * row[0]) + row[0] - cos(7 * row[1]) * row[2] - row[1] + noise)
            values += row.map { generator.unit() < 0.05 ? .nan : $0 }
        }
        let features = Matrix(rows: rows, columns: 3, values: values)
        let weights = seed % 2 == 0 ? nil : (0..<rows).map { _ in 0.1 + generator.unit() }
        switch answers {
        case .numbers:
            return TrainingData(
                features: features, answers: .numbers(numbers), weights: weights, ways: Self.ways)
        case .rates:
            return TrainingData(
                features: features, answers: .numbers(numbers.map { max(0, $0).rounded() }),
                weights: weights, objective: .rate, ways: Self.ways)
        case .classes:
            return TrainingData(
                features: features, answers: .classes(numbers.map { $0 > 0.3 ? 1 : 0 }, count: 2),
                weights: weights, ways: Self.ways)
        }
    }

    enum Kind: CaseIterable { case numbers, rates, classes }

    private static func learner(_ family: Family) throws -> any Learner {
        let settings: [(String, Double)] =
            switch family {
            case .gradientBoosting:
                [
                    ("trees", 40), ("min_rows_leaf", 3), ("learning_rate", 0.2),
                    ("row_fraction", 0.8),
                ]
            case .randomForest, .extraTrees: [("trees", 10)]
            case .decisionTree: [("min_rows_leaf", 1)]
            default: []
            }
        return try family.learner(parameters: settings)
    }

    /// How often a step along `column` goes against `way`, over rows of any other values.
    private static func breaches(
        _ predictor: any Predictor, column: Int, _ way: Monotone, seed: UInt64
    ) -> Int {
        var generator = SeededGenerator(seed: seed)
        let steps = 60
        var breaches = 0
        for _ in 0..<40 {
            let row = (0..<3).map { _ in generator.unit() < 0.1 ? .nan : generator.unit() }
            var grid = Matrix(rows: steps, columns: 3)
            for step in 0..<steps {
                for j in 0..<3 {
                    grid[step, j] = j == column ? Double(step) / Double(steps - 1) : row[j]
                }
            }
            let prediction = predictor.predict(grid)
            let last = prediction.columns - 1
            for step in 1..<steps
            where !way.allows(prediction[step - 1, last], prediction[step, last]) {
                breaches += 1
            }
        }
        return breaches
    }

    @Test(arguments: Self.families, Kind.allCases) func `no step goes the wrong way`(
        family: Family, kind: Kind
    ) throws {
        for seed in UInt64(1)...4 {
            let data = Self.world(kind, rows: 400, seed: seed)
            let predictor = try Self.learner(family).fit(data, seed: seed)
            for column in 0..<2 {
                #expect(
                    Self.breaches(predictor, column: column, Self.ways[column], seed: seed) == 0,
                    "\(family), column \(column), seed \(seed)")
            }
            guard family != .baseline else { continue }
            // Left alone it goes up and down, and what is bound still learns.
            let free = TrainingData(
                features: data.features, answers: data.answers, weights: data.weights,
                objective: data.objective)
            let wild = try Self.learner(family).fit(free, seed: seed)
            #expect(Self.breaches(wild, column: 0, .increasing, seed: seed) > 20)
            #expect(Set(predictor.predict(data.features).values).count > 5)
        }
    }

    // MARK: The plain twins

    private static func plainBest(
        _ cells: [(gradient: Int, hessian: Int)], _ way: Monotone, _ bounds: LeafBounds,
        _ finder: SplitFinder
    ) -> Double? {
        let total = cells.reduce((0, 0)) { ($0.0 + $1.gradient, $0.1 + $1.hessian) }
        func output(_ sum: (Int, Int)) -> Double {
            bounds.clip(-Double(sum.0) / (Double(sum.1) + finder.l2))
        }
        func fall(_ sum: (Int, Int)) -> Double {
            let w = output(sum)
            return -2 * Double(sum.0) * w - (Double(sum.1) + finder.l2) * w * w
        }
        var best: Double?
        for boundary in 0..<cells.count - 1 {
            let left = cells[...boundary].reduce((0, 0)) { ($0.0 + $1.gradient, $0.1 + $1.hessian) }
            let right = (total.0 - left.0, total.1 - left.1)
            guard left.1 >= Int(finder.hessianMin), right.1 >= Int(finder.hessianMin),
                way == .free || (output(left) <= output(right)) == (way == .increasing)
                    || output(left) == output(right)
            else { continue }
            let gain = fall(left) + fall(right) - fall(total)
            if gain > 1e-9 * abs(fall(total)) { best = max(best ?? gain, gain) }
        }
        return best
    }

    @Test func `the best bounded split is the best of all`() throws {
        var generator = SeededGenerator(seed: 80)
        let feature = BinnedMatrix(
            Matrix(rows: 12, columns: 1, values: (0..<12).map { Double($0) })
        ).features[0]
        let finder = SplitFinder(l2: 3, hessianMin: 5)
        for round in 0..<300 {
            let cells = (0..<12).map { _ in
                (gradient: generator.below(2001) - 1000, hessian: generator.below(20))
            }
            let way: Monotone = [.free, .increasing, .decreasing][round % 3]
            let bounds =
                round % 2 == 0
                ? LeafBounds()
                : LeafBounds(low: -20 * generator.unit(), high: 20 * generator.unit())
            let packed = cells.map {
                PackedSum(gradient: Int32($0.gradient), hessian: Int32($0.hessian)).bits
            }
            let total = PackedSum(bits: packed.reduce(0, &+))
            let split = finder.best(
                packed, total: total, features: [feature], positions: [0], ways: [way],
                bounds: bounds)
            let plain = Self.plainBest(cells, way, bounds, finder)
            if let split, let plain {
                #expect(abs(split.gain - plain) <= 1e-9 * plain)
            } else {
                #expect(split == nil && plain == nil)
            }
            guard round % 6 == 0 else { continue }
            // Free and without bounds it is the fast one's.
            let fast = finder.best(
                packed, total: total, features: [feature], positions: [0],
                scratch: SplitFinder.Scratch())
            #expect((fast == nil) == (split == nil))
            if let fast, let split { #expect(fast.gain >= split.gain * (1 - 1e-5)) }
        }
    }

    @Test func `the best bounded cut is the best of all`() throws {
        var generator = SeededGenerator(seed: 81)
        let feature = BinnedMatrix(
            Matrix(rows: 8, columns: 1, values: (0..<8).map { Double($0) })
        ).features[0]
        let rows = (0..<40).map { UInt32($0) }
        for round in 0..<200 {
            let codes = rows.map { _ in UInt8(generator.below(8)) }
            let target = ForestTarget(.numbers(rows.map { _ in generator.unit() }))
            let way: Monotone = [.free, .increasing, .decreasing][round % 3]
            let bounds = round % 2 == 0 ? LeafBounds() : LeafBounds(low: -0.2, high: 0.3)
            let board = CutBoard(rows: 40, channels: 1)
            let cut = rows.withUnsafeBufferPointer { rows in
                board.gather(rows, target, Array(repeating: 1, count: 40))
                return board.bestCut(
                    rows, codes, width: 1, feature, least: 2, .init(way: way, bounds: bounds))
            }
            var plain: Double?
            for boundary in 0..<7 {
                let sides = [true, false].map { isLeft in
                    target.amounts.indices.filter { (Int(codes[$0]) <= boundary) == isLeft }
                        .map { target.amounts[$0] }
                }
                guard sides.allSatisfy({ $0.count >= 2 }) else { continue }
                let means = sides.map { $0.reduce(0, +) / Double($0.count) }
                guard way.allows(means[0], means[1]), means.allSatisfy(bounds.holds) else {
                    continue
                }
                let merit = zip(sides, means).reduce(0) { $0 + $1.1 * $1.1 * Double($1.0.count) }
                plain = max(plain ?? merit, merit)
            }
            if let cut, let plain {
                #expect(abs(cut.merit - plain) < 1e-12)
            } else {
                #expect(cut == nil && plain == nil)
            }
        }
    }

    // MARK: Data sets

    private static func dataset(_ task: LearningTask = .regression, classes: Int = 2) throws
        -> Dataset
    {
        var generator = SeededGenerator(seed: 82)
        let numbers = (0..<200).map { _ in generator.unit() }
        // Of classes the text says nothing.
        let texts = MixedTable.categories(
            numbers.indices.map {
                (task == .regression ? numbers[$0] < 0.5 : $0 % 2 == 0) ? "a" : "b"
            })
        let answers: Frame.Values =
            task == .regression
            ? .numeric(numbers.map { sin(12 * $0) + 4 * $0 })
            : .categorical(MixedTable.categories(numbers.map { "\(Int($0 * Double(classes)))" }))
        return try Dataset(
            Frame(
                rows: 200,
                columns: [
                    .init("x", .numeric(numbers)), .init("same", .numeric(numbers)),
                    .init("same too", .numeric(numbers)), .init("text", .categorical(texts)),
                    .init("y", answers),
                ]), target: "y", task: task)
    }

    @Test func `columns are bound by name, and those that repeat them as well`() throws {
        let data = try Self.dataset()
        let bound = try data.constraining([.init("same", .increasing)])
        let prepared = try Encoder.fitted(data.features, .ordinal)
        #expect(prepared.ways(bound.constraints) == [.increasing, .free])
        let torn = try data.constraining([.init("same", .increasing), .init("x", .decreasing)])
        #expect(prepared.ways(torn.constraints) == [.constant, .free])
        for (dataset, flat) in [(bound, false), (torn, true)] {
            let model = try FittedModel.fit(Recipe(.gradientBoosting), dataset)
            let order = data.features.numbers("x").map { x in x.indices.sorted { x[$0] < x[$1] } }
            let rows = try #require(order)
            // Where the text is the same, only the number tells rows apart.
            let prediction = try model.predict(data.features)
            let lower = rows.prefix(90).map { prediction[$0, 0] }
            #expect(zip(lower, lower.dropFirst()).allSatisfy { $0 <= $1 })
            #expect((Set(lower).count == 1) == flat)
        }
    }

    @Test func `what cannot be bound is refused by name`() throws {
        let data = try Self.dataset()
        for (column, code) in [("nobody", TableError.Code.missingColumn), ("text", .wrongKind)] {
            let error = #expect(throws: TableError.self) {
                try data.constraining([.init(column, .increasing)])
            }
            #expect(error?.code == code)
        }
        #expect(throws: TableError.self) {
            try Self.dataset(.classification, classes: 3).constraining([.init("x", .increasing)])
        }
        let two = try Self.dataset(.classification).constraining([.init("x", .decreasing)])
        var bench = Workbench(two, try Folds(two.answers, count: 3, seed: 1))
        for family in Family.allCases
        where family.supports(.classification) && !family.keepsMonotone {
            let error = #expect(throws: EvaluationError.self) {
                try bench.evaluate(Recipe(family), metrics: [.logLoss])
            }
            #expect(error?.code == .badRecipe)
            #expect(error?.description.contains("only rise or fall") == true)
        }
        // The second class lies at large numbers: all that is left is its share.
        let score = try bench.evaluate(Recipe(.gradientBoosting), metrics: [.logLoss])
        #expect(abs(score.scores[0].mean - 0.693) < 0.05)
    }

    @Test func `medians are not bound: their mean is`() throws {
        let data = try Self.dataset().aiming(at: [.meanAbsoluteError], quantile: nil)
        #expect(data.learnedObjective == .quantile(0.5))
        #expect(try data.constraining([.init("x", .increasing)]).learnedObjective == .mean)
    }
}
