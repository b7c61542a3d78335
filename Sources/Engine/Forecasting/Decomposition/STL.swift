/// Seasonal and trend decomposition by local regression (Cleveland, Cleveland, McRae and Terpenning
/// 1990, "STL: a seasonal-trend decomposition procedure based on loess").
///
/// ```
/// inner loop   1. subtract the trend          outer loop   weights of 1 for all values at first,
///              2. smooth each phase by itself              then small ones where little of a
///              3. low-pass of that                         value was explained (bisquare)
///              4. season = 2 - 3
///              5. subtract the season
///              6. smooth that: the trend
/// ```
struct STL {
    let period: Int
    /// The span that smooths each phase over the seasons, odd; nil for a season that never changes.
    var seasonalSpan: Int?
    var isRobust = false

    struct Parts: Equatable {
        let seasonal: [Double]
        let trend: [Double]
        let remainder: [Double]

        /// How much of the detrended variance the season explains, 0 to 1 (Wang, Smith and Hyndman
        /// 2006).
        var seasonalStrength: Double {
            let detrended = zip(self.seasonal, self.remainder).map { $0 + $1 }
            let all = Self.variance(detrended)
            return all > 0 ? max(0, 1 - Self.variance(self.remainder) / all) : 0
        }

        private static func variance(_ values: [Double]) -> Double {
            let average = mean(values)
            return values.reduce(0) { $0 + ($1 - average) * ($1 - average) } / Double(values.count)
        }
    }

    /// - Requires: `period >= 2` and two whole periods of values.
    func decompose(_ values: [Double]) -> Parts {
        precondition(self.period >= 2 && values.count >= 2 * self.period, "not two periods")
        let span = self.seasonalSpan.map { Double($0) } ?? .infinity
        let trendSpan = Self.odd(1.5 * Double(self.period) / (1 - 1.5 / span))
        let lowSpan = Self.odd(Double(self.period))
        var weights = [Double](repeating: 1, count: values.count)
        var trend = [Double](repeating: 0, count: values.count)
        var seasonal = trend
        for round in 0..<(self.isRobust ? 6 : 1) {
            if round > 0 { weights = Self.robustWeights(values, seasonal, trend) }
            for _ in 0..<(self.isRobust ? 1 : 5) {
                let detrended = zip(values, trend).map { $0 - $1 }
                let cycle = self.smoothedPhases(detrended, weights)
                var low = Self.average(cycle, self.period)
                low = Self.average(Self.average(low, self.period), 3)
                let flat = [Double](repeating: 1, count: low.count)
                let lowPass = Loess(span: lowSpan, degree: .line).smooth(low, weights: flat)
                for t in values.indices { seasonal[t] = cycle[t + self.period] - lowPass[t] }
                let adjusted = zip(values, seasonal).map { $0 - $1 }
                trend = Loess(span: trendSpan, degree: .line).smooth(adjusted, weights: weights)
            }
        }
        let remainder = values.indices.map { values[$0] - seasonal[$0] - trend[$0] }
        return Parts(seasonal: seasonal, trend: trend, remainder: remainder)
    }

    /// The least odd number that is not below `x`, at least 3.
    private static func odd(_ x: Double) -> Int {
        let whole = max(3, Int(x.rounded(.up)))
        return whole % 2 == 0 ? whole + 1 : whole
    }

    /// Every phase smoothed over the seasons, one more season at each end: count + 2 period values.
    private func smoothedPhases(_ values: [Double], _ weights: [Double]) -> [Double] {
        var smoothed = [Double](repeating: 0, count: values.count + 2 * self.period)
        for phase in 0..<self.period {
            let places = Array(stride(from: phase, to: values.count, by: self.period))
            let part = places.map { values[$0] }
            let partWeights = places.map { weights[$0] }
            let ends: [Double]
            if let span = self.seasonalSpan {
                ends = Loess(span: span, degree: .line).smooth(
                    part, weights: partWeights, from: -1, through: part.count)
            } else {
                let sum = partWeights.reduce(0, +)
                let level =
                    sum > 0
                    ? zip(part, partWeights).reduce(0) { $0 + $1.0 * $1.1 } / sum : mean(part)
                ends = Array(repeating: level, count: part.count + 2)
            }
            for (index, value) in ends.enumerated() {
                smoothed[phase + index * self.period] = value
            }
        }
        return smoothed
    }

    /// The moving average of `length` values: `length - 1` fewer of them.
    private static func average(_ values: [Double], _ length: Int) -> [Double] {
        var sum = values[..<length].reduce(0, +)
        var averages = [sum / Double(length)]
        averages.reserveCapacity(values.count - length + 1)
        for t in length..<values.count {
            sum += values[t] - values[t - length]
            averages.append(sum / Double(length))
        }
        return averages
    }

    private static func robustWeights(
        _ values: [Double], _ seasonal: [Double], _ trend: [Double]
    ) -> [Double] {
        let sizes = values.indices.map { abs(values[$0] - seasonal[$0] - trend[$0]) }
        let bound = 6 * quantile(sizes.sorted(), 0.5)
        return sizes.map { size in
            if size <= 0.001 * bound { return 1 }
            if size > 0.999 * bound { return 0 }
            let share = size / bound
            return (1 - share * share) * (1 - share * share)
        }
    }
}

/// Local regression on equally spaced values (Cleveland 1979), by tricube weights.
struct Loess {
    enum Degree { case line }

    /// Values that take part in each local regression; may exceed their number.
    let span: Int
    let degree: Degree

    func smooth(_ values: [Double], weights: [Double]) -> [Double] {
        self.smooth(values, weights: weights, from: 0, through: values.count - 1)
    }

    /// The regression's value at each whole place from `first` through `last`, which may lie beyond
    /// the values.
    func smooth(
        _ values: [Double], weights: [Double], from first: Int, through last: Int
    ) -> [Double] {
        let count = values.count
        let width = min(self.span, count)
        return (first...last).map { place in
            var left = min(max(0, place - (width - 1) / 2), count - width)
            // The nearest `width` values: a window shifts until its ends are equally far.
            while left > 0, place - (left - 1) < left + width - 1 - place { left -= 1 }
            while left + width < count, left + width - place < place - left { left += 1 }
            let right = left + width - 1
            var reach = Double(max(place - left, right - place))
            if self.span > count { reach += Double((self.span - count) / 2) }
            return self.local(values, weights, left...right, at: place, reach: reach)
        }
    }

    private func local(
        _ values: [Double], _ weights: [Double], _ window: ClosedRange<Int>, at place: Int,
        reach: Double
    ) -> Double {
        var (sum, first, second) = (0.0, 0.0, 0.0)
        var (level, slope) = (0.0, 0.0)
        for t in window {
            let x = Double(t - place)
            let distance = abs(x)
            guard distance <= 0.999 * reach || distance == 0 else { continue }
            var weight = weights[t]
            if distance > 0.001 * reach {
                let share = distance / reach
                let cube = 1 - share * share * share
                weight *= cube * cube * cube
            }
            sum += weight
            first += weight * x
            second += weight * x * x
            level += weight * values[t]
            slope += weight * x * values[t]
        }
        guard sum > 0 else { return values[min(max(place, 0), values.count - 1)] }
        let centre = first / sum
        let spread = second / sum - centre * centre
        let height = level / sum
        let range = Double(values.count - 1)
        // Too narrow for a slope: the weights all lie at one place.
        guard spread.squareRoot() > 0.001 * range else { return height }
        return height - centre * (slope / sum - centre * height) / spread
    }
}
