import Testing

@testable import Engine

@Suite struct ElasticNetTests {
    let numbers = [1.0, 2.5, -0.5, 4.0, -3.0, 0.7, 1.9, 2.2]

    private func fit(
        _ features: Matrix, _ numbers: [Double], alpha: Double, l1Ratio: Double
    ) throws -> RidgePredictor {
        let data = TrainingData(features: features, answers: .numbers(numbers))
        return try #require(
            try ElasticNet(alpha: alpha, l1Ratio: l1Ratio).fit(data, seed: 0) as? RidgePredictor)
    }

    private struct Known {
        let alpha: Double
        let l1Ratio: Double
        let weights: [Double]
        let intercept: Double
    }

    /// scikit-learn 1.9.1, `ElasticNet(alpha, l1_ratio, tol=1e-14)` on (y - mean) / deviation,
    /// its weights times the deviation.
    private static let known: [Known] = [
        Known(
            alpha: 0.1, l1Ratio: 0.5, weights: [1.1771735736333289, 0.775283754953471],
            intercept: 0.18836603418192088),
        Known(
            alpha: 0.3, l1Ratio: 0.9, weights: [0.9146242793646905, 0.5213266723865269],
            intercept: 0.4393036717190979),
        Known(
            alpha: 0.02, l1Ratio: 0, weights: [1.2702015187699587, 0.8425953256232048],
            intercept: 0.11277215767300819),
        Known(
            alpha: 0.6, l1Ratio: 1, weights: [0.5075698873500802, 0.12925690247981844],
            intercept: 0.8273782384449506),
    ]

    @Test(arguments: 0..<4) func `weights and intercept equal scikit-learn's`(index: Int) throws {
        let known = Self.known[index]
        let fitted = try self.fit(
            Worlds.eight, self.numbers, alpha: known.alpha, l1Ratio: known.l1Ratio)
        #expect(Worlds.isClose(fitted.weights, known.weights, within: 1e-7))
        #expect(abs(fitted.intercept - known.intercept) < 1e-7)
    }

    @Test func `more columns than rows: weights equal scikit-learn's all the same`() throws {
        let features = Matrix(
            rows: 4, columns: 6,
            values: [
                0.0, 0.9852340205837405, -0.41672165175349946, -0.7155918424571849,
                0.9329524994386288, -0.14612552112854788, -0.7335382767616138, 0.9906073556948704,
                -0.5930920727079184, -0.07804789433161896, 0.6483645282479714, -0.9480429553144977,
                0.9912862924332879, -0.8764905296605435, 0.7061694571803343, -0.5524811065993802,
                0.45495058968959917, -0.4304667159784858, 0.4824215521780601, -0.6032252274541898,
                0.7690635025609421, -0.9294520584774133, 0.9997263950495451, -0.8725629301175896,
            ])
        let fitted = try self.fit(features, [1, -2, 0.5, 3], alpha: 0.2, l1Ratio: 0.5)
        let weights = [
            0.26539600240976513, -0.09594921141001875, 0.6417768283541264, -1.1958715386713423,
            0.19625177026269744, 0.0,
        ]
        #expect(Worlds.isClose(fitted.weights, weights, within: 1e-7))
        #expect(fitted.weights[5] == 0)
        #expect(abs(fitted.intercept + 0.31616063253120963) < 1e-7)
    }

    @Test func `walking over the Gram matrix and over the rows meet`() {
        let features = Worlds.uniform(rows: 40, columns: 8, seed: 20)
        let numbers = (0..<40).map { features[$0, 0] * 3 - features[$0, 5] + features[$0, 7] }
        let moments = Moments(features, numbers)
        var centred = features
        _ = centred.centreColumns()
        let residue = numbers.map { $0 - moments.meanAnswer }
        let descent = CoordinateDescent(threshold: 0.4, ridge: 0.2, tolerance: 1)
        let byGram = descent.solve(gram: moments.gram, right: moments.right)
        let byRows = descent.solve(centred: centred, residue: residue)
        #expect(Worlds.isClose(byGram, byRows, within: 1e-8))
        #expect(byGram.contains(0) && byGram.contains { $0 != 0 })
    }

    @Test func `without the lasso part it is ridge`() throws {
        let features = Worlds.uniform(rows: 50, columns: 3, seed: 21)
        let numbers = (0..<50).map { 5 + 2 * features[$0, 0] - 3 * features[$0, 1] }
        let data = TrainingData(features: features, answers: .numbers(numbers))
        let ridge = try Ridge(alpha: 0.1 * 50).fit(data, seed: 0).predict(features)
        let net = try ElasticNet(alpha: 0.1, l1Ratio: 0).fit(data, seed: 0).predict(features)
        #expect(Worlds.isClose(ridge.values, net.values, within: 1e-7))
    }

    @Test(arguments: [1e-200, 1, 1e150]) func `the same share of numbers of any size is learned`(
        size: Double
    ) throws {
        let sized = try self.fit(
            Worlds.eight, self.numbers.map { $0 * size }, alpha: 0.1, l1Ratio: 0.5)
        #expect(
            Worlds.isClose(
                sized.weights.map { $0 / size }, [1.1771735736333289, 0.775283754953471],
                within: 1e-7))
    }

    @Test func `twins, constants and a single row have finite weights`() throws {
        let twins = Matrix(rows: 4, columns: 3, values: [1, 1, 5, 2, 2, 5, 3, 3, 5, 4, 4, 5])
        let fitted = try self.fit(twins, [1, 2, 3, 4], alpha: 0, l1Ratio: 1)
        #expect(Worlds.isClose(fitted.predict(twins).values, [1, 2, 3, 4], within: 1e-6))
        #expect(fitted.weights[2] == 0)
        let flat = try self.fit(Worlds.eight, Array(repeating: 3, count: 8), alpha: 1, l1Ratio: 1)
        #expect(flat.weights == [0, 0] && flat.intercept == 3)
        let one = Matrix(rows: 1, columns: 2, values: [1, 2])
        #expect(try self.fit(one, [7], alpha: 1, l1Ratio: 0.5).predict(one).values == [7])
    }

    @Test func `columns too large to be squared are an error, classes are refused`() {
        let huge = Matrix(rows: 2, columns: 1, values: [1e200, -1e200])
        #expect(throws: LearnerError(.numericalFailure, "")) {
            try self.fit(huge, [1, 2], alpha: 1, l1Ratio: 0.5)
        }
        let classes = TrainingData(
            features: Worlds.eight, answers: .classes(Worlds.eightThirds, count: 3))
        #expect(throws: LearnerError(.unsupportedTask, "")) {
            try ElasticNet(alpha: 1, l1Ratio: 1).fit(classes, seed: 0)
        }
    }
}
