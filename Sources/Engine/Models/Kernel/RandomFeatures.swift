/// Random Fourier features: columns whose dot products approximate an RBF kernel.
///
/// For k(x, y) = e^(-gamma |x - y|²), directions w drawn from a normal distribution of variance
/// 2 gamma and phases b drawn evenly give (Rahimi and Recht 2007)
///
/// ```
/// z(x) = sqrt(2 / components) × cos(w·x + b)        z(x)·z(y) ≈ k(x, y)
/// ```
///
/// Directions and phases are held in turns, not radians: a turn more or less is then a whole
/// number, which the cosine takes away without error.
struct RandomFeatures: Equatable, Sendable {
    /// One row per component, in turns.
    let directions: Matrix
    /// In turns.
    let phases: [Double]

    /// More than any learner makes: a block of rows takes room for all of them, and a stranger's
    /// model must not ask for all memory.
    static let componentsMax = 1 << 16

    init(columns: Int, components: Int, gamma: Double, seed: UInt64) {
        precondition(components >= 1, "\(components) components")
        var generator = SeededGenerator(seed: seed)
        let deviation = (2 * gamma).squareRoot() / (2 * .pi)
        var values: [Double] = []
        values.reserveCapacity(columns * components + 1)
        while values.count < columns * components {
            let (first, second) = generator.normalPair()
            values += [first * deviation, second * deviation]
        }
        self.directions = Matrix(
            rows: components, columns: columns, values: Array(values[..<(columns * components)]))
        self.phases = (0..<components).map { _ in generator.unit() }
    }

    init(_ store: inout TensorStore) throws(LearnerError) {
        let components = try store.extent(of: "directions", axis: 0)
        let columns = try store.extent(of: "directions", axis: 1)
        let directions = try store.doubles(
            "directions", shape: [.exactly(components), .exactly(columns)])
        guard (1...Self.componentsMax).contains(components) else {
            throw LearnerError(.badTensor, "tensor directions holds none, or too many")
        }
        self.directions = Matrix(rows: components, columns: columns, values: directions)
        self.phases = try store.doubles("phases", shape: [.exactly(components)])
    }

    var tensors: [Tensor] {
        let shape = [self.directions.rows, self.directions.columns]
        return [
            .doubles("directions", self.directions.values, shape: shape),
            .doubles("phases", self.phases),
        ]
    }

    /// z for every row.
    ///
    /// - Complexity: rows × columns × components multiplications.
    func transform(_ features: Matrix) -> Matrix {
        var result = Matrix(rows: features.rows, columns: self.phases.count)
        features.values.withUnsafeBufferPointer { features in
            result.values.withUnsafeMutableBufferPointer {
                self.transform(features, into: $0)
            }
        }
        return result
    }

    /// z for every row.
    ///
    /// - Requires: `features` holds rows as wide as the directions, `result` one of as many values
    ///   as there are components for each.
    func transform(
        _ features: UnsafeBufferPointer<Double>, into result: UnsafeMutableBufferPointer<Double>
    ) {
        let components = self.phases.count
        LinearAlgebra.multiplyRows(features, self.directions, .transposed, into: result)
        let scale = (2 / Double(components)).squareRoot()
        for start in stride(from: 0, to: result.count, by: components) {
            applyCosineOfTurns(
                UnsafeMutableBufferPointer(rebasing: result[start..<start + components]),
                phases: self.phases, scale: scale)
        }
    }
}

extension SeededGenerator {
    /// Two independent draws from the standard normal distribution (Marsaglia and Bray 1964).
    mutating func normalPair() -> (Double, Double) {
        while true {
            let (x, y) = (2 * self.unit() - 1, 2 * self.unit() - 1)
            let square = x * x + y * y
            guard square > 0, square < 1 else { continue }
            let scale = (-2 * log(square) / square).squareRoot()
            return (x * scale, y * scale)
        }
    }
}
