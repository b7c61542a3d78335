/// Hands out stored tensors by name, each checked for type, shape and finiteness.
///
/// Every predictor reads itself through this, so that a hostile bundle meets one set of checks:
/// what is missing, doubled, of another type or shape, or left over is a `badTensor`.
struct TensorStore {
    private var tensors: [Tensor]

    init(_ tensors: [Tensor]) throws(LearnerError) {
        var names: Set<String> = []
        for tensor in tensors {
            guard names.insert(tensor.name).inserted else {
                throw LearnerError(.badTensor, "tensor \(tensor.name) is stored twice")
            }
            guard tensor.hasConsistentShape else {
                throw LearnerError(
                    .badTensor,
                    "tensor \(tensor.name) of shape \(tensor.shape) does not hold its own values")
            }
        }
        self.tensors = tensors
    }

    private init(checked tensors: [Tensor]) { self.tensors = tensors }

    /// Takes the f64 tensor `name`, whose values must be finite (or, where `infinite` allows it,
    /// infinite) and never NaN.
    mutating func doubles(
        _ name: String, shape: [Extent], values allowed: Allowed = .finite
    ) throws(LearnerError) -> [Double] {
        let tensor = try self.take(name, shape: shape)
        guard case .f64(let values) = tensor.values else { throw Self.wrongType(name, "f64") }
        let valid =
            switch allowed {
            case .finite: values.allSatisfy(\.isFinite)
            case .ordered: values.allSatisfy { !$0.isNaN }
            }
        guard valid else { throw LearnerError(.badTensor, "tensor \(name) holds a bad number") }
        return values
    }

    mutating func floats(_ name: String, shape: [Extent]) throws(LearnerError) -> [Float] {
        let tensor = try self.take(name, shape: shape)
        guard case .f32(let values) = tensor.values else { throw Self.wrongType(name, "f32") }
        guard values.allSatisfy(\.isFinite) else {
            throw LearnerError(.badTensor, "tensor \(name) holds a bad number")
        }
        return values
    }

    mutating func integers(_ name: String, shape: [Extent]) throws(LearnerError) -> [Int32] {
        let tensor = try self.take(name, shape: shape)
        guard case .i32(let values) = tensor.values else { throw Self.wrongType(name, "i32") }
        return values
    }

    /// The extent of a stored tensor along `axis`, to be demanded of others.
    func extent(of name: String, axis: Int) throws(LearnerError) -> Int {
        guard let tensor = self.tensors.first(where: { $0.name == name }) else {
            throw LearnerError(.badTensor, "tensor \(name) is missing")
        }
        guard tensor.shape.indices.contains(axis) else {
            throw LearnerError(.badTensor, "tensor \(name) has no axis \(axis)")
        }
        return tensor.shape[axis]
    }

    func holds(_ name: String) -> Bool { self.tensors.contains { $0.name == name } }

    /// Takes the tensors whose names begin with `prefix`, which they lose: a predictor's part.
    mutating func part(_ prefix: String) -> TensorStore {
        TensorStore(checked: self.tensors.takePart(prefix))
    }

    func requireNothingLeft() throws(LearnerError) {
        guard let left = self.tensors.first else { return }
        throw LearnerError(.badTensor, "tensor \(left.name) belongs to no part of this family")
    }

    /// What a tensor may measure along an axis.
    enum Extent: ExpressibleByIntegerLiteral {
        case exactly(Int)
        case any

        init(integerLiteral value: Int) { self = .exactly(value) }
    }

    enum Allowed { case finite, ordered }

    private mutating func take(_ name: String, shape: [Extent]) throws(LearnerError) -> Tensor {
        guard let index = self.tensors.firstIndex(where: { $0.name == name }) else {
            throw LearnerError(.badTensor, "tensor \(name) is missing")
        }
        let tensor = self.tensors.remove(at: index)
        var fits = tensor.shape.count == shape.count
        for (extent, wanted) in zip(tensor.shape, shape) {
            if case .exactly(let count) = wanted, count != extent { fits = false }
        }
        guard fits else {
            throw LearnerError(.badTensor, "tensor \(name) has the unfitting shape \(tensor.shape)")
        }
        return tensor
    }

    private static func wrongType(_ name: String, _ type: String) -> LearnerError {
        LearnerError(.badTensor, "tensor \(name) is not of type \(type)")
    }
}

extension Tensor {
    static func doubles(_ name: String, _ values: [Double], shape: [Int]? = nil) -> Tensor {
        Tensor(name: name, shape: shape ?? [values.count], values: .f64(values))
    }

    static func floats(_ name: String, _ values: [Float], shape: [Int]? = nil) -> Tensor {
        Tensor(name: name, shape: shape ?? [values.count], values: .f32(values))
    }

    static func integers(_ name: String, _ values: [Int32], shape: [Int]? = nil) -> Tensor {
        Tensor(name: name, shape: shape ?? [values.count], values: .i32(values))
    }

    /// The same numbers under another name.
    func named(_ name: String) -> Tensor {
        Tensor(name: name, shape: self.shape, values: self.values)
    }

    /// Whether no extent is negative and their product is the number of values.
    fileprivate var hasConsistentShape: Bool {
        let count =
            switch self.values {
            case .f64(let values): values.count
            case .f32(let values): values.count
            case .i32(let values): values.count
            case .u8(let values): values.count
            }
        var product = 1
        for extent in self.shape {
            guard extent >= 0 else { return false }
            let (next, overflow) = product.multipliedReportingOverflow(by: extent)
            guard !overflow else { return false }
            product = next
        }
        return product == count
    }
}

extension [Tensor] {
    /// Takes those whose names begin with `prefix`, which they lose.
    mutating func takePart(_ prefix: String) -> [Tensor] {
        let own = self.filter { $0.name.hasPrefix(prefix) }
        self.removeAll { $0.name.hasPrefix(prefix) }
        return own.map { $0.named(String($0.name.dropFirst(prefix.count))) }
    }
}
