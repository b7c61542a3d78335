/// How many numbers each layer of a perceptron holds, and where its parameters lie.
///
/// All parameters stand in one list, so that an optimiser need not know about layers:
///
/// ```
/// widths        4       3       2            columns, hidden layers, outputs
/// layer             0       1
/// parameters    W 3×4 b 3   W 2×3 b 2        weights row by row, one row per unit of the layer
/// ```
struct PerceptronShape: Equatable, Sendable {
    let widths: [Int]
    /// Where the weights of each layer begin; its biases follow them.
    let starts: [Int]
    /// Parameters of all layers.
    let count: Int

    /// - Requires: two widths or more, none of them negative.
    init(widths: [Int]) {
        precondition(widths.count >= 2, "\(widths.count) widths make no layer")
        precondition(widths.allSatisfy { $0 >= 0 }, "a layer of negative width")
        self.widths = widths
        var starts: [Int] = []
        var count = 0
        for layer in 1..<widths.count {
            starts.append(count)
            count += widths[layer] * (widths[layer - 1] + 1)
        }
        self.starts = starts
        self.count = count
    }

    var layers: Int { self.widths.count - 1 }
    var columns: Int { self.widths[0] }
    var outputs: Int { self.widths[self.layers] }

    func weights(_ layer: Int) -> Range<Int> {
        let start = self.starts[layer]
        return start..<start + self.widths[layer] * self.widths[layer + 1]
    }

    func biases(_ layer: Int) -> Range<Int> {
        let start = self.weights(layer).upperBound
        return start..<start + self.widths[layer + 1]
    }
}
