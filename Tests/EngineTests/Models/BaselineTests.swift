import Testing

@testable import Engine

@Suite struct BaselineTests {
    @Test func `every row gets the shares of the classes`() throws {
        let data = TrainingData(
            features: Matrix(rows: 4, columns: 0), answers: .classes([0, 2, 2, 0], count: 3))
        let prediction = try Baseline().fit(data, seed: 0).predict(Matrix(rows: 2, columns: 9))
        #expect(prediction.values == [0.5, 0, 0.5, 0.5, 0, 0.5])
    }

    @Test func `every row gets the mean, also of numbers too large to add`() throws {
        let huge = TrainingData(
            features: Matrix(rows: 2, columns: 0), answers: .numbers([1.6e308, 1.7e308]))
        let prediction = try Baseline().fit(huge, seed: 0).predict(Matrix(rows: 1, columns: 0))
        #expect(abs(prediction[0, 0] / 1.65e308 - 1) < 1e-15)
    }

    @Test func `no rows and missing answers are refused`() {
        #expect(throws: LearnerError(.tooFewRows, "")) {
            try Baseline().fit(
                TrainingData(features: Matrix(rows: 0, columns: 1), answers: .numbers([])), seed: 0)
        }
        #expect(throws: LearnerError(.notFinite, "")) {
            try Baseline().fit(
                TrainingData(features: Matrix(rows: 1, columns: 1), answers: .numbers([.nan])),
                seed: 0)
        }
    }
}
