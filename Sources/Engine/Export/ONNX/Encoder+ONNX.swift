private import Privacy

/// The encoder as operators.
extension Encoder {
    /// The matrix that `encode` makes.
    ///
    /// - Parameters:
    ///   - inputs: the columns of the encoder.
    ///   - values: theirs, repaired.
    /// - Throws: `ExportError` naming a column whose encoding no operators are known for.
    func export(
        _ inputs: [ONNXInput], _ values: [ONNXGraph.Value], into graph: inout ONNXGraph
    ) throws(ExportError) -> ONNXGraph.Value {
        switch self.form {
        case .ordinal: try self.exportOrdinal(values, into: &graph)
        case .dense: try self.exportDense(inputs, values, into: &graph)
        }
    }

    private func exportOrdinal(
        _ inputs: [ONNXGraph.Value], into graph: inout ONNXGraph
    ) throws(ExportError) -> ONNXGraph.Value {
        var values: [ONNXGraph.Value] = []
        for (column, input) in zip(self.columns, inputs) where column.encoding.width > 0 {
            switch column.encoding {
            case .number: values.append(input)
            case .rank(let levels):
                let ranks = ONNXTensor.Values.doubles(levels.indices.map { Double($0) })
                values.append(
                    graph.lookUp(
                        input, levels.map(\.revealed), give: ranks, else: .doubles([.nan])))
            default: throw Self.unsupported(column)
            }
        }
        return graph.concatenated(values)
    }

    /// All numbers at once, then all columns of 0 and 1, then each to its place:
    ///
    /// ```
    /// numbers │ z of each │ missing, of those indicated │ columns of 0 and 1
    ///         └───────────┴─────────────────────────────┴──────────────────── → in our order
    /// ```
    private func exportDense(
        _ inputs: [ONNXInput], _ values: [ONNXGraph.Value], into graph: inout ONNXGraph
    ) throws(ExportError) -> ONNXGraph.Value {
        let numbers = Standardization(self, values)
        var blocks: [ONNXGraph.Value] = []
        var flags: [ONNXGraph.Value] = []
        if !numbers.centers.isEmpty {
            let (z, missing) = numbers.export(into: &graph)
            blocks.append(z)
            if !numbers.indicated.isEmpty {
                flags.append(graph.columns(numbers.indicated, of: missing))
            }
        }
        var order: [Int] = []
        var number = 0
        var indicator = numbers.centers.count
        var slot = indicator + numbers.indicated.count
        for (index, column) in self.columns.enumerated() where column.encoding.width > 0 {
            switch column.encoding {
            case .standardized(_, _, let missing):
                order.append(number)
                number += 1
                guard missing == .indicated else { continue }
                order.append(indicator)
                indicator += 1
            case .oneHot(let oneHot):
                flags.append(oneHot.export(inputs[index], values[index], into: &graph))
                order += slot..<slot + oneHot.width
                slot += oneHot.width
            default: throw Self.unsupported(column)
            }
        }
        if !flags.isEmpty {
            blocks.append(graph.cast(graph.concatenated(flags), to: .double))
        }
        let features = graph.concatenated(blocks)
        return order == Array(order.indices) ? features : graph.columns(order, of: features)
    }

    private static func unsupported(_ column: Column) -> ExportError {
        ExportError(
            .unsupportedColumn, nil,
            "column \(column.name) cannot be exported: no operators of ONNX are known for how it "
                + "is encoded")
    }
}

/// The standardised columns of an encoder, side by side.
private struct Standardization {
    var centers: [Double] = []
    var scales: [Double] = []
    var inputs: [ONNXGraph.Value] = []
    /// Those whose missing values have a column.
    var indicated: [Int] = []

    init(_ encoder: Encoder, _ values: [ONNXGraph.Value]) {
        for (column, value) in zip(encoder.columns, values) {
            guard case .standardized(let center, let scale, let missing) = column.encoding else {
                continue
            }
            if missing == .indicated { self.indicated.append(self.centers.count) }
            self.centers.append(center)
            self.scales.append(scale)
            self.inputs.append(value)
        }
    }

    func export(
        into graph: inout ONNXGraph
    ) -> (z: ONNXGraph.Value, missing: ONNXGraph.Value) {
        let numbers = graph.concatenated(self.inputs)
        let missing = graph.node("IsNaN", numbers)
        let centred = graph.node("Sub", numbers, graph.constant(.doubles(self.centers)))
        let scaled = graph.node("Div", centred, graph.constant(.doubles(self.scales)))
        let limited = graph.node(
            "Clip", scaled, graph.scalar(-EncoderLimits.standardizedMax),
            graph.scalar(EncoderLimits.standardizedMax))
        return (graph.node("Where", missing, graph.scalar(0), limited), missing)
    }
}

extension OneHot {
    /// A truth for each of the encoding's columns.
    ///
    /// Every text is looked up as the number of the column that is 1, or -1.
    fileprivate func export(
        _ input: ONNXInput, _ value: ONNXGraph.Value, into graph: inout ONNXGraph
    ) -> ONNXGraph.Value {
        var texts = self.levels.map(\.revealed)
        var columns = self.levels.indices.map { self.column(ofSlot: $0) }
        if let listed = input.listed {
            let known = Set(texts)
            let rest = listed.filter { !known.contains($0) }
            texts += rest
            columns += rest.map { _ in self.column(ofSlot: self.otherSlot) }
        }
        texts.append("")
        columns.append(self.missingColumn)
        let unknown =
            input.listed == nil ? self.column(ofSlot: self.otherSlot) : self.missingColumn
        let found = graph.lookUp(
            value, texts, give: .integers(columns.map { Int64($0 ?? -1) }),
            else: .integers([Int64(unknown ?? -1)]))
        let all = graph.constant(.integers((0..<self.width).map { Int64($0) }))
        return graph.node("Equal", found, all)
    }
}

extension ONNXGraph {
    /// What stands for each text: the one of `results` at its place in `texts`, or `rest`.
    fileprivate mutating func lookUp(
        _ value: Value, _ texts: [String], give results: ONNXTensor.Values,
        else rest: ONNXTensor.Values
    ) -> Value {
        self.node("LabelEncoder", value, of: .machineLearning) {
            $0.attribute("keys_tensor", ONNXTensor(.texts(texts)))
            $0.attribute("values_tensor", ONNXTensor(results))
            $0.attribute("default_tensor", ONNXTensor(rest))
        }
    }
}
