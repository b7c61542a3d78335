import Fuzzing
import Privacy
import Testing

@testable import Engine

@Suite struct ExplanationFileTests {
    private static func text(_ explanation: Explanation) -> String {
        String(decoding: explanation.encoded, as: UTF8.self)
    }

    /// The largest that the limits allow, with the longest names.
    static func largest() -> Explanation {
        typealias Limits = ExplanationLimits
        let name = String(repeating: "é", count: Limits.nameBytesMax / 2)
        let number = -1.234567890123456e-300
        let points = (0..<Limits.pointsMax).map { index in
            Ranking.Point(
                threshold: 1 - Double(index) * 1.234567890123e-7,
                truePositives: 1_000_000_000 + index,
                falsePositives: 1_000_000_000)
        }
        let last = points[points.count - 1]
        let rankings = (0..<Limits.rankingsMax).map { place in
            Ranking(
                place: place, positives: last.truePositives, negatives: last.falsePositives,
                areaUnderCurve: 0.1234567890123456, averagePrecision: 0.1234567890123456,
                points: points,
                calibration: (0..<Limits.calibrationBinsMax).map { _ in
                    .init(rows: 1_000_000_000, predicted: 1 / 3, observed: 1 / 3)
                })
        }
        let size = Limits.classesMax + 1
        let classes = ClassJudgement(
            names: Array(repeating: Private(name), count: Limits.classesMax), others: 9,
            confusion: Array(repeating: Array(repeating: 1_000_000_000, count: size), count: size),
            rankings: rankings)
        let curves = (0..<Limits.rankingsMax).map { place in
            Influence.Curve(
                place: place, means: Array(repeating: number, count: Limits.quantilesMax))
        }
        let numbers = (0..<Limits.quantilesMax).map { number * Double(30 - $0) }
        let influence = Influence(
            metric: .meanAbsolutePercentageError, seed: .max, rows: 4000, folds: 5, repeats: 5,
            score: number,
            importances: Array(
                repeating: .init(feature: name, mean: number, deviation: -number),
                count: Limits.featuresMax),
            omitted: 99_500, dependenceRows: 500,
            dependences: Array(
                repeating: .init(feature: name, axis: .numbers(Private(numbers)), curves: curves),
                count: Limits.dependencesMax))
        return .classification(classes, influence)
    }

    static func longestForecast() -> Explanation {
        typealias Limits = ExplanationLimits
        let number = -1.234567890123456e-300
        let expected = Array(repeating: number, count: Limits.horizonMax)
        let steps = Limits.historyMax + Limits.horizonMax
        let line = Outlook.Line(
            name: Private(String(repeating: "x", count: Limits.nameBytesMax)),
            history: Private(Array(repeating: number, count: Limits.historyMax)),
            expected: expected,
            bands: Array(
                repeating: .init(level: 0.95, lower: expected, upper: expected),
                count: Limits.intervalsMax),
            rehearsal: .init(start: Limits.historyMax - Limits.horizonMax, expected: expected),
            times: Array(repeating: "2026-11-27 14:00:01", count: steps))
        return .forecast(
            Outlook(
                series: Array(repeating: line, count: Limits.seriesMax), omitted: 9,
                step: "2 weeks"))
    }

    static func small() throws -> [Explanation] {
        let flowers = try SmallTables.flowers(rows: 120)
        var bench = Workbench(flowers, try Folds(flowers.answers, count: 3, seed: 1))
        let classes = try bench.explanation(
            of: Ensemble(of: Recipe(.naiveBayes)), metrics: [.logLoss], seed: 7)
        let plane = try ExplanationTests.plane(rows: 120)
        bench = Workbench(plane, try Folds(plane.answers, count: 3, seed: 1))
        let numbers = try bench.explanation(
            of: Ensemble(of: Recipe(.ridge)), metrics: [.r2], seed: 7)
        let bare = try Dataset(flowers.features, target: nil, task: .anomalyDetection)
        bench = Workbench(bare, try Folds(bare.answers, count: 3, seed: 1))
        let scores = try bench.explanation(
            of: Ensemble(of: Recipe(.histogramOutliers)), metrics: [.stability], seed: 7)
        let marks = try Dataset(
            SmallTables.frame(
                "x,y\n" + (0..<60).map { "\($0 % 7),\($0 % 10 == 0 ? 1 : 0)\n" }.joined()),
            target: "y", task: .anomalyDetection)
        bench = Workbench(marks, try Folds(marks.answers, count: 3, seed: 1))
        let marked = try bench.explanation(
            of: Ensemble(of: Recipe(.histogramOutliers)), metrics: [.areaUnderCurve], seed: 7)
        return [classes, numbers, scores, marked, Self.longestForecast(), Self.largest()]
    }

    @Test func `what is written is read, and written as it was`() throws {
        for explanation in try Self.small() {
            let read = try Explanation(decoding: explanation.encoded)
            #expect(read == explanation)
            #expect(read.encoded == explanation.encoded)
        }
    }

    @Test func `the largest still fits`() {
        for explanation in [Self.largest(), Self.longestForecast()] {
            #expect(explanation.encoded.count <= ExplanationLimits.bytesMax)
        }
    }

    @Test func `another format, a later version and too many bytes are refused`() throws {
        let text = Self.text(try Self.small()[0])
        func code(_ text: String) -> ArtifactError.Code? {
            do throws(ArtifactError) {
                _ = try Explanation(decoding: Array(text.utf8))
                return nil
            } catch {
                return error.code
            }
        }
        #expect(code(text.replacing("assay-explanation", with: "assay-model")) == .badMember)
        #expect(
            code(text.replacing("\"version\": 1", with: "\"version\": 2")) == .unsupportedVersion)
        #expect(code(text + String(repeating: " ", count: ExplanationLimits.bytesMax)) == .badJSON)
        #expect(code("{}") == .badMember)
        #expect(code("") == .badJSON)
    }

    @Test(arguments: [
        ("\"others\": 0", "\"others\": 1"), ("\"others\": 0", "\"others\": -1"),
        ("\"class\": 1", "\"class\": 2"), ("\"rows\": 120", "\"rows\": 99999999999"),
        ("\"metric\": \"log_loss\"", "\"metric\": \"luck\""),
        ("\"seed\": \"7\"", "\"seed\": \"x\""),
        ("\"deviation\": ", "\"deviation\": -1"), ("\"roc_auc\": 0", "\"roc_auc\": 7"),
        ("\"positives\": ", "\"positives\": 1"), ("\"names\": [", "\"names\": [\"x\", "),
        ("\"shares\": [", "\"shares\": [2, "),
        ("\"kind\": \"classification\"", "\"kind\": \"regression\""),
        ("\"thresholds\": [", "\"thresholds\": [0.0, "),
    ]) func `parts that do not fit each other are refused`(old: String, new: String) throws {
        let text = Self.text(try Self.small()[0])
        let place = try #require(text.firstRange(of: old))
        let altered = text.replacingCharacters(place, with: new)
        #expect(throws: ArtifactError.self) {
            try Explanation(decoding: Array(altered.utf8))
        }
    }

    @Test func `whatever bytes come, they are read or refused`() throws {
        for (index, explanation) in try Self.small().prefix(4).enumerated() {
            var mutants = Mutants(of: explanation.encoded, seed: UInt64(index))
            for _ in 0..<Mutants.rounds(400) {
                guard let read = try? Explanation(decoding: mutants.next()) else { continue }
                #expect(try Explanation(decoding: read.encoded) == read)
            }
        }
    }
}

extension String {
    fileprivate func replacingCharacters(
        _ range: Range<String.Index>, with text: String
    ) -> String {
        String(self[..<range.lowerBound]) + text + String(self[range.upperBound...])
    }
}
