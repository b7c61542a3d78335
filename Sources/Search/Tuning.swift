import Wire

/// Draws candidates of the leading families by TPE, one after the other.
///
/// It is asynchronous: candidates that still run, those drawn a moment ago among them, count as
/// bad ones (a "constant liar" of the worst value, as Optuna's `constant_liar` has it), so that
/// many slots spread over the space and do not crowd one point.
struct Tuning {
    /// The shares of running time that the best, second and third leader get, and further ones as
    /// much as the third. Time and not number is shared, so a slow family gets fewer candidates.
    static let shares: [Double] = [4, 2, 1]
    /// Points that compete for each parameter; Optuna's and Hyperopt's number.
    static let drawsPerParameter = 24
    /// A small space runs out of new points where it is good: after so many tries any point will
    /// do, and after as many again also a known one.
    static let triesMax = 16
    /// Running candidates of one family that count; more would outvote what is known.
    static let runningMax = 64

    private let spaces: [SearchSpace]
    private let histories: [History]
    /// Indices of spaces, the best first.
    private let leaders: [Int]
    /// By space: where candidates run now.
    private var running: [[[Double]]]

    /// - Parameter running: In order of their numbers.
    init(spaces: [SearchSpace], histories: [History], leaders: [Int], running: [Recipe]) {
        self.spaces = spaces
        self.histories = histories
        self.leaders = leaders
        self.running = spaces.map { space in
            running.filter { $0.family == space.family }.map(space.point)
        }
    }

    /// The next candidate; nil when no family leads.
    mutating func next(seed: UInt64) -> Recipe? {
        var generator = SeededGenerator(seed: seed)
        guard let index = self.nextFamily() else { return nil }
        let space = self.spaces[index]
        let known =
            self.histories[index].leading.map(\.point)
            + self.histories[index].others + self.running[index]
        let knownRecipes = known.map { space.recipe(at: $0, seed: 0) }
        let densities = self.densities(index)

        var point: [Double] = []
        for attempt in 0..<2 * Self.triesMax {
            point = densities.map { density in
                attempt < Self.triesMax ? density.draw(&generator) : generator.unit()
            }
            guard knownRecipes.contains(space.recipe(at: point, seed: 0)) else { break }
        }
        let recipe = space.recipe(at: point, seed: generator.next())
        self.running[index].append(space.point(of: recipe))
        return recipe
    }

    /// The leader that has had the least of its share of time, what runs included.
    private func nextFamily() -> Int? {
        var choice: (index: Int, used: Double)?
        for (rank, index) in self.leaders.enumerated() {
            let history = self.histories[index]
            let candidates = Double(history.scored + self.running[index].count + 1)
            let used = candidates * history.secondsExpected / Self.shares[min(rank, 2)]
            if choice.map({ used < $0.used }) ?? true { choice = (index, used) }
        }
        return choice?.index
    }

    /// How to draw each dimension of a family.
    private func densities(_ index: Int) -> [DensityRatio] {
        let (good, rest) = self.histories[index].split
        let bad = rest + self.running[index].suffix(Self.runningMax)
        return self.spaces[index].dimensions.indices.map { dimension in
            DensityRatio(
                self.spaces[index].dimensions[dimension],
                good: good.map { $0.point[dimension] }, bad: bad.map { $0[dimension] })
        }
    }
}

/// One parameter's two densities: l(x) of the good candidates, g(x) of the others.
private enum DensityRatio {
    case ordered(good: Parzen, bad: Parzen)
    case unordered(good: Frequencies, bad: Frequencies)

    init(_ dimension: Dimension, good: [Double], bad: [Double]) {
        if dimension.scale == .choice {
            self = .unordered(
                good: Frequencies(good, choices: dimension.choices),
                bad: Frequencies(bad, choices: dimension.choices))
        } else {
            self = .ordered(good: Parzen(good), bad: Parzen(bad))
        }
    }

    /// Of some points drawn from l, the one with the greatest l(x) / g(x): this maximises the
    /// expected improvement (Bergstra et al., 2011, section 4.1).
    func draw(_ generator: inout SeededGenerator) -> Double {
        var best = (point: 0.5, ratio: -1.0)
        for _ in 0..<Tuning.drawsPerParameter {
            let point: Double
            let ratio: Double
            switch self {
            case .ordered(let good, let bad):
                point = good.draw(&generator)
                ratio = good.density(point) / bad.density(point)
            case .unordered(let good, let bad):
                point = good.draw(&generator)
                ratio = good.density(point) / bad.density(point)
            }
            if ratio > best.ratio { best = (point, ratio) }
        }
        return best.point
    }
}
