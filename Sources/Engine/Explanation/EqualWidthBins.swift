/// How numbers are spread: counts in intervals of equal width, and how many lie outside of them.
package struct EqualWidthBins: Equatable, Sendable {
    package let low: Double
    package let high: Double
    /// At least one. An interval holds its lower end; the last one holds both.
    package let counts: [Int]
    package let below: Int
    package let above: Int

    package init(low: Double, high: Double, counts: [Int], below: Int, above: Int) {
        self.low = low
        self.high = high
        self.counts = counts
        self.below = below
        self.above = above
    }

    /// Over all but the half percent at each end, so that one far number does not make the rest one
    /// interval.
    ///
    /// - Requires: at least one number; the difference of any two is finite.
    init(_ numbers: [Double]) {
        precondition(!numbers.isEmpty, "no numbers have no spread")
        let sorted = numbers.sorted()
        let root = Int(Double(sorted.count).squareRoot())
        self.init(
            numbers, low: quantile(sorted, 0.005), high: quantile(sorted, 0.995),
            bins: min(max(root, 1), ExplanationLimits.histogramBinsMax))
    }

    /// In the intervals of another histogram.
    init(_ numbers: [Double], like other: EqualWidthBins) {
        self.init(numbers, low: other.low, high: other.high, bins: other.counts.count)
    }

    private init(_ numbers: [Double], low: Double, high: Double, bins: Int) {
        var counts = Array(repeating: 0, count: high > low ? bins : 1)
        var (below, above) = (0, 0)
        for number in numbers {
            if number < low {
                below += 1
            } else if number > high {
                above += 1
            } else {
                let place = high > low ? (number - low) / (high - low) * Double(bins) : 0
                counts[min(Int(place), counts.count - 1)] += 1
            }
        }
        self.init(low: low, high: high, counts: counts, below: below, above: above)
    }
}
