/// How often a series must be differenced to be stationary.
enum UnitRoot {
    /// The 5 % bound of Kwiatkowski, Phillips, Schmidt and Shin (1992, table 1), level case.
    static let boundLevel = 0.463
    /// A season that explains this much of the detrended variance is differenced away (Hyndman and
    /// Athanasopoulos 2021, section 9.1).
    static let strengthMin = 0.64
    static let differencesMax = 2

    /// The KPSS statistic for stationarity about a level; 0 for a series without change.
    ///
    /// The long-run variance is Newey and West's (1987) with 3 √n / 13 lags.
    static func statistic(_ values: [Double]) -> Double {
        let count = values.count
        let average = mean(values)
        let rest = values.map { $0 - average }
        var (sum, squares) = (0.0, 0.0)
        for value in rest {
            sum += value
            squares += sum * sum
        }
        var variance = rest.reduce(0) { $0 + $1 * $1 }
        let lags = Int(3 * Double(count).squareRoot() / 13)
        for lag in stride(from: 1, through: min(lags, count - 1), by: 1) {
            var product = 0.0
            for t in lag..<count { product += rest[t] * rest[t - lag] }
            variance += 2 * (1 - Double(lag) / Double(lags + 1)) * product
        }
        guard variance > 1e-24 else { return 0 }
        return squares / (Double(count) * variance)
    }

    /// How many first differences make the level stationary, at most two.
    static func differences(_ values: [Double]) -> Int {
        var rest = values
        var count = 0
        while count < Self.differencesMax, rest.count > 6,
            Self.statistic(rest) > Self.boundLevel
        {
            rest = differenced(rest, lag: 1)
            count += 1
        }
        return count
    }

    /// Whether the season is so strong that it must be differenced away.
    static func needsSeasonalDifference(_ values: [Double], season: Int) -> Bool {
        guard season >= 2, values.count >= 2 * season + 5 else { return false }
        let parts = STL(period: season, seasonalSpan: 11).decompose(values)
        return parts.seasonalStrength > Self.strengthMin
    }
}

/// The difference of each value and the one `lag` steps before: `lag` values fewer.
func differenced(_ values: [Double], lag: Int) -> [Double] {
    guard values.count > lag else { return [] }
    return (lag..<values.count).map { values[$0] - values[$0 - lag] }
}
