import Engine
import Foundation
import Wire

/// A job as its file describes it, before any data is read.
///
/// ```yaml
/// name: wine                          # optional from here: seed, priority, cv, model_list,
///                                     # class_weight, positive, output, anonymize_columns, and
///                                     # what JobFile+Search says
/// task: regression                    # classification | anomaly_detection | forecasting |
///                                     # command | idle
/// data: { train: wine.csv, target: quality, schema: wine.schema.yaml, sha256: 5c8c3e… }
///                                     # and reference, screen: see ScreenTerms; weight: the
///                                     # column that says how much each row counts; ignore:
///                                     # columns that are not learned from; validation: a table
///                                     # that candidates are judged by
/// metric: [rmse, r2]                  # the first is optimised
/// budget: { trials: 60, time: 120s }  # whichever ends first
/// output: wine.model
/// ```
///
/// The time covers the refit on all rows too. When that is late, a candidate that is quickly fitted
/// takes the winner's place, so that the job runs over by two seconds at most.
///
/// Paths are relative to the file. An idle job holds slots and computes nothing; it measures the
/// cluster: `{ task: idle, trials: 20000, duration: 20ms }`.
struct JobFile: Equatable {
    let name: String
    let seed: UInt64
    let priority: Int
    let budget: Budget
    let work: Work
    /// Where the model goes, or the files that the best trial left; nil when the file does not say.
    let output: String?
    /// Whether the columns' names stay here.
    let anonymizesColumns: Bool

    enum Work: Equatable {
        case idle(trials: UInt32, duration: Duration)
        case learning(Learning)
        case forecasting(Forecasting)
        case program(Program)
    }

    struct Learning: Equatable {
        let task: Engine.LearningTask
        let table: TableTerms
        /// Nil where anomalies are looked for that nobody has marked.
        let target: String?
        /// The column that says how much each row counts; nil: all alike.
        let weight: String?
        /// Columns that are not learned from; rules of a schema may ask for them.
        let ignored: [String]
        /// How much rows count by their class in fits; nil: all alike.
        let classWeights: ClassTerms?
        /// Which of two classes `f1` and `average_precision` are of; nil: the second by name.
        let positive: PositiveTerms?
        let metrics: [Metric]
        /// Columns along which predictions only rise or fall.
        let monotone: [MonotoneTerm]
        /// The share that `quantile_loss` is of.
        let quantile: Double?
        /// Nil: what is standard for so many rows; see `ValidationTerms`.
        let folds: Int?
        /// Nil: folds by chance.
        let split: SplitTerms?
        let families: [Family]
        /// Whether several candidates may make the model together.
        let ensembles: Bool
        /// The share of anomalies, where the user knows it.
        let contamination: Double?
        /// The table that candidates are judged by; nil: by rows of `train`.
        let validation: String?
        /// The table that `train` is held against.
        let reference: String?
        let screen: ScreenTerms
        let search: SearchTerms
    }

    /// - Parameter anonymous: whether the columns' names stay here, whatever the file says.
    /// - Throws: `InputError` naming file, line, column and key.
    init(path: String, anonymous: Bool = false) throws(InputError) {
        let yaml = try StrictYAML(path: path)
        let url = URL(filePath: path)
        try self.init(
            yaml, folder: url.deletingLastPathComponent().path,
            fallbackName: url.deletingPathExtension().lastPathComponent, anonymous: anonymous)
    }

    init(
        _ yaml: StrictYAML, folder: String, fallbackName: String, anonymous: Bool = false
    ) throws(InputError) {
        var root = yaml.root
        let wish = try root.value("anonymize_columns").map { value throws(InputError) in
            try value.flag()
        }
        self.anonymizesColumns = anonymous || wish == true
        // A file is called after what is in it: it does not name a job whose columns are secret.
        let name =
            try root.value("name").map(Self.name)
            ?? (self.anonymizesColumns ? Self.anonymousName : fallbackName)
        let seed = try root.value("seed").map { value throws(InputError) in
            try value.integer(in: 0...UInt64.max)
        }
        let priority = try root.value("priority").map { value throws(InputError) in
            try value.integer(in: 0...100)
        }
        let task = try root.required("task", example: "task: regression").choice(TaskName.self)
        self.name = name
        self.seed = seed ?? 0
        self.priority = priority ?? 50
        switch task {
        case .idle:
            self.work = try Self.idle(&root)
            self.budget = Budget(trials: nil, time: nil)
        case .command:
            self.work = .program(try Self.program(&root, folder: folder))
            self.budget = try Self.budget(&root)
        case .classification, .regression, .anomalyDetection:
            self.work = .learning(try Self.learning(&root, task, folder: folder))
            self.budget = try Self.budget(&root)
        case .forecasting:
            self.work = .forecasting(try Self.forecasting(&root, folder: folder))
            self.budget = try Self.budget(&root)
        }
        self.output = try root.value("output").map { value throws(InputError) in
            Self.path(try value.text(), in: folder)
        }
        try root.finish()
    }

    /// What a job is called whose names stay here, when nobody names it.
    static let anonymousName = "unnamed"

    private enum TaskName: String, CaseIterable {
        case classification, regression, forecasting, idle, command
        case anomalyDetection = "anomaly_detection"
    }

    private static func name(_ value: StrictYAML.Value) throws(InputError) -> String {
        let name = try value.text()
        guard name.utf8.count <= Limits.nameBytesMax, !name.utf8.contains(where: { $0 < 32 })
        else {
            throw value.wrong("must be at most \(Limits.nameBytesMax) bytes on one line")
        }
        return name
    }

    private static func idle(_ root: inout StrictYAML.Mapping) throws(InputError) -> Work {
        let trials: UInt32 = try root.required("trials", example: "trials: 20000")
            .integer(in: 1...Limits.trialsPerJobMax)
        let duration = try root.value("duration").map { value throws(InputError) in
            try value.duration()
        }
        return .idle(trials: trials, duration: duration ?? .zero)
    }

    private static func budget(_ root: inout StrictYAML.Mapping) throws(InputError) -> Budget {
        let value = try root.required("budget", example: "budget: { trials: 60, time: 120s }")
        var mapping = try value.mapping()
        let trials: UInt32? = try mapping.value("trials").map { value throws(InputError) in
            try value.integer(in: 1...Limits.trialsPerJobMax)
        }
        let time = try mapping.value("time").map { value throws(InputError) in
            try value.duration()
        }
        try mapping.finish()
        guard trials != nil || time != nil else {
            throw value.wrong("must name trials, time or both, such as { trials: 60, time: 120s }")
        }
        return Budget(trials: trials, time: time)
    }

    private static func learning(
        _ root: inout StrictYAML.Mapping, _ name: TaskName, folder: String
    ) throws(InputError) -> Learning {
        let task = Engine.LearningTask(rawValue: name.rawValue) ?? .classification
        let example = "data: { train: rows.csv, target: price }"
        var data = try root.required("data", example: example).mapping()
        let table = try TableTerms(&data, folder: folder, takesImages: true)
        let target = try Self.target(&data, for: task, isOfImages: table.images != nil)
        let rows =
            table.images == nil
            ? try RowTerms(&data, for: task, target: target, folder: folder) : RowTerms()
        try data.finish()
        let metrics = try root.value("metric").map { value throws(InputError) in
            // Without a target there is nothing that the others could judge by.
            try Self.metrics(value, for: task.rawValue) { (metric: Metric) in
                metric.supports(task) && (metric == .stability) != (target != nil)
            }
        }
        let quantile = try Self.quantile(&root, metrics ?? [])
        let (classWeight, positive) = (root.value("class_weight"), root.value("positive"))
        if task != .classification, let value = classWeight ?? positive {
            throw value.wrong("is for classification only: there are no classes here")
        }
        let classWeights = try classWeight.map { value throws(InputError) in
            try ClassTerms(value)
        }
        let positiveTerms = try positive.map { value throws(InputError) in
            try PositiveTerms(value)
        }
        let contamination =
            task == .anomalyDetection
            ? try root.value("contamination").map { value throws(InputError) in
                try Self.contamination(value)
            } : nil
        let cv = root.value("cv")
        let validation = try ValidationTerms(cv, hasTable: rows.validation != nil)
        if let cv, let column = validation.split?.column, rows.ignored.contains(column) {
            throw cv.wrong("splits rows by a column that data.ignore names; it is not learned from")
        }
        let monotone = try root.value("monotone").map { value throws(InputError) in
            try Self.monotone(value, task, metrics ?? [])
        }
        let families = try root.value("model_list").map { value throws(InputError) in
            try Self.families(value, for: task.rawValue) { (family: Family) in
                family.supports(task) && (monotone == nil || family.keepsMonotone)
            }
        }
        let ensembles = try root.value("ensemble")?.flag() ?? true
        let search = try Self.search(
            &root, among: families ?? [], for: task.rawValue, hasRows: task != .anomalyDetection,
            suits: { $0.supports(task) })
        return Learning(
            task: task, table: table, target: target, weight: rows.weight,
            ignored: rows.ignored, classWeights: classWeights, positive: positiveTerms,
            metrics: metrics ?? [], monotone: monotone ?? [], quantile: quantile,
            folds: validation.folds, split: validation.split, families: families ?? [],
            ensembles: ensembles, contamination: contamination, validation: rows.validation,
            reference: rows.reference, screen: rows.screen, search: search)
    }

    private static func monotone(
        _ value: StrictYAML.Value, _ task: Engine.LearningTask, _ metrics: [Metric]
    ) throws(InputError) -> [MonotoneTerm] {
        guard task != .anomalyDetection, metrics.first != .quantileLoss else {
            throw value.wrong("is for classification, and for regression that learns means")
        }
        var terms: [MonotoneTerm] = []
        for (column, way) in try value.entries() {
            terms.append(MonotoneTerm(column, try way.choice(MonotoneTerm.Way.self)))
        }
        guard (1...Limits.monotoneMax).contains(terms.count) else {
            throw value.wrong("must name 1 to \(Limits.monotoneMax) columns")
        }
        return terms
    }

    private static func quantile(
        _ root: inout StrictYAML.Mapping, _ metrics: [Metric]
    ) throws(InputError) -> Double? {
        guard metrics.contains(.quantileLoss) else {
            if let value = root.value("quantile") {
                throw value.wrong("is for metric: quantile_loss")
            }
            return nil
        }
        let value = try root.required("quantile", example: "quantile: 0.9")
        let share = try value.number()
        let range = Lesson.quantileRange
        guard range.contains(share) else {
            throw value.wrong("must be a share from \(range.lowerBound) to \(range.upperBound)")
        }
        return share
    }

    static func noWeights(_ who: String) -> String {
        "is for classification and regression: \(who) takes all rows alike"
    }

    /// What pictures in folders show is called `class` when nobody says otherwise.
    private static func target(
        _ data: inout StrictYAML.Mapping, for task: Engine.LearningTask, isOfImages: Bool
    ) throws(InputError) -> String? {
        if isOfImages || task == .anomalyDetection {
            let target = try data.value("target")?.text()
            return target ?? (task == .anomalyDetection ? nil : "class")
        }
        return try data.required("target", example: "target: price").text()
    }

    private static func contamination(
        _ value: StrictYAML.Value
    ) throws(InputError) -> Double {
        let share = try value.number()
        guard share > 0, share <= 0.5 else {
            throw value.wrong("must be the share of anomalies, above 0 and at most 0.5")
        }
        return share
    }

    static func path(_ path: String, in folder: String) -> String {
        path.hasPrefix("/") ? path : URL(filePath: folder).appending(path: path).path
    }
}
