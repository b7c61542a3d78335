/// Steps that several models take.
extension ONNXGraph {
    /// Values of equal rows side by side.
    mutating func concatenated(_ values: [Value]) -> Value {
        guard values.count != 1 else { return values[0] }
        return self.node("Concat", values) { $0.attribute("axis", 1) }
    }

    /// The given columns, in the given order.
    mutating func columns(_ indices: [Int], of value: Value) -> Value {
        let indices = self.constant(.integers(indices.map { Int64($0) }))
        return self.node("Gather", value, indices) { $0.attribute("axis", 1) }
    }

    mutating func cast(_ value: Value, to element: ONNXElement) -> Value {
        self.node("Cast", value) { $0.attribute("to", element.rawValue) }
    }

    /// `features` × `weights`ᵀ + `intercepts`.
    mutating func linear(_ features: Value, _ weights: Matrix, _ intercepts: [Double]) -> Value {
        let weights = self.constant(
            ONNXTensor([weights.rows, weights.columns], .doubles(weights.values)))
        let intercepts = self.constant(.doubles(intercepts))
        return self.node("Gemm", features, weights, intercepts) { $0.attribute("transB", 1) }
    }

    /// Along the columns.
    mutating func softmax(_ scores: Value) -> Value {
        self.node("Softmax", scores) { $0.attribute("axis", 1) }
    }

    /// Probabilities of two classes, from the second's.
    mutating func bothClasses(_ second: Value) -> Value {
        let one = self.scalar(1)
        return self.concatenated([self.node("Sub", one, second), second])
    }

    /// `values` in every row that `value` has.
    mutating func repeated(_ values: [Double], alongRowsOf value: Value) -> Value {
        let row = self.constant(ONNXTensor([1, values.count], .doubles(values)))
        let rows = self.node("Shape", value) {
            $0.attribute("start", 0)
            $0.attribute("end", 1)
        }
        let columns = self.constant(.integers([Int64(values.count)]))
        let shape = self.node("Concat", rows, columns) { $0.attribute("axis", 0) }
        return self.node("Expand", row, shape)
    }

    /// - Parameter keepsAxis: as an axis of length 1.
    mutating func sum(_ value: Value, alongAxis axis: Int, keepsAxis: Bool) -> Value {
        let axes = self.constant(.integers([Int64(axis)]))
        return self.node("ReduceSum", value, axes) {
            $0.attribute("keepdims", keepsAxis ? 1 : 0)
        }
    }

    /// With an axis of length 1 put in at `axis`.
    mutating func unsqueezed(_ value: Value, at axis: Int) -> Value {
        self.node("Unsqueeze", value, self.constant(.integers([Int64(axis)])))
    }
}
