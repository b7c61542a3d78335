/// Finds the length of a season among those that make sense.
enum SeasonLength {
    /// The share of the variance about the trend that a season must explain, after the degrees of
    /// freedom that it takes, to be more than chance.
    static let shareMin = 0.15

    /// The candidate whose seasonal means explain most of the variance; 1 if none explains enough.
    ///
    /// The trend, a moving average as long as the season, is taken out first: slow swings would
    /// otherwise pass for long seasons. Shares are adjusted for degrees of freedom (Wherry 1931).
    ///
    /// - Parameter candidates: in steps; a few usual ones if nil.
    static func detect(_ values: [Double], candidates: [Int]?) -> Int {
        var best = (length: 1, share: Self.shareMin)
        // Squares of what is left must neither overflow nor vanish.
        let largest = values.reduce(0) { max($0, abs($1)) }
        guard largest.isNormal else { return 1 }
        let values = values.map { $0 / largest }
        for length in candidates ?? [4, 7, 12, 24] {
            // Of a long season three repetitions are needed: two look alike by chance too often.
            let repetitions = length > 24 ? 3 : 2
            guard length >= 2, values.count >= max(repetitions * length, length + 8) else {
                continue
            }
            let share = Self.share(values, length)
            // A season twice as long holds the shorter one too; it must explain clearly more.
            let isBetter =
                best.length == 1 ? share > best.share : 1 - share < 0.9 * (1 - best.share)
            if isBetter { best = (length, share) }
        }
        return best.length
    }

    /// The adjusted share of variance about the trend that the means of each phase explain.
    ///
    /// - Requires: no value is larger than 1.
    static func share(_ values: [Double], _ length: Int) -> Double {
        let trend = movingAverage(values, length)
        let half = length / 2
        let inner = half..<(values.count - half)
        guard inner.count > length + 1 else { return 0 }
        let rest = inner.map { values[$0] - trend[$0 - half] }
        let means = (0..<length).map { phase in
            mean(stride(from: phase, to: rest.count, by: length).map { rest[$0] })
        }
        let all = mean(rest)
        var (total, left) = (0.0, 0.0)
        for (t, value) in rest.enumerated() {
            total += (value - all) * (value - all)
            left += (value - means[t % length]) * (value - means[t % length])
        }
        // Of a straight line only rounding is left.
        guard total > 1e-20 * Double(rest.count) else { return 0 }
        return 1 - left / total * Double(rest.count - 1) / Double(rest.count - length)
    }
}

/// The centred moving average over one season, half weights at the ends of an even one.
///
/// - Returns: `values.count - 2 (length / 2)` averages, the first of them at `length / 2`.
func movingAverage(_ values: [Double], _ length: Int) -> [Double] {
    let half = length / 2
    guard values.count > 2 * half else { return [] }
    // Sums from the start make every window two subtractions, whatever its length.
    var sums = [0.0]
    sums.reserveCapacity(values.count + 1)
    for value in values { sums.append(sums[sums.count - 1] + value) }
    return (half..<values.count - half).map { t in
        var sum = sums[t + half + 1] - sums[t - half]
        if length % 2 == 0 { sum -= (values[t - half] + values[t + half]) / 2 }
        return sum / Double(length)
    }
}
