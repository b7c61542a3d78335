/// A density on 0...1 from some points: a mixture of one kernel per point and a flat prior.
///
/// The univariate estimator of TPE (Bergstra et al., 2011, section 4.2): each kernel is as wide as
/// the larger gap to its neighbours, within bounds. One thing differs from the paper: the kernels
/// are logistic, not normal. Their distribution function and its inverse have closed forms, so
/// that cutting them off at 0 and 1 and drawing from them needs one logarithm and no error
/// function; their heavier tails only widen the search.
struct Parzen: Sendable {
    private let kernels: [Kernel]

    private struct Kernel: Sendable {
        let centre: Double
        let width: Double
        /// The distribution function at 0, and what it gains from there to 1.
        let below: Double
        let mass: Double

        init(centre: Double, width: Double) {
            self.centre = centre
            self.width = width
            self.below = Self.cumulative(-centre / width)
            self.mass = Self.cumulative((1 - centre) / width) - self.below
        }

        static func cumulative(_ z: Double) -> Double { 1 / (1 + Functions.exp(-z)) }

        func density(_ x: Double) -> Double {
            let tail = Functions.exp(-abs(x - self.centre) / self.width)
            return tail / ((1 + tail) * (1 + tail) * self.width * self.mass)
        }

        func point(at quantile: Double) -> Double {
            let probability = self.below + quantile * self.mass
            let odds = probability / (1 - probability)
            return min(max(self.centre + self.width * Functions.log(odds), 0), 1)
        }
    }

    /// - Requires: every point lies in 0...1.
    init(_ points: [Double]) {
        let sorted = points.sorted()
        // With more points the kernels may become narrower, but never a spike: after 100 points
        // a hundredth of the range, the magic clip of Hyperopt and Optuna. A logistic kernel of
        // scale s spreads like a normal one of 1.8 s.
        let narrowest = 1 / (1.8 * Double(min(100, points.count + 2)))
        self.kernels = sorted.indices.map { index in
            let left = sorted[index] - (index > 0 ? sorted[index - 1] : 0)
            let right = (index + 1 < sorted.count ? sorted[index + 1] : 1) - sorted[index]
            let width = min(max(max(left, right) / 1.8, narrowest), 0.5)
            return Kernel(centre: sorted[index], width: width)
        }
    }

    func density(_ x: Double) -> Double {
        let sum = self.kernels.reduce(1) { $0 + $1.density(x) }
        return sum / Double(self.kernels.count + 1)
    }

    func draw(_ generator: inout SeededGenerator) -> Double {
        let place = Int(generator.unit() * Double(self.kernels.count + 1))
        let quantile = generator.unit()
        return place < self.kernels.count ? self.kernels[place].point(at: quantile) : quantile
    }
}

/// The like for values without an order: how often each was seen, and once more.
struct Frequencies: Sendable {
    private let weights: [Double]
    private let total: Double

    /// - Parameter choices: How many values there are; each has an equal share of 0...1.
    init(_ points: [Double], choices: Int) {
        var weights = [Double](repeating: 1, count: choices)
        for point in points { weights[Self.place(point, of: choices)] += 1 }
        self.weights = weights
        self.total = Double(points.count + choices)
    }

    func density(_ x: Double) -> Double {
        self.weights[Self.place(x, of: self.weights.count)] / self.total
    }

    func draw(_ generator: inout SeededGenerator) -> Double {
        var rest = generator.unit() * self.total
        for (place, weight) in self.weights.enumerated() {
            rest -= weight
            if rest < 0 { return (Double(place) + 0.5) / Double(self.weights.count) }
        }
        return 1 - 0.5 / Double(self.weights.count)
    }

    private static func place(_ x: Double, of choices: Int) -> Int {
        min(max(Int(x * Double(choices)), 0), choices - 1)
    }
}
