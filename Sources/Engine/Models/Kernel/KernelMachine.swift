/// Ridge or logistic regression on random Fourier features: smooth curves at a linear price.
///
/// Approximates kernel ridge regression, and kernel logistic regression, of an RBF kernel
/// (`RandomFeatures`). `gamma` counts in 1 / (total variance of the features), so that 1 suits any
/// number of columns; with columns of variance 1 that is 1 / columns.
package struct KernelMachine: Learner {
    package let gamma: Double
    package let components: Int
    /// The weight of |w|² beside the sum of the losses: ridge's `alpha`, 1 / c for classes.
    package let penalty: Double

    /// Numbers that the features of all rows, or their products, may be, 4 GiB.
    static let valuesMax = 1 << 29

    package var form: FeatureForm { .dense }

    package init(gamma: Double, components: Int, penalty: Double) {
        precondition(gamma > 0 && components >= 1 && penalty > 0, "a kernel of nothing")
        self.gamma = gamma
        self.components = components
        self.penalty = penalty
    }

    /// - Complexity: rows × components × (columns + components) multiplications.
    package func fit(_ data: TrainingData, seed: UInt64) throws(LearnerError) -> any Predictor {
        try data.requireFiniteRows()
        // Of numbers only the features' products are needed, which take less room from there on.
        let isMadeInBlocks = data.answers.outputs == 1 && data.features.rows >= self.components
        let held = isMadeInBlocks ? self.components : data.features.rows
        guard held <= Self.valuesMax / self.components else {
            throw LearnerError(
                .badParameter, "\(self.components) components are too many for so many rows")
        }
        let variance = data.features.totalVariance(data.weights)
        guard variance.isFinite else {
            throw LearnerError(.numericalFailure, "a variance left the range of numbers")
        }
        let features = RandomFeatures(
            columns: data.features.columns, components: self.components,
            // Without variance all rows are one, whatever gamma is.
            gamma: variance > 0 ? self.gamma / variance : 0, seed: seed)
        if isMadeInBlocks {
            let numbers = try data.requireNumbers(for: .kernelMachine)
            let moments = self.moments(features, data.features, numbers, data.weights)
            return KernelPredictor(
                features: features, inner: try Ridge(alpha: self.penalty).predictor(moments))
        }
        let transformed = TrainingData(
            features: features.transform(data.features), answers: data.answers,
            weights: data.weights)
        let inner: any Learner =
            switch data.answers {
            case .classes: LogisticRegression(c: 1 / self.penalty)
            case .numbers: Ridge(alpha: self.penalty)
            case .flags: preconditionFailure("flags were refused")
            }
        return KernelPredictor(features: features, inner: try inner.fit(transformed, seed: seed))
    }
}

extension KernelMachine {
    private func moments(
        _ features: RandomFeatures, _ matrix: Matrix, _ numbers: [Double], _ weights: [Double]?
    ) -> Moments {
        matrix.values.withUnsafeBufferPointer { values in
            Moments(numbers, weights, columns: self.components) { rows, made in
                let range = rows.lowerBound * matrix.columns..<rows.upperBound * matrix.columns
                features.transform(UnsafeBufferPointer(rebasing: values[range]), into: made)
            }
        }
    }
}

struct KernelPredictor: Predictor {
    let features: RandomFeatures
    /// Linear in the random features.
    let inner: any Predictor

    /// Rows that are transformed at once.
    static let blockRows = 256

    var columns: Int? { self.features.directions.columns }

    init(features: RandomFeatures, inner: any Predictor) {
        self.features = features
        self.inner = inner
    }

    init(_ store: inout TensorStore, outputs: Int) throws(LearnerError) {
        let features = try RandomFeatures(&store)
        let inner: any Predictor =
            outputs == 1
            ? try RidgePredictor(&store, outputs: outputs)
            : try LogisticPredictor(&store, outputs: outputs)
        guard inner.columns == features.phases.count else {
            throw LearnerError(.badTensor, "tensor weights does not fit the directions")
        }
        self.init(features: features, inner: inner)
    }

    var tensors: [Tensor] { self.features.tensors + self.inner.tensors }

    func predict(_ features: Matrix) -> Matrix {
        var values: [Double] = []
        var outputs = 1
        for start in stride(from: 0, to: max(features.rows, 1), by: Self.blockRows) {
            let rows = Array(start..<min(start + Self.blockRows, features.rows))
            let prediction = self.inner.predict(
                self.features.transform(features.rows(at: rows)))
            outputs = prediction.columns
            values += prediction.values
        }
        return Matrix(rows: features.rows, columns: outputs, values: values)
    }
}

extension Matrix {
    /// The sum over the columns of their variance.
    fileprivate func totalVariance(_ weights: [Double]?) -> Double {
        var centred = self
        _ = centred.centreColumns(weights)
        centred.scaleRows(byRootsOf: weights)
        return centred.values.reduce(0) { $0 + $1 * $1 } / Double(max(1, self.rows))
    }
}
