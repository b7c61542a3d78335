import Testing

@testable import Engine

@Suite struct NaiveBayesTests {
    @Test func `probabilities equal scikit-learn's`() throws {
        let data = TrainingData(
            features: Worlds.eight, answers: .classes(Worlds.eightThirds, count: 3))
        let prediction = try NaiveBayes(smoothing: 0.01).fit(data, seed: 0).predict(Worlds.eight)
        let expected = [
            0.9927590881679016, 0.007240911036805672, 7.952926673569836e-10,
        ]
        #expect(Worlds.isClose(Array(prediction.values[..<3]), expected, within: 1e-9))
        #expect(abs(prediction[7, 1] - 0.9940999050451041) < 1e-9)
    }

    @Test func `a row far from every class still has probabilities`() throws {
        let data = TrainingData(
            features: Worlds.eight, answers: .classes(Worlds.eightThirds, count: 4))
        let far = Matrix(rows: 1, columns: 2, values: [1e200, -1e200])
        let prediction = try NaiveBayes(smoothing: 0).fit(data, seed: 0).predict(far)
        #expect(abs(prediction.values.reduce(0, +) - 1) < 1e-12)
    }

    @Test func `a class without rows gets no probability, a constant column decides nothing`()
        throws
    {
        let features = Matrix(rows: 4, columns: 2, values: [0, 7, 1, 7, 5, 7, 6, 7])
        let data = TrainingData(features: features, answers: .classes([0, 0, 2, 2], count: 3))
        let prediction = try NaiveBayes(smoothing: 1e-9).fit(data, seed: 0).predict(features)
        #expect(Worlds.accuracy(prediction, [0, 0, 2, 2]) == 1)
        #expect(prediction[0, 1] < 1e-200)
    }
}
