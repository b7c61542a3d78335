import Wire

/// The model families that are searched, by the engine's names for them.
enum SearchFamily: String, CaseIterable, Sendable {
    case baseline
    case naiveBayes = "naive_bayes"
    case ridge
    case elasticNet = "elastic_net"
    case linearDiscriminant = "linear_discriminant"
    case logisticRegression = "logistic_regression"
    case linearSVM = "linear_svm"
    case decisionTree = "decision_tree"
    case nearestNeighbors = "k_nearest_neighbors"
    case kernelMachine = "kernel_machine"
    case multilayerPerceptron = "multilayer_perceptron"
    case extraTrees = "extra_trees"
    case randomForest = "random_forest"
    case gradientBoosting = "gradient_boosting"
    case histogramOutliers = "hbos"
    case principalComponents = "principal_components"
    case isolationForest = "isolation_forest"
    case ellipticEnvelope = "elliptic_envelope"
    case neighborDistance = "nearest_neighbor_distance"
    case localOutlierFactor = "local_outlier_factor"
    case autoencoder
    case combinedDetector = "combined_detector"
    case naive
    case seasonalNaive = "seasonal_naive"
    case drift
    case theta
    case exponentialSmoothing = "ets"
    case arima
    case seasonalTrend = "stl"
    case ridgeLags = "ridge_lags"
    case boostingLags = "boosting_lags"
    case combinedForecaster = "combination"

    func supports(_ task: LearningTask) -> Bool {
        switch self {
        case .ridge, .elasticNet: task == .regression
        case .logisticRegression, .naiveBayes, .linearDiscriminant, .linearSVM:
            task == .classification
        case .baseline, .nearestNeighbors, .decisionTree, .kernelMachine, .multilayerPerceptron,
            .extraTrees, .randomForest, .gradientBoosting:
            task == .classification || task == .regression
        case .histogramOutliers, .principalComponents, .isolationForest, .ellipticEnvelope,
            .neighborDistance, .localOutlierFactor, .autoencoder, .combinedDetector:
            task == .anomalyDetection
        case .naive, .seasonalNaive, .drift, .theta, .exponentialSmoothing, .arima,
            .seasonalTrend, .ridgeLags, .boostingLags, .combinedForecaster:
            task == .forecasting
        }
    }

    /// Whether a job that names no families searches this one. A tree alone hardly ever beats a
    /// forest, and a linear machine scores as logistic regression does: both would only cost time.
    /// Where nothing tells which rows are anomalies nothing tells detectors apart either, and the
    /// combination of all is what holds everywhere.
    func isSearchedUnasked(hasTarget: Bool) -> Bool {
        switch self {
        case .histogramOutliers, .principalComponents, .isolationForest, .ellipticEnvelope,
            .neighborDistance, .localOutlierFactor, .autoencoder:
            hasTarget
        case .combinedDetector: true
        case .linearSVM, .decisionTree: false
        case .baseline, .naiveBayes, .ridge, .elasticNet, .linearDiscriminant,
            .logisticRegression, .nearestNeighbors, .kernelMachine, .multilayerPerceptron,
            .extraTrees, .randomForest, .gradientBoosting, .naive, .seasonalNaive, .drift, .theta,
            .exponentialSmoothing, .arima, .seasonalTrend, .ridgeLags, .boostingLags,
            .combinedForecaster:
            true
        }
    }

    /// Whether the family can learn what the job is judged by. Where a quantile is, means only cost
    /// time.
    private func learns(_ metric: String?) -> Bool {
        switch self {
        case .baseline, .multilayerPerceptron, .gradientBoosting: true
        default: metric != "quantile_loss"
        }
    }

    /// Whether its predictions go one way along a column where they should.
    private var keepsMonotone: Bool {
        switch self {
        case .baseline, .decisionTree, .extraTrees, .randomForest, .gradientBoosting: true
        default: false
        }
    }

    /// The families that a job searches: those it names, else all that suit its task and are
    /// searched unasked, or have a search space of their own.
    ///
    /// Names that are unknown or do not suit are passed over: whoever accepts a job checks them,
    /// and an old job must replay.
    static func families(for job: LearningJob) -> [Self] {
        Self.allCases.filter { family in
            family.supports(job.lesson.task)
                && (job.lesson.monotone.isEmpty || family.keepsMonotone)
                && (job.families.isEmpty
                    ? family.isSearchedUnasked(hasTarget: job.lesson.target != nil)
                        && family.learns(job.lesson.metrics.first)
                        || job.wish(for: family) != nil
                    : job.families.contains(family.rawValue))
        }
    }
}

/// The size of what one fit sees; configurations and ranges scale with it.
struct TableShape: Equatable, Sendable {
    /// Rows that a candidate learns from at once.
    var rows: Double
    let columns: Double
    /// Models that boosting and logistic regression fit side by side: 1, or the classes if more
    /// than two.
    let outputs: Double
    let task: LearningTask
    /// Whether nothing is too slow to be tried.
    let takesAnyCost: Bool
    /// The share of anomalies, where somebody knows it.
    let contamination: Double?

    init(_ job: LearningJob) {
        let folds = Double(max(2, job.lesson.folds))
        let kept =
            job.lesson.validation != nil
            ? 1 : job.lesson.split?.holdout.map { 1 - $0 } ?? (folds - 1) / folds
        self.rows = max(2, Double(job.rows) * kept)
        self.columns = max(1, Double(job.columns))
        self.outputs = job.classes > 2 ? Double(job.classes) : 1
        self.task = job.lesson.task
        self.takesAnyCost = !job.families.isEmpty || job.lesson.task == .forecasting
        self.contamination = job.contamination
    }

    /// Passes over the rows that a perceptron needs: many rows teach as much in few.
    var epochs: Double { max(5, min(60, (240_000 / self.rows).rounded(.down))) }

    /// Random features of a kernel that a fit can afford: for numbers it costs rows × components²
    /// once, for classes once a step.
    var componentsMax: Double {
        let affordable = (self.task == .regression ? 20e6 : 6e6) / self.rows / self.outputs
        return max(60, min(1000, affordable.rounded(.down)))
    }

    /// Whether there are rows enough to learn where along a column something happens.
    var isLong: Bool { self.rows >= 5000 }

    /// Pieces that a perceptron may cut a column into. Each is one input more: many columns must
    /// do with fewer.
    var piecesMax: Double {
        self.isLong ? max(8, min(64, (800 / self.columns).rounded(.down))) : 16
    }

    /// Parameters that every recipe of the job has, whatever is searched.
    var common: [(String, Double)] { self.contamination.map { [("contamination", $0)] } ?? [] }
}
