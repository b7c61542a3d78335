import Wire

/// What may vary in one family, and how far: the box in which tuning looks.
///
/// The ranges are narrower than what the engine takes, and scaled by the table: a leaf of 200 rows
/// means nothing when there are 100.
struct SearchSpace: Equatable, Sendable {
    let family: String
    let dimensions: [Dimension]
    /// What all recipes of the job have.
    private let common: [Parameter]

    init(family: String, dimensions: [Dimension], common: [Parameter] = []) {
        self.family = family
        self.dimensions = dimensions
        self.common = common
    }

    /// - Parameter wish: what the user knows better of the family.
    init(of family: SearchFamily, shape: TableShape, wish: FamilySpace? = nil) {
        let dimensions = Self.dimensions(of: family, shape: shape)
        let common = shape.common.filter { wish?.names($0.0) != true }
        self.init(
            family: family.rawValue, dimensions: wish?.dimensions(dimensions) ?? dimensions,
            common: common.map { Parameter($0.0, $0.1) } + (wish?.fixed ?? []))
    }

    /// The recipe at a point of the unit cube.
    func recipe(at point: [Double], seed: UInt64) -> Recipe {
        precondition(point.count == self.dimensions.count, "a point of another space")
        let parameters = zip(self.dimensions, point).map { dimension, coordinate in
            Parameter(dimension.name, dimension.value(at: coordinate))
        }
        return Recipe(family: self.family, parameters: parameters + self.common, seed: seed)
    }

    /// Where a recipe lies in the unit cube; what it leaves out lies in the middle, what is
    /// outside the box at its wall.
    func point(of recipe: Recipe) -> [Double] {
        self.dimensions.map { dimension in
            recipe.parameters.first { $0.name == dimension.name }
                .map { dimension.coordinate(of: $0.value) } ?? 0.5
        }
    }

    private static func dimensions(of family: SearchFamily, shape: TableShape) -> [Dimension] {
        switch family {
        case .baseline: return []
        case .ridge: return [.init("alpha", 1e-4...1e5, .logarithmic)]
        case .logisticRegression: return [.init("c", 1e-4...1e4, .logarithmic)]
        case .linearSVM: return [.init("c", 1e-4...1e3, .logarithmic)]
        case .elasticNet:
            return [
                .init("alpha", 1e-5...1, .logarithmic), .init("l1_ratio", 0.05...1, .linear),
            ]
        case .linearDiscriminant: return [.init("shrinkage", 1e-4...1, .logarithmic)]
        case .naiveBayes: return [.init("smoothing", 1e-12...1, .logarithmic)]
        case .nearestNeighbors:
            let k = max(2, min(200, (shape.rows / 3).rounded(.down)))
            return [.init("k", 1...k, .wholeLogarithmic), .init("weights", 0...1, .choice)]
        case .kernelMachine:
            return [
                .init("gamma", 0.03...5, .logarithmic),
                .init("components", 50...shape.componentsMax, .wholeLogarithmic),
                .init("penalty", 0.003...10, .logarithmic),
            ]
        case .multilayerPerceptron: return Self.perceptron(shape)
        case .histogramOutliers, .principalComponents, .isolationForest, .ellipticEnvelope,
            .neighborDistance, .localOutlierFactor, .autoencoder, .combinedDetector:
            return Self.detector(family, shape)
        case .naive, .seasonalNaive, .drift, .theta, .exponentialSmoothing, .arima,
            .seasonalTrend, .ridgeLags, .boostingLags, .combinedForecaster:
            return Self.forecaster(family, shape)
        case .decisionTree:
            let leaf = max(2, min(200, (shape.rows / 10).rounded(.down)))
            return [
                .init("max_depth", 2...32, .wholeLogarithmic),
                .init("min_rows_leaf", 1...leaf, .wholeLogarithmic),
            ]
        case .extraTrees, .randomForest:
            let leaf = max(2, min(50, (shape.rows / 20).rounded(.down)))
            return [
                .init("trees", 50...300, .wholeLogarithmic),
                .init("max_features", 0.05...1, .linear),
                .init("min_rows_leaf", 1...leaf, .wholeLogarithmic),
                .init("max_depth", 4...64, .wholeLogarithmic),
            ]
        case .gradientBoosting:
            let leaf = max(2, min(200, (shape.rows / 10).rounded(.down)))
            let leaves = max(8, min(256, (shape.rows / 4).rounded(.down)))
            // Each output costs its own trees, so many classes get fewer rounds.
            let trees = max(100, (800 / max(1, shape.outputs / 4)).rounded(.down))
            return [
                .init("trees", 30...trees, .wholeLogarithmic),
                .init("learning_rate", 0.01...0.3, .logarithmic),
                .init("leaves", 4...leaves, .wholeLogarithmic),
                .init("min_rows_leaf", 1...leaf, .wholeLogarithmic),
                .init("l2", 1e-3...100, .logarithmic),
                .init("row_fraction", 0.5...1, .linear),
                .init("feature_fraction", 0.3...1, .linear),
            ]
        }
    }

    private static func detector(_ family: SearchFamily, _ shape: TableShape) -> [Dimension] {
        let near = max(3, min(100, (shape.rows / 3).rounded(.down)))
        switch family {
        case .isolationForest:
            return [
                .init("rows_tree", 32...2048, .wholeLogarithmic),
                .init("directions", 0...64, .wholeLinear),
            ]
        case .neighborDistance:
            return [
                .init("k", 2...near, .wholeLogarithmic), .init("farthest", 0...1, .wholeLinear),
            ]
        case .localOutlierFactor: return [.init("k", 2...near, .wholeLogarithmic)]
        case .histogramOutliers: return [.init("bins", 5...200, .wholeLogarithmic)]
        case .principalComponents: return [.init("variance_floor", 1e-6...0.3, .logarithmic)]
        case .ellipticEnvelope: return [.init("support", 0.5...1, .linear)]
        case .autoencoder:
            return [
                .init("units", 16...128, .wholeLogarithmic),
                .init("bottleneck", 0.1...0.9, .linear),
                .init("learning_rate", 1e-3...0.02, .logarithmic),
                .init("weight_decay", 1e-3...1, .logarithmic),
                .init(
                    "epochs", max(3, (shape.epochs / 2).rounded(.down))...(2 * shape.epochs),
                    .wholeLogarithmic),
            ]
        default: return []
        }
    }

    private static func perceptron(_ shape: TableShape) -> [Dimension] {
        [
            .init("layers", 1...3, .wholeLinear),
            .init("units", 16...128, .wholeLogarithmic),
            .init("learning_rate", 1e-3...0.02, .logarithmic),
            .init("weight_decay", 0.01...3, .logarithmic),
            .init(
                "epochs", max(3, (shape.epochs / 2).rounded(.down))...(2 * shape.epochs),
                .wholeLogarithmic),
            .init("pieces", 0...shape.piecesMax, .wholeLinear),
        ]
    }
}

/// One hyperparameter, mapped to 0...1 so that equal steps matter about equally.
struct Dimension: Equatable, Sendable {
    let name: String
    let scale: Scale
    let low: Double
    let high: Double

    enum Scale: Equatable, Sendable {
        case linear, logarithmic, wholeLinear, wholeLogarithmic
        /// As the two above, without rounding: a user's range may be narrower than what is rounded.
        case exactLinear, exactLogarithmic
        /// One of the whole numbers, without an order among them.
        case choice
    }

    init(_ name: String, _ range: ClosedRange<Double>, _ scale: Scale) {
        self.name = name
        self.scale = scale
        self.low = range.lowerBound
        self.high = range.upperBound
    }

    /// Values of a choice.
    var choices: Int { Int(self.high - self.low) + 1 }

    func value(at coordinate: Double) -> Double {
        let coordinate = min(max(coordinate, 0), 1)
        switch self.scale {
        case .linear: return Self.short(self.low + coordinate * (self.high - self.low))
        case .exactLinear: return self.clamped(self.low + coordinate * (self.high - self.low))
        case .wholeLinear:
            let steps = (coordinate * (self.high - self.low + 1)).rounded(.down)
            return self.clamped(self.low + steps)
        case .choice:
            return self.low
                + min(
                    (coordinate * Double(self.choices)).rounded(.down),
                    self.high - self.low)
        case .logarithmic:
            let (low, high) = (Functions.log(self.low), Functions.log(self.high))
            return self.clamped(Self.short(Functions.exp(low + coordinate * (high - low))))
        case .exactLogarithmic:
            let (low, high) = (Functions.log(self.low), Functions.log(self.high))
            return self.clamped(Functions.exp(low + coordinate * (high - low)))
        case .wholeLogarithmic:
            // Half a step beyond either end, or the end values would be half as likely.
            let (low, high) = (Functions.log(self.low - 0.49), Functions.log(self.high + 0.49))
            return self.clamped(Functions.exp(low + coordinate * (high - low)).rounded())
        }
    }

    func coordinate(of value: Double) -> Double {
        let value = self.clamped(value)
        switch self.scale {
        case .linear, .exactLinear: return (value - self.low) / (self.high - self.low)
        case .wholeLinear: return (value - self.low + 0.5) / (self.high - self.low + 1)
        case .choice: return (value - self.low + 0.5) / Double(self.choices)
        case .logarithmic, .exactLogarithmic:
            let (low, high) = (Functions.log(self.low), Functions.log(self.high))
            return (Functions.log(value) - low) / (high - low)
        case .wholeLogarithmic:
            let (low, high) = (Functions.log(self.low - 0.49), Functions.log(self.high + 0.49))
            return (Functions.log(value) - low) / (high - low)
        }
    }

    /// The value that the dimension has next to `value`.
    func nearest(to value: Double) -> Double { self.clamped(value) }

    private func clamped(_ value: Double) -> Double { min(max(value, self.low), self.high) }

    /// The value to four significant digits: what a leaderboard shows is then what was tried.
    private static func short(_ value: Double) -> Double {
        guard value.isNormal else { return 0 }
        var scale = 1.0
        while abs(value) * scale < 1000 { scale *= 10 }
        while abs(value) * scale >= 10_000, scale > 1 { scale /= 10 }
        return abs(value) >= 10_000 ? value.rounded() : (value * scale).rounded() / scale
    }
}
