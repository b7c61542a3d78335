import Testing

@testable import Engine

@Suite struct RankingTests {
    /// Scores that say something, some of them equal.
    private static func scores(rows: Int, seed: UInt64 = 5) -> ClassScores {
        var generator = SeededGenerator(seed: seed)
        var labels: [Int32] = []
        var probabilities: [Double] = []
        for _ in 0..<rows {
            let label = generator.unit() < 0.2 ? 1 : 0
            let score = 0.6 * generator.unit() + 0.4 * Double(label) * generator.unit()
            let rounded = (score * 200).rounded() / 200
            labels.append(Int32(label))
            probabilities += [1 - rounded, rounded]
        }
        return ClassScores(
            labels: labels, count: 2, Matrix(rows: rows, columns: 2, values: probabilities))
    }

    private static func ranking(_ scores: ClassScores) throws -> Ranking {
        try #require(Ranking(scores, of: 1, place: 1, areProbabilities: true))
    }

    @Test func `four rows are parted as on paper`() throws {
        // scikit-learn 1.9.1: roc_curve([0, 0, 1, 1], [.1, .4, .35, .8]), average_precision_score.
        let probabilities = [0.9, 0.1, 0.6, 0.4, 0.65, 0.35, 0.2, 0.8]
        let scores = ClassScores(
            labels: [0, 0, 1, 1], count: 2, Matrix(rows: 4, columns: 2, values: probabilities))
        let ranking = try Self.ranking(scores)
        #expect(ranking.points.map(\.threshold) == [0.8, 0.4, 0.35, 0.1])
        #expect(ranking.points.map { $0.recall(in: ranking) } == [0.5, 0.5, 1, 1])
        #expect(ranking.points.map { $0.fallout(in: ranking) } == [0, 0.5, 0.5, 1])
        #expect(ranking.areaUnderCurve == 0.75)
        #expect(abs(ranking.averagePrecision - 0.8333333333333333) < 1e-12)
        #expect(ranking.calibration == [])
    }

    @Test func `a hundred rows make the curves that scikit-learn makes of them`() throws {
        // scikit-learn 1.9.1: roc_auc_score, average_precision_score, calibration_curve with five
        // quantiles, and the eleventh point of roc_curve and of precision_recall_curve.
        let scores = (0..<100).map { Double($0 * 37 % 101) / 101 }
        let labels = (0..<100).map { row -> Int32 in
            (row * row + 3 * row) % 11 < 4 || scores[row] > 0.6 && row % 3 > 0 ? 1 : 0
        }
        let ranking = try Self.ranking(
            ClassScores(
                labels: labels, count: 2,
                Matrix(rows: 100, columns: 2, values: scores.flatMap { [1 - $0, $0] })))
        #expect(ranking.positives == 44)
        #expect(abs(ranking.areaUnderCurve - 0.5961850649350651) < 1e-12)
        #expect(abs(ranking.averagePrecision - 0.6008488341523842) < 1e-12)
        let observed = [0.65, 0.15, 0, 0.65, 0.75]
        let predicted = [
            0.09405940594059406, 0.2920792079207921, 0.4900990099009902, 0.696039603960396,
            0.8960396039603962,
        ]
        #expect(ranking.calibration.map(\.rows) == [20, 20, 20, 20, 20])
        for (index, bin) in ranking.calibration.enumerated() {
            #expect(abs(bin.observed - observed[index]) < 1e-12)
            #expect(abs(bin.predicted - predicted[index]) < 1e-12)
        }
        let tenth = try #require(
            ranking.points.first { abs($0.threshold - 0.900990099009901) < 1e-12 })
        #expect(abs(tenth.fallout(in: ranking) - 0.03571428571428571) < 1e-12)
        #expect(abs(tenth.recall(in: ranking) - 0.18181818181818182) < 1e-12)
        #expect(abs(tenth.precision - 0.8) < 1e-12)
    }

    @Test(arguments: [1, 7, 300, 20_000]) func `each point counts what its threshold calls`(
        rows: Int
    ) throws {
        let scores = Self.scores(rows: rows + 40)
        let ranking = try Self.ranking(scores)
        #expect(ranking.points.count <= ExplanationLimits.pointsMax)
        for point in ranking.points {
            let called = scores.labels.indices.filter {
                scores.probabilities[$0, 1] >= point.threshold
            }
            #expect(point.truePositives == called.count { scores.labels[$0] == 1 })
            #expect(point.falsePositives == called.count { scores.labels[$0] == 0 })
        }
        #expect(ranking.points.last?.truePositives == ranking.positives)
        #expect(ranking.points.last?.falsePositives == ranking.negatives)
    }

    @Test func `few points of many rows still lie on the curve that all of them make`() throws {
        let ranking = try Self.ranking(Self.scores(rows: 50_000))
        var (area, last) = (0.0, (x: 0.0, y: 0.0))
        for point in ranking.points {
            let (x, y) = (point.fallout(in: ranking), point.recall(in: ranking))
            area += (x - last.x) * (y + last.y) / 2
            last = (x, y)
        }
        #expect(abs(area - ranking.areaUnderCurve) < 1e-3)
    }

    @Test func `a bin holds equal numbers of rows, and tells what came of them`() throws {
        let scores = Self.scores(rows: 1000)
        let ranking = try Self.ranking(scores)
        #expect(ranking.calibration.count == 10)
        #expect(ranking.calibration.reduce(0) { $0 + $1.rows } == 1000)
        var below = 0
        let sorted = scores.labels.indices.sorted {
            scores.probabilities[$0, 1] < scores.probabilities[$1, 1]
        }
        for bin in ranking.calibration {
            let rows = sorted[below..<below + bin.rows]
            let mean = rows.reduce(0) { $0 + scores.probabilities[$1, 1] } / Double(bin.rows)
            let share = Double(rows.count { scores.labels[$0] == 1 }) / Double(bin.rows)
            #expect(abs(bin.predicted - mean) < 1e-12 && abs(bin.observed - share) < 1e-12)
            #expect((80...130).contains(bin.rows))
            below += bin.rows
        }
    }

    @Test func `a class that every row is of, or none, has no curve`() {
        let same = ClassScores(
            labels: [1, 1], count: 2, Matrix(rows: 2, columns: 2, values: [0.5, 0.5, 0.1, 0.9]))
        #expect(Ranking(same, of: 1, place: 1, areProbabilities: true) == nil)
        #expect(Ranking(same, of: 0, place: 0, areProbabilities: true) == nil)
    }

    @Test(arguments: [0, 5, 19, 20, 39, 40, 41, 333, 1000])
    func `bins cover all rows, part no equal ones, and none is small`(count: Int) {
        var generator = SeededGenerator(seed: UInt64(count))
        for distinct in [1, 2, 30, 100_000] {
            let sorted = (0..<count).map { _ in Double(generator.below(distinct)) }.sorted()
            let ranges = EqualCountBins.ranges(of: sorted, most: 10)
            #expect(ranges.count <= 10)
            #expect(ranges.isEmpty == (count < 20))
            #expect(ranges.allSatisfy { $0.count >= ExplanationLimits.binRowsMin })
            if !ranges.isEmpty { #expect(ranges.flatMap(Array.init) == Array(0..<count)) }
            for (left, right) in zip(ranges, ranges.dropFirst()) {
                #expect(sorted[left.upperBound - 1] < sorted[right.lowerBound])
            }
        }
    }
}
