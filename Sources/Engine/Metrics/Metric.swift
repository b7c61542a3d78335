/// How predictions are judged, by the names that job files and leaderboards use.
///
/// | name | what |
/// | --- | --- |
/// | accuracy | share of rows whose likeliest class is the right one |
/// | balanced_accuracy | recall, averaged over the classes that occur (Brodersen et al. 2010) |
/// | log_loss | mean of -log of the right class's probability (Good 1952) |
/// | roc_auc | area under the ROC curve (Hanley and McNeil 1982) of the last class of two; |
/// | | of several, each against the rest, averaged (Fawcett 2006) |
/// | average_precision | precision, averaged over the rows of a class from the likeliest on |
/// | | (Zhu 2004); of several classes as roc_auc |
/// | f1 | harmonic mean of precision and recall (van Rijsbergen 1979) of the last class of two; |
/// | | of several, averaged |
/// | stability | rank correlation (Spearman 1904) of the scores that rows get when they are held |
/// | | out with those that they get when they are not; needs no answers |
/// | r2 | 1 - squared error over that of the mean (Wright 1921) |
/// | rmse, mae | root of the mean squared error, mean absolute error |
/// | mape | mean of the absolute error over the answer's size |
/// | quantile_loss | mean pinball loss of a quantile (Koenker and Bassett 1978): what lies above |
/// | | the prediction costs the share, what lies below it the rest |
/// | poisson_deviance | mean deviance of counts (Nelder and Wedderburn 1972); what is predicted |
/// | | and not above 0 is taken as 10⁻¹⁵ |
///
/// The values agree with those of scikit-learn, but for five: `poisson_deviance` of predictions
/// that are not above 0 (there an error), `mape` is undefined where an answer is 0 (there it is
/// astronomic), `r2` where all answers are equal (there it is 0 or 1), and of several classes
/// `roc_auc` and `average_precision` leave out those that do not occur (there an error, and 0).
package enum Metric: String, CaseIterable, Sendable {
    case accuracy
    case balancedAccuracy = "balanced_accuracy"
    case logLoss = "log_loss"
    case areaUnderCurve = "roc_auc"
    case averagePrecision = "average_precision"
    case f1
    case stability
    case r2
    case rootMeanSquaredError = "rmse"
    case meanAbsoluteError = "mae"
    case meanAbsolutePercentageError = "mape"
    case quantileLoss = "quantile_loss"
    case poissonDeviance = "poisson_deviance"

    package enum Direction: String, Sendable {
        case maximise, minimise
    }

    package var direction: Direction {
        switch self {
        case .accuracy, .balancedAccuracy, .areaUnderCurve, .averagePrecision, .f1, .stability,
            .r2:
            .maximise
        case .logLoss, .rootMeanSquaredError, .meanAbsoluteError, .meanAbsolutePercentageError,
            .quantileLoss, .poissonDeviance:
            .minimise
        }
    }

    /// Whether the metric judges predictions of `task`.
    package func supports(_ task: LearningTask) -> Bool {
        switch self {
        case .accuracy, .logLoss: task == .classification
        case .balancedAccuracy, .areaUnderCurve, .averagePrecision, .f1: task != .regression
        case .stability: task == .anomalyDetection
        case .r2, .rootMeanSquaredError, .meanAbsoluteError, .meanAbsolutePercentageError,
            .quantileLoss, .poissonDeviance:
            task == .regression
        }
    }

    /// Whether it judges which class is chosen, and not how likely the classes are.
    package var judgesDecisions: Bool {
        switch self {
        case .accuracy, .balancedAccuracy, .f1: true
        case .logLoss, .areaUnderCurve, .averagePrecision, .stability, .r2, .rootMeanSquaredError,
            .meanAbsoluteError, .meanAbsolutePercentageError, .quantileLoss, .poissonDeviance:
            false
        }
    }

    /// Whether another class than the likeliest may be the better choice. For accuracy it is none,
    /// where probabilities are right.
    var gainsByThresholds: Bool { self == .balancedAccuracy || self == .f1 }

    /// What is optimised unless the user says otherwise.
    ///
    /// Two classes: ROC AUC, which neither an uneven split of classes nor the choice of a threshold
    /// disturbs; so for anomalies. Several: log loss, because AUC is not one thing there. Numbers:
    /// RMSE, which has the target's unit.
    package static func standard(for task: LearningTask, classes: Int) -> Metric {
        switch task {
        case .classification: classes == 2 ? .areaUnderCurve : .logLoss
        case .regression: .rootMeanSquaredError
        case .anomalyDetection: .areaUnderCurve
        }
    }

    /// Why a metric has no value for some predictions.
    package enum Undefined: Error, Equatable, Sendable, CustomStringConvertible {
        case wrongTask
        case noRows
        case noWeight
        case noFlags
        case notFinite
        case oneClass
        case constantAnswers
        case zeroAnswer
        case negativeAnswer
        case overflow

        package var description: String {
            switch self {
            case .wrongTask: "the metric does not suit the task"
            case .noRows: "there is no row to judge"
            case .noWeight: "all rows to judge have a weight of 0"
            case .noFlags: "of no row it is known whether it is an anomaly"
            case .notFinite: "a prediction is not a finite number"
            case .oneClass: "all rows to judge are of one class"
            case .constantAnswers: "all answers to judge are equal"
            case .zeroAnswer: "an answer is 0, of which an error is no percentage"
            case .negativeAnswer: "an answer is below 0, and no count or rate"
            case .overflow: "answers or errors are too large for a finite value"
            }
        }
    }

    /// The metric's value, which is finite.
    ///
    /// - Parameter weights: how much each row counts, as scikit-learn's `sample_weight`; nil: all
    ///   alike. Rows of weight 0 judge nothing.
    /// - Parameter quantile: the share that `quantile_loss` is of.
    /// - Requires: `prediction` has a row for each answer and `answers.outputs` columns.
    /// - Throws: why it is undefined.
    package func value(
        _ answers: Answers, _ prediction: Matrix, _ weights: [Double]? = nil,
        quantile: Double = 0.5
    ) throws(Undefined) -> Double {
        precondition(prediction.rows == answers.count, "predictions and answers do not pair")
        precondition(
            prediction.columns == answers.outputs,
            "\(prediction.columns) columns predict \(answers.outputs) outputs")
        guard prediction.rows > 0 else { throw .noRows }
        if let weights, weights.contains(0) {
            let rows = weights.indices.filter { weights[$0] > 0 }
            guard !rows.isEmpty else { throw .noWeight }
            return try self.value(
                answers.rows(at: rows), prediction.rows(at: rows), rows.map { weights[$0] },
                quantile: quantile)
        }
        guard prediction.values.allSatisfy(\.isFinite) else { throw .notFinite }
        let value =
            switch answers {
            case .classes(let labels, let count):
                try self.value(ClassScores(labels: labels, count: count, prediction, weights))
            case .numbers(let numbers):
                try self.value(
                    NumberScores(answers: numbers, predictions: prediction.values, weights),
                    quantile)
            case .flags(let flags):
                try self.value(ClassScores(flags: flags, scores: prediction.values))
            }
        guard value.isFinite else { throw .overflow }
        return value
    }

    private func value(_ scores: ClassScores) throws(Undefined) -> Double {
        switch self {
        case .accuracy: scores.accuracy
        case .balancedAccuracy: scores.balancedAccuracy
        case .logLoss: scores.logLoss
        case .areaUnderCurve: try scores.areaUnderCurve()
        case .averagePrecision: try scores.averagePrecision()
        case .f1: scores.f1
        default: throw .wrongTask
        }
    }

    private func value(
        _ scores: NumberScores, _ quantile: Double
    ) throws(Undefined) -> Double {
        switch self {
        case .r2: try scores.r2()
        case .rootMeanSquaredError: scores.rootMeanSquaredError
        case .meanAbsoluteError: scores.meanAbsoluteError
        case .meanAbsolutePercentageError: try scores.meanAbsolutePercentageError()
        case .quantileLoss: scores.pinballLoss(quantile)
        case .poissonDeviance: try scores.poissonDeviance()
        default: throw .wrongTask
        }
    }
}
