import Engine

/// What is shown of a model, from a head, a disk or a stranger.
extension Decoder {
    static let explanations: [Decoder] = [
        Decoder("explanation", dictionary: Self.jsonWords, seeds: { try Self.explained() }) {
            let explanation = try Explanation(decoding: $0)
            try Self.demand(
                try Explanation(decoding: explanation.encoded) == explanation,
                "an explanation reads back otherwise")
        }
    ]

    /// One of each kind but forecasts, which take a while to be made.
    private static func explained() throws -> [[UInt8]] {
        let rows = (0..<48).map { "\($0 % 7),\(["red", "blue"][$0 % 3 / 2]),\($0 % 4 / 3)\n" }
        let table = Array(("a,b,y\n" + rows.joined()).utf8)
        let cases: [(LearningTask, Family, Metric)] = [
            (.classification, .naiveBayes, .logLoss), (.regression, .ridge, .rootMeanSquaredError),
            (.anomalyDetection, .histogramOutliers, .areaUnderCurve),
        ]
        return try cases.map { task, family, metric in
            let dataset = try table.withUnsafeBytes { bytes in
                try Dataset(
                    bytes: bytes, schema: try Schema.infer(from: bytes), target: "y", task: task)
            }
            var bench = Workbench(dataset, try Folds(dataset.answers, count: 2, seed: 1))
            return try bench.explanation(
                of: Ensemble(of: Recipe(family)), metrics: [metric], seed: 1
            ).encoded
        }
    }
}
