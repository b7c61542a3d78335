/// The bounds of encodings, each with its unit and its reason.
package enum EncoderLimits {
    /// Training rows that a level needs for a column of its own. What fewer rows say is noise, and
    /// a fold would often hold none of them.
    package static let rowsOfLevelMin = 5
    /// Levels of one column with a column of their own: beyond, linear models only grow slower.
    package static let oneHotLevelsMax = 64
    /// Levels of one column with a rank of their own: trees see 255 bins at most, so that further
    /// ones could not be told apart.
    package static let rankedLevelsMax = 1000
    /// Levels of one column that are told apart by the answers of their rows.
    package static let targetLevelsMax = 10_000
    /// Rows that the mean of all answers counts as, beside the rows of a level: what five rows say
    /// moves it by a third.
    package static let priorRows = 10.0
    /// Standardised numbers lie within ± this. No honest value comes near; one that does (a unit
    /// mistaken, 1e300) must not turn a whole prediction into infinities.
    package static let standardizedMax = 1e9
    /// A column whose standard deviation is this fraction of its largest value varies by rounding.
    package static let noise = 1e-13
    /// Columns of an encoded matrix.
    package static let widthMax = 200_000
    /// Rows that are encoded column by column before the next: 256 rows of 100 columns fit L2.
    static let blockRows = 256
}
