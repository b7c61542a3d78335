import Testing

@testable import Engine

/// Quantiles, medians and rates instead of means.
@Suite struct ObjectiveTests {
    /// Numbers whose spread grows along the first column: no one distance from the mean is a
    /// quantile everywhere.
    private static func fan(rows: Int, seed: UInt64) -> (features: Matrix, numbers: [Double]) {
        var generator = SeededGenerator(seed: seed)
        let features = Worlds.uniform(rows: rows, columns: 2, seed: seed + 1)
        let numbers = (0..<rows).map { row in
            2 * features[row, 1] + (0.2 + 3 * features[row, 0]) * generator.unit()
        }
        return (features, numbers)
    }

    private static func counts(rows: Int, seed: UInt64) -> (features: Matrix, numbers: [Double]) {
        var generator = SeededGenerator(seed: seed)
        let features = Worlds.uniform(rows: rows, columns: 3, seed: seed + 1)
        let numbers = (0..<rows).map { row -> Double in
            // Knuth's draw from a Poisson distribution.
            let floor = exp(-exp(2 * features[row, 0] - features[row, 1]))
            var (product, count) = (generator.unit(), 0.0)
            while product > floor {
                product *= generator.unit()
                count += 1
            }
            return count
        }
        return (features, numbers)
    }

    // MARK: Quantiles

    @Test func `a quantile lies above its share of the numbers`() {
        #expect(
            weightedQuantile([4, 1, 3, 2], 0.5) == 2.5
                && weightedQuantile([4, 1, 3, 2], 0.25) == 1.5)
        #expect(weightedQuantile([4, 1, 3, 2], 0.3) == 2 && weightedQuantile([5], 0.9) == 5)
        var generator = SeededGenerator(seed: 60)
        for size in [1, 2, 7, 40, 3000] {
            let numbers = (0..<size).map { _ in Double(generator.below(50)) - 25 }
            let weights = (0..<size).map { _ in Double(1 + generator.below(3)) }
            let repeated = zip(numbers, weights).flatMap { Array(repeating: $0, count: Int($1)) }
            for share in [0.1, 0.25, 0.5, 0.77, 0.999] {
                // The plain twin: the least number with enough of them up to it.
                let sorted = repeated.sorted()
                let wanted = share * Double(sorted.count)
                let index = min(sorted.count - 1, max(0, Int((wanted - 1e-9).rounded(.up)) - 1))
                let isBetween = abs(wanted - wanted.rounded()) < 1e-9 && index + 1 < sorted.count
                let plain =
                    isBetween ? (sorted[index] + sorted[index + 1]) / 2 : sorted[index]
                #expect(weightedQuantile(repeated, share) == plain)
                #expect(weightedQuantile(numbers, share, weights) == plain)
                #expect(weightedQuantile(numbers, share, weights.map { 0.1 * $0 }) == plain)
            }
        }
    }

    // scikit-learn 1.9: mean_pinball_loss, mean_poisson_deviance.
    @Test func `quantiles and rates score as they should`() throws {
        func column(_ values: [Double]) -> Matrix {
            Matrix(rows: values.count, columns: 1, values: values)
        }
        let pinball = try Metric.quantileLoss.value(
            .numbers([1, 2, 3]), column([0, 2, 5]), nil, quantile: 0.9)
        #expect(abs(pinball - (0.9 + 0 + 0.1 * 2) / 3) < 1e-15)
        let half = try Metric.quantileLoss.value(.numbers([1, 2, 3]), column([0, 2, 5]))
        let mae = try Metric.meanAbsoluteError.value(.numbers([1, 2, 3]), column([0, 2, 5]))
        #expect(abs(2 * half - mae) < 1e-15)
        let deviance = try Metric.poissonDeviance.value(
            .numbers([2, 0, 1, 4]), column([0.5, 0.5, 2, 2]))
        #expect(abs(deviance - 1.426_015_131_959_808_4) < 1e-12)
        #expect(throws: Metric.Undefined.negativeAnswer) {
            try Metric.poissonDeviance.value(.numbers([1, -1]), column([1, 1]))
        }
        // None below 0 is believed, and none of these is without a value.
        for (answer, prediction) in [
            (1.0, 0.0), (1, -5), (0, 0), (.leastNonzeroMagnitude, 1), (1e300, 1e-15),
        ] {
            #expect(
                (try? Metric.poissonDeviance.value(.numbers([answer]), column([prediction]))) != nil
            )
        }
    }

    // MARK: Boosting

    @Test(arguments: [0.1, 0.5, 0.9]) func `boosting finds the quantile that is asked for`(
        share: Double
    ) throws {
        let train = Self.fan(rows: 2000, seed: 61)
        let test = Self.fan(rows: 2000, seed: 63)
        func fit(_ objective: Objective) throws -> Matrix {
            try GradientBoosting(.init())
                .fit(
                    TrainingData(
                        features: train.features, answers: .numbers(train.numbers),
                        objective: objective), seed: 1
                ).predict(test.features)
        }
        func loss(_ prediction: Matrix) throws -> Double {
            try Metric.quantileLoss.value(
                .numbers(test.numbers), prediction, nil, quantile: share)
        }
        let own = try fit(.quantile(share))
        let below = zip(test.numbers, own.values).count { $0 < $1 }
        // A hundred trees know their own rows a little too well.
        #expect(abs(Double(below) / 2000 - share) < 0.1)
        #expect(try loss(own) < loss(fit(.mean)) * 1.01)
        let flat = weightedQuantile(train.numbers, share)
        #expect(
            try loss(own)
                < 0.8 * loss(Matrix(rows: 2000, columns: 1, repeating: flat)))
        // The two ends of the fan are not equally far apart.
        if share != 0.5 { #expect(try loss(own) < 0.95 * loss(fit(.mean))) }
    }

    @Test(arguments: [false, true]) func `a leaf is the quantile of its rows`(isWeighted: Bool)
        throws
    {
        let world = Self.fan(rows: 300, seed: 65)
        let weights = isWeighted ? (0..<300).map { Double(1 + $0 % 3) } : nil
        var settings = GradientBoosting.Settings()
        (settings.trees, settings.leaves, settings.learningRate) = (1, 4, 1)
        let data = TrainingData(
            features: world.features, answers: .numbers(world.numbers), weights: weights,
            objective: .quantile(0.7))
        let fitted = try GradientBoosting(settings).fit(data, seed: 1)
        let prediction = fitted.predict(world.features).values
        let leaves = Set(prediction)
        #expect(leaves.count == 4)
        for leaf in leaves {
            let rows = prediction.indices.filter { prediction[$0] == leaf }
            let own = weightedQuantile(
                rows.map { world.numbers[$0] }, 0.7,
                weights.map { weights in rows.map { weights[$0] } })
            #expect(abs(own - leaf) < 1e-9)
        }
    }

    @Test func `rows that are drawn move leaves alone`() throws {
        let world = Self.fan(rows: 600, seed: 66)
        var settings = GradientBoosting.Settings()
        settings.rowFraction = 0.5
        let data = TrainingData(
            features: world.features, answers: .numbers(world.numbers), objective: .quantile(0.9))
        let prediction = try GradientBoosting(settings).fit(data, seed: 2)
            .predict(world.features).values
        let below = zip(world.numbers, prediction).count { $0 < $1 }
        #expect(abs(Double(below) / 600 - 0.9) < 0.06)
    }

    @Test func `counts are learned by their logarithm, and never below 0`() throws {
        let train = Self.counts(rows: 2000, seed: 67)
        let test = Self.counts(rows: 2000, seed: 69)
        func deviance(_ objective: Objective) throws -> Double {
            let data = TrainingData(
                features: train.features, answers: .numbers(train.numbers), objective: objective)
            let prediction = try GradientBoosting(.init()).fit(data, seed: 1)
                .predict(test.features)
            if objective == .rate { #expect(prediction.values.allSatisfy { $0 > 0 }) }
            return try Metric.poissonDeviance.value(.numbers(test.numbers), prediction)
        }
        let flat = try Metric.poissonDeviance.value(
            .numbers(test.numbers),
            Matrix(rows: 2000, columns: 1, repeating: mean(train.numbers)))
        #expect(try deviance(.rate) < 0.85 * flat)
        #expect(try deviance(.rate) < deviance(.mean))
    }

    @Test func `a step of Poisson's is Newton's`() throws {
        let world = Self.counts(rows: 400, seed: 71)
        var settings = GradientBoosting.Settings()
        (settings.trees, settings.leaves, settings.learningRate) = (1, 3, 1)
        let data = TrainingData(
            features: world.features, answers: .numbers(world.numbers), objective: .rate)
        let fitted = try GradientBoosting(settings).fit(data, seed: 1)
        let prediction = fitted.predict(world.features).values
        let all = mean(world.numbers)
        for leaf in Set(prediction) {
            let own = mean(
                prediction.indices.filter { prediction[$0] == leaf }.map { world.numbers[$0] })
            #expect(abs(leaf - all * exp((own - all) / all)) < 1e-4 * leaf)
        }
        let tensors = fitted.tensors
        let again = try Family.gradientBoosting.predictor(from: tensors, outputs: 1)
        #expect(again.predict(world.features).values == prediction)
        let spoilt = tensors.map { $0.name == "link" ? Tensor.integers("link", [2]) : $0 }
        #expect(throws: LearnerError(.badTensor, "")) {
            try Family.gradientBoosting.predictor(from: spoilt, outputs: 1)
        }
    }

    @Test func `weights of counts and quantiles are repeated rows`() throws {
        let world = Self.counts(rows: 150, seed: 73)
        let features = Matrix(
            rows: 150, columns: 3, values: world.features.values.map { ($0 * 30).rounded() })
        let weights = (0..<150).map { Double(1 + $0 % 3) }
        let rows = weights.indices.flatMap { Array(repeating: $0, count: Int(weights[$0])) }
        var settings = GradientBoosting.Settings()
        (settings.trees, settings.leaves, settings.rowsLeafMin) = (6, 4, 1)
        for objective in [Objective.rate, .quantile(0.8)] {
            let weighted = TrainingData(
                features: features, answers: .numbers(world.numbers), weights: weights,
                objective: objective)
            let repeated = TrainingData(
                features: features.rows(at: rows),
                answers: .numbers(rows.map { world.numbers[$0] }),
                objective: objective)
            let fits = try [weighted, repeated].map {
                try GradientBoosting(settings).fit($0, seed: 1).predict(features).values
            }
            #expect(Worlds.isClose(fits[0], fits[1], within: 1e-4))
        }
    }

    // MARK: Others

    @Test func `a perceptron and the baseline find quantiles too`() throws {
        let train = Self.fan(rows: 1500, seed: 75)
        let test = Self.fan(rows: 1500, seed: 77)
        let data = TrainingData(
            features: train.features, answers: .numbers(train.numbers), objective: .quantile(0.9))
        for learner: any Learner in [MultilayerPerceptron(.init()), Baseline()] {
            let prediction = try learner.fit(data, seed: 1).predict(test.features).values
            let below = zip(test.numbers, prediction).count { $0 < $1 }
            #expect(abs(Double(below) / 1500 - 0.9) < 0.05)
        }
    }

    @Test func `the first metric says what is learned`() throws {
        let world = Self.fan(rows: 300, seed: 79)
        let frame = Frame(
            rows: 300,
            columns: [
                .init("x", .numeric((0..<300).map { world.features[$0, 0] })),
                .init("y", .numeric(world.numbers)),
            ])
        let data = try Dataset(frame, target: "y", task: .regression)
        let folds = try Folds(data.answers, count: 3, seed: 1)
        func loss(_ metrics: [Metric]) throws -> Double {
            var bench = Workbench(try data.aiming(at: metrics, quantile: 0.9), folds)
            return try bench.evaluate(Recipe(.gradientBoosting), metrics: metrics)
                .scores.first { $0.metric == .quantileLoss }?.mean ?? .infinity
        }
        #expect(
            try loss([.quantileLoss, .rootMeanSquaredError])
                < 0.8 * loss([.rootMeanSquaredError, .quantileLoss]))
        #expect(
            try data.aiming(at: [.meanAbsoluteError], quantile: nil).objective == .quantile(0.5))
        #expect(try data.aiming(at: [.r2, .poissonDeviance], quantile: nil).objective == .mean)
        // The ensemble is chosen by that loss as well.
        var bench = Workbench(try data.aiming(at: [.quantileLoss], quantile: 0.9), folds)
        let choice = try bench.ensemble(
            of: [Recipe(.ridge), Recipe(.gradientBoosting)], metrics: [.quantileLoss])
        #expect(choice.ensemble.members.map(\.recipe.family).contains(.gradientBoosting))
    }

    @Test func `rates are not below 0, and the row is named without its value`() throws {
        let frame = Frame(
            rows: 3,
            columns: [.init("x", .numeric([1, 2, 3])), .init("y", .numeric([1, -777, 2]))])
        let data = try Dataset(frame, target: "y", task: .regression)
        let error = #expect(throws: TableError.self) {
            try data.aiming(at: [.poissonDeviance], quantile: nil)
        }
        #expect(error?.description.contains("row 2") == true)
        #expect(error?.description.contains("777") == false)
        let zeros = Frame(
            rows: 2, columns: [.init("x", .numeric([1, 2])), .init("y", .numeric([0, 0]))])
        #expect(throws: TableError.self) {
            try Dataset(zeros, target: "y", task: .regression)
                .aiming(at: [.poissonDeviance], quantile: nil)
        }
    }
}
