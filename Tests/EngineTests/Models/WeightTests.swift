import Testing

@testable import Engine

/// Rows that count for more or less, in every family that learns answers.
@Suite struct WeightTests {
    private static let families = Family.allCases.filter { !$0.supports(.anomalyDetection) }

    // MARK: Claims about the weights themselves

    @Test func `only proportions of weights count`() throws {
        #expect(relativeWeights([3, 3, 3]) == nil && relativeWeights([]) == nil)
        let weights = try #require(relativeWeights([1, 2, 3, 2]))
        #expect(weights == [0.5, 1, 1.5, 1])
        #expect(relativeWeights([4, 8, 12, 8]) == weights)
        // Neither the largest numbers nor the smallest leave the range.
        let huge = try #require(relativeWeights([1e308, 1e308, 5e307, .leastNonzeroMagnitude]))
        #expect(huge.allSatisfy { $0 >= lightestWeight && $0 < 2 })
    }

    // MARK: Families

    /// Columns of few values each, so that bins are the same however often a row is repeated.
    private static func world(
        _ task: LearningTask, rows: Int = 120
    ) -> (features: Matrix, answers: Answers, weights: [Double]) {
        var generator = SeededGenerator(seed: 31)
        var values: [Double] = []
        var numbers: [Double] = []
        for _ in 0..<rows {
            let row = (0..<3).map { _ in Double(generator.below(40)) / 40 }
            values += row
            numbers.append(3 * row[0] - 2 * row[1] * row[2] + 0.4 * generator.unit())
        }
        let weights = (0..<rows).map { _ in Double(1 + generator.below(4)) }
        let answers: Answers =
            task == .regression
            ? .numbers(numbers)
            : .classes(numbers.map { $0 < 0.7 ? 0 : $0 < 1.6 ? 1 : 2 }, count: 3)
        return (Matrix(rows: rows, columns: 3, values: values), answers, weights)
    }

    private static func repeated(
        _ features: Matrix, _ answers: Answers, _ weights: [Double]
    ) -> TrainingData {
        let rows = weights.indices.flatMap { Array(repeating: $0, count: Int(weights[$0])) }
        return TrainingData(features: features.rows(at: rows), answers: answers.rows(at: rows))
    }

    /// The families whose fits have no part of chance that repeated rows would change, with
    /// settings of the weighted fit and of the one with repeated rows: a penalty beside sums over
    /// rows weighs the less the more rows there are, and weights are 1 on average.
    private static func settings(
        _ family: Family, _ ratio: Double
    ) -> (weighted: [(String, Double)], repeated: [(String, Double)])? {
        switch family {
        case .baseline, .naiveBayes, .linearDiscriminant, .elasticNet: ([], [])
        case .ridge: ([("alpha", 2 / ratio)], [("alpha", 2)])
        case .logisticRegression: ([("c", 3 * ratio)], [("c", 3)])
        case .kernelMachine:
            (
                [("components", 20), ("penalty", 0.5 / ratio)],
                [("components", 20), ("penalty", 0.5)]
            )
        case .nearestNeighbors: ([("k", 1)], [("k", 1)])
        case .decisionTree:
            (
                [("min_rows_leaf", 1), ("max_depth", 5)], [("min_rows_leaf", 1), ("max_depth", 5)]
            )
        case .extraTrees: ([("trees", 5), ("max_depth", 6)], [("trees", 5), ("max_depth", 6)])
        case .gradientBoosting:
            (
                [("trees", 8), ("leaves", 4), ("min_rows_leaf", 1), ("learning_rate", 0.3)],
                [("trees", 8), ("leaves", 4), ("min_rows_leaf", 1), ("learning_rate", 0.3)]
            )
        default: nil
        }
    }

    @Test(arguments: Self.families) func `whole weights are as good as repeated rows`(
        family: Family
    ) throws {
        for task in [LearningTask.classification, .regression] where family.supports(task) {
            let (features, answers, weights) = Self.world(task)
            let ratio = weights.reduce(0, +) / Double(weights.count)
            guard let settings = Self.settings(family, ratio) else { continue }
            // Least rows of a leaf are told by curvature there, and repeated rows have less each.
            guard family != .gradientBoosting || task == .regression else { continue }
            let data = TrainingData(features: features, answers: answers, weights: weights)
            let weighted = try family.learner(parameters: settings.weighted).fit(data, seed: 5)
            let repeated = try family.learner(parameters: settings.repeated)
                .fit(Self.repeated(features, answers, weights), seed: 5)
            let (own, other) = (weighted.predict(features), repeated.predict(features))
            // What is solved by steps is solved to about five digits; sums of boosting are rounded.
            let tolerance = [.logisticRegression, .kernelMachine].contains(family) ? 2e-3 : 1e-5
            #expect(Worlds.isClose(own.values, other.values, within: tolerance), "\(family)")
            // And they say something at all: a tree of pure leaves, or a row's own answer, is the
            // same whatever the rows weigh.
            guard family != .nearestNeighbors else { continue }
            let plain = try family.learner(parameters: settings.repeated)
                .fit(TrainingData(features: features, answers: answers), seed: 5)
            #expect(!Worlds.isClose(own.values, plain.predict(features).values, within: 4e-3))
        }
    }

    @Test(arguments: Self.families) func `the unit of weights changes nothing`(
        family: Family
    ) throws {
        let small = family.parameters.contains { $0.name == "trees" } ? [("trees", 4.0)] : []
        let learner = try family.learner(parameters: small)
        for task in [LearningTask.classification, .regression] where family.supports(task) {
            let (features, answers, weights) = Self.world(task, rows: 80)
            let fits = try [1, 1024].map { unit in
                let data = TrainingData(
                    features: features, answers: answers, weights: weights.map { unit * $0 })
                return try learner.fit(data, seed: 5).tensors
            }
            #expect(fits[0] == fits[1])
            // Weights that are all alike are none.
            let even = TrainingData(
                features: features, answers: answers, weights: weights.map { _ in 7 })
            let plain = TrainingData(features: features, answers: answers)
            #expect(try learner.fit(even, seed: 5).tensors == learner.fit(plain, seed: 5).tensors)
        }
    }

    /// Every row is there twice, with both answers, one of them three times as heavy.
    @Test(arguments: Self.families) func `an answer of three times the weight has three quarters`(
        family: Family
    ) throws {
        var generator = SeededGenerator(seed: 33)
        let rows = 400
        let values = (0..<rows / 2).flatMap { _ -> [Double] in
            let x = Double(generator.below(10)) / 5 - 1
            return [x, x]
        }
        let features = Matrix(rows: rows, columns: 1, values: values)
        let weights = (0..<rows).map { $0 % 2 == 0 ? 1.0 : 3 }
        let settings: [(String, Double)] =
            switch family {
            case .nearestNeighbors: [("k", 40)]
            case .randomForest, .extraTrees: [("min_rows_leaf", 20)]
            default: []
            }
        let learner = try family.learner(parameters: settings)
        for task in [LearningTask.classification, .regression] where family.supports(task) {
            let labels = (0..<rows).map { Int32($0 % 2) }
            let answers: Answers =
                task == .regression
                ? .numbers(labels.map { Double($0) }) : .classes(labels, count: 2)
            let data = TrainingData(features: features, answers: answers, weights: weights)
            let prediction = try learner.fit(data, seed: 5).predict(features)
            let mean = (0..<rows).reduce(0.0) {
                $0 + prediction[$1, prediction.columns - 1] / Double(rows)
            }
            #expect(abs(mean - 0.75) < 0.05, "\(family): \(mean)")
        }
    }

    // MARK: Kernels and their plain twins

    @Test func `hinges and Platt's sigmoid weigh rows as repeated ones`() throws {
        let (features, _, weights) = Self.world(.regression)
        let signs = (0..<features.rows).map { features[$0, 0] + features[$0, 1] < 0.9 ? -1.0 : 1 }
        let rows = weights.indices.flatMap { Array(repeating: $0, count: Int(weights[$0])) }
        for newton in [true, false] {
            let problems = [
                SquaredHingeProblem(features, signs: signs, weights, c: 0.3),
                SquaredHingeProblem(
                    features.rows(at: rows), signs: rows.map { signs[$0] }, c: 0.3),
            ]
            let start = [Double](repeating: 0, count: features.columns + 1)
            let solutions = try problems.map {
                newton ? try $0.solveByNewton(from: start) : try $0.solveByLBFGS(from: start)
            }
            #expect(Worlds.isClose(solutions[0], solutions[1], within: 1e-3))
        }
        let scores = (0..<features.rows).map { features[$0, 2] - 0.4 }
        let one = PlattScaling(scores, isPositive: signs.map { $0 > 0 }, weights)
        let other = PlattScaling(
            rows.map { scores[$0] }, isPositive: rows.map { signs[$0] > 0 })
        #expect(abs(one.slope - other.slope) < 1e-4 && abs(one.intercept - other.intercept) < 1e-4)
    }

    /// The loss of one row, and its slopes, by their definitions.
    private func plain(
        _ answers: Answers, _ weights: [Double], _ row: Int, _ scores: [Float]
    ) throws -> (Double, [Float]) {
        switch answers {
        case .classes(let labels, _):
            let terms = (0..<2).map { exp(Double(scores[row * 2 + $0])) }
            let shares = terms.map { $0 / (terms[0] + terms[1]) }
            let slopes = (0..<2).map { Float(shares[$0] - (Int(labels[row]) == $0 ? 1 : 0)) }
            return (-log(shares[Int(labels[row])]), slopes)
        case .numbers(let numbers):
            // Standardised by weight as well.
            let total = weights.reduce(0, +)
            let mean = zip(numbers, weights).reduce(0) { $0 + $1.0 * $1.1 } / total
            let square = zip(numbers, weights).reduce(0) {
                $0 + ($1.0 - mean) * ($1.0 - mean) * $1.1
            }
            let error = Double(scores[row]) - (numbers[row] - mean) / (square / total).squareRoot()
            return (error * error / 2, [Float(error)])
        case .flags: return (0, [])
        }
    }

    @Test func `a perceptron's loss and slopes are those of each row, times its weight`() throws {
        let weights = [0.5, 2, 1, 0.25]
        let scores: [Float] = [0.3, -1, 2, 0.5, 0.1, 0.2, -0.7, 1.5]
        for answers in [Answers.classes([0, 1, 1, 0], count: 2), .numbers([1, 4, 2, 8])] {
            let outputs = answers.outputs
            func slopes(_ target: PerceptronTarget, _ rows: [Int]) -> (Double, [Float]) {
                var slopes = [Float](repeating: 0, count: rows.count * outputs)
                let own = rows.flatMap { row in (0..<outputs).map { scores[row * outputs + $0] } }
                let loss = own.withUnsafeBufferPointer { own in
                    slopes.withUnsafeMutableBufferPointer { slopes in
                        target.loss(
                            of: rows[...], inputs: own.baseAddress!, own.baseAddress!,
                            slopes: slopes.baseAddress!)
                    }
                }
                return (loss, slopes)
            }
            let target = try PerceptronTarget(answers, weights)
            let together = slopes(target, [0, 1, 2, 3])
            var loss = 0.0
            var each: [Float] = []
            for row in 0..<4 {
                let (own, slope) = try self.plain(answers, weights, row, scores)
                loss += weights[row] * own
                each += slope.map { $0 * Float(weights[row]) / 4 }
            }
            #expect(abs(together.0 - loss) < 1e-6)
            #expect(zip(together.1, each).allSatisfy { abs($0 - $1) < 1e-6 })
        }
    }

    @Test(arguments: [2, 3]) func `a row's gradient and curvature are multiplied by its weight`(
        classes: Int
    ) {
        let labels = (0..<60).map { Int32($0 % classes) }
        let weights = (0..<60).map { 0.25 * Double(1 + $0 % 5) }
        let shares = classShares(labels, count: classes, weights)
        var loss = Loss(.classes(labels, count: classes), weights)
        loss.beginRound()
        let packed = Memory<Int64>(count: 60, repeating: 0)
        for output in 0..<loss.outputs {
            let gradients = loss.gradients(of: output, into: packed.base)
            // Before the first tree all rows have the share of their class.
            let k = classes == 2 ? 1 : output
            let factor = classes == 2 ? 1 : Double(classes) / Double(classes - 1)
            for row in 0..<60 {
                let sum = PackedSum(bits: packed.base[row])
                let slope = shares[k] - (Int(labels[row]) == k ? 1 : 0)
                let curvature = factor * shares[k] * (1 - shares[k])
                #expect(
                    abs(Double(sum.gradient) * gradients.gradientUnit - weights[row] * slope) < 1e-6
                )
                #expect(
                    abs(Double(sum.hessian) * gradients.hessianUnit - weights[row] * curvature)
                        < 1e-6)
            }
        }
    }

    @Test func `neighbours vote by their rows' weights, and bundles keep them`() throws {
        let features = Matrix(rows: 4, columns: 1, values: [0, 1, 2, 50])
        let weights = [1.0, 2, 3, 6]
        let learner = NearestNeighbors(k: 3, weights: .distance)
        let data = TrainingData(
            features: features, answers: .numbers([10, 20, 40, 0]), weights: weights)
        let predictor = try learner.fit(data, seed: 0)
        let query = Matrix(rows: 1, columns: 1, values: [4])
        // Distances 2, 3 and 4.
        let votes = [3.0 / 2, 2.0 / 3, 1.0 / 4]
        let expected = (votes[0] * 40 + votes[1] * 20 + votes[2] * 10) / votes.reduce(0, +)
        #expect(abs(predictor.predict(query).values[0] - expected) < 1e-5)
        let again = try Family.nearestNeighbors.predictor(from: predictor.tensors, outputs: 1)
        #expect(again.predict(query) == predictor.predict(query))
        for wild in [[1, 0, 1, 1], [1, 1e308, 1, 1]] {
            let spoilt = predictor.tensors.map { tensor in
                tensor.name == "row_weights" ? Tensor.doubles("row_weights", wild) : tensor
            }
            #expect(throws: LearnerError(.badTensor, "")) {
                try Family.nearestNeighbors.predictor(from: spoilt, outputs: 1)
            }
        }
    }

    @Test func `a forest whose leaves hold no shares of rows is refused`() throws {
        let features = Matrix(rows: 4, columns: 1, values: [0, 1, 2, 3])
        let data = TrainingData(features: features, answers: .classes([0, 0, 1, 1], count: 2))
        let tensors = try Forest(.bestOfAll, .init()).fit(data, seed: 0).tensors
        let again = try Family.randomForest.predictor(from: tensors, outputs: 2)
        #expect(again.tensors == tensors)
        let spoilt = tensors.map { tensor in
            guard tensor.name == "tree_values", case .f64(let values) = tensor.values else {
                return tensor
            }
            return Tensor(
                name: tensor.name, shape: tensor.shape,
                values: .f64(values.map { _ in 1.7e308 }))
        }
        #expect(throws: LearnerError(.badTensor, "")) {
            try Family.randomForest.predictor(from: spoilt, outputs: 2)
        }
    }

    @Test func `a forest draws rows as often as they are heavy`() throws {
        // One leaf for each row: the means tell how often each was drawn.
        let rows = 50
        let features = Matrix(rows: rows, columns: 1, values: Array(repeating: 0, count: rows))
        let weights = (0..<rows).map { $0 == 7 ? 49.0 : 1 }
        var settings = Forest.Settings()
        settings.trees = 400
        let data = TrainingData(
            features: features, answers: .numbers((0..<rows).map { $0 == 7 ? 1 : 0 }),
            weights: weights)
        let prediction = try Forest(.bestOfAll, settings).fit(data, seed: 3).predict(features)
        #expect(abs(prediction.values[0] - 0.5) < 0.02)
    }
}
