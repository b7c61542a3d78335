/// Room for one batch on its way through a perceptron, forwards and back again.
///
/// With A₀ the inputs (rows × columns), W and b a layer's weights and biases, and D the slopes of
/// the loss (Rumelhart, Hinton, Williams 1986):
///
/// ```
/// forwards    A₁ = max(0, A₀ W₀ᵀ + b₀)    …    scores = A W ᵀ + b        no ReLU at the end
/// back        dW = Dᵀ A    db = column sums of D    D before = (D W) where A > 0
/// ```
///
/// Everything is single precision: the noise of a batch is larger by far than that of rounding.
final class PerceptronPass {
    let shape: PerceptronShape
    let rowsMax: Int
    /// What each layer hands on; the first are the inputs, the last the scores.
    private let activations: [Memory<Float>]
    /// Slopes of the loss, by layer; nobody needs those of the inputs.
    private let slopes: [Memory<Float>]

    init(_ shape: PerceptronShape, rowsMax: Int) {
        self.shape = shape
        self.rowsMax = rowsMax
        self.activations = shape.widths.map { Memory(count: rowsMax * $0, repeating: 0) }
        self.slopes = shape.widths.dropFirst().map { Memory(count: rowsMax * $0, repeating: 0) }
    }

    var inputs: UnsafeMutablePointer<Float> { self.activations[0].base }
    var scores: UnsafeMutablePointer<Float> { self.activations[self.shape.layers].base }
    /// To be filled with the slopes of the loss by the scores, before `backward`.
    var scoreSlopes: UnsafeMutablePointer<Float> { self.slopes[self.shape.layers - 1].base }

    /// Computes the scores of the first `rows` inputs.
    ///
    /// - Requires: `parameters` holds `shape.count` values.
    /// - Complexity: rows × parameters multiplications.
    func forward(_ parameters: UnsafePointer<Float>, rows: Int) {
        precondition(rows <= self.rowsMax, "\(rows) rows, room for \(self.rowsMax)")
        for layer in 0..<self.shape.layers {
            let (width, next) = (self.shape.widths[layer], self.shape.widths[layer + 1])
            let target = self.activations[layer + 1].base
            LinearAlgebra.multiply(
                UnsafePointer(self.activations[layer].base), .stored,
                parameters + self.shape.weights(layer).lowerBound, .transposed,
                m: rows, n: next, k: width, into: target)
            let biases = parameters + self.shape.biases(layer).lowerBound
            let isLast = layer + 1 == self.shape.layers
            for row in 0..<rows {
                let values = target + row * next
                if isLast {
                    for unit in 0..<next { values[unit] += biases[unit] }
                } else {
                    for unit in 0..<next {
                        let sum = values[unit] + biases[unit]
                        values[unit] = sum > 0 ? sum : 0
                    }
                }
            }
        }
    }

    /// Computes the gradient from `scoreSlopes`, after `forward` on the same rows.
    ///
    /// - Requires: `gradient` has room for `shape.count` values.
    /// - Complexity: 2 × rows × parameters multiplications.
    func backward(
        _ parameters: UnsafePointer<Float>, rows: Int, into gradient: UnsafeMutablePointer<Float>
    ) {
        for layer in (0..<self.shape.layers).reversed() {
            let (width, next) = (self.shape.widths[layer], self.shape.widths[layer + 1])
            let slopes = self.slopes[layer].base
            let activations = self.activations[layer].base
            let weights = self.shape.weights(layer).lowerBound
            LinearAlgebra.multiply(
                UnsafePointer(slopes), .transposed, UnsafePointer(activations), .stored,
                m: next, n: width, k: rows, into: gradient + weights)
            let biases = gradient + self.shape.biases(layer).lowerBound
            for unit in 0..<next { biases[unit] = 0 }
            for row in 0..<rows {
                for unit in 0..<next { biases[unit] += slopes[row * next + unit] }
            }
            guard layer > 0 else { continue }
            let before = self.slopes[layer - 1].base
            LinearAlgebra.multiply(
                UnsafePointer(slopes), .stored, parameters + weights, .stored,
                m: rows, n: width, k: next, into: before)
            for index in 0..<rows * width {
                before[index] = activations[index] > 0 ? before[index] : 0
            }
        }
    }
}
