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

    /// cos(2πx), by the steps of the engine's own `cosineOfTurns`: each is one operation of IEEE
    /// 754, so that all bits are the same. A perceptron may cut between values that only the last
    /// tells apart.
    mutating func cosineOfTurns(_ turns: Value) -> Value {
        let half = self.scalar(0.5)
        let halves = self.node(
            "Mul", self.node("Round", self.node("Add", turns, turns)), half)
        let rest = self.node("Sub", turns, halves)
        let square = self.node("Mul", rest, rest)
        let (c0, c1, c2, c3, c4, c5, c6, c7) = cosineCoefficients
        var sum = self.scalar(c7)
        for coefficient in [c6, c5, c4, c3, c2, c1, c0, 1] {
            sum = self.node("Add", self.node("Mul", sum, square), self.scalar(coefficient))
        }
        // Half a turn beside whole ones: the other sign.
        let odd = self.node("Abs", self.node("Sub", halves, self.node("Round", halves)))
        return self.node(
            "Where", self.node("Equal", odd, half), self.node("Neg", sum), sum)
    }

    /// Within the bounds that there are. By comparison, which leaves NaN alone.
    mutating func bounded(_ value: Value, from low: Double?, to high: Double?) -> Value {
        var value = value
        if let low {
            let bound = self.scalar(low)
            value = self.node("Where", self.node("Less", value, bound), bound, value)
        }
        if let high {
            let bound = self.scalar(high)
            value = self.node("Where", self.node("Greater", value, bound), bound, value)
        }
        return value
    }

    mutating func zeroWhereMissing(_ value: Value) -> Value {
        self.node("Where", self.node("IsNaN", value), self.scalar(0), value)
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
