/// A predictor that operators of ONNX can compute.
protocol ONNXPredictor: Predictor {
    /// What `predict` gives.
    ///
    /// - Parameter features: rows × columns, in double precision.
    /// - Throws: `ExportError` if it cannot be written after all.
    func export(
        _ features: ONNXGraph.Value, into graph: inout ONNXGraph
    ) throws(ExportError) -> ONNXGraph.Value
}

extension Predictor {
    /// - Throws: `ExportError` if operators of ONNX cannot compute it.
    func exported(
        _ family: Family, _ features: ONNXGraph.Value, into graph: inout ONNXGraph
    ) throws(ExportError) -> ONNXGraph.Value {
        guard let predictor = self as? any ONNXPredictor else {
            throw ExportError(
                .unsupportedFamily, family,
                "\(family.rawValue) cannot be exported: no operators of ONNX are known for it")
        }
        return try predictor.export(features, into: &graph)
    }
}

extension BaselinePredictor: ONNXPredictor {
    func export(_ features: ONNXGraph.Value, into graph: inout ONNXGraph) -> ONNXGraph.Value {
        graph.repeated(self.answer, alongRowsOf: features)
    }
}

extension RidgePredictor: ONNXPredictor {
    func export(_ features: ONNXGraph.Value, into graph: inout ONNXGraph) -> ONNXGraph.Value {
        let weights = Matrix(rows: 1, columns: self.weights.count, values: self.weights)
        return graph.linear(features, weights, [self.intercept])
    }
}

extension LogisticPredictor: ONNXPredictor {
    func export(_ features: ONNXGraph.Value, into graph: inout ONNXGraph) -> ONNXGraph.Value {
        guard self.intercepts.count == 2 else {
            return graph.softmax(graph.linear(features, self.weights, self.intercepts))
        }
        let difference = Matrix(
            rows: 1, columns: self.weights.columns,
            values: (0..<self.weights.columns).map { self.weights[1, $0] - self.weights[0, $0] })
        let score = graph.linear(features, difference, [self.intercepts[1] - self.intercepts[0]])
        return graph.bothClasses(graph.node("Sigmoid", score))
    }
}

extension OneAgainstRestPredictor: ONNXPredictor {
    func export(_ features: ONNXGraph.Value, into graph: inout ONNXGraph) -> ONNXGraph.Value {
        let scores = graph.linear(features, self.weights, self.intercepts)
        // min(z, 0) - log(1 + e^-|z|), as in `predict`.
        let negative = graph.node("Min", scores, graph.scalar(0))
        let rest = graph.node("Exp", graph.node("Neg", graph.node("Abs", scores)))
        let logarithm = graph.node("Log", graph.node("Add", rest, graph.scalar(1)))
        return graph.softmax(graph.node("Sub", negative, logarithm))
    }
}

extension NaiveBayesPredictor: ONNXPredictor {
    /// Class by class: for all at once, the distances would be rows × classes × columns.
    func export(_ features: ONNXGraph.Value, into graph: inout ONNXGraph) -> ONNXGraph.Value {
        let width = self.means.columns
        var offsets: [Double] = []
        var sums: [ONNXGraph.Value] = []
        for k in self.shares.indices {
            let range = k * width..<(k + 1) * width
            let variances = self.variances.values[range]
            let logs = variances.reduce(0) { $0 + log(2 * .pi * $1) }
            offsets.append(self.shares[k] > 0 ? log(self.shares[k]) - logs / 2 : -1e300)
            let means = graph.constant(.doubles(Array(self.means.values[range])))
            let distances = graph.node("Sub", features, means)
            let halves = graph.constant(
                ONNXTensor([width, 1], .doubles(variances.map { 0.5 / $0 })))
            sums.append(graph.node("MatMul", graph.node("Mul", distances, distances), halves))
        }
        let scores = graph.node(
            "Sub", graph.constant(.doubles(offsets)), graph.concatenated(sums))
        return graph.softmax(graph.node("Max", scores, graph.scalar(-1e300)))
    }
}

extension KernelPredictor: ONNXPredictor {
    func export(
        _ features: ONNXGraph.Value, into graph: inout ONNXGraph
    ) throws(ExportError) -> ONNXGraph.Value {
        let turns = graph.linear(features, self.features.directions, self.features.phases)
        let rest = graph.node("Abs", graph.node("Sub", turns, graph.node("Round", turns)))
        // cos(2π rest), by the sine: runtimes had that in double precision first.
        let quarter = graph.node("Sub", graph.scalar(0.25), rest)
        let cosines = graph.node("Sin", graph.node("Mul", quarter, graph.scalar(2 * .pi)))
        let scale = (2 / Double(self.features.phases.count)).squareRoot()
        let random = graph.node("Mul", cosines, graph.scalar(scale))
        return try self.inner.exported(.kernelMachine, random, into: &graph)
    }
}

extension PerceptronPredictor: ONNXPredictor {
    /// All columns within soft limits, then all pieces: the first layer's weights are put in that
    /// order. What is kept in single precision is computed with in double.
    func export(_ features: ONNXGraph.Value, into graph: inout ONNXGraph) -> ONNXGraph.Value {
        let (inputs, order) = self.inputs.export(features, into: &graph)
        var values = inputs
        for layer in 0..<self.shape.layers {
            let (width, next) = (self.shape.widths[layer], self.shape.widths[layer + 1])
            var weights = Array(self.parameters[self.shape.weights(layer)])
            if layer == 0 {
                let plain = weights
                for unit in 0..<next {
                    for (place, input) in order.enumerated() {
                        weights[unit * width + place] = plain[unit * width + input]
                    }
                }
            } else {
                values = graph.node("Relu", values)
            }
            let biases = Array(self.parameters[self.shape.biases(layer)])
            let stored = graph.constant(ONNXTensor([next, width], .floats(weights)))
            values = graph.node(
                "Gemm", values, graph.cast(stored, to: .double),
                graph.constant(.doubles(biases.map { Double($0) }))
            ) { $0.attribute("transB", 1) }
        }
        guard self.shape.outputs == 1 else { return graph.softmax(values) }
        let scaled = graph.node("Mul", values, graph.scalar(self.scale))
        return graph.node("Add", scaled, graph.scalar(self.offset))
    }
}

extension PerceptronInputs {
    /// The numbers that `encode` writes, and for each where it stands there.
    fileprivate func export(
        _ features: ONNXGraph.Value, into graph: inout ONNXGraph
    ) -> (values: ONNXGraph.Value, order: [Int]) {
        let square = graph.node("Mul", features, features)
        let share = graph.scalar(1 / (Self.limit * Self.limit))
        let root = graph.node(
            "Sqrt", graph.node("Add", graph.node("Mul", square, share), graph.scalar(1)))
        let limited = graph.node("Div", features, root)
        var (columns, pieces): ([Int], [Int]) = ([], [])
        var (owners, lows, inverses): ([Int], [Double], [Double]) = ([], [], [])
        var place = 0
        for (column, edges) in self.edges.enumerated() {
            columns.append(place)
            place += 1
            for (low, high) in zip(edges, edges.dropFirst()) {
                owners.append(column)
                lows.append(low)
                inverses.append(1 / (high - low))
                pieces.append(place)
                place += 1
            }
        }
        guard !owners.isEmpty else { return (graph.inSingle(limited), columns) }
        let above = graph.node(
            "Sub", graph.columns(owners, of: features), graph.constant(.doubles(lows)))
        let parts = graph.node(
            "Clip", graph.node("Mul", above, graph.constant(.doubles(inverses))), graph.scalar(0),
            graph.scalar(1))
        return (graph.inSingle(graph.concatenated([limited, parts])), columns + pieces)
    }
}

extension ONNXGraph {
    /// Rounded to single precision.
    mutating func inSingle(_ value: Value) -> Value {
        self.cast(self.cast(value, to: .float), to: .double)
    }
}
