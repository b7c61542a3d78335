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
    /// By space: what is known of it, rung by rung. The last one that knows enough teaches.
    private let histories: [[History]]
    /// Indices of spaces, the best first.
    private let leaders: [Int]
    /// By space: where candidates run now.
    private var running: [[[Double]]]

    /// - Parameters:
    ///   - rungs: The highest last.
    ///   - running: In order of their numbers.
    init(spaces: [SearchSpace], rungs: [Rung], leaders: [Int], running: [Recipe]) {
        self.spaces = spaces
        self.histories = spaces.indices.map { index in rungs.map { $0.histories[index] } }
        self.leaders = leaders
        self.running = spaces.map { space in
            running.filter { $0.family == space.family }.map(space.point)
        }
    }

    /// The history that candidates are drawn from: the one on most rows that has more points than
    /// the space has dimensions (Falkner, Klein and Hutter, 2018, "BOHB"), else the first with any.
    private func teacher(_ index: Int) -> History {
        let histories = self.histories[index]
        let enough = self.spaces[index].dimensions.count + 2
        return histories.last { $0.scored >= enough } ?? self.entrance(index)
    }

    /// The history on the fewest rows that the family was tried on.
    private func entrance(_ index: Int) -> History {
        self.histories[index].first { $0.scored > 0 } ?? self.histories[index][0]
    }

    /// The next candidate; nil when no family leads.
    mutating func next(seed: UInt64) -> Recipe? {
        var generator = SeededGenerator(seed: seed)
        guard let index = self.nextFamily() else { return nil }
        let space = self.spaces[index]
        let known =
            self.histories[index].flatMap { $0.leading.map(\.point) + $0.others }
            + self.running[index]
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
            let next = Double(self.running[index].count + 1)
            let seconds = self.histories[index].reduce(
                next * self.entrance(index).secondsExpected
            ) { $0 + Double($1.scored) * $1.secondsExpected }
            let used = seconds / Self.shares[min(rank, 2)]
            if choice.map({ used < $0.used }) ?? true { choice = (index, used) }
        }
        return choice?.index
    }

    /// How to draw each dimension of a family.
    private func densities(_ index: Int) -> [DensityRatio] {
        let (good, rest) = self.teacher(index).split
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
