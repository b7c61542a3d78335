/// What a perceptron sees of its features: each within soft limits, and those that take more than
/// two values in pieces as well.
///
/// A number alone goes into the first layer as a straight line, and a heavy tail or a step costs
/// many units to bend. The piecewise linear encoding (Gorishniy, Rubachev, Babenko 2022) bends it
/// beforehand, at quantiles of the values that the training rows take:
///
/// ```
/// edges           2       5   6            11
/// x = 5.5         │   1   │0.5│      0     │      one number for each piece: how much of it lies
///                                                 below x
/// ```
struct PerceptronInputs: Equatable, Sendable {
    /// By column: ascending, no two equal; none for a column that goes in as it is.
    let edges: [[Double]]
    /// Numbers for each row.
    let width: Int
    /// Pieces of each column, and of each piece where it begins and 1 / its width.
    private let pieces: [Int]
    private let lows: [Double]
    private let inverses: [Double]

    /// Where features are limited: x / sqrt(1 + (x / 3)²) leaves small ones nearly as they are.
    static let limit = 3.0
    /// Rows that the quantiles come from; more would only cost time.
    static let sampleMax = 10_000
    /// Of a piece, as a share of its column's range.
    private static let widthMin = 1e-12
    /// Numbers for each row, at most: a batch takes room for all of them, and neither a job nor a
    /// stranger's model must ask for all memory.
    static let widthMax = 1 << 19

    /// - Requires: by column, edges ascend and are finite.
    init(edges: [[Double]]) {
        self.edges = edges
        self.pieces = edges.map { max(0, $0.count - 1) }
        self.width = edges.count + self.pieces.reduce(0, +)
        self.lows = edges.flatMap { $0.dropLast() }
        self.inverses = edges.flatMap { column in
            zip(column.dropFirst(), column).map { 1 / ($0 - $1) }
        }
    }

    /// Columns that all go in as they are.
    init(plainColumns count: Int) { self.init(edges: Array(repeating: [], count: count)) }

    /// - Parameter pieces: the most that a column is cut into; 0 leaves all as they are.
    init(_ features: Matrix, pieces: Int) {
        let step = max(1, features.rows / Self.sampleMax)
        let sample = Array(stride(from: 0, to: features.rows, by: step))
        self.init(
            edges: (0..<features.columns).map { column in
                pieces < 2 ? [] : Self.edges(features, sample, column, pieces: pieces)
            })
    }

    private static func edges(
        _ features: Matrix, _ sample: [Int], _ column: Int, pieces: Int
    ) -> [Double] {
        var values = sample.map { features[$0, column] }
        // Most columns are 0 or 1, and need no sorting to tell.
        guard let low = values.min(), let high = values.max(),
            values.contains(where: { $0 != low && $0 != high })
        else { return [] }
        values.sort()
        // Each value once: else a value that most rows share, as a zero often is, would leave no
        // edge to the others.
        var distinct: [Double] = []
        for value in values where distinct.last.map({ $0 < value }) ?? true {
            distinct.append(value)
        }
        let count = min(pieces, distinct.count - 1)
        let edges = (0...count).map { distinct[$0 * (distinct.count - 1) / count] }
        // Pieces too narrow or wide to be divided by are none, nor are those between two values
        // that differ in the rounding of their last digits.
        let widths = zip(edges.dropFirst(), edges).map { $0 - $1 }
        let least = Self.widthMin * (high - low)
        return widths.allSatisfy { $0.isNormal && $0 > least } ? edges : []
    }

    /// Writes what the perceptron sees of `rows`, one after the other.
    ///
    /// Computed whenever a batch needs it: kept for all rows, it would be many times the table.
    ///
    /// - Requires: `target` has room for `width` numbers for each of them.
    func encode(
        _ features: Matrix, rows: some Sequence<Int>, into target: UnsafeMutablePointer<Float>
    ) {
        precondition(features.columns == self.edges.count, "\(features.columns) columns")
        let share = 1 / (Self.limit * Self.limit)
        var next = target
        features.values.withUnsafeBufferPointer { values in
            self.lows.withUnsafeBufferPointer { lows in
                self.inverses.withUnsafeBufferPointer { inverses in
                    for row in rows {
                        var start = 0
                        for (column, count) in self.pieces.enumerated() {
                            let x = values[row * self.pieces.count + column]
                            next[0] = Float(x / (1 + x * x * share).squareRoot())
                            next += 1
                            for piece in 0..<count {
                                let part = (x - lows[start + piece]) * inverses[start + piece]
                                next[piece] = Float(part > 0 ? (part < 1 ? part : 1) : 0)
                            }
                            next += count
                            start += count
                        }
                    }
                }
            }
        }
    }
}

extension PerceptronInputs {
    init(_ store: inout TensorStore) throws(LearnerError) {
        let counts = try store.integers("edge_counts", shape: [.any])
        let values = try store.doubles("edges", shape: [.any])
        var edges: [[Double]] = []
        var next = 0
        for count in counts {
            guard count >= 0, count != 1, Int(count) <= values.count - next else {
                throw LearnerError(.badTensor, "tensor edge_counts does not divide the edges")
            }
            edges.append(Array(values[next..<next + Int(count)]))
            next += Int(count)
        }
        guard next == values.count else {
            throw LearnerError(.badTensor, "tensor edges holds some of no column")
        }
        for column in edges where !zip(column.dropFirst(), column).allSatisfy({ $0 > $1 }) {
            throw LearnerError(.badTensor, "tensor edges holds a column that does not ascend")
        }
        self.init(edges: edges)
        guard self.width <= Self.widthMax else {
            throw LearnerError(.badTensor, "tensor edges makes \(self.width) inputs of a row")
        }
    }

    var tensors: [Tensor] {
        [
            .integers("edge_counts", self.edges.map { Int32($0.count) }),
            .doubles("edges", self.edges.flatMap { $0 }),
        ]
    }
}
