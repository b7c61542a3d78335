import Wire

/// The model families that are searched, by the engine's names for them.
enum SearchFamily: String, CaseIterable, Sendable {
    case baseline
    case naiveBayes = "naive_bayes"
    case ridge
    case logisticRegression = "logistic_regression"
    case nearestNeighbors = "k_nearest_neighbors"
    case extraTrees = "extra_trees"
    case randomForest = "random_forest"
    case gradientBoosting = "gradient_boosting"

    func supports(_ task: LearningTask) -> Bool {
        switch self {
        case .ridge: task == .regression
        case .logisticRegression, .naiveBayes: task == .classification
        case .baseline, .nearestNeighbors, .extraTrees, .randomForest, .gradientBoosting: true
        }
    }

    /// The families that a job searches: those it names, else all that suit its task.
    ///
    /// Names that are unknown or do not suit are passed over: whoever accepts a job checks them,
    /// and an old job must replay.
    static func families(for job: LearningJob) -> [Self] {
        Self.allCases.filter { family in
            family.supports(job.lesson.task)
                && (job.families.isEmpty || job.families.contains(family.rawValue))
        }
    }
}

/// The size of what one fit sees; configurations and ranges scale with it.
struct TableShape: Equatable, Sendable {
    /// Rows of a training fold.
    let rows: Double
    let columns: Double
    /// Models that boosting and logistic regression fit side by side: 1, or the classes if more
    /// than two.
    let outputs: Double
    let task: LearningTask
    /// Whether the job names its families: then nothing is too slow to be tried.
    let familiesAreChosen: Bool

    init(_ job: LearningJob) {
        let folds = Double(max(2, job.lesson.folds))
        self.rows = max(2, Double(job.rows) * (folds - 1) / folds)
        self.columns = max(1, Double(job.columns))
        self.outputs = job.classes > 2 ? Double(job.classes) : 1
        self.task = job.lesson.task
        self.familiesAreChosen = !job.families.isEmpty
    }
}
