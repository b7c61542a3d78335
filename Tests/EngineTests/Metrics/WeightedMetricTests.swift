import Testing

@testable import Engine

/// Weighted scores, against plain scores of repeated rows.
@Suite struct WeightedMetricTests {
    private static func metrics(_ task: LearningTask) -> [Metric] {
        Metric.allCases.filter { $0.supports(task) && $0 != .stability }
    }

    private static func isClose(_ value: Double?, _ expected: Double?) -> Bool {
        guard let value, let expected else { return value == nil && expected == nil }
        return abs(value - expected) <= 1e-12 * max(1, abs(expected))
    }

    private static func claims(
        _ metric: Metric, _ answers: Answers, _ prediction: Matrix, _ weights: [Double]
    ) {
        let rows = weights.indices.flatMap { Array(repeating: $0, count: Int(weights[$0])) }
        let value = try? metric.value(answers, prediction, weights)
        let repeated = try? metric.value(answers.rows(at: rows), prediction.rows(at: rows))
        #expect(Self.isClose(value, repeated), "\(metric)")
        let scaled = try? metric.value(answers, prediction, weights.map { 0.3 * $0 })
        #expect(Self.isClose(value, scaled), "\(metric)")
        let ones = try? metric.value(answers, prediction, weights.map { _ in 1 })
        #expect(ones == (try? metric.value(answers, prediction)), "\(metric)")
    }

    @Test(arguments: [2, 3]) func `classes that weigh are classes repeated`(classes: Int) {
        var generator = SeededGenerator(seed: 40)
        for _ in 0..<60 {
            let count = 3 + generator.below(30)
            let labels = (0..<count).map { _ in Int32(generator.below(classes)) }
            // In steps, so that there are ties.
            let values = (0..<count * classes).map { _ in Double(1 + generator.below(6)) / 8 }
            let weights = (0..<count).map { _ in Double(generator.below(4)) }
            let prediction = Matrix(rows: count, columns: classes, values: values)
            for metric in Self.metrics(.classification) {
                Self.claims(metric, .classes(labels, count: classes), prediction, weights)
            }
        }
    }

    @Test func `numbers that weigh are numbers repeated`() {
        var generator = SeededGenerator(seed: 41)
        for _ in 0..<60 {
            let count = 3 + generator.below(30)
            let numbers = (0..<count).map { _ in 1 + Double(generator.below(9)) }
            let guesses = numbers.map { $0 + generator.unit() }
            let weights = (0..<count).map { _ in Double(generator.below(4)) }
            let prediction = Matrix(rows: count, columns: 1, values: guesses)
            for metric in Self.metrics(.regression) {
                Self.claims(metric, .numbers(numbers), prediction, weights)
            }
        }
    }

    // scikit-learn: mean_squared_error and log_loss by their definitions.
    @Test func `weights are those of the mean`() throws {
        let numbers = try Metric.rootMeanSquaredError.value(
            .numbers([1, 2, 4]), Matrix(rows: 3, columns: 1, values: [2, 2, 1]), [3, 5, 2])
        // Squares of 1, 0 and 9.
        #expect(numbers == 2.1.squareRoot())
        let accuracy = try Metric.accuracy.value(
            .classes([0, 1], count: 2), Matrix(rows: 2, columns: 2, values: [0.9, 0.1, 0.8, 0.2]),
            [1, 3])
        #expect(accuracy == 0.25)
    }

    @Test func `rows of weight 0 judge nothing`() {
        let answers = Answers.numbers([0, 1])
        let prediction = Matrix(rows: 2, columns: 1, values: [3, 1.5])
        // The answer 0 would have no percentage.
        #expect(
            (try? Metric.meanAbsolutePercentageError.value(answers, prediction, [0, 1])) == 0.5)
        #expect(throws: Metric.Undefined.noWeight) {
            try Metric.meanAbsoluteError.value(answers, prediction, [0, 0])
        }
    }
}
