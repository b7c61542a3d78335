import Testing

@testable import Engine

/// A table is predicted block by block, and a row alone by a service: both must give one answer.
@Suite struct RowBesideRowTests {
    /// Wide and tall enough that the parts of a matrix product differ in shape.
    private static let columns = 37
    private static let rows = 301

    private func world(_ task: LearningTask) -> TrainingData {
        var random = SeededGenerator(seed: 17)
        var features = Matrix(rows: Self.rows, columns: Self.columns)
        for place in features.values.indices {
            features.values[place] = random.unit() * 4 - 2
        }
        let sums = (0..<Self.rows).map { row in
            (0..<Self.columns).reduce(0.0) { $0 + features[row, $1] * Double($1 % 5 - 2) }
        }
        let answers: Answers =
            switch task {
            case .regression: .numbers(sums)
            case .classification:
                .classes(sums.map { $0 < -5 ? 0 : $0 < 5 ? 1 : 2 }, count: 3)
            case .anomalyDetection: .flags(Array(repeating: .unknown, count: Self.rows))
            }
        return TrainingData(features: features, answers: answers)
    }

    private func part(_ matrix: Matrix, _ rows: Range<Int>) -> Matrix {
        let width = matrix.columns
        return Matrix(
            rows: rows.count, columns: width,
            values: Array(matrix.values[rows.lowerBound * width..<rows.upperBound * width]))
    }

    @Test(arguments: Family.allCases)
    func `a row's prediction does not depend on the rows beside it`(family: Family) throws {
        for task in LearningTask.allCases where family.supports(task) {
            let data = self.world(task)
            let small = family.parameters.contains { $0.name == "trees" } ? [("trees", 5.0)] : []
            let predictor = try family.learner(parameters: small).fit(data, seed: 3)
            let whole = predictor.predict(data.features)
            for size in [1, 7, 64, 130] {
                var parts: [Double] = []
                for start in stride(from: 0, to: Self.rows, by: size) {
                    let rows = start..<min(start + size, Self.rows)
                    parts += predictor.predict(self.part(data.features, rows)).values
                }
                let different = zip(parts, whole.values).count { $0.bitPattern != $1.bitPattern }
                #expect(different == 0, "\(family), \(task), blocks of \(size)")
            }
        }
    }
}
