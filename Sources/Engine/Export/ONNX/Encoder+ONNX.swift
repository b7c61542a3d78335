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
        case .ordinal: try self.exportOrdinal(inputs, values, into: &graph)
        case .dense: try self.exportDense(inputs, values, into: &graph)
        }
    }

    private func exportOrdinal(
        _ inputs: [ONNXInput], _ values: [ONNXGraph.Value], into graph: inout ONNXGraph
    ) throws(ExportError) -> ONNXGraph.Value {
        var features: [ONNXGraph.Value] = []
        for (index, column) in self.columns.enumerated() where column.encoding.width > 0 {
            let value = values[index]
            switch column.encoding {
            case .number: features.append(value)
            case .rank(let levels):
                let ranks = ONNXTensor.Values.doubles(levels.indices.map { Double($0) })
                features.append(
                    graph.lookUp(
                        value, levels.map(\.revealed), give: ranks, else: .doubles([.nan])))
            case .targetMeans(let means):
                features.append(means.export(inputs[index], value, into: &graph))
            case .dateParts(let parts):
                let date = ONNXDate(value, into: &graph)
                features += parts.map { date.value(of: $0, in: &graph) }
            default: throw Self.unsupported(column)
            }
        }
        return graph.concatenated(features)
    }

    /// All numbers at once, then all columns of 0 and 1, then each to its place:
    ///
    /// ```
    /// numbers │ z of each │ missing, of those indicated │ columns of 0 and 1 │ other numbers
    ///         └───────────┴─────────────────────────────┴────────────────────┴──→ in our order
    /// ```
    private func exportDense(
        _ inputs: [ONNXInput], _ values: [ONNXGraph.Value], into graph: inout ONNXGraph
    ) throws(ExportError) -> ONNXGraph.Value {
        let numbers = Standardization(self, values)
        var blocks = DenseBlocks(indicators: numbers.indicated.count)
        for (index, column) in self.columns.enumerated() where column.encoding.width > 0 {
            let (input, value) = (inputs[index], values[index])
            switch column.encoding {
            case .standardized(_, _, let missing):
                blocks.addNumber()
                if missing == .indicated { blocks.addIndicator() }
            case .oneHot(let oneHot):
                blocks.add(flags: oneHot.export(input, value, into: &graph), oneHot.width)
            case .targetMeans(let means):
                blocks.add(means.export(input, value, into: &graph), means.width)
            case .oneHotAndMeans(let oneHot, let means):
                blocks.add(flags: oneHot.export(input, value, into: &graph), oneHot.width)
                blocks.add(means.export(input, value, into: &graph), means.width)
            case .dateCycles(let cycles):
                blocks.addNumber()
                if cycles.turns > 0 {
                    blocks.add(cycles.export(value, into: &graph), cycles.turns)
                }
                if cycles.missing == .indicated { blocks.addIndicator() }
            default: throw Self.unsupported(column)
            }
        }
        var parts: [ONNXGraph.Value] = []
        var flags = blocks.flags
        if !numbers.centers.isEmpty {
            let (z, missing) = numbers.export(into: &graph)
            parts.append(z)
            if !numbers.indicated.isEmpty {
                flags.insert(graph.columns(numbers.indicated, of: missing), at: 0)
            }
        }
        if !flags.isEmpty {
            parts.append(graph.cast(graph.concatenated(flags), to: .double))
        }
        let features = graph.concatenated(parts + blocks.others)
        let order = blocks.order
        return order == Array(order.indices) ? features : graph.columns(order, of: features)
    }

    private static func unsupported(_ column: Column) -> ExportError {
        ExportError(
            .unsupportedColumn, nil,
            "column \(column.name) cannot be exported: no operators of ONNX are known for how it "
                + "is encoded")
    }
}

/// Which blocks a dense matrix is put together from, and where its columns stand in them.
private struct DenseBlocks {
    /// Columns of truths, behind the indicators of missing numbers.
    private(set) var flags: [ONNXGraph.Value] = []
    /// Columns of numbers that were made otherwise than by standardising.
    private(set) var others: [ONNXGraph.Value] = []
    private var places: [Place] = []
    private var numbersCount = 0
    private var indicatorsCount = 0
    private var flagsCount: Int
    private var othersCount = 0

    private enum Place { case number(Int), flag(Int), other(Int) }

    /// - Parameter indicators: how many there will be.
    init(indicators: Int) { self.flagsCount = indicators }

    mutating func addNumber() {
        self.places.append(.number(self.numbersCount))
        self.numbersCount += 1
    }

    mutating func addIndicator() {
        self.places.append(.flag(self.indicatorsCount))
        self.indicatorsCount += 1
    }

    mutating func add(flags: ONNXGraph.Value, _ width: Int) {
        self.flags.append(flags)
        let start = self.flagsCount
        self.places += (start..<start + width).map { .flag($0) }
        self.flagsCount += width
    }

    mutating func add(_ others: ONNXGraph.Value, _ width: Int) {
        self.others.append(others)
        let start = self.othersCount
        self.places += (start..<start + width).map { .other($0) }
        self.othersCount += width
    }

    /// For every column of the matrix its place among those of all blocks.
    var order: [Int] {
        self.places.map { place in
            switch place {
            case .number(let index): index
            case .flag(let index): self.numbersCount + index
            case .other(let index): self.numbersCount + self.flagsCount + index
            }
        }
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
            switch column.encoding {
            case .standardized(let center, let scale, let missing):
                self.append(value, center, scale, missing)
            case .dateCycles(let date):
                self.append(value, date.center, date.scale, date.missing)
            default: break
            }
        }
    }

    private mutating func append(
        _ input: ONNXGraph.Value, _ center: Double, _ scale: Double,
        _ missing: Encoder.MissingNumbers
    ) {
        if missing == .indicated { self.indicated.append(self.centers.count) }
        self.centers.append(center)
        self.scales.append(scale)
        self.inputs.append(input)
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
        return (graph.zeroWhereMissing(limited), missing)
    }
}

extension OneHot {
    /// A truth for each of the encoding's columns.
    ///
    /// Every text is looked up as the number of the column that is 1, or -1.
    fileprivate func export(
        _ input: ONNXInput, _ value: ONNXGraph.Value, into graph: inout ONNXGraph
    ) -> ONNXGraph.Value {
        let found = graph.lookUp(
            self.levels.map(\.revealed), of: input, value,
            give: self.levels.indices.map { self.column(ofSlot: $0) ?? -1 },
            missing: self.missingColumn ?? -1, other: self.column(ofSlot: self.otherSlot) ?? -1)
        let all = graph.constant(.integers((0..<self.width).map { Int64($0) }))
        return graph.node("Equal", found, all)
    }
}

extension TargetMeans {
    /// The numbers of each text's level.
    fileprivate func export(
        _ input: ONNXInput, _ value: ONNXGraph.Value, into graph: inout ONNXGraph
    ) -> ONNXGraph.Value {
        let rare = self.rows - 1
        let found = graph.lookUp(
            self.levels.map(\.revealed), of: input, value, give: Array(self.levels.indices),
            missing: self.hasMissing ? self.levels.count : rare, other: rare)
        let table = graph.constant(ONNXTensor([self.rows, self.width], .doubles(self.values)))
        // Rows × 1 × width, as what was found is rows × 1.
        let numbers = graph.node("Gather", table, found)
        return graph.node("Squeeze", numbers, graph.constant(.integers([1])))
    }
}

extension ONNXGraph {
    /// The number of each text's level; texts that the schema does not list are missing.
    fileprivate mutating func lookUp(
        _ levels: [String], of input: ONNXInput, _ value: Value, give numbers: [Int],
        missing: Int, other: Int
    ) -> Value {
        let known = Set(levels)
        let rest = (input.listed ?? []).filter { !known.contains($0) }
        let results = numbers + rest.map { _ in other } + [missing]
        return self.lookUp(
            value, levels + rest + [""], give: .integers(results.map { Int64($0) }),
            else: .integers([Int64(input.listed == nil ? other : missing)]))
    }

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
