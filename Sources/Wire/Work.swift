/// What the trials of one job have in common. It is sent once per burst, not once per trial.
package enum TrialClass: Hashable, Sendable {
    /// No work: holds a slot this long. Measures the cluster itself; the data is brought to the
    /// worker before, and not read.
    case idle(Duration, data: Blob? = nil)
    case lesson(Lesson)
    /// A program of this owner, `ROLE/NAME`. The head says whose it is: no client is asked.
    case command(Command, owner: String)

    package var isCommand: Bool {
        if case .command = self { true } else { false }
    }

    /// What must be at the worker before a trial of the class may run.
    package var blobs: [Blob] {
        switch self {
        case .idle(_, let data): data.map { [$0] } ?? []
        case .lesson(let lesson): lesson.blobs
        case .command(let command, _): command.files.map(\.blob)
        }
    }
}

extension TrialClass {
    /// Whether a second run gives the same result, so that it proves the first.
    package var isRepeatable: Bool {
        switch self {
        // What a program of a user does is not ours to promise, and its outputs are marked.
        case .idle, .command: false
        case .lesson: true
        }
    }

    /// How long those may be kept; nil leaves it to the worker.
    package var cache: CacheMode? {
        switch self {
        case .idle, .command: nil
        case .lesson(let lesson): lesson.cache
        }
    }
}

/// What is to be learned: a table, its target and how a candidate is judged.
package struct Lesson: Hashable, Sendable {
    package let task: LearningTask
    /// CSV with a header row, or Arrow IPC.
    package let data: Blob
    package let schema: Blob
    /// Nil where anomalies are looked for and nobody knows which rows are.
    package let target: String?
    /// The first is optimised. Never empty.
    package let metrics: [String]
    /// Folds of the cross validation, 2 to 50.
    package let folds: Int
    /// Decides which row lies in which fold; the same for all trials, so that they compare.
    package let foldSeed: UInt64
    /// Of the table as the schema leaves it, where it may drop or repair something: a worker that
    /// reads another table from the same bytes has other rules, and must not score.
    package let cleaned: Digest?
    /// How long workers may keep data and schema; nil leaves it to them. It never means longer than
    /// a worker keeps others.
    package let cache: CacheMode?
    /// Of a forecasting lesson, and of no other.
    package let series: SeriesTerms?
    /// Nil: folds by chance.
    package let split: SplitTerms?
    /// The column that says how much each row counts, of classification and regression; nil: all
    /// alike.
    package let weight: String?
    /// Of classification: how much rows count by their class in fits; nil: all alike.
    package let classWeights: ClassWeights?
    /// Of classification into two classes: whether the first, by their names, is the positive one,
    /// in the place of the second. Class weights are in that order then.
    package let positiveFirst: Bool
    /// A table of the same schema that candidates are judged by, and do not learn from. Nil where
    /// they are judged by rows of `data`, as `folds` and `split` say.
    package let validation: Blob?
    /// What `data` was drawn from, for the model's lineage; nil: it is the whole table.
    package let sample: RowSample?
    /// Of regression: the share that `quantile_loss` is of, in `quantileRange`; nil: a half.
    package let quantile: Double?
    /// Of classification and regression: along which columns predictions only rise or fall.
    package let monotone: [MonotoneTerm]
    /// How pictures became the table, which the model must know; nil where it is one.
    package let images: ImageTerms?

    package init(
        task: LearningTask, data: Blob, schema: Blob, target: String?, metrics: [String],
        folds: Int, foldSeed: UInt64, cleaned: Digest? = nil, cache: CacheMode? = nil,
        series: SeriesTerms? = nil, split: SplitTerms? = nil, weight: String? = nil,
        classWeights: ClassWeights? = nil, positiveFirst: Bool = false, quantile: Double? = nil,
        monotone: [MonotoneTerm] = [], validation: Blob? = nil, sample: RowSample? = nil,
        images: ImageTerms? = nil
    ) {
        precondition((series != nil) == (task == .forecasting), "series for another task")
        precondition(weight == nil || task.takesWeights, "weights for another task")
        precondition(classWeights == nil || task == .classification, "classes of no classes")
        precondition(!positiveFirst || task == .classification, "a positive class of no classes")
        precondition(
            validation == nil || series == nil && split == nil, "judged in two ways at once")
        precondition(quantile == nil || task == .regression, "a quantile of no numbers")
        precondition(monotone.isEmpty || task.takesWeights, "one way for another task")
        self.task = task
        self.data = data
        self.schema = schema
        self.target = target
        self.metrics = metrics
        self.folds = folds
        self.foldSeed = foldSeed
        self.cleaned = cleaned
        self.cache = cache
        self.series = series
        self.split = split
        self.weight = weight
        self.classWeights = classWeights
        self.positiveFirst = positiveFirst
        self.quantile = quantile
        self.monotone = monotone.sorted { $0.column < $1.column }
        self.validation = validation
        self.sample = sample
        self.images = images
    }

    /// Beyond, one row of a thousand would decide.
    package static let quantileRange = 0.001...0.999

    /// What its trials read, the table first.
    package var blobs: [Blob] { self.namedBlobs.map(\.blob) }

    /// The same, as the `.proto` file calls them.
    package var namedBlobs: [(name: String, blob: Blob)] {
        [("lesson.data", self.data), ("lesson.schema", self.schema)]
            + (self.validation.map { [("lesson.validation", $0)] } ?? [])
    }
}

/// How rows were drawn from a table before it travelled.
package struct RowSample: Hashable, Sendable {
    package let rows: UInt64
    package let rowsOfTable: UInt64
    package let seed: UInt64
    /// Of the whole table; nil where nobody may know it.
    package let table: Digest?

    /// - Requires: a table has as many rows as were drawn from it.
    package init(rows: UInt64, of rowsOfTable: UInt64, seed: UInt64, table: Digest?) {
        precondition(rows <= rowsOfTable, "\(rows) rows of \(rowsOfTable)")
        self.rows = rows
        self.rowsOfTable = rowsOfTable
        self.seed = seed
        self.table = table
    }
}

/// A column along which predictions go one way.
package struct MonotoneTerm: Hashable, Sendable {
    package let column: String
    package let way: Way

    package enum Way: String, CaseIterable, Hashable, Sendable { case increasing, decreasing }

    package init(_ column: String, _ way: Way) {
        self.column = column
        self.way = way
    }
}

/// What pictures were brought to before they became numbers.
package struct ImageTerms: Hashable, Sendable {
    /// Values along a side of the square.
    package let size: Int
    package let hasColour: Bool

    package init(size: Int, hasColour: Bool) {
        self.size = size
        self.hasColour = hasColour
    }
}

/// How much rows count by their class.
package enum ClassWeights: Hashable, Sendable {
    /// All classes weigh the same together.
    case balanced
    /// In the order of the classes, each in `range`: no class is named on the wire.
    case given([Double])

    /// Wider than any sensible preference, narrow enough that products stay numbers.
    package static let range = 1e-9...1e9
}

/// How rows are parted into those that are learned from and those that are judged.
package struct SplitTerms: Hashable, Sendable {
    package let by: Key
    /// Of the groups or times; nil by chance.
    package let column: String?
    /// Whether that column is learned from besides.
    package let isFeature: Bool
    /// The share that is held out, once; nil: folds.
    package let holdout: Double?

    package enum Key: String, CaseIterable, Hashable, Sendable {
        case chance
        /// Rows of one value stay together.
        case group
        /// What is judged comes after all that was learned from.
        case time
    }

    /// - Requires: there is a column unless it is by chance; `holdout` lies in `holdoutRange`.
    package init(by: Key, column: String?, isFeature: Bool, holdout: Double?) {
        precondition((column == nil) == (by == .chance), "a split by nothing")
        self.by = by
        self.column = column
        self.isFeature = isFeature
        self.holdout = holdout
    }

    package static let holdoutRange = 0.01...0.9
}

/// How a table makes series, and how far they are looked ahead.
package struct SeriesTerms: Hashable, Sendable {
    /// Nil where rows lie in the order of time, one step apart.
    package let time: String?
    /// Each value of this column is a series; nil where there is one.
    package let key: String?
    /// Columns that are known before the target is.
    package let exogenous: [String]
    /// Such as `monthly` or `15min`; nil: as the times tell.
    package let frequency: String?
    /// In steps; nil: as the values tell.
    package let season: Int?
    /// Whether rows of one time are averaged; else they are refused.
    package let averages: Bool
    /// In steps.
    package let horizon: Int

    package init(
        time: String?, key: String?, exogenous: [String], frequency: String?, season: Int?,
        averages: Bool, horizon: Int
    ) {
        self.time = time
        self.key = key
        self.exogenous = exogenous
        self.frequency = frequency
        self.season = season
        self.averages = averages
        self.horizon = horizon
    }
}

package enum LearningTask: String, CaseIterable, Hashable, Sendable {
    case classification, regression, forecasting
    case anomalyDetection = "anomaly_detection"

    /// Whether rows may count for more or less. Forecasters take a series as it is, and detectors
    /// of anomalies take all rows alike.
    package var takesWeights: Bool { self == .classification || self == .regression }
}

/// What one trial does, beside its class.
package struct TrialSpec: Hashable, Sendable {
    /// Absent when the step is `idle`.
    package let recipe: Recipe?
    /// Of a candidate that is tried on some rows before it is tried on all: of each fold's rows so
    /// many are learned from, and as many judged.
    package let rows: UInt32?
    private let act: Act

    /// The step and what only one of them has, in one word: a million trials wait in memory.
    private enum Act: Hashable {
        case idle, portfolio, sampling, selection, tuning
        indirect case refit(Refit)
    }

    private struct Refit: Hashable {
        let scores: [Score]
        let companions: [Recipe]
    }

    package enum Step: String, CaseIterable, Hashable, Sendable {
        case idle, portfolio, sampling, selection, tuning, refit
    }

    /// - Requires: only a refit has scores and companions, and it has all rows.
    package init(
        step: Step, recipe: Recipe?, rows: UInt32? = nil, scores: [Score] = [],
        companions: [Recipe] = []
    ) {
        precondition(
            scores.isEmpty && companions.isEmpty || step == .refit,
            "a \(step) with scores or companions")
        precondition(rows == nil || step.isSearch, "a \(step) on some rows")
        self.recipe = recipe
        self.rows = rows
        self.act =
            switch step {
            case .idle: .idle
            case .portfolio: .portfolio
            case .sampling: .sampling
            case .selection: .selection
            case .tuning: .tuning
            case .refit: .refit(Refit(scores: scores, companions: companions))
            }
    }

    package var step: Step {
        switch self.act {
        case .idle: .idle
        case .portfolio: .portfolio
        case .sampling: .sampling
        case .selection: .selection
        case .tuning: .tuning
        case .refit: .refit
        }
    }

    /// What the recipe of a refit scored by cross validation, which the model says of itself where
    /// it has no companions: a refit sees all rows, so that nothing is left to judge it by.
    package var scores: [Score] {
        if case .refit(let refit) = self.act { refit.scores } else { [] }
    }

    /// Recipes of a refit that may make the model together with its own: whoever runs it chooses
    /// among them by cross validation.
    package var companions: [Recipe] {
        if case .refit(let refit) = self.act { refit.companions } else { [] }
    }

    package static let idle = TrialSpec(step: .idle, recipe: nil)
}

extension TrialSpec.Step {
    /// Whether its trials are candidates.
    package var isSearch: Bool {
        switch self {
        case .portfolio, .sampling, .selection, .tuning: true
        case .idle, .refit: false
        }
    }
}

/// A model family with its hyperparameters and its seed: everything that a candidate is.
package struct Recipe: Hashable, Sendable {
    package let family: String
    /// Sorted by name, each name once.
    package let parameters: [Parameter]
    package let seed: UInt64

    package init(family: String, parameters: [Parameter], seed: UInt64) {
        self.family = family
        self.parameters = parameters.sorted { $0.name < $1.name }
        self.seed = seed
    }
}

package struct Parameter: Hashable, Sendable {
    package let name: String
    package let value: Double

    package init(_ name: String, _ value: Double) {
        self.name = name
        self.value = value
    }
}
