/// How the predictions of an ensemble's members become one.
package enum Pooling: Equatable, Sendable {
    /// Their average, by weights that sum to 1. The logarithms of averaged probabilities are then
    /// divided by the temperature; 1 leaves them alone, and numbers are always left alone. See
    /// `Temperature`.
    case average(temperature: Double)
    /// Of classes: what was learned from predictions of rows held out (Wolpert 1992, "Stacked
    /// generalization"). The logarithms of probabilities are summed, by weights that need not sum
    /// to 1, with an offset for each class, and become probabilities by softmax. See `Stacking`.
    case stacked(offsets: [Double])

    /// The members' predictions as they are, or their plain average.
    package static let plain = Pooling.average(temperature: 1)

    /// - Parameters:
    ///   - predictions: of each member, all of one shape.
    ///   - areClasses: whether they are probabilities.
    func combine(_ predictions: [Matrix], _ weights: [Double], areClasses: Bool) -> Matrix {
        switch self {
        case .average(let temperature):
            if predictions.count == 1, temperature == 1 { return predictions[0] }
            var blend = Matrix.weightedSum(predictions, weights)
            if areClasses { blend.temper(temperature) }
            return blend
        case .stacked(let offsets):
            precondition(areClasses, "a stack of what is no probability")
            var blend = Matrix.weightedSum(predictions.map(Stacking.logarithms), weights)
            blend.values.withUnsafeMutableBufferPointer { values in
                for index in values.indices { values[index] += offsets[index % offsets.count] }
                applySoftmax(values, columns: offsets.count)
            }
            return blend
        }
    }
}
