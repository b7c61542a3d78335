/// What a model learns from: features and the answer for every row.
package struct TrainingData: Sendable {
    /// One row per example. Trees take missing values as NaN; every other family needs finite ones.
    package let features: Matrix
    package let answers: Answers
    /// How much each row counts, 1 on average and none of them 0; nil: all alike.
    package let weights: [Double]?
    /// What is learned of numbers, by families that can learn more than their mean.
    package let objective: Objective
    /// Which way predictions go along each column; nil: whichever they like. Only families that
    /// keep to it may be asked.
    package let ways: [Monotone]?
    /// Whether each column holds ranks of categories, whose order says nothing; nil: none does.
    package let categories: [Bool]?

    /// What was computed from these rows already; all copies of this value share it, so keep one
    /// `TrainingData` per fold and let every trial on that fold fit it.
    package let preparation = Preparation()

    /// - Parameter weights: how much each row counts beside the others, above 0; in whatever unit.
    package init(
        features: Matrix, answers: Answers, weights: [Double]? = nil,
        objective: Objective = .mean, ways: [Monotone]? = nil, categories: [Bool]? = nil
    ) {
        precondition(ways.map { $0.count == features.columns } ?? true, "a column has no way")
        precondition(features.rows == answers.count, "a feature row has no answer, or the reverse")
        precondition(weights.map { $0.count == answers.count } ?? true, "a row has no weight")
        if case .classes(let labels, let count) = answers {
            precondition(count >= 2, "\(count) classes leave nothing to tell apart")
            precondition(
                labels.allSatisfy { $0 >= 0 && $0 < count }, "a label lies outside 0..<\(count)")
        }
        self.features = features
        self.answers = answers
        self.weights = weights.flatMap(relativeWeights)
        self.objective = objective
        self.categories = categories
        self.ways = ways.flatMap { $0.allSatisfy { $0 == .free } ? nil : $0 }
    }
}

/// The target column, as numbers.
package enum Answers: Equatable, Sendable {
    /// The class of every row, in 0..<`count`; `count` is at least 2.
    case classes([Int32], count: Int)
    case numbers([Double])
    /// Whether each row is an anomaly, where anybody knows: to judge detectors, not to teach them.
    case flags([Flag])

    package enum Flag: UInt8, Equatable, Sendable {
        case normal, anomalous, unknown
    }

    package var count: Int {
        switch self {
        case .classes(let labels, _): labels.count
        case .numbers(let numbers): numbers.count
        case .flags(let flags): flags.count
        }
    }

    /// The answers to rows that follow one another.
    ///
    /// - Requires: all of one task and of equally many classes.
    /// - Returns: nil where there are none.
    package init?(joining parts: [Answers]) {
        switch parts.first {
        case nil: return nil
        case .classes(_, let count):
            self = .classes(
                parts.flatMap { part -> [Int32] in
                    guard case .classes(let labels, count) = part else { Self.mixed() }
                    return labels
                }, count: count)
        case .numbers:
            self = .numbers(
                parts.flatMap { part -> [Double] in
                    guard case .numbers(let numbers) = part else { Self.mixed() }
                    return numbers
                })
        case .flags:
            self = .flags(
                parts.flatMap { part -> [Flag] in
                    guard case .flags(let flags) = part else { Self.mixed() }
                    return flags
                })
        }
    }

    private static func mixed() -> Never { preconditionFailure("answers of several kinds") }

    /// The columns of a prediction: one probability per class, or one number (a value or a score).
    package var outputs: Int {
        switch self {
        case .classes(_, let count): count
        case .numbers, .flags: 1
        }
    }
}

/// How a family wants its features.
package enum FeatureForm: String, Equatable, Hashable, Sendable {
    /// One-hot categories, imputed, centred and scaled: linear models, neighbours.
    case dense
    /// One number per column, categories as codes, missing as NaN: trees.
    case ordinal
}

/// A way to learn, with its hyperparameters set.
package protocol Learner: Sendable {
    /// The form in which `fit` and the predictor take features.
    var form: FeatureForm { get }

    /// Learns from `data`; equal data, hyperparameters and seed give bit-equal predictors.
    ///
    /// - Throws: `LearnerError` when these rows cannot be learned from, saying why.
    func fit(_ data: TrainingData, seed: UInt64) throws(LearnerError) -> any Predictor
}

/// What was learned.
package protocol Predictor: Sendable {
    /// The number of feature columns that `predict` requires; nil when any number will do.
    var columns: Int? { get }

    /// Probabilities (rows × classes, each row sums to 1), numbers (rows × 1) or scores of anomaly
    /// (rows × 1; above 0 anomalous, higher is stranger).
    ///
    /// - Requires: `features.columns == columns`, where that is not nil.
    func predict(_ features: Matrix) -> Matrix

    /// Everything the predictor knows, to be stored; `Family.predictor(from:…)` turns it back.
    var tensors: [Tensor] { get }
}

extension Predictor {
    package var columns: Int? { nil }
}

/// A named array of numbers, as safetensors stores it.
package struct Tensor: Equatable, Sendable {
    package let name: String
    package let shape: [Int]
    package let values: Values

    package enum Values: Equatable, Sendable {
        case f64([Double])
        case f32([Float])
        case i32([Int32])
        case u8([UInt8])
    }

    package init(name: String, shape: [Int], values: Values) {
        self.name = name
        self.shape = shape
        self.values = values
    }
}

/// Why a learner could not learn, or a stored predictor could not be read.
package struct LearnerError: Error, Equatable, Sendable, CustomStringConvertible {
    package enum Code: Equatable, Sendable {
        case unknownFamily, unknownParameter, badParameter, unsupportedTask
        case tooFewRows, notFinite, numericalFailure, badTensor
    }
    package let code: Code
    package let description: String

    package init(_ code: Code, _ sentence: String) {
        self.code = code
        self.description = sentence
    }

    package static func == (left: Self, right: Self) -> Bool { left.code == right.code }
}
