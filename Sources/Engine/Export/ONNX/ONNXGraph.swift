/// A graph of operators that is being built (`GraphProto`): what was added is written at once.
///
/// Values are known by name. Those of the graph's inputs and outputs are the caller's; others are
/// numbered, past any name that the caller took.
struct ONNXGraph {
    /// What an input, a constant or an operator gives.
    struct Value: Equatable {
        let name: String
    }

    enum Domain: String {
        case standard = ""
        case machineLearning = "ai.onnx.ml"
    }

    /// What the graph's parts were written to: the fields of its message.
    private(set) var writer = ProtobufWriter()
    private var taken: Set<String>
    private var count = 0
    private let bytesMax: Int
    /// Whether it is longer than it may be, or would have become so: it lacks some of its parts.
    private(set) var isFull = false

    /// - Parameters:
    ///   - names: of inputs and outputs, which no other value gets.
    ///   - bytesMax: when it is reached, nothing more is added, and `isFull`.
    init(names: [String], bytesMax: Int) {
        self.taken = Set(names)
        self.bytesMax = bytesMax
    }

    /// Whether there is room for a part of at least this length; if there is none, `isFull`.
    mutating func hasRoom(for bytes: Int) -> Bool {
        if self.writer.bytes.count > self.bytesMax - bytes { self.isFull = true }
        return !self.isFull
    }

    // MARK: Inside

    mutating func constant(_ tensor: ONNXTensor) -> Value {
        let name = self.freshName()
        guard self.hasRoom(for: tensor.values.bytes) else { return Value(name: name) }
        self.writer.message(5) { tensor.write(to: &$0, name: name) }
        return Value(name: name)
    }

    mutating func constant(_ values: ONNXTensor.Values) -> Value {
        self.constant(ONNXTensor(values))
    }

    /// A single number, without axes.
    mutating func scalar(_ number: Double) -> Value {
        self.constant(ONNXTensor([], .doubles([number])))
    }

    /// Adds an operator of one output.
    mutating func node(
        _ name: String, _ inputs: Value..., of domain: Domain = .standard,
        attributes: (inout ProtobufWriter) -> Void = { _ in }
    ) -> Value {
        self.node(name, inputs, of: domain, attributes: attributes)
    }

    mutating func node(
        _ name: String, _ inputs: [Value], of domain: Domain = .standard,
        attributes: (inout ProtobufWriter) -> Void = { _ in }
    ) -> Value {
        let output = Value(name: self.freshName())
        self.node(name, inputs, outputs: [output], of: domain, attributes: attributes)
        return output
    }

    /// Adds an operator whose outputs have these names.
    mutating func node(
        _ name: String, _ inputs: [Value], outputs: [Value], of domain: Domain = .standard,
        attributes: (inout ProtobufWriter) -> Void = { _ in }
    ) {
        guard self.hasRoom(for: 0) else { return }
        self.writer.message(1) { node in
            for input in inputs { node.text(1, input.name) }
            for output in outputs { node.text(2, output.name) }
            // What errors and profiles call it.
            node.text(3, outputs[0].name)
            node.text(4, name)
            attributes(&node)
            if domain != .standard { node.text(7, domain.rawValue) }
        }
    }

    /// A value that is yet to be made.
    mutating func fresh() -> Value { Value(name: self.freshName()) }

    private mutating func freshName() -> String {
        while true {
            let name = "v\(self.count)"
            self.count += 1
            if !self.taken.contains(name) { return name }
        }
    }

    // MARK: Outside

    /// - Parameter columns: nil for a value of one axis.
    mutating func input(_ name: String, _ element: ONNXElement, columns: Int?, about: String) {
        self.describe(11, name, element, columns, about)
    }

    mutating func output(_ name: String, _ element: ONNXElement, columns: Int?, about: String) {
        self.describe(12, name, element, columns, about)
    }

    /// Names the graph itself.
    mutating func name(_ name: String) { self.writer.text(2, name) }

    /// The name of the axis of rows: the same number everywhere.
    static let rows = "rows"

    private mutating func describe(
        _ field: Int, _ name: String, _ element: ONNXElement, _ columns: Int?, _ about: String
    ) {
        self.writer.message(field) { value in
            value.text(1, name)
            value.message(2) { type in
                type.message(1) { tensor in
                    tensor.integer(1, element.rawValue)
                    tensor.message(2) { shape in
                        shape.message(1) { $0.text(2, Self.rows) }
                        if let columns { shape.message(1) { $0.integer(1, columns) } }
                    }
                }
            }
            value.text(3, about)
        }
    }
}

/// An operator's attributes (`AttributeProto`).
extension ProtobufWriter {
    mutating func attribute(_ name: String, _ value: Int) {
        self.attribute(name, kind: 2) { $0.integer(3, value) }
    }

    mutating func attribute(_ name: String, _ value: Float) {
        self.attribute(name, kind: 1) { $0.float(2, value) }
    }

    mutating func attribute(_ name: String, _ values: some Sequence<Int>) {
        self.attribute(name, kind: 7) { $0.packed(8, values) }
    }

    mutating func attribute(_ name: String, _ tensor: ONNXTensor) {
        self.attribute(name, kind: 4) { $0.message(5) { tensor.write(to: &$0) } }
    }

    private mutating func attribute(
        _ name: String, kind: Int, _ value: (inout ProtobufWriter) -> Void
    ) {
        self.message(5) { attribute in
            attribute.text(1, name)
            value(&attribute)
            attribute.integer(20, kind)
        }
    }
}
