import Engine
import Wire
import WorkerShell

/// A job's table of rows, read once with its schema.
struct CheckedTable {
    let sent: SentTable
    let report: DataReport
    /// The table that candidates are judged by, where there is one.
    let validation: BlobUpload?
    /// What the table was drawn from, where it is not the whole.
    let sample: RowSample?
    private let target: String?
    private let rows: Int
    private let features: Int
    private let classes: Int
    private let classWeights: Wire.ClassWeights?
    private let positiveFirst: Bool
    private let folds: Int
    private let split: SplitTerms?
    /// How pictures became the table; nil where it is one.
    private let images: ImageFeatures?

    /// - Parameters:
    ///   - time: what the job has.
    ///   - place: where the map of the columns is kept; nil lets their names travel.
    init(
        _ learning: JobFile.Learning, time: Duration?, seed: UInt64, aliasesAt place: String?
    ) throws(InputError) {
        let terms = learning.table
        let (loaded, images) = try Self.load(learning, aliasesAt: place)
        let bytes = loaded.bytes
        var bound = try TableFile.dataset(
            bytes, at: terms.place, schema: loaded.schema, target: learning.target,
            task: learning.task,
            split: RowSplit(
                learning.split, folds: learning.folds ?? ValidationTerms.foldsStandard),
            weight: learning.weight, columns: loaded.columns)
        if let positive = learning.positive {
            bound.dataset = try positive.applied(to: bound.dataset)
        }
        let dataset = bound.dataset
        self.positiveFirst = dataset.positiveFirst
        (self.folds, self.split) = Self.judging(learning, dataset, in: time)
        var judge = try Self.validation(of: learning, bytes, bound)
        // Two classes of either may be three together.
        if let positive = learning.positive, let dataset = judge?.table.dataset {
            judge?.table.dataset = try positive.applied(to: dataset)
        }
        do throws(TableError) {
            _ = try dataset.aiming(at: learning.metrics, quantile: learning.quantile)
                .constraining(learning.monotone.map(Dataset.Constraint.init))
        } catch {
            throw InputError(terms.place, error.description)
        }
        try Self.requireRows(of: dataset, folds: self.folds, terms.train)
        try Self.check(RowSplit(self.split, folds: self.folds), learning, bound, judge, seed: seed)
        let columns = try place.map { place throws(InputError) in
            try terms.map(at: place, bytes, bound.schema)
        }
        // A place in the table would tell nobody which picture is meant.
        self.report =
            images == nil
            ? try Self.report(of: bound, bytes, learning, columns, seed: seed)
            : DataReport(rowsRead: UInt64(dataset.rows), rowsDropped: 0, findings: [])
        self.images = images
        self.sample = loaded.sample
        self.rows = dataset.rows
        self.features = dataset.features.columns.count
        let classNames = (judge?.table.dataset ?? dataset).classNames
        self.classes = classNames.count
        self.classWeights = try learning.classWeights.map { terms throws(InputError) in
            try terms.weights(of: classNames)
        }
        self.sent = try SentTable(
            bytes, judge.map { bound.table.joined(with: $0.table.table) } ?? bound.table,
            bound.schema, self.report, terms, columns: columns)
        self.validation = try judge.map { judge throws(InputError) in
            try SentTable.upload(judge.bytes, at: judge.path, columns)
        }
        self.target = learning.target
    }

    /// - Throws: where there are too few rows for so many folds, or nothing tells them apart.
    private static func requireRows(
        of dataset: Dataset, folds: Int, _ path: String
    ) throws(InputError) {
        guard dataset.rows >= 2 * folds else {
            let most = dataset.rows / 2
            let advice = most < 2 ? "" : "set cv to \(most) or less, or "
            throw InputError(
                path,
                """
                has \(dataset.rows) rows, too few for a cross validation in \(folds) \
                folds; \(advice)bring more rows
                """)
        }
        guard dataset.tellsRowsApart else {
            throw InputError(
                path,
                """
                nothing tells its rows apart: each column but the target is empty, holds one \
                value, or another value in every row
                """)
        }
    }

    private static func load(
        _ learning: JobFile.Learning, aliasesAt place: String?
    ) throws(InputError) -> (TableTerms.Loaded, ImageFeatures?) {
        let terms = learning.table
        guard let images = terms.images else {
            let schema = try SchemaFile.read(ifGiven: terms.schema)
            let columns = ColumnChoice.allBut(learning.ignored)
            return (try terms.load(schema, columns: columns, isNamed: place == nil), nil)
        }
        guard place == nil else {
            throw InputError(terms.train, "holds pictures: their columns have no aliases")
        }
        let pictures = try terms.pictures(as: images, target: learning.target)
        // What pictures become has no words for missing values.
        let schema = try TableFile.inferred(pictures.bytes, at: terms.train)
        return (
            .init(bytes: pictures.bytes, schema: schema, columns: .all, sample: nil),
            pictures.features
        )
    }

    private typealias Judge = (path: String, bytes: [UInt8], table: JudgingTable)

    private static func validation(
        of learning: JobFile.Learning, _ train: [UInt8], _ bound: TableFile.Bound
    ) throws(InputError) -> Judge? {
        guard let path = learning.validation else { return nil }
        let bytes = try TableFile.bytes(path)
        guard bytes != train else {
            throw InputError(path, "is the table that is learned from, and judges nothing")
        }
        let table = try JudgingTable(
            bytes, at: path, beside: bound, target: learning.target, task: learning.task,
            weight: learning.weight)
        return (path, bytes, table)
    }

    /// How candidates are judged: as the job says, else by how large the table is, and of how many
    /// rows the rarest class. Anomalies are few, wherever they are marked at all.
    private static func judging(
        _ learning: JobFile.Learning, _ dataset: Dataset, in time: Duration?
    ) -> (folds: Int, split: SplitTerms?) {
        if let folds = learning.folds { return (folds, learning.split) }
        guard learning.task != .anomalyDetection else {
            return (ValidationTerms.foldsStandard, nil)
        }
        var counts: [Int] = []
        if case .classes(let labels, let count) = dataset.answers {
            counts = Array(repeating: 0, count: count)
            for label in labels { counts[Int(label)] += 1 }
        }
        let rarest = counts.min() ?? dataset.rows
        let standard = ValidationTerms.standard(
            of: .init(
                rows: dataset.rows, columns: dataset.features.columns.count,
                outputs: counts.count > 2 ? counts.count : 1, rarest: rarest), in: time)
        guard standard.split == nil, dataset.rows >= 2 * standard.folds, counts.count == 2 else {
            return standard
        }
        return (max(2, min(standard.folds, rarest)), nil)
    }

    /// - Throws: where the table makes no folds, or rows that judge lack what the job's first
    ///   metric needs.
    private static func check(
        _ split: RowSplit, _ learning: JobFile.Learning, _ bound: TableFile.Bound, _ judge: Judge?,
        seed: UInt64
    ) throws(InputError) {
        let dataset = judge?.table.dataset ?? bound.dataset
        let folds: Folds
        do {
            folds =
                if let judge {
                    Folds(
                        learning: bound.table.frame.rows, judging: judge.table.table.frame.rows)
                } else {
                    try Folds(split, dataset.answers, bound.table, seed: seed)
                }
        } catch {
            throw InputError(learning.table.train, "\(error)")
        }
        let metric = Self.metrics(
            of: learning, target: dataset.target, classes: dataset.classNames.count)[0]
        let weights = dataset.weights(at: Array(0..<dataset.rows))
        guard let (fold, reason) = folds.gap(in: metric, dataset.answers, weights) else { return }
        if let judge {
            throw InputError(
                judge.path,
                "cannot judge by \(metric.rawValue), which is undefined there: \(reason); "
                    + "name another metric first, or bring more rows")
        }
        throw InputError(
            learning.table.train,
            """
            cannot be judged by \(metric.rawValue), which is undefined in fold \(fold + 1) of \
            \(folds.count): \(reason); name another metric first, split by cv otherwise, or bring \
            more rows
            """)
    }

    /// - Throws: where the job's screen refuses the table.
    private static func report(
        of bound: TableFile.Bound, _ bytes: [UInt8], _ learning: JobFile.Learning,
        _ columns: ColumnMap?, seed: UInt64
    ) throws(InputError) -> DataReport {
        let path = learning.table.train
        let examination = try DataExamination(
            bound, bytes: bytes, at: path,
            reference: try Self.reference(of: learning, bound, columns), terms: learning.screen,
            seed: seed)
        if let alarm = examination.alarm, learning.screen.action == .refuse {
            throw InputError(path, "is refused by the job's screen: \(alarm)")
        }
        return examination.report
    }

    /// The job's reference, read as the table was.
    private static func reference(
        of learning: JobFile.Learning, _ bound: TableFile.Bound, _ columns: ColumnMap?
    ) throws(InputError) -> DataExamination.Reference? {
        guard let path = learning.reference else { return nil }
        let bytes = try TableFile.bytes(path)
        let table = try TableFile.dataset(
            bytes, at: path, schema: bound.schema, target: learning.target, task: learning.task
        ).table
        // A table may be known by its digest, as its columns are by their names.
        let sent =
            if let columns {
                try TableFile.renamed(bytes, at: path, columns.alias)
            } else { bytes }
        return DataExamination.Reference(digest: BlobUpload(sent).blob.digest, frame: table.frame)
    }

    /// Those that the job names, else the usual one; the first is optimised.
    private static func metrics(
        of learning: JobFile.Learning, target: String?, classes: Int
    ) -> [Metric] {
        guard learning.metrics.isEmpty else { return learning.metrics }
        return [target == nil ? .stability : .standard(for: learning.task, classes: classes)]
    }

    func job(_ learning: JobFile.Learning, seed: UInt64) -> LearningJob {
        let metrics = Self.metrics(of: learning, target: self.target, classes: self.classes)
        let lesson = Lesson(
            task: Wire.LearningTask(learning.task),
            data: self.sent.data.blob, schema: self.sent.schema.blob,
            target: self.target.map(self.sent.name(of:)),
            metrics: metrics.map(\.rawValue), folds: self.folds, foldSeed: seed,
            cleaned: self.sent.cleaned, cache: learning.table.cache,
            split: self.split.map { split in
                SplitTerms(
                    by: split.by, column: split.column.map(self.sent.name(of:)),
                    isFeature: split.isFeature, holdout: split.holdout)
            },
            weight: learning.weight.map(self.sent.name(of:)), classWeights: self.classWeights,
            positiveFirst: self.positiveFirst, quantile: learning.quantile,
            monotone: learning.monotone.map {
                MonotoneTerm(self.sent.name(of: $0.column), $0.way)
            },
            validation: self.validation?.blob, sample: self.sample,
            images: self.images.map { ImageTerms(size: $0.size, hasColour: $0.hasColour) })
        return LearningJob(
            lesson: lesson, direction: metrics[0].direction == .maximise ? .maximise : .minimise,
            families: learning.families.map(\.rawValue),
            // Scores of different detectors have no common scale; one of them is a combination.
            ensembles: learning.ensembles && learning.task != .anomalyDetection,
            contamination: learning.contamination,
            rows: UInt64(self.rows), columns: UInt32(self.features), classes: UInt32(self.classes),
            data: self.sent.report, search: learning.search)
    }
}

extension Wire.LearningTask {
    fileprivate init(_ task: Engine.LearningTask) {
        switch task {
        case .classification: self = .classification
        case .regression: self = .regression
        case .anomalyDetection: self = .anomalyDetection
        }
    }
}
