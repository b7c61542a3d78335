import Wire

/// How few columns one family does well with: half of them, a quarter and so on, for as long as the
/// score does not get worse.
///
/// Which columns these are is for whoever computes a trial to find, from the training rows of each
/// fold alone: the recipe says only how many.
struct Selection: Equatable, Sendable {
    /// The best candidate of the family when it began, with all columns; and the rung that it was
    /// tried on, as are all of these.
    let base: Recipe
    let rung: Int
    /// The best score of those that are no worse than the one before; and with how many columns,
    /// nil: all.
    private(set) var score: Double
    private(set) var features: Int?
    /// What is tried next; nil while it runs, and when no more is.
    private(set) var next: Int?
    private var halved: Int

    /// Few columns: a model leaves out by itself what tells nothing, and there is little to save.
    static let columnsMin = 20
    /// The parameter, as the engine calls it.
    static let parameter = "features"

    init(_ base: Recipe, _ score: Double, rung: Int, columns: Int, least: Int) {
        self.base = base
        self.rung = rung
        self.score = score
        self.halved = columns
        self.next = Self.half(of: columns, least)
    }

    private static func half(of columns: Int, _ least: Int) -> Int? {
        let half = (columns + 1) / 2
        return half < columns && half >= least ? half : nil
    }

    /// The recipe with so many columns.
    static func recipe(_ base: Recipe, features: Int?) -> Recipe {
        guard let features else { return base }
        return Recipe(
            family: base.family,
            parameters: base.parameters.filter { $0.name != Self.parameter }
                + [Parameter(Self.parameter, Double(features))],
            seed: base.seed)
    }

    mutating func begin() {
        if let next { self.halved = next }
        self.next = nil
    }

    /// - Parameter score: nil where it failed.
    mutating func observe(_ score: Double?, direction: Direction, least: Int) {
        guard let score, !direction.prefers(self.score, to: score) else { return }
        self.score = score
        self.features = self.halved
        self.next = Self.half(of: self.halved, least)
    }
}

extension Study {
    /// The next steps of selections, those of the best families first.
    var selectionSteps: [TrialSpec] {
        guard self.selects, self.isDecided else { return [] }
        let steps = self.leaders.prefix(Self.selectedMax).compactMap { index -> TrialSpec? in
            guard let selection = self.selections[index] ?? self.selection(of: index),
                let next = selection.next
            else { return nil }
            return TrialSpec(
                step: .selection, recipe: Selection.recipe(selection.base, features: next),
                rows: self.ladder.rows(at: selection.rung))
        }
        return Array(steps.prefix(self.room(of: .selection)))
    }

    /// Families that columns are selected for.
    private static let selectedMax = 3

    /// How a family's selection begins: from its best candidate.
    func selection(of index: Int) -> Selection? {
        let family = self.spaces[index].family
        for rung in self.rungs.indices {
            let entry =
                rung == self.ladder.top
                ? self.leaderboard.entries.first { $0.recipe.family == family }
                    .map { ($0.recipe, $0.score) }
                : self.rungs[rung].entries.first { $0.recipe.family == family }
                    .map { ($0.recipe, $0.score) }
            guard let (recipe, score) = entry else { continue }
            return Selection(
                recipe, score, rung: rung, columns: self.columns, least: self.featuresMin)
        }
        return nil
    }

    /// Takes in that a step was adopted.
    mutating func beginSelection(of recipe: Recipe) {
        guard let index = self.spaces.firstIndex(where: { $0.family == recipe.family }) else {
            return
        }
        if self.selections[index] == nil { self.selections[index] = self.selection(of: index) }
        self.selections[index]?.begin()
    }
}
