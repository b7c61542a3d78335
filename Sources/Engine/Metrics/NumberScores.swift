/// Predicted numbers beside the right ones.
struct NumberScores {
    private let answers: [Double]
    private let predictions: [Double]
    /// How much each row counts.
    private let weights: [Double]
    private let total: Double

    /// - Parameter weights: above 0; nil: each row counts once.
    /// - Requires: equal counts, at least one.
    init(answers: [Double], predictions: [Double], _ weights: [Double]? = nil) {
        self.answers = answers
        self.predictions = predictions
        self.weights = weights ?? Array(repeating: 1, count: answers.count)
        self.total = weights?.reduce(0, +) ?? Double(answers.count)
    }

    var rootMeanSquaredError: Double {
        (self.squaredError / self.total).squareRoot()
    }

    var meanAbsoluteError: Double {
        self.sum { abs($0 - $1) } / self.total
    }

    func meanAbsolutePercentageError() throws(Metric.Undefined) -> Double {
        guard !self.answers.contains(0) else { throw .zeroAnswer }
        return self.sum { abs(($0 - $1) / $0) } / self.total
    }

    func pinballLoss(_ quantile: Double) -> Double {
        self.sum { answer, prediction in
            answer > prediction
                ? quantile * (answer - prediction) : (1 - quantile) * (prediction - answer)
        } / self.total
    }

    func poissonDeviance() throws(Metric.Undefined) -> Double {
        guard self.answers.allSatisfy({ $0 >= 0 }) else { throw .negativeAnswer }
        return self.sum { answer, prediction in
            let mean = max(prediction, 1e-15)
            // What is too small for a logarithm is as good as 0, where the term is 0.
            let term =
                answer.isNormal ? answer * (naturalLogarithm(answer) - naturalLogarithm(mean)) : 0
            return 2 * (term - answer + mean)
        } / self.total
    }

    func r2() throws(Metric.Undefined) -> Double {
        let mean = self.sum { answer, _ in answer } / self.total
        let spread = self.sum { answer, _ in (answer - mean) * (answer - mean) }
        guard spread > 0, self.answers.count > 1 else { throw .constantAnswers }
        return 1 - self.squaredError / spread
    }

    private var squaredError: Double {
        self.sum { ($0 - $1) * ($0 - $1) }
    }

    private func sum(_ term: (_ answer: Double, _ prediction: Double) -> Double) -> Double {
        var sum = 0.0
        for row in self.answers.indices {
            sum += self.weights[row] * term(self.answers[row], self.predictions[row])
        }
        return sum
    }
}
