/// What looking at features may cost. Time would be no measure: equal work must give equal bits.
package enum InfluenceEffort: Equatable, Sendable {
    /// A fifth of it: where a job as a whole may take a minute only.
    case quick
    case thorough

    /// How often each feature is shuffled.
    static let repeats = 5
    /// Rows that are looked at where features are few: rare classes need many.
    static let rowsMax = 5000
    /// Rows × features × repeats that are predicted for importance; more features mean fewer rows.
    var predictionsMax: Int {
        switch self {
        case .quick: 20_000
        case .thorough: 100_000
        }
    }

    /// And not fewer, where the folds have them, however many features there are.
    var rowsMin: Int {
        switch self {
        case .quick: 100
        case .thorough: 200
        }
    }

    /// Folds whose models are fitted anew; rows of small tables are gathered from several.
    var foldsMax: Int {
        switch self {
        case .quick: 2
        case .thorough: 5
        }
    }

    /// Rows that dependence is averaged over.
    var dependenceRowsMax: Int {
        switch self {
        case .quick: 50
        case .thorough: 250
        }
    }

    func rows(features: Int) -> Int {
        let affordable = self.predictionsMax / max(1, features * Self.repeats)
        return min(Self.rowsMax, max(self.rowsMin, affordable))
    }
}
