/// Orders the columns of a table by what they tell of the answers: recursive elimination (Guyon,
/// Weston, Barnhill and Vapnik, 2002, "Gene selection for cancer classification using support
/// vector machines") by a small boosted model, whose splits tell what each column gains.
///
/// ```
/// 8 columns   a model's gains   the worse half goes to the end   again with the other 4, then 2
/// ```
///
/// What repeats another column gains once: the other one falls behind, which a filter that looks at
/// one column after the other would not see.
enum FeatureRanking {
    /// Rows that the models learn from: which columns matter shows in some of them.
    static let rowsMax = 10_000
    /// Trees of one model, of all outputs together, and their leaves.
    static let treesMax = 30
    static let leaves = 15

    /// Indices of the encoder's columns, the most telling first; last those that it drops.
    ///
    /// - Parameter training: by `encoder`, which is ordinal. Nothing else is looked at.
    static func order(
        _ encoder: Encoder, _ training: TrainingData
    ) throws(LearnerError) -> [Int] {
        let spans = encoder.spans
        let sample = Folds.sample(
            Array(0..<training.features.rows), Self.rowsMax, training.answers, seed: 0)
        let features = training.features.rows(at: sample)
        let answers = training.answers.rows(at: sample)
        let weights = training.weights.map { weights in sample.map { weights[$0] } }
        var live = spans.indices.filter { !spans[$0].isEmpty }
        var tail = spans.indices.filter { spans[$0].isEmpty }
        while live.count > 1 {
            let places = live.flatMap { column in spans[column].map { _ in column } }
            let gains = try Self.gains(
                TrainingData(
                    features: features.columns(in: live.map { spans[$0] }), answers: answers,
                    weights: weights))
            var sums = Array(repeating: 0.0, count: spans.count)
            for (column, gain) in zip(places, gains) { sums[column] += gain }
            live.sort { (-sums[$0], $0) < (-sums[$1], $1) }
            let kept = (live.count + 1) / 2
            tail = Array(live[kept...]) + tail
            live.removeLast(live.count - kept)
        }
        return live + tail
    }

    /// What the splits of each feature gain together.
    private static func gains(_ data: TrainingData) throws(LearnerError) -> [Double] {
        var settings = GradientBoosting.Settings()
        settings.trees = max(3, Self.treesMax / max(1, data.answers.outputs - 1))
        settings.leaves = Self.leaves
        var gains = Array(repeating: 0.0, count: data.features.columns)
        _ = try GradientBoosting(settings).fit(data, seed: 0) { tree in
            for case let question? in tree.nodes.map(\.question) {
                gains[question.column] += question.gain
            }
        }
        return gains
    }
}

extension Encoder {
    /// For each column its columns of the encoded matrix.
    var spans: [Range<Int>] {
        var start = 0
        return self.columns.map { column in
            defer { start += column.encoding.width }
            return start..<start + column.encoding.width
        }
    }

    /// The encoder that drops all columns but these.
    func keeping(_ kept: Set<Int>) -> Encoder {
        Encoder(
            form: self.form,
            columns: self.columns.enumerated().map { index, column in
                let isKept =
                    if case .duplicate(let first) = column.encoding {
                        kept.contains(first)
                    } else { kept.contains(index) }
                return isKept ? column : Column(name: column.name, encoding: .dropped)
            })
    }
}

extension Matrix {
    /// The columns of these ranges, one after the other.
    func columns(in ranges: [Range<Int>]) -> Matrix {
        let width = ranges.reduce(0) { $0 + $1.count }
        var values: [Double] = []
        values.reserveCapacity(self.rows * width)
        for row in 0..<self.rows {
            for range in ranges {
                let start = row * self.columns
                values += self.values[start + range.lowerBound..<start + range.upperBound]
            }
        }
        return Matrix(rows: self.rows, columns: width, values: values)
    }
}

extension Workbench.Prepared {
    /// The same with the columns that stand first in `order`, and no others.
    func keeping(_ count: Int, of order: [Int]) -> Self {
        let kept = Set(order.prefix(count))
        let encoder = self.encoder.keeping(kept)
        let spans = zip(self.encoder.spans, encoder.columns).filter { $1.encoding.width > 0 }
            .map(\.0)
        return Self(
            encoder: encoder,
            training: TrainingData(
                features: self.training.features.columns(in: spans),
                answers: self.training.answers, weights: self.training.weights,
                objective: self.training.objective,
                ways: self.training.ways.map { ways in spans.flatMap { ways[$0] } },
                categories: encoder.categories),
            heldOut: self.heldOut.columns(in: spans), answers: self.answers,
            weights: self.weights, rows: self.rows)
    }
}
