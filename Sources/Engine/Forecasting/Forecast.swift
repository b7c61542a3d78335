/// What a forecaster is asked for.
package struct ForecastRequest: Equatable, Sendable {
    /// Steps ahead, at least 1.
    package let horizon: Int
    /// Levels of the intervals, each in 0.01...0.999.
    package let levels: [Double]
    /// What is known of the coming steps: horizon × columns; nil if nothing.
    package let exogenous: Matrix?

    package static let levelRange = 0.01...0.999

    /// - Throws: `LearnerError` that says which of them is out of its range.
    package init(
        horizon: Int, levels: [Double] = [0.8, 0.95], exogenous: Matrix? = nil
    ) throws(LearnerError) {
        guard horizon >= 1, horizon <= ForecastLimits.horizonMax else {
            throw LearnerError(
                .badParameter,
                "a horizon is 1 to \(ForecastLimits.horizonMax) steps, not \(horizon)")
        }
        let range = Self.levelRange
        guard levels.count <= ForecastLimits.levelsMax, levels.allSatisfy(range.contains) else {
            throw LearnerError(
                .badParameter,
                "at most \(ForecastLimits.levelsMax) levels, each from \(range.lowerBound) to "
                    + "\(range.upperBound)")
        }
        if let exogenous {
            guard exogenous.rows == horizon else {
                throw LearnerError(
                    .badParameter,
                    "\(exogenous.rows) rows of exogenous columns for \(horizon) steps ahead")
            }
            guard exogenous.values.allSatisfy(\.isFinite) else {
                throw LearnerError(
                    .notFinite, "an exogenous column misses a value of the coming steps")
            }
        }
        self.horizon = horizon
        self.levels = levels
        self.exogenous = exogenous
    }
}

/// What is expected, and how far from it what comes may lie.
package struct Forecast: Equatable, Sendable {
    /// One per step: the middle of what is expected (the median, where the two differ).
    package let mean: [Double]
    /// In the order of the levels asked for.
    package let intervals: [Interval]

    /// Bounds between which what comes lies with a probability of `level`, one pair per step.
    package struct Interval: Equatable, Sendable {
        package let level: Double
        package let lower: [Double]
        package let upper: [Double]
    }

    /// Normal errors with the given standard deviations.
    init(mean: [Double], deviations: [Double], levels: [Double]) {
        precondition(mean.count == deviations.count, "a step has no deviation")
        self.mean = mean
        self.intervals = levels.map { level in
            let reach = normalQuantile(0.5 + level / 2)
            return Interval(
                level: level, lower: zip(mean, deviations).map { $0 - reach * $1 },
                upper: zip(mean, deviations).map { $0 + reach * $1 })
        }
    }

    init(mean: [Double], intervals: [Interval]) {
        self.mean = mean
        self.intervals = intervals
    }

    /// Intervals between quantiles of simulated paths (paths × horizon, row after row).
    init(mean: [Double], paths: [Double], levels: [Double]) {
        let horizon = mean.count
        precondition(horizon > 0 && paths.count % horizon == 0, "paths of another length")
        let count = paths.count / horizon
        let sorted = (0..<horizon).map { step in
            (0..<count).map { paths[$0 * horizon + step] }.sorted()
        }
        self.mean = mean
        self.intervals = levels.map { level in
            Interval(
                level: level, lower: sorted.map { quantile($0, 0.5 - level / 2) },
                upper: sorted.map { quantile($0, 0.5 + level / 2) })
        }
    }

    /// The forecast with every number passed through an increasing function.
    func mapped(_ transform: (Double) -> Double) -> Forecast {
        Forecast(
            mean: self.mean.map(transform),
            intervals: self.intervals.map {
                Interval(
                    level: $0.level, lower: $0.lower.map(transform), upper: $0.upper.map(transform))
            })
    }

    /// The forecast of some of its steps.
    func at(_ steps: [Int]) -> Forecast {
        func pick(_ numbers: [Double]) -> [Double] { steps.map { numbers[$0] } }
        return Forecast(
            mean: pick(self.mean),
            intervals: self.intervals.map {
                Interval(level: $0.level, lower: pick($0.lower), upper: pick($0.upper))
            })
    }

    /// The forecast with a number added to every step.
    func shifted(by offsets: [Double]) -> Forecast {
        func add(_ numbers: [Double]) -> [Double] { zip(numbers, offsets).map { $0 + $1 } }
        return Forecast(
            mean: add(self.mean),
            intervals: self.intervals.map {
                Interval(level: $0.level, lower: add($0.lower), upper: add($0.upper))
            })
    }

    /// The forecast with every step times a positive number.
    func scaled(by factors: [Double]) -> Forecast {
        func multiply(_ numbers: [Double]) -> [Double] { zip(numbers, factors).map { $0 * $1 } }
        return Forecast(
            mean: multiply(self.mean),
            intervals: self.intervals.map {
                Interval(
                    level: $0.level, lower: multiply($0.lower), upper: multiply($0.upper))
            })
    }

    var isFinite: Bool {
        self.mean.allSatisfy(\.isFinite)
            && self.intervals.allSatisfy {
                $0.lower.allSatisfy(\.isFinite) && $0.upper.allSatisfy(\.isFinite)
            }
    }
}

/// The quantile of numbers in ascending order, between neighbours by their distance.
///
/// - Requires: at least one number.
func quantile(_ sorted: [Double], _ probability: Double) -> Double {
    let place = probability * Double(sorted.count - 1)
    let below = min(max(0, Int(place)), sorted.count - 1)
    let above = min(below + 1, sorted.count - 1)
    return sorted[below] + (place - Double(below)) * (sorted[above] - sorted[below])
}
