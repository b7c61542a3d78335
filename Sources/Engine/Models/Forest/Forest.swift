/// Many deep trees, each grown with chance, whose answers are averaged.
///
/// A random forest (Breiman 2001) draws rows with return for every tree and looks for the best cut
/// among some features. Extra trees (Geurts, Ernst, Wehenkel 2006) take all rows, and one cut drawn
/// at random per feature. Both work on binned features, missing values included. Where rows have
/// weights, the first draws them the more often the heavier they are.
package struct Forest: Learner {
    /// How a node chooses the cut of a feature.
    package enum Cuts: Equatable, Sendable {
        /// The one that divides best.
        case bestOfAll
        /// One, drawn evenly over the codes that occur; every tree sees all rows. Codes are ranks,
        /// so outliers attract no cuts, as they would if values were drawn.
        case drawnAtRandom
    }

    /// Which rows a tree sees whose cuts are the best of all.
    package enum Rows: Equatable, Sendable { case drawnWithReturn, all }

    package struct Settings: Equatable, Sendable {
        package var trees = 100
        /// The share of features that a node looks at, at least one.
        package var featureFraction = 0.3
        /// Rows count as often as they were drawn, or by their weights where all are seen; 1 allows
        /// any row, however light.
        package var rowsLeafMin = 1
        package var depthMax = 64
        package var rows = Rows.drawnWithReturn

        package init() {}

        init(_ values: ParameterValues) {
            self.trees = values.whole("trees")
            self.featureFraction = values["max_features"]
            self.rowsLeafMin = values.whole("min_rows_leaf")
            self.depthMax = values.whole("max_depth")
        }
    }

    package let cuts: Cuts
    package let settings: Settings

    package var form: FeatureForm { .ordinal }

    package init(_ cuts: Cuts, _ settings: Settings) {
        self.cuts = cuts
        self.settings = settings
    }

    /// Values of all leaves, each in eight bytes: a model of 512 MiB is more than people want to
    /// keep, and trials of it more than workers bear side by side.
    static let valuesMax = 64 << 20

    /// - Complexity: O(trees × rows × features looked at × depth).
    package func fit(_ data: TrainingData, seed: UInt64) throws(LearnerError) -> any Predictor {
        try data.requireRows()
        let binned = data.binned()
        let target = ForestTarget(data.answers, data.weights)
        var generator = SeededGenerator(seed: seed)
        let grower = ForestGrower(
            binned, target, weights: data.weights, ways: data.ways, self.cuts, self.settings)
        var ensemble = TreeEnsemble(columns: data.features.columns, width: target.channels)
        for _ in 0..<self.settings.trees {
            // Its own generator for each tree: tree 7 is the same whatever tree 6 needed.
            var chance = SeededGenerator(seed: generator.next())
            let (tree, values) = grower.grow(&chance)
            ensemble.append(tree, values: values)
            guard ensemble.values.count <= Self.valuesMax else {
                throw LearnerError(
                    .badParameter,
                    "its leaves would hold more than \(Self.valuesMax) shares of classes; let them "
                        + "have more rows (min_rows_leaf), or grow fewer trees")
            }
        }
        return ForestPredictor(ensemble: ensemble, outputs: data.answers.outputs)
    }
}

/// What a forest's leaves average: each row adds an amount to one channel.
///
/// | answers       | channels | amount                | a leaf's value                  |
/// | ------------- | -------- | --------------------- | ------------------------------- |
/// | numbers       | 1        | y - mean, scaled      | the mean                        |
/// | two classes   | 1        | 1 for the second      | the share of the second class   |
/// | K > 2 classes | K        | 1 in the row's own    | the share of each class         |
///
/// The best split maximises (sum over channels of S²) / n, left plus right: for numbers that is the
/// least variance, for classes the least Gini impurity; two classes need but one channel, because
/// what the other would add is the same for every split.
struct ForestTarget: Sendable {
    let channels: Int
    let amounts: [Double]
    let channel: [Int32]
    /// A leaf's value is `offset` + `scale` × its mean amount. Numbers are scaled to the one
    /// farthest from the mean, so that no square overflows.
    let offset: Double
    let scale: Double

    init(_ answers: Answers, _ weights: [Double]? = nil) {
        switch answers {
        case .numbers(let numbers):
            let offset = mean(numbers, weights)
            let farthest = numbers.reduce(0) { max($0, abs($1 - offset)) }
            let scale = farthest > 0 && farthest.isFinite ? farthest : 1
            self.channels = 1
            self.amounts = numbers.map { ($0 - offset) / scale }
            self.scale = scale
            self.channel = Array(repeating: 0, count: numbers.count)
            self.offset = offset
        case .classes(let labels, 2):
            self.channels = 1
            self.amounts = labels.map { Double($0) }
            self.channel = Array(repeating: 0, count: labels.count)
            self.offset = 0
            self.scale = 1
        case .flags: preconditionFailure("flags were refused")
        case .classes(let labels, let count):
            self.channels = count
            self.amounts = Array(repeating: 1, count: labels.count)
            self.channel = labels
            self.offset = 0
            self.scale = 1
        }
    }
}

struct ForestPredictor: Predictor, Equatable {
    let ensemble: TreeEnsemble
    let outputs: Int

    var columns: Int? { self.ensemble.columns }

    init(ensemble: TreeEnsemble, outputs: Int) {
        self.ensemble = ensemble
        self.outputs = outputs
    }

    init(_ store: inout TensorStore, outputs: Int) throws(LearnerError) {
        self.ensemble = try TreeEnsemble(&store, width: outputs <= 2 ? 1 : outputs)
        self.outputs = outputs
        guard !self.ensemble.roots.isEmpty else {
            throw LearnerError(.badTensor, "tensor tree_roots holds no tree to average")
        }
        // Means of ones and zeros, but for their rounding.
        guard outputs == 1 || self.ensemble.values.allSatisfy({ abs($0 - 0.5) <= 0.501 }) else {
            throw LearnerError(.badTensor, "tensor tree_values holds what is no share of rows")
        }
    }

    var tensors: [Tensor] { self.ensemble.tensors }

    func predict(_ features: Matrix) -> Matrix {
        var sums = Matrix(rows: features.rows, columns: self.ensemble.width)
        self.ensemble.accumulate(features, into: &sums)
        let share = 1 / Double(self.ensemble.roots.count)
        for index in sums.values.indices { sums.values[index] *= share }
        guard self.outputs == 2 else { return sums }
        var prediction = Matrix(rows: features.rows, columns: 2)
        for row in 0..<features.rows {
            prediction.values[2 * row] = 1 - sums.values[row]
            prediction.values[2 * row + 1] = sums.values[row]
        }
        return prediction
    }
}
