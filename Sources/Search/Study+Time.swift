import Wire

/// What ends before the time is over, as far as one can know.
///
/// A trial that is begun too late is cancelled: its slot's time was for nothing, and its runner has
/// to read the table again. So near the end of a budget only such candidates are proposed as fit
/// into what is left, on their way up to all rows too.
extension Study {
    /// The same study, whose proposals begin now and end within `left`; nil: at any time.
    package func within(_ left: Duration?) -> Study {
        var study = self
        study.left = left?.seconds
        return study
    }

    /// What the longest of those takes altogether that have been adopted and not observed.
    package var longestInFlight: Duration {
        let seconds = self.running.values.compactMap { candidate in
            self.expected(candidate.recipe, on: candidate.rung ?? self.ladder.top)
        }
        return .seconds(seconds.max() ?? 0)
    }

    /// Whether the trial may end in time; also when nobody knows. Estimates are rough, and the end
    /// of a search has no better use: what takes a half longer than it has is begun all the same.
    func fits(_ spec: TrialSpec) -> Bool {
        self.share(of: spec, upTo: \.self) <= Self.optimism
    }

    private static let optimism = 1.5

    /// Whether it does, and after it those that it needs to be compared on all rows.
    func fitsAllTheWay(_ spec: TrialSpec) -> Bool { self.shareAllTheWay(spec) != nil }

    /// What it takes, and after it those that it needs, as a part of what is left; nil where they
    /// do not end in time.
    func shareAllTheWay(_ spec: TrialSpec) -> Double? {
        let share = self.share(of: spec) { _ in self.ladder.top }
        return share <= (spec.rows == nil ? Self.optimism : 1) ? share : nil
    }

    /// What it takes, as a part of what is left.
    private func share(of spec: TrialSpec, upTo last: (Int) -> Int) -> Double {
        guard let left = self.left, let recipe = spec.recipe,
            let first = self.ladder.rung(of: spec.rows)
        else { return 0 }
        let seconds = (first...last(first)).reduce(0) {
            $0 + (self.expected(recipe, on: $1) ?? 0)
        }
        return seconds / max(left, 1e-9)
    }

    /// Seconds that a recipe takes on a rung: our estimate of its cost, times what those of its
    /// family took that have ended, of theirs; nil while nothing is known. Of a new family it is as
    /// of the one that took least: another may have found the table hard for reasons of its own,
    /// and what is not tried for that would never be known.
    private func expected(_ recipe: Recipe, on rung: Int) -> Double? {
        guard let cost = self.cost(recipe, on: rung) else { return nil }
        if let own = self.paces[recipe.family], own.isKnown { return cost * own.ratio }
        let least = self.paces.values.lazy.filter(\.isKnown).map(\.ratio).min()
        return least.map { cost * $0 }
    }

    /// Our estimate: about the seconds of one fit.
    func cost(_ recipe: Recipe, on rung: Int) -> Double? {
        guard let family = SearchFamily(rawValue: recipe.family), var shape = self.shape else {
            return nil
        }
        if let rows = self.ladder.rows(at: rung) { shape.rows = Double(rows) }
        let values = recipe.parameters.map { ($0.name, $0.value) }
        let cost = Portfolio.cost(values, family, shape) / 1e9
        let features = recipe.parameters.first { $0.name == Selection.parameter }?.value
        return features.map { cost * min(1, $0 / shape.columns) } ?? cost
    }

    /// A trial has ended that we had an estimate of.
    mutating func note(_ candidate: Candidate, took wall: Duration) {
        guard let cost = self.cost(candidate.recipe, on: candidate.rung ?? self.ladder.top) else {
            return
        }
        self.paces[candidate.recipe.family, default: Pace()].add(wall.seconds, of: cost)
    }
}

/// What trials took, beside our estimates of one of their fits.
struct Pace: Equatable, Sendable {
    private var spent = 0.0
    private var estimated = 0.0

    /// Less has been spent on reading the table for the most part, and says nothing.
    private static let spentMin = 0.2

    var isKnown: Bool { self.spent >= Self.spentMin && self.estimated > 0 }
    var ratio: Double { self.spent / self.estimated }

    mutating func add(_ seconds: Double, of estimate: Double) {
        self.spent += seconds
        self.estimated += estimate
    }
}
