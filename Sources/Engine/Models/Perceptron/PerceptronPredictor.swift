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
        (self.shape, self.parameters) = try PerceptronShape.stored(
            &store, columns: self.inputs.width, outputs: outputs)
        self.offset = outputs == 1 ? try store.doubles("offset", shape: [1])[0] : 0
        self.scale = outputs == 1 ? try store.doubles("scale", shape: [1])[0] : 1
    }

    var tensors: [Tensor] {
        let tensors = self.inputs.tensors + self.shape.tensors(self.parameters)
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
