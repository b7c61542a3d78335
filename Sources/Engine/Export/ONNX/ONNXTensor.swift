/// A constant of a graph, or an attribute that is one (`TensorProto`).
struct ONNXTensor {
    let shape: [Int]
    let values: Values

    enum Values {
        case doubles([Double])
        case floats([Float])
        case integers([Int64])
        case bytes([UInt8])
        case texts([String])
    }

    /// - Requires: the values fill the shape.
    init(_ shape: [Int], _ values: Values) {
        precondition(
            shape.reduce(1, *) == values.count, "\(values.count) values do not fill \(shape)")
        self.shape = shape
        self.values = values
    }

    /// In one row.
    init(_ values: Values) { self.init([values.count], values) }

    /// - Parameter name: of an initializer; an attribute's tensor needs none.
    func write(to writer: inout ProtobufWriter, name: String? = nil) {
        writer.packed(1, self.shape)
        writer.integer(2, self.values.element.rawValue)
        if let name { writer.text(8, name) }
        switch self.values {
        case .doubles(let values): writer.raw(9, values)
        case .floats(let values): writer.raw(9, values)
        case .integers(let values): writer.raw(9, values)
        case .bytes(let values): writer.raw(9, values)
        case .texts(let texts): for text in texts { writer.text(6, text) }
        }
    }
}

/// The kinds of numbers and texts, by the numbers of `TensorProto.DataType`.
enum ONNXElement: Int {
    case float = 1
    case byte = 2
    case integer = 7
    case text = 8
    case bool = 9
    case double = 11
}

extension ONNXTensor.Values {
    var count: Int {
        switch self {
        case .doubles(let values): values.count
        case .floats(let values): values.count
        case .integers(let values): values.count
        case .bytes(let values): values.count
        case .texts(let values): values.count
        }
    }

    /// The least that they take.
    var bytes: Int {
        switch self {
        case .doubles, .integers: 8 * self.count
        case .floats: 4 * self.count
        case .bytes: self.count
        case .texts(let texts): texts.reduce(0) { $0 + $1.utf8.count }
        }
    }

    fileprivate var element: ONNXElement {
        switch self {
        case .doubles: .double
        case .floats: .float
        case .integers: .integer
        case .bytes: .byte
        case .texts: .text
        }
    }
}
