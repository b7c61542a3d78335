import Testing

@testable import Engine

@Suite struct LinearSVMTests {
    private let signs = [-1.0, 1, -1, 1, -1, -1, 1, 1]

    @Test func `weights and intercept are those of the same loss minimised by SciPy`() throws {
        // scipy 1.17.1, minimize(method="BFGS", gtol=1e-10).
        let solution = try SquaredHingeProblem(Worlds.eight, signs: self.signs, c: 0.5).solve()
        #expect(
            Worlds.isClose(solution, [0.56120272, 0.17793356, -0.32143114], within: 1e-5))
    }

    @Test func `the gradient is the slope of the loss`() {
        let problem = SquaredHingeProblem(Worlds.eight, signs: self.signs, c: 0.7)
        var margins = [Double](repeating: 0, count: 8)
        var (gradient, unused) = ([0.0, 0, 0], [0.0, 0, 0])
        let point = [0.3, -0.7, 0.2]
        _ = problem.evaluate(at: point, &margins, into: &gradient)
        for j in 0..<3 {
            var (ahead, behind) = (point, point)
            ahead[j] += 1e-6
            behind[j] -= 1e-6
            let rise =
                problem.evaluate(at: ahead, &margins, into: &unused)
                - problem.evaluate(at: behind, &margins, into: &unused)
            #expect(abs(rise / 2e-6 - gradient[j]) < 1e-7)
        }
    }

    @Test(arguments: [0.001, 1, 1000]) func `Newton and L-BFGS meet`(c: Double) throws {
        let data = Worlds.clusters(rows: 300, count: 2, seed: 28)
        let signs = data.answers.labels.map { $0 == 1 ? 1.0 : -1.0 }
        let problem = SquaredHingeProblem(data.features, signs: signs, c: c)
        let start = [Double](repeating: 0, count: 5)
        let newton = try problem.solveByNewton(from: start)
        let lbfgs = try problem.solveByLBFGS(from: start)
        #expect(Worlds.isClose(newton, lbfgs, within: 1e-3))
        // From its own solution it does not move away.
        #expect(Worlds.isClose(try problem.solve(from: newton), newton, within: 1e-6))
    }

    @Test func `more columns than Newton takes are learned too`() throws {
        let wide = Worlds.uniform(
            rows: 20, columns: LogisticRegression.newtonColumnsMax + 40, seed: 29)
        let labels = (0..<20).map { Int32($0 % 2) }
        let data = TrainingData(features: wide, answers: .classes(labels, count: 2))
        let prediction = try LinearSVM(c: 10).fit(data, seed: 0).predict(wide)
        #expect(prediction.values.allSatisfy { $0.isFinite && $0 >= 0 && $0 <= 1 })
    }

    @Test func `Platt's sigmoid is the one of greatest likelihood`() {
        // scipy 1.17.1, minimize(method="BFGS", gtol=1e-12) of the same targets.
        let scaling = PlattScaling(
            [-2, -1, -0.5, 0.2, 0.4, 1, 1.5, 3],
            isPositive: [false, false, true, false, true, true, false, true])
        #expect(abs(scaling.slope - 0.44480364) < 1e-6)
        #expect(abs(scaling.intercept + 0.14003581) < 1e-6)
    }

    @Test func `scores that divide the classes, or that all agree, have a finite sigmoid`() {
        for scores in [[-2.0, -1, 1, 2], [5, 5, 5, 5], [1e12, -1e12, 1e12, 0], [0, 0, 0, 0]] {
            let scaling = PlattScaling(scores, isPositive: [false, false, true, true])
            #expect(scaling.slope.isFinite && scaling.intercept.isFinite)
        }
        let alone = PlattScaling([1, 2], isPositive: [true, true])
        #expect(sigmoid(alone.slope * 1.5 + alone.intercept) > 0.5)
    }

    @Test(arguments: [2, 3, 4]) func `classes are told apart, and probabilities are honest`(
        count: Int
    ) throws {
        let data = Worlds.clusters(rows: 600, count: count, seed: 24)
        let test = Worlds.clusters(rows: 400, count: count, seed: 25)
        let prediction = try LinearSVM(c: 1).fit(data, seed: 1).predict(test.features)
        #expect(Worlds.accuracy(prediction, test.answers.labels) > 0.75)
        let loss = try Metric.logLoss.value(test.answers, prediction)
        let logistic = try LogisticRegression(c: 1).fit(data, seed: 1).predict(test.features)
        #expect(loss < 1.15 * (try Metric.logLoss.value(test.answers, logistic)))
        for row in 0..<400 {
            #expect(abs((0..<count).reduce(0) { $0 + prediction[row, $1] } - 1) < 1e-12)
        }
    }

    @Test(arguments: [1e-6, 1, 1e6]) func `classes a line divides, and few rows, have an answer`(
        c: Double
    ) throws {
        let features = Matrix(rows: 6, columns: 1, values: [-3, -2, -1, 1, 2, 3])
        let data = TrainingData(
            features: features, answers: .classes([0, 0, 0, 2, 2, 2], count: 4))
        let prediction = try LinearSVM(c: c).fit(data, seed: 0).predict(features)
        #expect(prediction.values.allSatisfy { $0.isFinite })
        for row in 0..<6 { #expect(prediction[row, 1] + prediction[row, 3] < 1e-200) }
        for rows in 1...3 {
            let few = TrainingData(
                features: Worlds.uniform(rows: rows, columns: 5, seed: 26),
                answers: .classes((0..<rows).map { Int32($0) }, count: 3))
            let answer = try LinearSVM(c: c).fit(few, seed: 0).predict(few.features)
            #expect(answer.values.allSatisfy { $0.isFinite && $0 >= 0 })
        }
    }

    @Test func `the same seed gives the same bits`() throws {
        let data = Worlds.clusters(rows: 90, count: 3, seed: 27)
        let first = try LinearSVM(c: 1).fit(data, seed: 3).tensors
        #expect(first == (try LinearSVM(c: 1).fit(data, seed: 3)).tensors)
        #expect(first != (try LinearSVM(c: 1).fit(data, seed: 4)).tensors)
    }
}
