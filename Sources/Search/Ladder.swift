import Wire

/// On how many rows candidates are tried before they are tried on all: geometric progressive
/// sampling (Provost, Jensen and Oates, 1999, "Efficient progressive sampling"), whose steps are
/// the rungs of asynchronous successive halving (Li et al., 2020, "A system for massively parallel
/// hyperparameter tuning", arXiv 1810.05934).
///
/// ```
/// training rows of a fold   rungs
///     26,000                all
///    100,000                25,000, all
///    160,000                10,000, 40,000, all
///  2,500,000                9,765 is too few: 39,062, 156,250, 625,000, all
/// ```
///
/// A candidate begins on the lowest rung, but for cheap ones: what costs no more on all rows than
/// the standard boosting does on the lowest rung is tried on all rows at once. So a model is there
/// early, and linear models and boosting are not thrown out for what few rows tell of them.
struct Ladder: Equatable, Sendable {
    /// Rows from which a rung learns, ascending; all rows are one rung more.
    let rows: [UInt32]
    private let shape: TableShape?

    /// Of a rung's candidates one in so many goes on, and the next has so many times the rows:
    /// then all rungs cost about the same. The paper's number.
    static let reduction = 4
    /// Fewer rows save nothing, since a trial takes a second at most, and order models otherwise
    /// than many do.
    static let rowsMin = 10_000.0
    /// Rungs below all rows. Each one more delays whatever wins in the end by a trial.
    static let rungsMax = 3

    /// Whether there is time for it: a budget that holds few trials on all rows is spent on
    /// these. On 200,000 rows of 28 columns, with time for five of the standard boosting, what went
    /// on from some rows was not done with all of them when the time was over.
    static func pays(in time: Duration, _ job: LearningJob, _ shape: TableShape) -> Bool {
        guard !job.search.sampling.isSkipped else { return false }
        let fit = Portfolio.cost(Portfolio.standardBoosting(shape), .gradientBoosting, shape)
        let isHeldOut = job.lesson.split?.holdout != nil || job.lesson.validation != nil
        let trial = fit * (isHeldOut ? 1 : Double(job.lesson.folds)) / 1e9
        return time.seconds >= Self.trialsMin * trial
    }

    /// Trials of the standard boosting on all rows: what the portfolio's way up takes, some six,
    /// and one or two besides.
    private static let trialsMin = 8.0

    init(_ shape: TableShape, isWanted: Bool) {
        self.shape = shape
        var rows: [UInt32] = []
        let isTable = shape.task == .classification || shape.task == .regression
        var next = shape.rows / Double(Self.reduction)
        while isWanted, isTable, next >= Self.rowsMin, rows.count < Self.rungsMax {
            rows.insert(UInt32(next), at: 0)
            next /= Double(Self.reduction)
        }
        self.rows = rows
    }

    /// All rows alone: of what is no table.
    static let none = Ladder()

    private init() { (self.rows, self.shape) = ([], nil) }

    var top: Int { self.rows.count }

    /// The rows of a rung; nil where it has all.
    func rows(at rung: Int) -> UInt32? { rung < self.top ? self.rows[rung] : nil }

    /// The rung of a trial; nil where there is none of so many rows.
    func rung(of rows: UInt32?) -> Int? {
        guard let rows else { return self.top }
        return self.rows.firstIndex(of: rows)
    }

    /// Where a recipe is tried first.
    func entrance(of recipe: Recipe) -> Int {
        guard let shape = self.shape, let lowest = self.rows.first,
            let family = SearchFamily(rawValue: recipe.family)
        else { return self.top }
        let affordable = Portfolio.cost(
            Portfolio.standardBoosting(shape), .gradientBoosting,
            shape.with(rows: Double(lowest)))
        let values = recipe.parameters.map { ($0.name, $0.value) }
        return (1...self.top).last { rung in
            let seen = self.rows(at: rung).map { shape.with(rows: Double($0)) } ?? shape
            return Portfolio.cost(values, family, seen) <= affordable
        } ?? 0
    }
}

extension TableShape {
    func with(rows: Double) -> TableShape {
        var shape = self
        shape.rows = rows
        return shape
    }
}
