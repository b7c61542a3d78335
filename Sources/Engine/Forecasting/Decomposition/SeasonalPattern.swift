/// How a season shows in the values: added to them, or as a share of them.
enum SeasonKind: Int { case additive, multiplicative }

/// One season's pattern by classical decomposition: what is left about a centred moving average,
/// averaged phase by phase.
struct SeasonalPattern: Equatable {
    let kind: SeasonKind
    /// One per phase; of mean 0 (additive) or 1 (multiplicative).
    let parts: [Double]

    /// - Requires: at least two seasons of values, and positive ones for a multiplicative pattern.
    init(_ values: [Double], length: Int, kind: SeasonKind) {
        precondition(length >= 2 && values.count >= 2 * length, "not two seasons")
        let trend = movingAverage(values, length)
        let half = length / 2
        var sums = [Double](repeating: 0, count: length)
        var counts = [Int](repeating: 0, count: length)
        for (index, average) in trend.enumerated() {
            let t = index + half
            sums[t % length] += kind == .additive ? values[t] - average : values[t] / average
            counts[t % length] += 1
        }
        // Two seasons give every phase an average: the trend has values.count - 2 half of them.
        let raw = zip(sums, counts).map { sum, count in
            count > 0 ? sum / Double(count) : (kind == .additive ? 0 : 1)
        }
        let centre = mean(raw)
        self.kind = kind
        self.parts = raw.map { kind == .additive ? $0 - centre : max($0 / centre, 1e-3) }
    }

    /// The values without the pattern, the first of them being of phase 0.
    func removed(from values: [Double]) -> [Double] {
        values.enumerated().map { t, value in
            let part = self.parts[t % self.parts.count]
            return self.kind == .additive ? value - part : value / part
        }
    }

    /// Whether a season of this length shows in the autocorrelation, at the 90 % level of
    /// Bartlett's (1946) standard error, as in the reference forecasts of the M4 competition.
    static func isSignificant(_ values: [Double], length: Int) -> Bool {
        guard length >= 2, values.count >= 3 * length else { return false }
        let correlations = autocorrelation(values, upTo: length)
        let squares = correlations.dropLast().reduce(0) { $0 + $1 * $1 }
        let error = ((1 + 2 * squares) / Double(values.count)).squareRoot()
        return abs(correlations[length - 1]) > 1.645 * error
    }
}

/// Autocorrelations at lags 1...lag; zeros for a series without change.
func autocorrelation(_ values: [Double], upTo lag: Int) -> [Double] {
    let average = mean(values)
    let rest = values.map { $0 - average }
    let total = rest.reduce(0) { $0 + $1 * $1 }
    return (1...lag).map { lag in
        guard total > 0, lag < rest.count else { return 0 }
        var sum = 0.0
        for t in lag..<rest.count { sum += rest[t] * rest[t - lag] }
        return sum / total
    }
}

/// Whether logarithms make the spread of a series even.
enum Spread {
    /// Below this ratio of the largest to the least level a logarithm is nearly a straight line.
    static let levelRatioMin = 1.5

    /// Guerrero's (1993) choice between the powers 0 (logarithm) and 1 of Box and Cox: the one
    /// under which the spread of subseries, one season long each, varies less with their level.
    static func growsWithLevel(_ values: [Double], season: Int) -> Bool {
        guard values.allSatisfy({ $0 > 1e-8 }) else { return false }
        let length = season > 1 ? season : max(4, values.count / 12)
        let starts = stride(from: values.count % length, to: values.count, by: length)
        guard values.count >= 3 * length else { return false }
        var (levels, spreads): ([Double], [Double]) = ([], [])
        for start in starts {
            let part = Array(values[start..<start + length])
            let level = mean(part)
            let squares = part.reduce(0) { $0 + ($1 - level) * ($1 - level) }
            levels.append(level)
            spreads.append((squares / Double(length - 1)).squareRoot())
        }
        guard let low = levels.min(), let high = levels.max(), high > levelRatioMin * low else {
            return false
        }
        let relative = zip(spreads, levels).map { $0 / $1 }
        return self.variation(relative) < self.variation(spreads)
    }

    private static func variation(_ numbers: [Double]) -> Double {
        let level = mean(numbers)
        guard level > 0, numbers.count > 1 else { return .infinity }
        let squares = numbers.reduce(0) { $0 + ($1 - level) * ($1 - level) }
        return (squares / Double(numbers.count - 1)).squareRoot() / level
    }
}
