/// How the layers of a perceptron are stored.
extension PerceptronShape {
    /// Layers that a stored perceptron may have, and units of a hidden one: a block of rows passes
    /// through all of them, and a stranger's must not ask for all memory.
    static let layersMax = 8
    static let unitsMax = 8192

    static func stored(
        _ store: inout TensorStore, columns: Int, outputs: Int
    ) throws(LearnerError) -> (shape: PerceptronShape, parameters: [Float]) {
        let widths = try store.integers("widths", shape: [.any]).map { Int($0) }
        guard widths.count >= 2, widths.count <= Self.layersMax + 1, widths.last == outputs,
            widths[0] == columns,
            widths.dropFirst().dropLast().allSatisfy({ (0...Self.unitsMax).contains($0) })
        else { throw LearnerError(.badTensor, "tensor widths does not describe a perceptron") }
        var parameters: [Float] = []
        for layer in 1..<widths.count {
            parameters += try store.floats(
                "weights_\(layer)", shape: [.exactly(widths[layer]), .exactly(widths[layer - 1])])
            parameters += try store.floats("biases_\(layer)", shape: [.exactly(widths[layer])])
        }
        return (PerceptronShape(widths: widths), parameters)
    }

    /// - Requires: `parameters` holds `count` values.
    func tensors(_ parameters: [Float]) -> [Tensor] {
        var tensors: [Tensor] = [.integers("widths", self.widths.map { Int32($0) })]
        for layer in 0..<self.layers {
            tensors.append(
                .floats(
                    "weights_\(layer + 1)", Array(parameters[self.weights(layer)]),
                    shape: [self.widths[layer + 1], self.widths[layer]]))
            tensors.append(.floats("biases_\(layer + 1)", Array(parameters[self.biases(layer)])))
        }
        return tensors
    }
}
