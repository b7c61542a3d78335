@testable import Engine

/// Small worlds with strange rows at their end, made from a seed.
enum Oddities {
    struct World {
        let rows: Matrix
        let strange: Range<Int>

        var data: TrainingData {
            TrainingData(
                features: self.rows,
                answers: .flags(
                    (0..<self.rows.rows).map { self.strange.contains($0) ? .anomalous : .normal }))
        }

        /// The share of pairs of a strange and a usual row in which the strange one is ahead.
        func area(_ scores: Matrix) throws -> Double {
            try Metric.areaUnderCurve.value(self.data.answers, scores)
        }
    }

    /// Roughly normal.
    static func bell(_ generator: inout SeededGenerator) -> Double {
        (0..<12).reduce(-6) { sum, _ in sum + generator.unit() }
    }

    static func world(_ usual: [[Double]], _ strange: [[Double]]) -> World {
        let rows = usual + strange
        return World(
            rows: Matrix(rows: rows.count, columns: rows[0].count, values: rows.flatMap { $0 }),
            strange: usual.count..<rows.count)
    }

    /// A square without its inside, and rows inside.
    static func hollow(seed: UInt64) -> World {
        var generator = SeededGenerator(seed: seed)
        let usual = (0..<400).map { row -> [Double] in
            let along = 4 * generator.unit() - 2
            let across = (row % 2 == 0 ? 2 : -2) + 0.1 * Self.bell(&generator)
            return row % 4 < 2 ? [along, across] : [across, along]
        }
        let strange = (0..<8).map { _ in [generator.unit() - 0.5, generator.unit() - 0.5] }
        return Self.world(usual, strange)
    }

    /// A bell, and a crowd to one side that is denser than it.
    static func crowd(seed: UInt64) -> World {
        var generator = SeededGenerator(seed: seed)
        let usual = (0..<400).map { _ in (0..<4).map { _ in Self.bell(&generator) } }
        let strange = (0..<24).map { _ in (0..<4).map { _ in 3 + 0.1 * Self.bell(&generator) } }
        return Self.world(usual, strange)
    }

    /// Columns that go together, and rows in which they do not.
    static func dependence(seed: UInt64) -> World {
        var generator = SeededGenerator(seed: seed)
        let usual = (0..<400).map { _ -> [Double] in
            let cause = Self.bell(&generator)
            return (0..<5).map { _ in cause + 0.15 * Self.bell(&generator) }
        }
        let strange = (0..<10).map { _ in (0..<5).map { _ in Self.bell(&generator) } }
        return Self.world(usual, strange)
    }

    /// A bell, and single rows far away.
    static func scattered(seed: UInt64) -> World {
        var generator = SeededGenerator(seed: seed)
        let usual = (0..<300).map { _ in (0..<3).map { _ in Self.bell(&generator) } }
        let strange = (0..<6).map { row in (0..<3).map { ($0 + row) % 2 == 0 ? 9.0 : -8 } }
        return Self.world(usual, strange)
    }

    static let families = Family.allCases.filter { $0.supports(.anomalyDetection) }

    /// A learner with few trees, so that tests take no time.
    static func learner(
        _ family: Family, _ parameters: [(name: String, value: Double)] = []
    ) throws -> any Learner {
        let few = family.parameters.contains { $0.name == "trees" } ? [("trees", 50.0)] : []
        return try family.learner(parameters: few + parameters)
    }

    static func unlabelled(_ rows: Matrix) -> TrainingData {
        TrainingData(
            features: rows, answers: .flags(Array(repeating: .unknown, count: rows.rows)))
    }
}
