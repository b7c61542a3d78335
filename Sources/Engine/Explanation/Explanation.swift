/// What can be shown of a fitted model: how well it predicts rows that it did not learn from, and
/// what it goes by.
///
/// Nothing in it is a row of the table. Numbers are counts, and averages over many rows; what names
/// a class or a level, or tells how a column is spread, is `Private`, as it is in the model itself:
/// an explanation belongs beside the model's files and into no log.
package enum Explanation: Equatable, Sendable {
    case classification(ClassJudgement, Influence)
    case regression(NumberJudgement, Influence)
    case anomalies(AnomalyJudgement, Influence)
    /// The rows of a series are its history: see `Outlook` for what is shown of it.
    case forecast(Outlook)
}

/// The bounds of an explanation, each with its unit and its reason.
package enum ExplanationLimits {
    /// Of the file, in bytes: the sum of all bounds below stays under it.
    package static let bytesMax = 1 << 20
    /// Bytes of a name: of a class or a level, which can be as long as a field.
    package static let nameBytesMax = 256
    /// Classes with a row and a column of their own in the confusion matrix: more of them no page
    /// has room for.
    package static let classesMax = 32
    /// Classes with curves of their own.
    package static let rankingsMax = 8
    /// Points of one curve: see `Ranking`.
    package static let pointsMax = 512
    /// Rows of a bin, the least: fewer would come close to showing rows, and tell little.
    package static let binRowsMin = 20
    package static let calibrationBinsMax = 10
    package static let residualBinsMax = 20
    package static let histogramBinsMax = 40
    /// Features whose importance is measured.
    package static let featuresMax = 500
    /// Features whose dependence is shown.
    package static let dependencesMax = 8
    /// Values of a number, and levels of a text, at which it is shown.
    package static let quantilesMax = 20
    package static let levelsMax = 12
    /// Series of a forecast, and steps of each of them.
    package static let seriesMax = 6
    package static let historyMax = 400
    package static let horizonMax = 200
    package static let intervalsMax = 2
}
