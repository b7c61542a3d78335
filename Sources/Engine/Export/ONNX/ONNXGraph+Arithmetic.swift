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
        let size = self.node("Abs", self.node("Sub", turns, self.node("Round", turns)))
        let isFar = self.node("Greater", size, self.scalar(0.25))
        let mirrored = self.node("Sub", self.scalar(0.5), size)
        let angle = self.node(
            "Mul", self.node("Where", isFar, mirrored, size), self.scalar(2 * .pi))
        let square = self.node("Mul", angle, angle)
        var sum = self.scalar(1.0 / 2_432_902_008_176_640_000)
        for divisor in Self.cosineDivisors {
            sum = self.node("Add", self.node("Mul", sum, square), self.scalar(1 / divisor))
        }
        return self.node("Where", isFar, self.node("Neg", sum), sum)
    }

    /// Factorials of 18, 16, … 0, their signs changing.
    private static let cosineDivisors: [Double] = [
        -6_402_373_705_728_000, 20_922_789_888_000, -87_178_291_200, 479_001_600, -3_628_800,
        40_320, -720, 24, -2, 1,
    ]

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
