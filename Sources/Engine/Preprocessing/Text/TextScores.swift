/// How much the terms of a text speak for each group of answers: a column of texts as few numbers.
///
/// Two naive Bayes classifiers over term weights (Rennie et al. 2003). The multinomial score of a
/// group is the sum, over the terms of the text, of the term's weight times the logarithm of the
/// share that the term has of the group, less the mean of that over groups; the complement score is
/// the same of the share that it has of all other groups, negative. They err differently, so that
/// models take both. Of two groups both are one: the second's multinomial score less the first's.
/// Weights are (1 + ln count) × idf, scaled to length 1.
package struct TextScores: Equatable, Sendable {
    /// Of each bucket, ln((1 + rows) / (1 + rows with it)) + 1.
    let idf: [Float]
    /// buckets × `outputs`; 0 for terms that no training row has.
    let shares: [Float]
    /// For each output what is taken from it, and what it is then divided by.
    let centers: [Double]
    let scales: [Double]
    /// Whether a last column tells texts without a term; else trees see NaN, others the means.
    let missing: Encoder.MissingNumbers

    var outputs: Int { self.scales.count }
    package var width: Int { self.outputs + (self.missing == .indicated ? 1 : 0) }

    static func outputs(groups: Int) -> Int { groups == 2 ? 1 : 2 * groups }

    /// On texts of 80 to 600 characters twice as many buckets gain 0.01 of log loss.
    static let bits = 16
    static let buckets = 1 << Self.bits

    /// Writes a text's columns to `place` and on.
    ///
    /// - Parameter absent: what stands for the scores of a text without a term.
    func encode(
        _ text: String?, _ terms: inout TextTerms, absent: Double,
        into values: UnsafeMutableBufferPointer<Double>, at place: Int
    ) {
        terms.count(text ?? "")
        guard !terms.buckets.isEmpty else {
            for output in 0..<self.outputs { values[place + output] = absent }
            if self.missing == .indicated { values[place + self.outputs] = 1 }
            return
        }
        let limit = EncoderLimits.standardizedMax
        let scores = UnsafeMutableBufferPointer(rebasing: values[place..<place + self.outputs])
        Self.add(terms, self.idf, self.shares, to: scores)
        for output in 0..<self.outputs {
            let score = (scores[output] - self.centers[output]) / self.scales[output]
            scores[output] = max(-limit, min(limit, score))
        }
    }

    /// Adds the scores of a text to `scores`.
    static func add(
        _ terms: TextTerms, _ idf: [Float], _ shares: [Float],
        to scores: UnsafeMutableBufferPointer<Double>
    ) {
        shares.withUnsafeBufferPointer { shares in
            terms.forEachWeight(idf) { bucket, weight in
                let start = bucket * scores.count
                for output in scores.indices {
                    scores[output] += weight * Double(shares[start + output])
                }
            }
        }
    }
}

extension TextTerms {
    /// 1 + ln count, for the counts that nearly all terms have.
    private static let factors = (0..<64).map { $0 < 2 ? 1 : 1 + naturalLogarithm(Double($0)) }

    /// The weight of each term, in their order; their squares sum to 1.
    func forEachWeight(_ idf: [Float], _ body: (_ bucket: Int, _ weight: Double) -> Void) {
        let known = Self.factors
        func weight(_ bucket: Int) -> Double {
            let count = self.count(of: bucket)
            let factor = count < known.count ? known[count] : 1 + naturalLogarithm(Double(count))
            return factor * Double(idf[bucket])
        }
        var squares = 0.0
        for bucket in self.buckets {
            let weight = weight(bucket)
            squares += weight * weight
        }
        guard squares > 0 else { return }
        let scale = 1 / squares.squareRoot()
        for bucket in self.buckets { body(bucket, weight(bucket) * scale) }
    }
}
