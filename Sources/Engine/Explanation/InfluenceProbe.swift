/// Measures importances and dependences on some rows.
struct InfluenceProbe {
    private let features: Frame
    private let samples: [HeldOutSample]
    private let answers: Answers
    private let weights: [Double]?
    private let metric: Metric
    private let quantile: Double
    private let plain: Matrix
    /// Of each sample, rows evenly spread over it.
    private let dependencePlaces: [[Int]]
    /// The metric's value on the rows as they are.
    let score: Double?

    /// - Requires: at least one sample.
    init(
        _ dataset: Dataset, _ samples: [HeldOutSample], by metric: Metric, _ effort: InfluenceEffort
    ) {
        let plain = Matrix.stacked(samples.map { $0.predict() })
        let rows = samples.flatMap(\.rows)
        let answers = dataset.answers.rows(at: rows)
        let weights = dataset.weights(at: rows)
        self.features = dataset.features
        self.samples = samples
        self.answers = answers
        self.weights = weights
        self.metric = metric
        self.quantile = dataset.quantile
        self.plain = plain
        let most = effort.dependenceRowsMax
        let step = max(1, (plain.rows + most - 1) / most)
        self.dependencePlaces = samples.map { Array(stride(from: 0, to: $0.rows.count, by: step)) }
        // Ranks agree with themselves.
        self.score =
            metric == .stability
            ? 1
            : try? samples[0].model.value(
                of: metric, answers, plain, weights, quantile: dataset.quantile)
    }

    // MARK: Screening

    /// All features; of too many, those that go most with what is predicted, ascending.
    ///
    /// How far a feature goes with it is the largest squared correlation of one of its encoded
    /// columns with one of the outputs: a coarse measure, but of a thousand columns it leaves out
    /// those that hardly matter.
    ///
    /// - Complexity: O(rows × encoded columns × `outputs`).
    func screened(most: Int, outputs: [Int]) -> [Int] {
        let width = self.features.columns.count
        guard width > most else { return Array(0..<width) }
        var strengths = Array(repeating: 0.0, count: width)
        for sample in self.samples {
            let prediction = sample.predict()
            let centred = outputs.map { output in
                Self.standardized((0..<prediction.rows).map { prediction[$0, output] })
            }
            for feature in 0..<width {
                var strongest = 0.0
                for column in sample.columns(of: feature) {
                    let own = Self.standardized(column)
                    for output in centred {
                        let product = zip(own, output).reduce(0) { $0 + $1.0 * $1.1 }
                        strongest = max(strongest, product * product)
                    }
                }
                strengths[feature] += strongest * Double(sample.rows.count)
            }
        }
        return strengths.indices.sorted { (strengths[$1], $0) < (strengths[$0], $1) }
            .prefix(most).sorted()
    }

    /// The numbers less their mean, over the root of their squares' sum; 0 where one is missing,
    /// and where all are equal.
    private static func standardized(_ numbers: [Double]) -> [Double] {
        let known = numbers.filter { !$0.isNaN }
        let mean = known.reduce(0) { $0 + $1 / Double(max(1, known.count)) }
        let centred = numbers.map { $0.isNaN ? 0 : $0 - mean }
        let norm = centred.reduce(0) { $0 + $1 * $1 }.squareRoot()
        guard norm.isNormal else { return Array(repeating: 0, count: numbers.count) }
        return centred.map { $0 / norm }
    }

    // MARK: Importance

    /// Nil where the metric has no value.
    func importance(
        of feature: Int, _ generator: inout SeededGenerator
    ) -> Influence.Importance? {
        let name = self.features.columns[feature].name
        guard self.samples.contains(where: { $0.uses(feature: feature) }) else {
            return Influence.Importance(feature: name, mean: 0, deviation: 0)
        }
        var losses: [Double] = []
        for _ in 0..<InfluenceEffort.repeats {
            let dealt = self.samples.map { sample in
                sample.predict(
                    dealing: feature, from: generator.shuffled(Array(sample.rows.indices)))
            }
            guard let loss = self.loss(Matrix.stacked(dealt)) else { return nil }
            losses.append(loss)
        }
        let count = Double(losses.count)
        let mean = losses.reduce(0) { $0 + $1 / count }
        let squares = losses.reduce(0) { $0 + ($1 - mean) * ($1 - mean) / (count - 1) }
        guard mean.isFinite, squares.isFinite else { return nil }
        return Influence.Importance(feature: name, mean: mean, deviation: squares.squareRoot())
    }

    /// By how much `predictions` are worse than those of the rows as they are.
    private func loss(_ predictions: Matrix) -> Double? {
        if self.metric == .stability {
            // Where all scores have become equal, nothing is left of their order.
            return 1 - (rankCorrelation(self.plain.values, predictions.values) ?? 0)
        }
        guard let score = self.score,
            let value = try? self.samples[0].model.value(
                of: self.metric, self.answers, predictions, self.weights, quantile: self.quantile)
        else { return nil }
        return self.metric.direction == .maximise ? score - value : value - score
    }

    // MARK: Dependence

    /// - Parameter outputs: columns of a prediction, each with the place that its class is shown
    ///   at.
    /// - Returns: nil where the feature does not vary.
    func dependence(
        of feature: Int, outputs: [(column: Int, place: Int?)]
    ) -> Influence.Dependence? {
        guard let (grid, axis) = self.features.grid(of: feature),
            self.samples.contains(where: { $0.uses(feature: feature) })
        else { return nil }
        var sums = Matrix(rows: grid.rows, columns: outputs.count)
        let rows = Double(self.dependenceRows)
        for (sample, places) in zip(self.samples, self.dependencePlaces) {
            let values = sample.model.encoders.map { $0.encode(grid) }
            for value in 0..<grid.rows {
                let prediction = sample.predict(places, setting: feature, to: values, row: value)
                for (index, output) in outputs.enumerated() {
                    for row in 0..<places.count {
                        sums[value, index] += prediction[row, output.column] / rows
                    }
                }
            }
        }
        guard sums.values.allSatisfy(\.isFinite) else { return nil }
        return Influence.Dependence(
            feature: self.features.columns[feature].name, axis: axis,
            curves: outputs.indices.map { index in
                Influence.Curve(
                    place: outputs[index].place,
                    means: (0..<grid.rows).map { sums[$0, index] })
            })
    }

    var dependenceRows: Int { self.dependencePlaces.reduce(0) { $0 + $1.count } }
}

extension Matrix {
    /// One matrix of the rows of all, which have equally many columns.
    fileprivate static func stacked(_ matrices: [Matrix]) -> Matrix {
        Matrix(
            rows: matrices.reduce(0) { $0 + $1.rows }, columns: matrices[0].columns,
            values: matrices.flatMap(\.values))
    }
}
