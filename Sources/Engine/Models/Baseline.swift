/// Predicts the same for every row: the share of each class, or the mean, or a quantile.
///
/// What any other family must beat to have learned something.
package struct Baseline: Learner {
    package var form: FeatureForm { .ordinal }

    package init() {}

    package func fit(_ data: TrainingData, seed: UInt64) throws(LearnerError) -> any Predictor {
        try data.requireRows()
        switch data.answers {
        case .classes(let labels, let count):
            return BaselinePredictor(answer: classShares(labels, count: count, data.weights))
        case .numbers(let numbers):
            guard case .quantile(let share) = data.objective else {
                return BaselinePredictor(answer: [mean(numbers, data.weights)])
            }
            return BaselinePredictor(answer: [weightedQuantile(numbers, share, data.weights)])
        case .flags: preconditionFailure("flags were refused")
        }
    }
}

struct BaselinePredictor: Predictor, Equatable {
    let answer: [Double]

    init(answer: [Double]) { self.answer = answer }

    init(_ store: inout TensorStore, outputs: Int) throws(LearnerError) {
        self.answer = try store.doubles("answer", shape: [.exactly(outputs)])
    }

    var tensors: [Tensor] { [.doubles("answer", self.answer)] }

    func predict(_ features: Matrix) -> Matrix {
        var prediction = Matrix(rows: features.rows, columns: self.answer.count)
        for row in 0..<features.rows {
            for k in self.answer.indices { prediction[row, k] = self.answer[k] }
        }
        return prediction
    }
}
