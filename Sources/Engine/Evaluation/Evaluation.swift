/// What a cross validation found out about a recipe.
package struct Evaluation: Equatable, Sendable {
    /// Of the metrics that are defined in every fold, in the order in which they were asked for.
    package let scores: [Score]
    /// Of the others: why not.
    package let gaps: [Gap]
    /// For every row what the model predicted that had not seen it: rows × outputs. Rows that no
    /// fold holds out have zeros, which say nothing.
    package let predictions: Matrix

    package struct Score: Equatable, Sendable {
        package let metric: Metric
        package let folds: [Double]

        /// Over the folds, whatever their size: dealt by chance they are equal to one row.
        package var mean: Double { self.folds.reduce(0, +) / Double(self.folds.count) }
    }

    package struct Gap: Equatable, Sendable {
        package let metric: Metric
        package let reason: Metric.Undefined
    }
}

/// Why a recipe has no score, or a model could not be fitted. It is final: the same recipe on the
/// same rows gives the same.
package struct EvaluationError: Error, Equatable, Sendable, CustomStringConvertible {
    package enum Code: String, Sendable {
        case badFolds
        /// The recipe names what its family does not have, or does not suit the task.
        case badRecipe
        /// These rows cannot be encoded or learned from.
        case unlearnable
        /// The first metric has no value.
        case undefinedMetric
    }

    package let code: Code
    /// One sentence for people, without any value of a data set.
    package let description: String

    package init(_ code: Code, _ sentence: String) {
        self.code = code
        self.description = sentence
    }

    init(_ error: LearnerError) {
        let isRecipe =
            switch error.code {
            case .unknownFamily, .unknownParameter, .badParameter, .unsupportedTask: true
            case .tooFewRows, .notFinite, .numericalFailure, .badTensor: false
            }
        self.init(isRecipe ? .badRecipe : .unlearnable, error.description)
    }

    package static func == (left: Self, right: Self) -> Bool { left.code == right.code }
}
