import Testing

@testable import Engine

@Suite struct NeighborDetectorTests {
    private static let kinds: [NeighborMeasure.Kind] = [
        .meanDistance, .farthestDistance, .localOutlierFactor,
    ]
    private let detector = NeighborDetector(
        measures: Self.kinds.map { NeighborMeasure(kind: $0, k: 3) }, sampleRows: 10_000)

    private func column(_ matrix: Matrix, _ column: Int) -> [Double] {
        (0..<matrix.rows).map { matrix[$0, column] }
    }

    // scikit-learn 1.9.1: NearestNeighbors, LocalOutlierFactor(3, novelty=True).
    @Test func `scores of eight rows and of eight new ones equal scikit-learn's`() throws {
        let detection = try self.detector.fit(Worlds.eight, sample: Array(0..<8), seed: 0)
        var moved = Worlds.eight
        for row in 0..<8 {
            moved[row, 0] += 0.3
            moved[row, 1] -= 0.2
        }
        let new = detection.scorer.score(moved)
        let own: [Double] = [
            0.943331637578, 1.157025220875, 1.034416435608, 1.527026453303, 1.646672798199,
            1.090227608121, 0.932030279062, 0.998234447009,
        ]
        #expect(Worlds.isClose(self.column(detection.own, 2), own, within: 1e-6))
        let factors: [Double] = [
            0.841198450483, 1.200065522373, 0.983261410333, 1.393140806230, 1.459531503882,
            0.841198450483, 0.956982737197, 1.032266831182,
        ]
        #expect(Worlds.isClose(self.column(new, 2), factors, within: 1e-6))
        let means: [Double] = [
            0.544449111227, 1.142387944771, 0.911826848784, 1.453776646546, 1.601766576001,
            0.510394422698, 0.591345209057, 0.713726658344,
        ]
        #expect(Worlds.isClose(self.column(new, 0), means, within: 1e-6))
        #expect(abs(new[4, 1] - 2.641968962725) < 1e-6)
        #expect(abs(detection.own[4, 0] - 2.355528482387) < 1e-6)
    }

    @Test func `densities agree with looking at all pairs, across blocks`() throws {
        let rows = Worlds.uniform(rows: 300, columns: 3, seed: 80)
        let k = 7
        let measure = NeighborMeasure(kind: .localOutlierFactor, k: k)
        let detector = NeighborDetector(measures: [measure], sampleRows: 300)
        let fast = try detector.fit(rows, sample: Array(0..<300), seed: 0).own.values
        let neighbors = (0..<300).map { row in
            (0..<300).filter { $0 != row }.map { other -> (Int, Double) in
                let square = (0..<3).reduce(0) { sum, j in
                    let difference = Double(Float(rows[row, j]) - Float(rows[other, j]))
                    return sum + difference * difference
                }
                return (other, square.squareRoot())
            }.sorted { $0.1 < $1.1 }.prefix(k)
        }
        let radii = neighbors.map { $0[k - 1].1 }
        let densities = neighbors.map { list in
            Double(k) / list.reduce(0) { $0 + max($1.1, radii[$1.0]) }
        }
        let naive = (0..<300).map { row in
            neighbors[row].reduce(0) { $0 + densities[$1.0] } / Double(k) / densities[row]
        }
        #expect(Worlds.isClose(fast, naive, within: 1e-4))
    }

    @Test func `a row among equal ones is as usual as can be`() throws {
        let rows = Matrix(rows: 40, columns: 2, repeating: 1)
        let detection = try self.detector.fit(rows, sample: Array(0..<40), seed: 0)
        #expect(self.column(detection.own, 0).allSatisfy { $0 == 0 })
        #expect(self.column(detection.own, 2).allSatisfy { abs($0 - 1) < 1e-12 })
        let apart = detection.scorer.score(Matrix(rows: 1, columns: 2, values: [1, 1.5]))
        #expect(apart.values.allSatisfy { $0.isFinite } && apart[0, 2] > 1e6)
    }

    @Test func `large tables are measured against a sample of their rows`() throws {
        let world = Oddities.scattered(seed: 81)
        let learner = try Family.neighborDistance.learner(
            parameters: [("references", 60), ("k", 5)])
        let predictor = try learner.fit(world.data, seed: 3)
        let points = try #require(predictor.tensors.first { $0.name == "points" })
        #expect(points.shape == [60, 3])
        #expect(try world.area(predictor.predict(world.rows)) > 0.99)
    }

    @Test func `many rows are scored in blocks, each as if it were alone`() throws {
        let rows = Worlds.uniform(rows: 50, columns: 1, seed: 86)
        let scorer = try self.detector.fit(rows, sample: Array(0..<50), seed: 0).scorer
        let many = Worlds.uniform(rows: DetectionLimits.blockRows + 3, columns: 1, seed: 87)
        let scores = scorer.score(many)
        let last = many.rows - 1
        #expect(scores.rows == many.rows && scores.columns == 3)
        #expect(scores.rows(at: [0, last]) == scorer.score(many.rows(at: [0, last])))
    }
}
