/// Predicted numbers beside the right ones.
struct NumberScores {
    private let answers: [Double]
    private let predictions: [Double]

    /// - Requires: equal counts, at least one.
    init(answers: [Double], predictions: [Double]) {
        self.answers = answers
        self.predictions = predictions
    }

    var rootMeanSquaredError: Double {
        (self.squaredError / Double(self.answers.count)).squareRoot()
    }

    var meanAbsoluteError: Double {
        var sum = 0.0
        for (answer, prediction) in zip(self.answers, self.predictions) {
            sum += abs(answer - prediction)
        }
        return sum / Double(self.answers.count)
    }

    func meanAbsolutePercentageError() throws(Metric.Undefined) -> Double {
        var sum = 0.0
        for (answer, prediction) in zip(self.answers, self.predictions) {
            guard answer != 0 else { throw .zeroAnswer }
            sum += abs((answer - prediction) / answer)
        }
        return sum / Double(self.answers.count)
    }

    func r2() throws(Metric.Undefined) -> Double {
        let mean = self.answers.reduce(0, +) / Double(self.answers.count)
        var spread = 0.0
        for answer in self.answers { spread += (answer - mean) * (answer - mean) }
        guard spread > 0, self.answers.count > 1 else { throw .constantAnswers }
        return 1 - self.squaredError / spread
    }

    private var squaredError: Double {
        var sum = 0.0
        for (answer, prediction) in zip(self.answers, self.predictions) {
            sum += (answer - prediction) * (answer - prediction)
        }
        return sum
    }
}
