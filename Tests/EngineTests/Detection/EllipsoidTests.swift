import Testing

@testable import Engine

@Suite struct EllipsoidTests {
    // scikit-learn 1.9.1: LedoitWolf().fit(x).mahalanobis(z) / 2, shrinkage 0.2247 or so.
    @Test func `principal components give Ledoit and Wolf's distances`() throws {
        func stretched(_ right: Double, _ down: Double) -> Matrix {
            var rows = Worlds.eight
            for row in 0..<8 {
                let (x, y) = (rows[row, 0] + right, rows[row, 1] - down)
                rows[row, 0] = 3 * x
                rows[row, 1] = x + 0.5 * y
            }
            return rows
        }
        let detector = PrincipalComponents(varianceFloor: 1e-6)
        let detection = try detector.fit(stretched(0, 0), sample: Array(0..<8), seed: 0)
        let scores = detection.scorer.score(stretched(0.3, 0.2)).values
        let expected: [Double] = [
            0.088905091933, 1.135259723876, 0.335664016521, 1.977038916568,
            1.047831947746, 0.001037419728, 0.193147855732, 0.650432421913,
        ]
        #expect(Worlds.isClose(scores, expected, within: 1e-9))
    }

    @Test func `eigenvectors turn a matrix into its eigenvalues`() throws {
        let rows = Worlds.uniform(rows: 30, columns: 6, seed: 85)
        var gram = Matrix(rows: 6, columns: 6)
        LinearAlgebra.gram(rows, .transposed, into: &gram)
        for i in 0..<6 { for j in 0..<i { gram[i, j] = gram[j, i] } }
        let eigen = try SymmetricEigen(gram)
        #expect(eigen.values == eigen.values.sorted(by: >))
        for (axis, value) in eigen.values.enumerated() {
            let vector = (0..<6).map { eigen.vectors[axis, $0] }
            var product = [Double](repeating: 0, count: 6)
            LinearAlgebra.multiply(gram, .stored, vector, into: &product)
            #expect(Worlds.isClose(product, vector.map { $0 * value }, within: 1e-10))
        }
        #expect(throws: LearnerError(.numericalFailure, "")) {
            try SymmetricEigen(Matrix(rows: 2, columns: 2, repeating: .nan))
        }
    }

    @Test func `with more columns than rows, new rows like the old are not all strange`() throws {
        let rows = Worlds.uniform(rows: 60, columns: 90, seed: 86)
        for family in [Family.principalComponents, .ellipticEnvelope, .combinedDetector] {
            let learner = try Oddities.learner(family, [("contamination", 0.1)])
            let predictor = try learner.fit(
                Oddities.unlabelled(rows.rows(at: Array(0..<40))), seed: 0)
            let new = predictor.predict(rows.rows(at: Array(40..<60)))
            #expect(new.values.allSatisfy { $0.isFinite })
            let far = Matrix(rows: 1, columns: 90, repeating: 20)
            #expect(predictor.predict(far).values[0] > 0)
            #expect(new.values.count { $0 > 0 } <= 10, "\(family): \(new.values)")
        }
    }

    @Test func `the envelope is that of the majority, which principal components are not`() throws {
        var generator = SeededGenerator(seed: 87)
        let usual = (0..<140).map { _ in (0..<3).map { _ in Oddities.bell(&generator) } }
        let others = (0..<60).map { _ in (0..<3).map { _ in 6 + 0.3 * Oddities.bell(&generator) } }
        let world = Oddities.world(usual, others)
        func scores(_ family: Family) throws -> Matrix {
            try Oddities.learner(family).fit(world.data, seed: 2).predict(world.rows)
        }
        #expect(try world.area(scores(.ellipticEnvelope)) == 1)
        #expect(try world.area(scores(.principalComponents)) < 0.95)
    }

    @Test func `quantiles of chi-square are near the tables'`() {
        for (degrees, normal, table) in [
            (2, 1.959_964, 7.378), (5, 1.959_964, 12.833), (10, 0, 9.342), (64, 0, 63.33),
        ] {
            let quantile = DensestRows.chiSquare(degrees, normal: normal)
            #expect(abs(quantile / table - 1) < 0.01)
        }
    }
}
