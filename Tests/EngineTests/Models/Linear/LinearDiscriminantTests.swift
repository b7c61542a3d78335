import Testing

@testable import Engine

@Suite struct LinearDiscriminantTests {
    private func fit(_ data: TrainingData, _ shrinkage: Double) throws -> LogisticPredictor {
        try #require(
            try LinearDiscriminant(shrinkage: shrinkage).fit(data, seed: 0) as? LogisticPredictor)
    }

    /// scikit-learn 1.9.1, `LinearDiscriminantAnalysis(solver="lsqr", shrinkage=…)`.
    private static let known: [(shrinkage: Double, rows: [Double])] = [
        (
            0,
            [
                0.997162855262837, 0.00268230984137546, 0.00015483489578753954,
                2.731309029822522e-08, 0.9999999726868972, 1.2346999180002401e-14,
            ]
        ),
        (
            0.3,
            [
                0.9472771943515026, 0.050896342600999345, 0.0018264630474978526,
                0.00015167938391655734, 0.9998481784914652, 1.421246181843578e-07,
            ]
        ),
        (
            1,
            [
                0.7897671930525969, 0.2088194515551586, 0.0014133553922445203,
                0.012583640984101904, 0.9864212154238265, 0.000995143592071619,
            ]
        ),
    ]

    @Test(arguments: 0..<3) func `probabilities of three classes equal scikit-learn's`(
        index: Int
    ) throws {
        let (shrinkage, expected) = Self.known[index]
        let data = TrainingData(
            features: Worlds.eight, answers: .classes(Worlds.eightThirds, count: 3))
        let prediction = try self.fit(data, shrinkage).predict(Worlds.eight)
        #expect(Worlds.isClose(Array(prediction.values[..<6]), expected, within: 1e-9))
    }

    @Test func `two classes: weights and intercept equal scikit-learn's`() throws {
        let labels = Worlds.eightThirds.map { Int32($0 == 1 ? 1 : 0) }
        let data = TrainingData(features: Worlds.eight, answers: .classes(labels, count: 2))
        let fitted = try self.fit(data, 0.3)
        #expect(abs(fitted.weights[1, 0] - fitted.weights[0, 0] - 5.9226092727332365) < 1e-9)
        #expect(abs(fitted.weights[1, 1] - fitted.weights[0, 1] + 1.2444888320419638) < 1e-9)
        #expect(abs(fitted.intercepts[1] - fitted.intercepts[0] + 3.426854031796884) < 1e-9)
    }

    @Test func `more columns than rows: the dual form equals the covariance itself`() throws {
        let wide = Worlds.uniform(rows: 12, columns: 20, seed: 22)
        let labels = (0..<12).map { Int32($0 % 3) }
        let dual = try self.fit(
            TrainingData(features: wide, answers: .classes(labels, count: 3)), 0.2)
        // The same rows twice have the same covariance, and are enough for the primal form.
        let twice = TrainingData(
            features: wide.rows(at: Array(0..<12) + Array(0..<12)),
            answers: .classes(labels + labels, count: 3))
        let primal = try self.fit(twice, 0.2)
        #expect(Worlds.isClose(dual.weights.values, primal.weights.values, within: 1e-8))
        #expect(Worlds.isClose(dual.intercepts, primal.intercepts, within: 1e-8))
    }

    @Test func `columns that depend on each other need shrinkage, and the error says so`() throws {
        let features = Matrix(rows: 4, columns: 2, values: [1, 2, 2, 4, 3, 6, 5, 10])
        let data = TrainingData(features: features, answers: .classes([0, 0, 1, 1], count: 2))
        #expect(throws: LearnerError(.numericalFailure, "")) { try self.fit(data, 0) }
        let shrunk = try self.fit(data, 0.1).predict(features)
        #expect(Worlds.accuracy(shrunk, [0, 0, 1, 1]) == 1)
    }

    @Test(arguments: [0, 1e-300, 0.5, 1]) func `one row per class is an error, nothing varies`(
        shrinkage: Double
    ) {
        let features = Matrix(rows: 2, columns: 3, values: [1, 2, 3, 4, 5, 7])
        let data = TrainingData(features: features, answers: .classes([0, 1], count: 2))
        #expect(throws: LearnerError(.numericalFailure, "")) { try self.fit(data, shrinkage) }
    }

    @Test func `a class without rows gets no probability, however far the others are`() throws {
        let features = Matrix(
            rows: 6, columns: 1, values: [-1000, -1000.001, -999.999, 1000, 1000.001, 999.999])
        let data = TrainingData(
            features: features, answers: .classes([2, 2, 2, 1, 1, 1], count: 4))
        let middle = Matrix(rows: 3, columns: 1, values: [0, 500, -1e6])
        let prediction = try self.fit(data, 0.01).predict(middle)
        for row in 0..<3 {
            #expect(prediction[row, 0] + prediction[row, 3] < 1e-200)
            #expect(abs(prediction[row, 1] + prediction[row, 2] - 1) < 1e-12)
        }
    }

    @Test func `classes around different centres are told apart`() throws {
        let data = Worlds.clusters(rows: 600, count: 4, seed: 23)
        let prediction = try self.fit(data, 0.01).predict(data.features)
        #expect(Worlds.accuracy(prediction, data.answers.labels) > 0.75)
    }
}
