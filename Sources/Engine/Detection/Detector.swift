/// A way to tell how strange a row is, with its hyperparameters set, learned without any answer.
protocol Detector: Sendable {
    /// Rows that are drawn to stand for all: references of distances, and those whose own scores
    /// say what is usual.
    var sampleRows: Int { get }

    /// Whether `fit` scores the sampled rows as if it had not seen them.
    var ownScores: OwnScores { get }

    /// Learns what is usual.
    ///
    /// Equal rows, sample and seed give equal bits.
    ///
    /// - Parameters:
    ///   - rows: finite, at least 2, within ±`EncoderLimits.standardizedMax`.
    ///   - sample: indices of `rows`, ascending, at least 2.
    func fit(_ rows: Matrix, sample: [Int], seed: UInt64) throws(LearnerError) -> Detection
}

enum OwnScores: Sendable { case asUnseen, asSeen }

extension Detector {
    var ownScores: OwnScores { .asSeen }

    /// As `fit`, but with few rows to a column no row is judged by what it taught.
    ///
    /// Rows are near the axes and cuts that they made themselves; next to that all new rows would
    /// be strange. So parts of the sample are scored by what was learned from the rest.
    ///
    /// - Complexity: a fit on the sample for each part, where there are few rows.
    func fitFairly(
        _ rows: Matrix, sample: [Int], seed: UInt64
    ) throws(LearnerError) -> Detection {
        let detection = try self.fit(rows, sample: sample, seed: seed)
        guard self.ownScores == .asSeen, rows.rows < 10 * rows.columns, sample.count >= 10 else {
            return detection
        }
        let parts = sample.count < 1000 ? 5 : 2
        var own = detection.own
        for part in 0..<parts {
            let places = sample.indices.filter { $0 % parts == part }
            let others = sample.indices.filter { $0 % parts != part }.map { sample[$0] }
            let scorer = try self.fit(
                rows.rows(at: others), sample: [0, 1], seed: seed
            ).scorer
            own.setRows(places, to: scorer.score(rows.rows(at: places.map { sample[$0] })))
        }
        return Detection(scorer: detection.scorer, own: own)
    }
}

/// What a detector learned, and what it says of the rows that it learned from.
struct Detection: Sendable {
    let scorer: any Scorer
    /// The scores of the sampled rows: sample × `scorer.width`.
    let own: Matrix
}

/// Gives scores to rows; higher is stranger.
protocol Scorer: Sendable {
    /// Columns of the features.
    var columns: Int { get }
    /// Scores for each row: 1, but for scorers that share their work between several.
    var width: Int { get }
    /// Everything the scorer knows.
    var tensors: [Tensor] { get }

    /// Finite scores: rows × `width`.
    ///
    /// - Requires: `rows` are finite and `columns` wide.
    func score(_ rows: Matrix) -> Matrix
}

extension Matrix {
    /// Every value within what standardised numbers are; NaN becomes 0, which is their mean.
    ///
    /// So no scorer overflows, whatever rows come. Encoded rows come back as they are.
    func tamed() -> Matrix {
        let limit = EncoderLimits.standardizedMax
        guard !self.values.allSatisfy({ abs($0) <= limit }) else { return self }
        return Matrix(
            rows: self.rows, columns: self.columns,
            values: self.values.map { $0.isNaN ? 0 : max(-limit, min(limit, $0)) })
    }
}
