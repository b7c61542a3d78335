struct PerceptronPredictor: Predictor, Equatable {
    let inputs: PerceptronInputs
    let shape: PerceptronShape
    let parameters: [Float]
    /// Of numbers: what turns a score into a prediction.
    let offset: Double
    let scale: Double

    /// Rows that pass through the layers at once: always so many, the last ones being filled up,
    /// since CBLAS sums in another order at the edges of a matrix (see `multiplyRows`).
    static let blockRows = 64
    /// Layers that a stored perceptron may have, and units of a hidden one: a block of rows passes
    /// through all of them, and a stranger's must not ask for all memory.
    static let layersMax = 8
    static let unitsMax = 8192

    var columns: Int? { self.inputs.edges.count }

    init(
        inputs: PerceptronInputs, shape: PerceptronShape, parameters: [Float], offset: Double,
        scale: Double
    ) {
        precondition(parameters.count == shape.count, "\(parameters.count) of \(shape.count)")
        precondition(inputs.width == shape.columns, "\(inputs.width) inputs of \(shape.columns)")
        self.inputs = inputs
        self.shape = shape
        self.parameters = parameters
        self.offset = offset
        self.scale = scale
    }

    init(_ store: inout TensorStore, outputs: Int) throws(LearnerError) {
        self.inputs = try PerceptronInputs(&store)
        let widths = try store.integers("widths", shape: [.any]).map { Int($0) }
        guard widths.count >= 2, widths.count <= Self.layersMax + 1, widths.last == outputs,
            widths[0] == self.inputs.width,
            widths.dropFirst().dropLast().allSatisfy({ (0...Self.unitsMax).contains($0) })
        else { throw LearnerError(.badTensor, "tensor widths does not describe a perceptron") }
        var parameters: [Float] = []
        for layer in 1..<widths.count {
            parameters += try store.floats(
                "weights_\(layer)", shape: [.exactly(widths[layer]), .exactly(widths[layer - 1])])
            parameters += try store.floats("biases_\(layer)", shape: [.exactly(widths[layer])])
        }
        self.shape = PerceptronShape(widths: widths)
        self.parameters = parameters
        self.offset = outputs == 1 ? try store.doubles("offset", shape: [1])[0] : 0
        self.scale = outputs == 1 ? try store.doubles("scale", shape: [1])[0] : 1
    }

    var tensors: [Tensor] {
        var tensors = self.inputs.tensors
        tensors.append(.integers("widths", self.shape.widths.map { Int32($0) }))
        for layer in 0..<self.shape.layers {
            tensors.append(
                .floats(
                    "weights_\(layer + 1)", Array(self.parameters[self.shape.weights(layer)]),
                    shape: [self.shape.widths[layer + 1], self.shape.widths[layer]]))
            tensors.append(
                .floats(
                    "biases_\(layer + 1)", Array(self.parameters[self.shape.biases(layer)])))
        }
        guard self.shape.outputs == 1 else { return tensors }
        return tensors + [.doubles("offset", [self.offset]), .doubles("scale", [self.scale])]
    }

    /// - Complexity: rows × parameters multiplications in single precision.
    func predict(_ features: Matrix) -> Matrix {
        let outputs = self.shape.outputs
        let pass = PerceptronPass(self.shape, rowsMax: Self.blockRows)
        var prediction = Matrix(rows: features.rows, columns: outputs)
        for start in stride(from: 0, to: features.rows, by: Self.blockRows) {
            let end = min(start + Self.blockRows, features.rows)
            self.inputs.encode(features, rows: start..<end, into: pass.inputs)
            pass.forward(self.parameters, rows: Self.blockRows)
            for index in 0..<(end - start) * outputs {
                prediction.values[start * outputs + index] = Double(pass.scores[index])
            }
        }
        if outputs > 1 {
            prediction.values.withUnsafeMutableBufferPointer { applySoftmax($0, columns: outputs) }
        } else {
            for row in 0..<features.rows {
                prediction.values[row] = self.offset + self.scale * prediction.values[row]
            }
        }
        return prediction
    }
}
