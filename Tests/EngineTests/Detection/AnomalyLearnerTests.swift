import Testing

@testable import Engine

@Suite struct AnomalyLearnerTests {
    /// Tables on which a detector might stumble.
    private static let degenerate: [(String, Matrix)] = [
        ("one column", Worlds.uniform(rows: 50, columns: 1, seed: 94)),
        ("two rows", Matrix(rows: 2, columns: 2, values: [0, 1, 2, 3])),
        ("two equal rows", Matrix(rows: 2, columns: 1, values: [5, 5])),
        ("more columns than rows", Worlds.uniform(rows: 9, columns: 30, seed: 95)),
        ("constant columns", Matrix(rows: 30, columns: 3, repeating: 1)),
        ("equal rows", Matrix(rows: 12_000, columns: 2, repeating: 0)),
        (
            "duplicates and one other",
            Matrix(rows: 41, columns: 2, values: Array(repeating: 0, count: 80) + [3, 3])
        ),
        (
            "copies of a column",
            Matrix(rows: 60, columns: 3, values: (0..<180).map { Double($0 / 3 % 13) })
        ),
        (
            "one huge value",
            Matrix(rows: 20, columns: 2, values: [1e300] + (1..<40).map { Double($0 % 5) })
        ),
    ]

    @Test(arguments: Oddities.families)
    func `degenerate tables give finite scores, and none to a row more than to its equal`(
        family: Family
    ) throws {
        for (name, rows) in Self.degenerate {
            let predictor = try Oddities.learner(family).fit(Oddities.unlabelled(rows), seed: 5)
            #expect(predictor.columns == rows.columns)
            let scores = predictor.predict(rows)
            #expect(scores.rows == rows.rows && scores.columns == 1)
            #expect(scores.values.allSatisfy { $0.isFinite }, "\(name)")
            for value in [1e300, -1e300, .infinity, .nan, 0] {
                let odd = predictor.predict(
                    Matrix(rows: 1, columns: rows.columns, repeating: value))
                #expect(odd.values.allSatisfy { $0.isFinite }, "\(name), \(value)")
            }
        }
    }

    @Test(arguments: Oddities.families.filter { $0 != .isolationForest })
    func `what differs from rows that are all equal is stranger than they`(
        family: Family
    ) throws {
        let rows = Matrix(rows: 500, columns: 2, repeating: 0)
        let predictor = try Oddities.learner(family).fit(Oddities.unlabelled(rows), seed: 5)
        let scores = predictor.predict(Matrix(rows: 2, columns: 2, values: [0, 0, 1, 1]))
        #expect(scores.values[0] <= 0 && scores.values[1] > 0)
    }

    @Test(arguments: Oddities.families)
    func `what cannot be learned from is refused`(family: Family) throws {
        let learner = try Oddities.learner(family)
        let cases: [(TrainingData, LearnerError.Code)] = [
            (Oddities.unlabelled(Matrix(rows: 1, columns: 2, repeating: 0)), .tooFewRows),
            (Oddities.unlabelled(Matrix(rows: 0, columns: 2, repeating: 0)), .tooFewRows),
            (Oddities.unlabelled(Matrix(rows: 3, columns: 0, repeating: 0)), .tooFewRows),
            (Oddities.unlabelled(Matrix(rows: 3, columns: 1, values: [0, .nan, 1])), .notFinite),
            (
                Oddities.unlabelled(Matrix(rows: 2, columns: 1, values: [0, .infinity])),
                .notFinite
            ),
            (Worlds.clusters(rows: 20, count: 2, seed: 96), .unsupportedTask),
        ]
        for (data, code) in cases {
            #expect(throws: LearnerError(code, "")) { try learner.fit(data, seed: 0) }
        }
    }

    @Test func `families that learn answers refuse flags`() throws {
        let world = Oddities.scattered(seed: 97)
        for family in Family.allCases where !family.supports(.anomalyDetection) {
            #expect(throws: LearnerError(.unsupportedTask, "")) {
                try family.learner(parameters: []).fit(world.data, seed: 0)
            }
        }
    }

    @Test(arguments: Oddities.families)
    func `equal seeds give equal bits, and flags change nothing`(
        family: Family
    ) throws {
        let world = Oddities.crowd(seed: 98)
        let learner = try Oddities.learner(family)
        let one = try learner.fit(world.data, seed: 11)
        let other = try learner.fit(Oddities.unlabelled(world.rows), seed: 11)
        #expect(one.tensors == other.tensors)
        #expect(one.predict(world.rows) == other.predict(world.rows))
    }

    @Test(arguments: Oddities.families)
    func `stored numbers of any size cannot make a score that is none`(
        family: Family
    ) throws {
        let world = Oddities.scattered(seed: 99)
        let tensors = try Oddities.learner(family).fit(world.data, seed: 1).tensors
        for (index, tensor) in tensors.enumerated() {
            guard case .f64(let values) = tensor.values, !values.isEmpty else { continue }
            for value in [0, -1, 1e-300, 1e308, -1e308] {
                var changed = tensors
                changed[index] = Tensor(
                    name: tensor.name, shape: tensor.shape,
                    values: .f64(Array(repeating: value, count: values.count)))
                guard let predictor = try? family.predictor(from: changed, outputs: 1) else {
                    continue
                }
                #expect(predictor.predict(world.rows).values.allSatisfy { $0.isFinite })
            }
        }
    }
}
