/// Several detectors whose scores are brought to one scale and joined: what no single one does,
/// this holds everywhere.
///
/// 1. Members: isolation forests along columns and across directions, the mean distance to 10
///    neighbours, the local outlier factor among 20, histograms, principal components, and the
///    elliptic envelope. They err in different places: distances miss anomalies that come in
///    crowds, histograms what breaks a dependence, ellipsoids what lies within a hollow.
/// 2. Scale: the logarithm of each score above the least one, standardised over the training rows
///    (after Kriegel, Kröger, Schubert, Zimek, Interpreting and unifying outlier scores, 2011): it
///    keeps how far out a row is, which ranks forget, and no single huge score drowns the others.
/// 3. Joint score: the logarithm of the mean of their exponentials, a soft maximum. Members that
///    cannot see a kind of anomaly hardly vote it down, and one alone that raises its voice a
///    little is not heard (between the average and the maximum of Aggarwal and Sathe, Theoretical
///    foundations and algorithms for outlier ensembles, 2015).
///
/// Chosen on fifteen kinds of made data and six real sets, not on one; most of them are judged
/// anew by Benchmarks/engine/detection.py.
struct CombinedDetector: Detector {
    let trees: Int
    let sampleRows: Int

    /// Its members see to it.
    var ownScores: OwnScores { .asUnseen }

    private var members: [any Detector] {
        [
            IsolationForest(trees: self.trees, rowsTree: 256, directions: 0),
            IsolationForest(trees: self.trees, rowsTree: 256, directions: 64),
            NeighborDetector(
                measures: [
                    NeighborMeasure(kind: .meanDistance, k: 10),
                    NeighborMeasure(kind: .localOutlierFactor, k: 20),
                ], sampleRows: self.sampleRows),
            HistogramDetector(bins: 0),
            PrincipalComponents(varianceFloor: 1e-3),
            EllipticEnvelope(support: 0.5),
        ]
    }

    func fit(
        _ rows: Matrix, sample: [Int], seed: UInt64
    ) throws(LearnerError) -> Detection {
        var generator = SeededGenerator(seed: seed)
        var scorers: [any Scorer] = []
        var scales: [LogarithmicScale] = []
        var parts: [Matrix] = []
        for member in self.members {
            let detection = try member.fitFairly(rows, sample: sample, seed: generator.next())
            scorers.append(detection.scorer)
            parts.append(detection.own)
            for column in 0..<detection.own.columns {
                scales.append(
                    LogarithmicScale(
                        (0..<sample.count).map { detection.own[$0, column] }))
            }
        }
        let scorer = CombinedScorer(scorers: scorers, scales: scales)
        return Detection(scorer: scorer, own: scorer.join(parts))
    }
}

/// Standardises the logarithms of scores.
struct LogarithmicScale: Equatable, Sendable {
    let least: Double
    /// What is added to the distance from the least score, so that it has a logarithm; positive.
    let offset: Double
    let mean: Double
    /// Positive.
    let deviation: Double

    init(_ scores: [Double]) {
        let sorted = scores.sorted()
        let least = sorted[0]
        let middle = sorted[(sorted.count - 1) / 2] - least
        // Where half of the scores are the least one, the median tells no distance.
        let average = sorted.reduce(0) { $0 + ($1 - least) } / Double(sorted.count)
        let usual = middle > 0 ? middle : average
        let offset = usual > 1e-100 ? usual / 2 : 1
        let logarithms = scores.map { naturalLogarithm($0 - least + offset) }
        let mean = logarithms.reduce(0, +) / Double(scores.count)
        let squares = logarithms.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        let deviation = (squares / Double(scores.count)).squareRoot()
        self.least = least
        self.offset = offset
        self.mean = mean
        self.deviation = deviation > 1e-9 ? deviation : 1
    }

    init(_ values: ArraySlice<Double>) throws(LearnerError) {
        let values = Array(values)
        guard values.count == 4, values[1] >= 1e-200, values[3] >= 1e-200 else {
            throw LearnerError(.badTensor, "tensor scales holds one that is not positive")
        }
        (self.least, self.offset) = (values[0], values[1])
        (self.mean, self.deviation) = (values[2], values[3])
    }

    var values: [Double] { [self.least, self.offset, self.mean, self.deviation] }

    func standardised(_ score: Double) -> Double {
        let distance = max(0, score - self.least) + self.offset
        guard distance.isFinite else { return 1e9 }
        return (naturalLogarithm(distance) - self.mean) / self.deviation
    }
}

struct CombinedScorer: Scorer {
    let scorers: [any Scorer]
    /// One for each column that the scorers give, in their order.
    let scales: [LogarithmicScale]

    var columns: Int { self.scorers[0].columns }
    var width: Int { 1 }

    init(scorers: [any Scorer], scales: [LogarithmicScale]) {
        precondition(scorers.reduce(0) { $0 + $1.width } == scales.count, "a score has no scale")
        self.scorers = scorers
        self.scales = scales
    }

    func score(_ rows: Matrix) -> Matrix {
        self.join(self.scorers.map { $0.score(rows) })
    }

    /// The joint scores, given those of each scorer.
    func join(_ parts: [Matrix]) -> Matrix {
        var joint = Matrix(rows: parts[0].rows, columns: 1)
        var scores = [Double](repeating: 0, count: self.scales.count)
        for row in 0..<joint.rows {
            var place = 0
            for part in parts {
                for column in 0..<part.columns {
                    scores[place] = self.scales[place].standardised(part[row, column])
                    place += 1
                }
            }
            joint.values[row] = Self.softMaximum(scores)
        }
        return joint
    }

    /// log of the mean of e to each score; shifted by the highest, so that nothing overflows.
    static func softMaximum(_ scores: [Double]) -> Double {
        let highest = scores.reduce(-Double.greatestFiniteMagnitude) { max($0, $1) }
        var sum = 0.0
        for score in scores { sum += exponential(SIMD4(repeating: score - highest))[0] }
        guard sum.isNormal else { return highest }
        return highest + naturalLogarithm(sum / Double(scores.count))
    }

    private static let names = [
        "columns.", "directions.", "neighbors.", "bins.", "components.", "envelope.",
    ]

    init(_ store: inout TensorStore) throws(LearnerError) {
        var parts: [TensorStore] = []
        for name in Self.names { parts.append(store.part(name)) }
        let scorers: [any Scorer] = [
            try IsolationScorer(&parts[0]), try IsolationScorer(&parts[1]),
            try NeighborScorer(&parts[2], kinds: [[.meanDistance], [.localOutlierFactor]]),
            try HistogramScorer(&parts[3]), try Ellipsoid(&parts[4]), try Ellipsoid(&parts[5]),
        ]
        for part in parts { try part.requireNothingLeft() }
        let count = scorers.reduce(0) { $0 + $1.width }
        let values = try store.doubles("scales", shape: [.exactly(count), 4])
        guard scorers.allSatisfy({ $0.columns == scorers[0].columns }) else {
            throw LearnerError(.badTensor, "parts of a combination have different columns")
        }
        var scales: [LogarithmicScale] = []
        for index in 0..<count {
            scales.append(try LogarithmicScale(values[4 * index..<4 * index + 4]))
        }
        self.init(scorers: scorers, scales: scales)
    }

    var tensors: [Tensor] {
        zip(Self.names, self.scorers).flatMap { name, scorer in
            scorer.tensors.map {
                Tensor(name: name + $0.name, shape: $0.shape, values: $0.values)
            }
        } + [
            .doubles("scales", self.scales.flatMap(\.values), shape: [self.scales.count, 4])
        ]
    }
}
