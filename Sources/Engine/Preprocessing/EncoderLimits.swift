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
    /// Training rows that such a level needs: of a single one the other parts of the rows know
    /// nothing.
    package static let rowsOfTargetLevelMin = 2
    /// Rows that the mean of all answers counts as, beside those of a level. Answers that hardly
    /// vary within levels still have some prior, and what tells nothing is not told exactly.
    package static let priorRows = 0.1...1000.0
    /// At least so many beside the rare levels, which are not alike: a few of them say little of a
    /// new one.
    package static let priorRowsOfRare = 10.0
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
