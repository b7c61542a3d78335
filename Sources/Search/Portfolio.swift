import Wire

/// The configurations that every job tries first, the cheapest first.
///
/// A fixed list of good, different configurations beats a cold start of any sampler (Feurer et
/// al., 2022, "Auto-sklearn 2.0"; Erickson et al., 2020, "AutoGluon-Tabular"). This one was
/// written for our families: several linear strengths, kernels and perceptrons of two sizes,
/// forests of both kinds, and boosting from shallow and fast to slow and fine.
enum Portfolio {
    /// A configuration is left out when it costs more than this many times the standard boosting,
    /// unless the job names its families. Forecasters are all tried: series are short.
    static let costRatioMax = 30.0
    /// Likewise neighbours among more rows than these.
    static let neighborsRowsMax = 300_000.0

    static func recipes(
        of families: [SearchFamily], shape: TableShape, seed: UInt64,
        wish: (SearchFamily) -> FamilySpace? = { _ in nil }
    ) -> [Recipe] {
        let standard = Self.cost(Self.standardBoosting(shape), .gradientBoosting, shape)
        var priced: [(family: SearchFamily, values: Values, cost: Double)] = []
        for family in families {
            let wish = wish(family)
            var known: [[Parameter]] = []
            for values in Self.configurations(of: family, shape: shape) {
                let values = Self.all(values, shape, wish)
                // Two may be one where the user left them nothing to differ in.
                let parameters = values.map { Parameter($0.0, $0.1) }
                guard !known.contains(parameters) else { continue }
                known.append(parameters)
                let cost = Self.cost(values, family, shape)
                guard shape.takesAnyCost || cost <= Self.costRatioMax * standard else {
                    continue
                }
                priced.append((family, values, cost))
            }
        }
        // Equal costs keep the order of the list: an index breaks ties, since `sort` need not be
        // stable.
        let order = priced.indices.sorted { (priced[$0].cost, $0) < (priced[$1].cost, $1) }
        return order.enumerated().map { place, index in
            Recipe(
                family: priced[index].family.rawValue,
                parameters: priced[index].values.map { Parameter($0.0, $0.1) },
                seed: SeededGenerator.mix(seed, UInt64(place)))
        }
    }

    typealias Values = [(String, Double)]

    /// With what all recipes of the job have, and as the user wants it.
    private static func all(
        _ values: Values, _ shape: TableShape, _ wish: FamilySpace?
    ) -> Values {
        guard let wish else { return values + shape.common }
        return wish.narrowed(values) + shape.common.filter { !wish.names($0.0) }
    }

    // MARK: The list

    private static func configurations(
        of family: SearchFamily, shape: TableShape
    ) -> [Values] {
        switch family {
        case .baseline: return [[]]
        case .naiveBayes: return [[("smoothing", 1e-9)]]
        case .ridge: return [1, 100].map { [("alpha", $0)] }
        case .elasticNet: return [[("alpha", 0.01), ("l1_ratio", 0.5)]]
        case .linearDiscriminant: return [[("shrinkage", 0.01)]]
        case .logisticRegression: return [1, 0.03].map { [("c", $0)] }
        case .linearSVM: return [[("c", 0.1)]]
        case .nearestNeighbors:
            // Each prediction reads all rows.
            guard shape.rows <= Self.neighborsRowsMax || shape.takesAnyCost else { return [] }
            let k = min(16, max(1, (shape.rows / 2).rounded(.down)))
            return [[("k", k), ("weights", 1)]]
        case .decisionTree:
            let leaf = max(1, min(20, (shape.rows / 50).rounded(.down)))
            return [[("max_depth", 64), ("min_rows_leaf", leaf)]]
        case .kernelMachine: return Self.kernels(shape)
        case .multilayerPerceptron: return Self.perceptrons(shape)
        case .extraTrees, .randomForest: return Self.forests(family, shape)
        case .gradientBoosting: return Self.boostings(shape)
        case .histogramOutliers, .principalComponents, .isolationForest, .ellipticEnvelope,
            .neighborDistance, .localOutlierFactor, .autoencoder, .combinedDetector:
            return Self.detectors(family, shape)
        case .naive, .seasonalNaive, .drift, .theta, .exponentialSmoothing, .arima,
            .seasonalTrend, .ridgeLags, .boostingLags, .combinedForecaster:
            return Self.forecasters(family)
        }
    }

    private static func forests(_ family: SearchFamily, _ shape: TableShape) -> [Values] {
        // The textbook's shares of features: the root of them for classes, a third for numbers.
        let root = (1 / shape.columns).squareRoot()
        let usual = shape.task == .classification ? max(root, 0.1) : max(0.33, 1 / shape.columns)
        // Classes want purer probabilities, so fuller leaves; numbers want every detail.
        let isNumeric = shape.task == .regression
        let leaf = isNumeric ? 1.0 : max(1, min(5, (shape.rows / 50).rounded(.down)))
        let (light, heavy) = ((100.0, usual), (150.0, min(1, 2 * usual)))
        let chosen =
            switch (family, shape.task) {
            case (.randomForest, .regression): [light]
            case (_, .regression): [light, heavy]
            case (_, .classification), (_, .anomalyDetection), (_, .forecasting): [heavy]
            }
        return chosen.map { trees, features in
            [
                ("trees", trees), ("max_features", min(1, features)), ("min_rows_leaf", leaf),
                ("max_depth", 64),
            ]
        }
    }

    private static func kernels(_ shape: TableShape) -> [Values] {
        // Fewer components than these tell less than the columns do: on 60,000 rows of 16 columns
        // 125 of them predict worse than logistic regression, and take twice as long.
        let components = min(250, shape.componentsMax)
        guard components >= 250 || shape.takesAnyCost else { return [] }
        let small: Values = [("gamma", 0.3), ("components", components), ("penalty", 0.1)]
        guard shape.task == .regression else { return [small] }
        let large: Values = [
            ("gamma", 1), ("components", shape.componentsMax), ("penalty", 1),
        ]
        return [small, large]
    }

    private static func perceptrons(_ shape: TableShape) -> [Values] {
        // Few rows are learned by smooth curves, many rows bear every detail of a column.
        func perceptron(
            layers: Double, units: Double, rate: Double, decay: Double, pieces: Double
        ) -> Values {
            [
                ("layers", layers), ("units", units), ("learning_rate", rate),
                ("weight_decay", decay), ("epochs", shape.epochs),
                ("pieces", shape.isLong ? min(pieces, shape.piecesMax) : 0),
            ]
        }
        return [
            perceptron(layers: 1, units: 64, rate: 0.005, decay: 0.5, pieces: 32),
            perceptron(
                layers: 2, units: shape.isLong ? 64 : 128, rate: 0.002, decay: 1, pieces: 64),
        ]
    }

    static func standardBoosting(_ shape: TableShape) -> Values {
        Self.boosting(shape, trees: 200, rate: 0.08, leaves: 31, leaf: 20, l2: 1)
    }

    private static func boostings(_ shape: TableShape) -> [Values] {
        // Few rows are learned by many shallow trees, many rows bear fine ones.
        let last =
            shape.rows < 2000
            ? Self.boosting(
                shape, trees: 500, rate: 0.05, leaves: 6, leaf: 10, l2: 1, features: 0.5)
            : Self.boosting(
                shape, trees: 500, rate: 0.05, leaves: 63, leaf: 5, l2: 2, features: 0.5)
        return [
            Self.boosting(shape, trees: 60, rate: 0.15, leaves: 15, leaf: 20, l2: 1),
            Self.standardBoosting(shape),
            Self.boosting(
                shape, trees: 350, rate: 0.05, leaves: 15, leaf: 40, l2: 1, features: 0.6),
            Self.boosting(
                shape, trees: 300, rate: 0.05, leaves: 63, leaf: 10, l2: 5, features: 0.7),
            last,
        ]
    }

    private static func detectors(_ family: SearchFamily, _ shape: TableShape) -> [Values] {
        let most = max(1, (shape.rows / 3).rounded(.down))
        switch family {
        case .isolationForest: return [[("directions", 0)], [("directions", 32)]]
        case .neighborDistance: return [5, 30].map { [("k", min($0, most))] }
        case .localOutlierFactor: return [20, 60].map { [("k", min($0, most))] }
        case .autoencoder: return [[("units", 64), ("epochs", shape.epochs)]]
        default: return [[]]
        }
    }

    private static func boosting(
        _ shape: TableShape, trees: Double, rate: Double, leaves: Double, leaf: Double, l2: Double,
        features: Double = 1
    ) -> Values {
        // Small tables: leaves of 20 rows would leave no splits. Many classes: each costs a tree
        // per round, so fewer and larger steps.
        let leaf = max(1, min(leaf, (shape.rows / 25).rounded(.down)))
        let haste = max(1, (shape.outputs / 4).squareRoot())
        return [
            ("trees", max(30, (trees / haste).rounded())),
            ("learning_rate", min(0.2, (rate * haste * 1000).rounded() / 1000)),
            ("leaves", max(4, min(leaves, (shape.rows / 8).rounded(.down)))),
            ("min_rows_leaf", leaf), ("l2", l2), ("row_fraction", 1),
            ("feature_fraction", shape.columns < 3 ? 1 : features),
        ]
    }

    // MARK: Their cost

    /// About the nanoseconds of one fit: enough to order configurations, no more.
    static func cost(_ values: Values, _ family: SearchFamily, _ shape: TableShape) -> Double {
        func value(_ name: String) -> Double { values.first { $0.0 == name }?.1 ?? 1 }
        let cells = shape.rows * shape.columns
        switch family {
        case .baseline: return shape.rows
        case .naiveBayes: return 30 * cells
        case .ridge: return cells * (5 + 0.1 * shape.columns)
        case .elasticNet: return cells * (6 + 0.1 * shape.columns)
        case .linearDiscriminant: return cells * (40 + 0.1 * shape.columns)
        case .logisticRegression:
            // A weaker penalty takes more iterations.
            return 50 * cells * shape.outputs * (1 + 0.2 * max(0, Functions.log(value("c"))))
        case .linearSVM: return 500 * cells * shape.outputs
        case .kernelMachine:
            let components = value("components")
            let perFeature =
                shape.task == .regression
                ? 9 + 0.02 * components : (4 + 0.22 * components) * shape.outputs
            return shape.rows * components * (perFeature + 0.1 * shape.columns)
        case .multilayerPerceptron:
            // Categories become several inputs, of two values that have no pieces.
            let inputs = shape.columns * (2 + value("pieces") / 2)
            let hidden = (value("layers") - 1) * value("units") + shape.outputs
            let parameters = value("units") * (inputs + hidden)
            return shape.rows * value("epochs") * (300 + 0.09 * parameters)
        case .histogramOutliers: return 10 * cells
        case .principalComponents: return cells * (10 + 0.5 * shape.columns)
        case .isolationForest: return 4000 * shape.rows
        case .autoencoder:
            // Two layers between columns and units, two between units and half as many as columns.
            let parameters = 3 * value("units") * shape.columns
            return shape.rows * value("epochs") * (300 + 0.09 * parameters)
        case .ellipticEnvelope: return 3 * cells * (100 + shape.columns)
        case .neighborDistance, .localOutlierFactor, .combinedDetector:
            // Distances are taken to no more rows than this; the combination takes all the others.
            let others = family == .combinedDetector ? 10_000 * shape.rows : 0
            return 0.5 * cells * min(shape.rows, 10_000) + others
        case .nearestNeighbors:
            return shape.rows * (shape.rows * (0.3 + 0.007 * shape.columns) + 10 * value("k"))
        case .decisionTree:
            return 60 * cells * Functions.log(shape.rows / value("min_rows_leaf") + 2)
        case .extraTrees, .randomForest:
            let depth = Functions.log(shape.rows / value("min_rows_leaf") + 2) * 1.44
            // Leaves of single rows and sums of squares, where classes are counted.
            let perCell = shape.task == .regression ? 10.0 : 5.0
            let looked = value("max_features") * shape.columns + 1
            return perCell * shape.rows * looked * depth * value("trees")
        case .gradientBoosting:
            let depth = Functions.log(value("leaves") + 1) * 1.44
            // Rows left out of a tree are still moved around for the next.
            let sampling = value("row_fraction") < 1 ? 2.0 : 1
            let perRow = shape.task == .regression ? 5.0 : 20
            return shape.rows * (0.65 * shape.columns * depth + perRow) * value("trees")
                * shape.outputs * sampling
        case .naive, .seasonalNaive, .drift, .theta, .exponentialSmoothing, .arima,
            .seasonalTrend, .ridgeLags, .boostingLags, .combinedForecaster:
            return shape.rows * Self.perStep(family)
        }
    }
}
