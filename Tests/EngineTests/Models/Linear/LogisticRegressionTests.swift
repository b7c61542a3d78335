import Testing

@testable import Engine

@Suite struct LogisticRegressionTests {
    let labels: [Int32] = [0, 1, 0, 1, 0, 0, 1, 1]

    private func fit(_ data: TrainingData, c: Double) throws -> LogisticPredictor {
        try #require(try LogisticRegression(c: c).fit(data, seed: 0) as? LogisticPredictor)
    }

    @Test func `two classes: weights, intercept and probabilities equal scikit-learn's`() throws {
        let data = TrainingData(features: Worlds.eight, answers: .classes(self.labels, count: 2))
        let fitted = try self.fit(data, c: 2)
        #expect(
            Worlds.isClose(
                (0..<2).map { fitted.weights[1, $0] }, [1.161069412638661, 0.502000847377043],
                within: 1e-6))
        #expect(abs(fitted.intercepts[1] + 0.771513572537178) < 1e-6)
        let probabilities = fitted.predict(Worlds.eight)
        #expect(abs(probabilities[0, 1] - 0.577134695519197) < 1e-6)
        #expect(abs(probabilities[4, 1] - 0.060002492943958) < 1e-6)
        #expect(abs(probabilities[4, 0] + probabilities[4, 1] - 1) < 1e-15)
    }

    @Test func `three classes: weights and probabilities equal scikit-learn's`() throws {
        let data = TrainingData(
            features: Worlds.eight, answers: .classes(Worlds.eightThirds, count: 3))
        let fitted = try self.fit(data, c: 0.7)
        let weights = [
            -0.302552682268286, 0.543128930980645, 0.957409143382117, -0.024691771760546,
            -0.654856461113832, -0.518437159220099,
        ]
        #expect(Worlds.isClose(fitted.weights.values, weights, within: 1e-4))
        let first = [0.490404706406815, 0.366113192172358, 0.143482101420827]
        #expect(
            Worlds.isClose(
                Array(fitted.predict(Worlds.eight).values[..<3]), first, within: 1e-4))
    }

    /// Without the scatter of the columns so few steps do not do.
    @Test func `of three classes columns that tell nearly the same are no obstacle`() throws {
        let plain = Worlds.uniform(rows: 600, columns: 6, seed: 8)
        var features = plain
        for row in 0..<600 {
            for column in 3..<6 {
                features[row, column] = plain[row, column - 3] + 0.02 * plain[row, column]
            }
        }
        let labels = (0..<600).map { row in
            plain[row, 0] + plain[row, 3] > 1.2 ? 2 : plain[row, 1] + plain[row, 4] > 1 ? 1 : 0
        }
        let problem = MultinomialProblem(features, labels, classes: 3, penalty: 1e-3)
        let solution = try problem.solve(stepsMax: 30)
        var scores = Matrix(rows: 600, columns: 3)
        var gradient = solution
        _ = problem.evaluate(at: solution, &scores, into: &gradient)
        #expect(gradient.allSatisfy { abs($0) <= 1e-5 * 600 })
    }

    /// The curvature of each class is its own: with one for all, rare ones take hundreds of steps.
    @Test func `rare classes are no obstacle`() throws {
        let plain = Worlds.uniform(rows: 3000, columns: 4, seed: 9)
        var features = plain
        for row in 0..<3000 { features[row, 3] = plain[row, 2] + 0.02 * plain[row, 3] }
        let labels = (0..<3000).map { row in
            plain[row, 0] > 0.99 ? 2 : plain[row, 1] + 0.3 * plain[row, 2] > 1.1 ? 1 : 0
        }
        #expect(labels.count { $0 == 2 } < 60)
        let problem = MultinomialProblem(features, labels, classes: 3, penalty: 0.1)
        let solution = try problem.solve(stepsMax: 40)
        var scores = Matrix(rows: 3000, columns: 3)
        var gradient = solution
        _ = problem.evaluate(at: solution, &scores, into: &gradient)
        #expect(gradient.allSatisfy { abs($0) <= 1e-5 * 3000 })
    }

    @Test func `the gradient is the slope of the loss`() {
        let signs = self.labels.map { $0 == 1 ? 1.0 : -1.0 }
        let problem = BinaryLogisticProblem(Worlds.eight, signs: signs, penalty: 0.4)
        let point = [0.3, -0.7, 0.2]
        var likelihoods = [Double](repeating: 0, count: 8)
        _ = problem.loss(at: point, &likelihoods)
        var gradient = [0.0, 0, 0]
        problem.gradient(at: point, likelihoods, into: &gradient)
        for j in 0..<3 {
            var (ahead, behind) = (point, point)
            ahead[j] += 1e-6
            behind[j] -= 1e-6
            let rise =
                problem.loss(at: ahead, &likelihoods) - problem.loss(at: behind, &likelihoods)
            #expect(abs(rise / 2e-6 - gradient[j]) < 1e-8)
        }
    }

    @Test func `the loss is the sum of the logarithms, taken one by one`() {
        let features = Worlds.uniform(rows: 3000, columns: 2, seed: 6)
        let signs = (0..<3000).map { $0 % 3 == 0 ? 1.0 : -1.0 }
        let problem = BinaryLogisticProblem(features, signs: signs, penalty: 0)
        var likelihoods = [Double](repeating: 0, count: 3000)
        let loss = problem.loss(at: [30, -500, 3], &likelihoods)
        var naive = 0.0
        for row in 0..<3000 {
            let z = signs[row] * (30 * features[row, 0] - 500 * features[row, 1] + 3)
            naive += z > 0 ? log(1 + exp(-z)) : log(1 + exp(z)) - z
        }
        #expect(abs(loss - naive) < 1e-9 * naive)
    }

    @Test func `the multinomial gradient is the slope of its loss`() {
        let labels = Worlds.eightThirds.map { Int($0) }
        let problem = MultinomialProblem(Worlds.eight, labels, classes: 3, penalty: 0.4)
        let point = [0.3, -0.7, 0.2, 0.5, -0.1, 0.9, 0.1, 0, -0.3]
        var scores = Matrix(rows: 8, columns: 3)
        var gradient = [Double](repeating: 0, count: 9)
        var unused = gradient
        _ = problem.evaluate(at: point, &scores, into: &gradient)
        for j in 0..<9 {
            var (ahead, behind) = (point, point)
            ahead[j] += 1e-6
            behind[j] -= 1e-6
            let rise =
                problem.evaluate(at: ahead, &scores, into: &unused)
                - problem.evaluate(at: behind, &scores, into: &unused)
            #expect(abs(rise / 2e-6 - gradient[j]) < 1e-8)
        }
    }

    @Test func `Newton and L-BFGS meet`() throws {
        let data = Worlds.clusters(rows: 300, count: 2, seed: 7)
        let signs = data.answers.labels.map { $0 == 1 ? 1.0 : -1.0 }
        let problem = BinaryLogisticProblem(data.features, signs: signs, penalty: 0.5)
        let (newton, lbfgs) = (try problem.solveByNewton(), try problem.solveByLBFGS())
        #expect(Worlds.isClose(newton, lbfgs, within: 1e-3))
    }

    @Test(arguments: [1e-6, 1, 1e6]) func `classes a line divides have a finite answer`(
        c: Double
    ) throws {
        let features = Matrix(rows: 6, columns: 1, values: [-3, -2, -1, 1, 2, 3])
        let data = TrainingData(
            features: features, answers: .classes([0, 0, 0, 1, 1, 1], count: 2))
        let fitted = try self.fit(data, c: c)
        #expect(fitted.weights.values.allSatisfy { $0.isFinite })
        #expect(fitted.weights[1, 0] > 0)
    }

    @Test func `classes without rows get no probability, one class alone gets all`() throws {
        let some = TrainingData(features: Worlds.eight, answers: .classes(self.labels, count: 4))
        let prediction = try self.fit(some, c: 1).predict(Worlds.eight)
        for row in 0..<8 {
            #expect(prediction[row, 2] + prediction[row, 3] < 1e-200)
            #expect(abs(prediction[row, 0] + prediction[row, 1] - 1) < 1e-14)
        }
        let one = TrainingData(
            features: Worlds.eight, answers: .classes(Array(repeating: 1, count: 8), count: 2))
        #expect(try self.fit(one, c: 1).predict(Worlds.eight)[3, 1] > 1 - 1e-14)
    }

    @Test func `many classes and wide rows are learned`() throws {
        let data = Worlds.clusters(rows: 600, count: 4, seed: 8)
        let prediction = try self.fit(data, c: 1).predict(data.features)
        #expect(Worlds.accuracy(prediction, data.answers.labels) > 0.75)
        let wide = Worlds.uniform(
            rows: 20, columns: LogisticRegression.newtonColumnsMax + 40, seed: 9)
        let labels = (0..<20).map { Int32($0 % 2) }
        let fitted = try self.fit(
            TrainingData(features: wide, answers: .classes(labels, count: 2)), c: 100)
        #expect(Worlds.accuracy(fitted.predict(wide), labels) == 1)
    }
}
