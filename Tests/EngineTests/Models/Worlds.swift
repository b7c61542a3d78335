@testable import Engine

/// Small worlds whose truth is known, made from a seed.
enum Worlds {
    /// Eight rows of two columns, for which scikit-learn 1.9 was asked.
    static let eight = Matrix(
        rows: 8, columns: 2,
        values: [
            0.5, 1.0, 1.5, -0.3, -0.7, 0.2, 2.0, 2.2, -1.1, -1.4, 0.1, 0.9, -0.4, 1.7, 1.2, 0.4,
        ])
    static let eightThirds: [Int32] = [0, 1, 2, 1, 2, 0, 0, 1]

    /// Features evenly distributed in 0..<1.
    static func uniform(rows: Int, columns: Int, seed: UInt64) -> Matrix {
        var generator = SeededGenerator(seed: seed)
        return Matrix(
            rows: rows, columns: columns,
            values: (0..<rows * columns).map { _ in generator.unit() })
    }

    /// A step function of three columns, of which no straight line knows anything.
    static func steps(rows: Int, seed: UInt64) -> (features: Matrix, numbers: [Double]) {
        let features = Self.uniform(rows: rows, columns: 5, seed: seed)
        let numbers = (0..<rows).map { row in
            (features[row, 0] < 0.3 ? 4.0 : 0) + (features[row, 1] < 0.6 ? 2 : -1)
                * (features[row, 2] < 0.5 ? 1 : -1)
        }
        return (features, numbers)
    }

    /// `count` classes around different centres, one row in ten mislabelled.
    static func clusters(rows: Int, count: Int, seed: UInt64) -> TrainingData {
        var generator = SeededGenerator(seed: seed)
        var values: [Double] = []
        var labels: [Int32] = []
        for row in 0..<rows {
            let k = row % count
            for j in 0..<4 {
                let noise = (0..<4).reduce(-2) { sum, _ in sum + generator.unit() }
                values.append(noise + (j == k % 4 ? 1.5 : 0) - (j == (k + 1) % 4 ? 0.5 : 0))
            }
            labels.append(Int32(generator.below(10) == 0 ? generator.below(count) : k))
        }
        return TrainingData(
            features: Matrix(rows: rows, columns: 4, values: values),
            answers: .classes(labels, count: count))
    }

    /// The share of rows whose most probable class is the label.
    static func accuracy(_ prediction: Matrix, _ labels: [Int32]) -> Double {
        var right = 0
        for (row, label) in labels.enumerated() {
            let best = (0..<prediction.columns).max { prediction[row, $0] < prediction[row, $1] }
            if best == Int(label) { right += 1 }
        }
        return Double(right) / Double(labels.count)
    }

    static func meanSquare(_ prediction: Matrix, _ numbers: [Double]) -> Double {
        zip(prediction.values, numbers).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
            / Double(numbers.count)
    }

    static func isClose(_ a: [Double], _ b: [Double], within tolerance: Double) -> Bool {
        a.count == b.count && zip(a, b).allSatisfy { abs($0 - $1) <= tolerance }
    }
}

extension Answers {
    var labels: [Int32] {
        guard case .classes(let labels, _) = self else { return [] }
        return labels
    }
}
