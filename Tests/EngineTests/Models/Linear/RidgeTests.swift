import Testing

@testable import Engine

@Suite struct RidgeTests {
    let numbers = [1.0, 2.5, -0.5, 4.0, -3.0, 0.7, 1.9, 2.2]

    private func fit(
        _ features: Matrix, _ numbers: [Double], alpha: Double
    ) throws -> RidgePredictor {
        let data = TrainingData(features: features, answers: .numbers(numbers))
        return try #require(try Ridge(alpha: alpha).fit(data, seed: 0) as? RidgePredictor)
    }

    @Test func `weights and intercept equal scikit-learn's`() throws {
        let fitted = try self.fit(Worlds.eight, self.numbers, alpha: 0.5)
        let weights = [1.228312084257206, 0.82975752536451]
        #expect(Worlds.isClose(fitted.weights, weights, within: 1e-12))
        #expect(abs(fitted.intercept - 0.13654652119868316) < 1e-12)
    }

    @Test func `a line without noise is found again`() throws {
        let features = Worlds.uniform(rows: 50, columns: 3, seed: 4)
        let truth = (0..<50).map { 5 + 2 * features[$0, 0] - 3 * features[$0, 1] }
        let fitted = try self.fit(features, truth, alpha: 1e-8)
        #expect(Worlds.isClose(fitted.weights, [2, -3, 0], within: 1e-6))
        #expect(Worlds.isClose(fitted.predict(features).values, truth, within: 1e-6))
    }

    @Test func `more columns than rows: the gradient of the loss vanishes all the same`() throws {
        let features = Worlds.uniform(rows: 6, columns: 15, seed: 5)
        let numbers = (0..<6).map { Double($0 * $0) }
        let data = TrainingData(features: features, answers: .numbers(numbers))
        #expect(data.preparation.moments(features, numbers).form == .dual)
        let fitted = try #require(try Ridge(alpha: 0.3).fit(data, seed: 0) as? RidgePredictor)
        let prediction = fitted.predict(features).values
        for j in 0..<15 {
            var slope = 0.3 * fitted.weights[j]
            for row in 0..<6 { slope += (prediction[row] - numbers[row]) * features[row, j] }
            #expect(abs(slope) < 1e-10)
        }
        #expect(abs(zip(prediction, numbers).reduce(0) { $0 + $1.0 - $1.1 }) < 1e-10)
    }

    @Test func `columns that depend on each other need more alpha, and the error says so`() {
        let features = Matrix(rows: 3, columns: 2, values: [1, 2, 2, 4, 3, 6])
        #expect(throws: LearnerError(.numericalFailure, "")) {
            try self.fit(features, [1, 2, 4], alpha: 0)
        }
    }

    @Test func `classes and missing features are refused`() {
        let classes = TrainingData(
            features: Worlds.eight, answers: .classes(Worlds.eightThirds, count: 3))
        #expect(throws: LearnerError(.unsupportedTask, "")) {
            try Ridge(alpha: 1).fit(classes, seed: 0)
        }
        #expect(throws: LearnerError(.notFinite, "")) {
            try self.fit(Matrix(rows: 2, columns: 1, values: [1, .nan]), [1, 2], alpha: 1)
        }
    }
}
