import Testing

@testable import Engine

@Suite struct MetricTests {
    /// Probabilities of the second of two classes.
    private func binary(_ scores: [Double]) -> Matrix {
        Matrix(rows: scores.count, columns: 2, values: scores.flatMap { [1 - $0, $0] })
    }

    private func numbers(_ values: [Double]) -> Matrix {
        Matrix(rows: values.count, columns: 1, values: values)
    }

    private func isClose(_ value: Double, _ expected: Double) -> Bool {
        abs(value - expected) <= 1e-12 * max(1, abs(expected))
    }

    // The expected values follow from the definitions, computed apart from this code.
    @Test(arguments: [
        (Metric.accuracy, 4.0 / 6), (.balancedAccuracy, 0.625), (.f1, 0.5),
        (.areaUnderCurve, 0.625), (.logLoss, 0.600_658_373_888_105_2),
    ]) func `two classes score as they should`(metric: Metric, expected: Double) throws {
        let answers = Answers.classes([0, 0, 1, 1, 0, 0], count: 2)
        let prediction = self.binary([0.1, 0.4, 0.35, 0.8, 0.4, 0.7])
        #expect(self.isClose(try metric.value(answers, prediction), expected))
    }

    @Test(arguments: [
        (Metric.accuracy, 0.6), (.balancedAccuracy, 2.0 / 3), (.f1, 11.0 / 18),
        (.areaUnderCurve, 31.0 / 36), (.logLoss, 0.793_718_671_383_308),
    ]) func `three classes score as they should`(metric: Metric, expected: Double) throws {
        let answers = Answers.classes([0, 1, 2, 2, 1], count: 3)
        let prediction = Matrix(
            rows: 5, columns: 3,
            values: [
                0.6, 0.3, 0.1, 0.2, 0.5, 0.3, 0.1, 0.2, 0.7, 0.4, 0.3, 0.3, 0.3, 0.3, 0.4,
            ])
        let value = try metric.value(answers, prediction)
        #expect(self.isClose(value, expected), "\(metric.rawValue) is \(value)")
    }

    @Test(arguments: [
        (Metric.r2, 0.948_608_137_044_967_9), (.rootMeanSquaredError, 0.612_372_435_695_794_5),
        (.meanAbsoluteError, 0.5), (.meanAbsolutePercentageError, 0.327_380_952_380_952_4),
    ]) func `numbers score as they should`(metric: Metric, expected: Double) throws {
        let answers = Answers.numbers([3, -0.5, 2, 7])
        let value = try metric.value(answers, self.numbers([2.5, 0.0, 2, 8]))
        #expect(self.isClose(value, expected), "\(metric.rawValue) is \(value)")
    }

    @Test func `the fast area agrees with counting all pairs, ties and all`() throws {
        var generator = SeededGenerator(seed: 9)
        for _ in 0..<200 {
            let count = 2 + generator.below(40)
            let classes = 2 + generator.below(3)
            let labels = (0..<count).map { _ in Int32(generator.below(classes)) }
            let values = (0..<count * classes).map { _ in Double(generator.below(6)) / 8 }
            let prediction = Matrix(rows: count, columns: classes, values: values)
            let answers = Answers.classes(labels, count: classes)
            let expected = Self.plainArea(labels, classes, prediction)
            if let expected {
                let value = try Metric.areaUnderCurve.value(answers, prediction)
                #expect(self.isClose(value, expected))
            } else {
                #expect(throws: Metric.Undefined.oneClass) {
                    try Metric.areaUnderCurve.value(answers, prediction)
                }
            }
        }
    }

    /// The definition: the share of pairs in which the right one is ahead, a tie counting half.
    private static func plainArea(_ labels: [Int32], _ classes: Int, _ scores: Matrix) -> Double? {
        var areas: [Double] = []
        for k in (classes == 2 ? 1 : 0)..<classes {
            var won = 0.0
            var pairs = 0.0
            for i in labels.indices where labels[i] == k {
                for j in labels.indices where labels[j] != k {
                    pairs += 1
                    won += scores[i, k] > scores[j, k] ? 1 : scores[i, k] == scores[j, k] ? 0.5 : 0
                }
            }
            if pairs > 0 { areas.append(won / pairs) }
        }
        return areas.isEmpty ? nil : areas.reduce(0, +) / Double(areas.count)
    }

    @Test func `a metric without a value says why`() {
        let classes = Answers.classes([1, 1], count: 2)
        let cases: [(Metric, Answers, Matrix, Metric.Undefined)] = [
            (.areaUnderCurve, classes, self.binary([0.1, 0.9]), .oneClass),
            (.accuracy, classes, self.binary([0.1, .nan]), .notFinite),
            (.rootMeanSquaredError, .numbers([1]), self.numbers([.infinity]), .notFinite),
            (.r2, .numbers([2, 2]), self.numbers([1, 2]), .constantAnswers),
            (.r2, .numbers([2]), self.numbers([1]), .constantAnswers),
            (.meanAbsolutePercentageError, .numbers([0, 1]), self.numbers([1, 1]), .zeroAnswer),
            (.rootMeanSquaredError, .numbers([1e200]), self.numbers([0]), .overflow),
            (.rootMeanSquaredError, classes, self.binary([0.1, 0.9]), .wrongTask),
            (.accuracy, .numbers([1]), self.numbers([1]), .wrongTask),
            (.accuracy, .classes([], count: 2), self.binary([]), .noRows),
            (.areaUnderCurve, .flags([.unknown]), self.numbers([1]), .noFlags),
            (.areaUnderCurve, .flags([.normal]), self.numbers([1]), .oneClass),
            (.averagePrecision, .flags([.normal]), self.numbers([1]), .oneClass),
            (.r2, .flags([.normal]), self.numbers([1]), .wrongTask),
        ]
        for (metric, answers, prediction, reason) in cases {
            #expect(throws: reason) { try metric.value(answers, prediction) }
        }
    }

    // scikit-learn 1.9.1: average_precision_score, roc_auc_score.
    @Test func `flagged rows score as two classes do, and unknown ones are left out`() throws {
        let flags = [0, 1, 0, 0, 1, 1, 0, 0].map { $0 == 1 ? Answers.Flag.anomalous : .normal }
        let scores = [0.1, 0.9, 0.8, 0.3, 0.8, 0.35, 0.35, 0.2]
        let answers = Answers.flags(flags + [.unknown])
        let prediction = self.numbers(scores + [5])
        let precision = try Metric.averagePrecision.value(answers, prediction)
        #expect(self.isClose(precision, 0.755_555_555_555_555_5))
        let area = try Metric.areaUnderCurve.value(answers, prediction)
        #expect(self.isClose(area, 0.866_666_666_666_666_7))
        let labels = Answers.classes(flags.map { $0 == .anomalous ? 1 : 0 }, count: 2)
        #expect(try Metric.averagePrecision.value(labels, self.binary(scores)) == precision)
        // What lies above 0 was flagged: of three anomalies one, and one normal row.
        let flagged = self.numbers(scores.map { $0 - 0.8 + ($0 == 0.9 ? 0 : 0.001) } + [0])
        #expect(try Metric.f1.value(answers, flagged) == 4.0 / 6)
    }

    @Test func `a sure and wrong prediction costs much and not everything`() throws {
        let loss = try Metric.logLoss.value(.classes([1], count: 2), self.binary([0]))
        #expect(self.isClose(loss, 36.043_653_389_117_154))
    }

    @Test func `classes that are never predicted nor right have no part in f1`() throws {
        let prediction = Matrix(rows: 2, columns: 3, values: [0.9, 0.1, 0, 0.2, 0.8, 0])
        #expect(try Metric.f1.value(.classes([0, 1], count: 3), prediction) == 1)
        #expect(try Metric.f1.value(.classes([0, 0], count: 2), self.binary([0.1, 0.2])) == 0)
    }

    @Test func `what is optimised by default suits the task`() {
        #expect(Metric.standard(for: .classification, classes: 2) == .areaUnderCurve)
        #expect(Metric.standard(for: .classification, classes: 3) == .logLoss)
        #expect(Metric.standard(for: .regression, classes: 0) == .rootMeanSquaredError)
        #expect(Metric.standard(for: .anomalyDetection, classes: 2) == .areaUnderCurve)
        for metric in Metric.allCases { #expect(Metric(rawValue: metric.rawValue) == metric) }
    }

    @Test func `the logarithm agrees with the C library's`() {
        var generator = SeededGenerator(seed: 10)
        for _ in 0..<10_000 {
            let scale = Double(sign: .plus, exponent: -generator.below(60), significand: 1)
            let x = (generator.unit() + 1e-9) * scale
            let error = abs(naturalLogarithm(x) - log(x))
            #expect(error <= 4.5e-16 * max(0.25, abs(log(x))), "log \(x)")
        }
        #expect(naturalLogarithm(1) == 0)
    }
}
