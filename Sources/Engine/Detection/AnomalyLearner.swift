/// Learns what is usual among rows, and from which score on a row is called an anomaly.
///
/// The answers are not looked at: they are there to judge.
struct AnomalyLearner: Learner {
    let family: Family
    let detector: any Detector
    let contamination: Contamination

    var form: FeatureForm { .dense }

    /// - Complexity: the detector's, on all rows, and a score for each of its sample.
    func fit(_ data: TrainingData, seed: UInt64) throws(LearnerError) -> any Predictor {
        try data.requireFlags(for: self.family)
        var generator = SeededGenerator(seed: seed)
        let rows = data.features.tamed()
        let sample = generator.sample(self.detector.sampleRows, of: rows.rows)
        let detection = try self.detector.fitFairly(rows, sample: sample, seed: generator.next())
        precondition(
            detection.scorer.width == 1 && detection.own.rows == sample.count,
            "a detector gives one score to each row of its sample")
        guard detection.own.values.allSatisfy(\.isFinite) else {
            throw LearnerError(.numericalFailure, "a score left the range of numbers")
        }
        return AnomalyPredictor(
            scorer: detection.scorer, scale: .init(detection.own.values, self.contamination))
    }
}

/// Gives one number to each row: above 0 it is an anomaly, and higher is stranger.
///
/// 0 is the threshold that was chosen on the training rows, -1 their median; between them and
/// beyond, scores are the detector's, shifted and scaled. So a prediction carries its flag.
struct AnomalyPredictor: Predictor {
    let scorer: any Scorer
    let scale: Scale

    struct Scale: Equatable, Sendable {
        let threshold: Double
        /// Positive: from the median to the threshold, or 1 where they are one.
        let unit: Double

        init(_ scores: [Double], _ contamination: Contamination) {
            let sorted = scores.sorted()
            let threshold = contamination.threshold(sorted)
            let middle = sorted[(sorted.count - 1) / 2]
            // A unit of rounding noise would make every other row astronomically strange.
            let isWide = threshold - middle > 1e-9 * max(abs(threshold), abs(middle))
            self.threshold = threshold
            self.unit = isWide ? threshold - middle : 1
        }

        init(_ store: inout TensorStore) throws(LearnerError) {
            let values = try store.doubles("scale", shape: [2])
            guard values[1] > 0 else {
                throw LearnerError(.badTensor, "tensor scale holds a unit that is not positive")
            }
            self.threshold = values[0]
            self.unit = values[1]
        }
    }

    var columns: Int? { self.scorer.columns }

    var tensors: [Tensor] {
        self.scorer.tensors + [.doubles("scale", [self.scale.threshold, self.scale.unit])]
    }

    init(scorer: any Scorer, scale: Scale) {
        self.scorer = scorer
        self.scale = scale
    }

    init(
        _ scorer: any Scorer, _ store: inout TensorStore, outputs: Int
    ) throws(LearnerError) {
        guard outputs == 1, scorer.width == 1 else {
            throw LearnerError(.badTensor, "a detector has 1 output, not \(outputs)")
        }
        self.scorer = scorer
        self.scale = try Scale(&store)
    }

    func predict(_ features: Matrix) -> Matrix {
        let width = self.scorer.columns
        precondition(features.columns == width, "\(features.columns) columns, not \(width)")
        var scores = self.scorer.score(features.tamed())
        let largest = Double.greatestFiniteMagnitude
        for row in scores.values.indices {
            // Stored numbers may be of any size; what they give must still be one.
            let score = (scores.values[row] - self.scale.threshold) / self.scale.unit
            scores.values[row] = score.isNaN ? 0 : max(-largest, min(largest, score))
        }
        return scores
    }
}

extension TrainingData {
    /// Refuses what no detector can learn from.
    fileprivate func requireFlags(for family: Family) throws(LearnerError) {
        guard case .flags = self.answers else {
            throw LearnerError(
                .unsupportedTask, "\(family.rawValue) finds anomalies; it predicts no answers")
        }
        guard self.features.rows >= 2, self.features.columns >= 1 else {
            throw LearnerError(
                .tooFewRows,
                "\(self.features.rows) rows of \(self.features.columns) columns; at least 2 rows "
                    + "and 1 column are needed to tell what is usual")
        }
        guard self.preparation.isFinite(self.features) else {
            throw LearnerError(
                .notFinite, "a feature is missing or infinite; this family needs finite features")
        }
    }
}
