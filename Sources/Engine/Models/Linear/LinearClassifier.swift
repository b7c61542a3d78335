/// A predictor of classes by one linear score for each: how the scores are stored and computed is
/// the same for all, what they mean is each one's own.
protocol LinearClassifier: Predictor {
    /// One row of weights per class.
    var weights: Matrix { get }
    var intercepts: [Double] { get }

    init(weights: Matrix, intercepts: [Double])
}

extension LinearClassifier {
    var columns: Int? { self.weights.columns }

    init(_ store: inout TensorStore, outputs: Int) throws(LearnerError) {
        guard outputs >= 2 else {
            throw LearnerError(.badTensor, "a classifier has 2 outputs or more, not \(outputs)")
        }
        let columns = try store.extent(of: "weights", axis: 1)
        let weights = try store.doubles("weights", shape: [.exactly(outputs), .exactly(columns)])
        self.init(
            weights: Matrix(rows: outputs, columns: columns, values: weights),
            intercepts: try store.doubles("intercepts", shape: [.exactly(outputs)]))
    }

    var tensors: [Tensor] {
        let shape = [self.weights.rows, self.weights.columns]
        return [
            .doubles("weights", self.weights.values, shape: shape),
            .doubles("intercepts", self.intercepts),
        ]
    }

    /// Rows × classes.
    ///
    /// - Complexity: rows × columns × classes multiplications.
    func scores(of features: Matrix) -> Matrix {
        let classes = self.intercepts.count
        var scores = Matrix(rows: features.rows, columns: classes)
        LinearAlgebra.multiplyRows(features, self.weights, .transposed, into: &scores)
        for row in 0..<scores.rows {
            for k in 0..<classes { scores[row, k] += self.intercepts[k] }
        }
        return scores
    }
}
