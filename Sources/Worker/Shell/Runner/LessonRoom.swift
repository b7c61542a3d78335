import Crypto
import Engine
import Host
import Wire

/// One lesson, read and cut into folds or origins, with what its trials share.
struct LessonRoom {
    let lesson: Lesson
    private let environmentClass: String
    var bench: Bench
    /// The winner alone, which is fitted before it is with companions.
    private var fitted: FittedModel?

    /// What trials are judged on, and by which metrics; the first is the one that counts.
    enum Bench {
        case rows(Workbench, [Metric])
        case series(SeriesBench, [ForecastMetric])
    }

    /// - Requires: `memory` holds what the lesson reads.
    init(
        _ lesson: Lesson, _ memory: [Wire.Digest: SealedMemory], _ environmentClass: String
    ) throws(ComputationError) {
        self.lesson = lesson
        self.environmentClass = environmentClass
        func bytes(_ blob: Blob) -> SealedMemory {
            guard let found = memory[blob.digest] else {
                preconditionFailure("\(blob.digest) was not attached")
            }
            return found
        }
        let data = bytes(lesson.data)
        do {
            let columns = try bytes(lesson.schema).withBytes { bytes throws(SchemaError) in
                try Schema(decoding: Array(bytes))
            }
            if let terms = lesson.series {
                self.bench = .series(
                    try Self.bench(lesson, terms, data, columns), try Self.metrics(lesson))
            } else {
                self.bench = .rows(
                    try Self.bench(lesson, data, lesson.validation.map(bytes), columns),
                    try Self.metrics(lesson))
            }
        } catch {
            throw ComputationError("\(error)")
        }
    }

    private static func metrics<Choice: RawRepresentable>(
        _ lesson: Lesson
    ) throws(ComputationError) -> [Choice] where Choice.RawValue == String {
        try ComputationError.each(lesson.metrics) { name throws(ComputationError) in
            guard let metric = Choice(rawValue: name) else {
                throw ComputationError("this worker knows no metric \(name)")
            }
            return metric
        }
    }

    private static func bench(
        _ lesson: Lesson, _ data: SealedMemory, _ validation: SealedMemory?, _ columns: Schema
    ) throws -> Workbench {
        guard let task = Engine.LearningTask(lesson.task) else {
            throw ComputationError("this worker knows no \(lesson.task.rawValue) of rows")
        }
        // Read where it lies: the pages are the worker's, and all its runners'.
        func read(_ memory: SealedMemory) throws -> (CleanTable, Schema) {
            try memory.withBytes { bytes throws(TableError) in
                try Dataset.table(
                    bytes: bytes, schema: columns, target: lesson.target, task: task,
                    split: lesson.validation == nil ? RowSplit(lesson) : nil,
                    weight: lesson.weight)
            }
        }
        let (train, demanding) = try read(data)
        let judged = try validation.map { try read($0).0 }
        let table = judged.map { train.joined(with: $0) } ?? train
        try Self.requirePinned(table, lesson)
        let dataset = try Dataset(
            table, target: lesson.target, task: task, schema: demanding, weight: lesson.weight
        ).takingForPositive(first: lesson.positiveFirst)
            .weighing(lesson.classWeights.map(Engine.ClassWeights.init))
            .aiming(at: try Self.metrics(lesson), quantile: lesson.quantile)
            .constraining(lesson.monotone.map(Dataset.Constraint.init))
        let folds =
            if let judged {
                Folds(learning: train.frame.rows, judging: judged.frame.rows)
            } else {
                try Folds(RowSplit(lesson), dataset.answers, table, seed: lesson.foldSeed)
            }
        return Workbench(dataset, folds)
    }

    private static func bench(
        _ lesson: Lesson, _ terms: SeriesTerms, _ data: SealedMemory, _ columns: Schema
    ) throws -> SeriesBench {
        let plan = try SeriesPlan(terms, target: lesson.target)
        let table = try data.withBytes { bytes throws(TableError) in
            try TableFormat.reader(of: bytes).table(columns)
        }
        try Self.requirePinned(table, lesson)
        return try SeriesBench(
            table, plan, schema: columns, horizon: terms.horizon, folds: lesson.folds)
    }

    /// The last hop: from the bytes, whose digest the worker checked, to the rows.
    private static func requirePinned(
        _ table: CleanTable, _ lesson: Lesson
    ) throws(ComputationError) {
        guard lesson.cleaned == nil || lesson.cleaned == table.digest else {
            throw ComputationError(
                "the schema leaves another table here than where the job was submitted")
        }
    }

    /// Scores of all metrics that are defined here; the first always is.
    ///
    /// - Parameter rows: how many of each fold are learned from, and how many judged; nil: all.
    mutating func evaluate(
        _ recipe: Wire.Recipe, rows: UInt32? = nil
    ) throws(ComputationError) -> [Score] {
        do {
            switch self.bench {
            case .rows(var bench, let metrics):
                // What it keeps of the encoded table is kept.
                defer { self.bench = .rows(bench, metrics) }
                let recipe = try Engine.Recipe(recipe)
                guard let rows else {
                    return try Self.scores(try bench.evaluate(recipe, metrics: metrics))
                }
                return try Self.scores(
                    try bench.evaluate(recipe, metrics: metrics, rows: Int(rows)))
            case .series where rows != nil:
                throw ComputationError("series are never judged by some of their steps")
            case .series(let bench, let metrics):
                return try Self.scores(
                    try bench.evaluate(try ForecastRecipe(recipe), metrics: metrics))
            }
        } catch {
            throw ComputationError("\(error)")
        }
    }

    private static func scores(_ evaluation: Evaluation) throws(ComputationError) -> [Score] {
        try Self.scores(evaluation.scores)
    }

    private static func scores(
        _ scores: [Evaluation.Score]
    ) throws(ComputationError) -> [Score] {
        try Self.finite(scores.map { Score($0.metric.rawValue, $0.mean) })
    }

    private static func scores(_ scores: [SeriesBench.Score]) throws(ComputationError) -> [Score] {
        try Self.finite(scores.map { Score($0.metric.rawValue, $0.value) })
    }

    private static func finite(_ scores: [Score]) throws(ComputationError) -> [Score] {
        if let score = scores.first(where: { !$0.value.isFinite }) {
            throw ComputationError("\(score.metric) is not a finite number")
        }
        return scores
    }

    /// Fits on all rows; the model, as the two files of its bundle.
    ///
    /// Nothing in the files tells which worker made them or when, so that a second run of the same
    /// refit gives the same digests; the head says that when it signs them.
    ///
    /// - Parameters:
    ///   - scores: what the recipe scored by cross validation.
    ///   - companions: recipes that may make the model together with it.
    /// - Returns: the model's files; what its members are and score together, where there were
    ///   companions to choose from.
    mutating func refit(
        _ recipe: Wire.Recipe, scores: [Score], companions: [Wire.Recipe]
    ) throws(ComputationError) -> Learned {
        do {
            var learned: Learned
            let model: ModelBundle.Model
            switch self.bench {
            case .rows(var bench, let metrics):
                defer { self.bench = .rows(bench, metrics) }
                let table: FittedModel
                (learned, table) = try Self.fit(
                    &bench, metrics, recipe, companions, reusing: self.fitted)
                self.fitted = table.members.count == 1 ? table : nil
                model = .table(table)
            case .series(let bench, let metrics):
                (learned, model) = try Self.fit(bench, metrics, recipe, companions)
            }
            learned.files = try self.files(
                of: model, scores: learned.scores.isEmpty ? scores : learned.scores)
            return learned
        } catch {
            throw ComputationError("\(error)")
        }
    }

    private static func fit(
        _ bench: inout Workbench, _ metrics: [Metric], _ recipe: Wire.Recipe,
        _ companions: [Wire.Recipe], reusing former: FittedModel?
    ) throws -> (Learned, FittedModel) {
        let winner = try Engine.Recipe(recipe)
        // One that this worker does not know helps nobody.
        let others = companions.map { try? Engine.Recipe($0) }
        let recipes = [winner] + others
        let known = recipes.compactMap { $0 }
        var learned = Learned(scores: [])
        var ensemble = Ensemble(of: winner)
        if known.count > 1 {
            let choice = try bench.ensemble(of: known, metrics: metrics)
            ensemble = choice.ensemble
            learned.scores = try Self.scores(choice.evaluation)
        }
        if ensemble.members.map(\.recipe) != [winner] {
            learned.members = zip(ensemble.members, ensemble.shares).map { member, share in
                Outcome.Member(recipe: recipes.firstIndex(of: member.recipe) ?? 0, weight: share)
            }
        }
        return (learned, try FittedModel.fit(ensemble, bench.dataset, reusing: former))
    }

    private static func fit(
        _ bench: SeriesBench, _ metrics: [ForecastMetric], _ recipe: Wire.Recipe,
        _ companions: [Wire.Recipe]
    ) throws -> (Learned, ModelBundle.Model) {
        let recipes = [try ForecastRecipe(recipe)] + companions.map { try? ForecastRecipe($0) }
        let known = recipes.indices.filter { recipes[$0] != nil }
        let choice = try bench.model(of: known.compactMap { recipes[$0] }, metrics: metrics)
        var learned = Learned(scores: try Self.scores(choice.scores))
        let members = zip(known, choice.shares).filter { $0.1 > 0 }
        if members.count > 1 {
            learned.members = members.map { Outcome.Member(recipe: $0.0, weight: $0.1) }
        }
        return (learned, .series(choice.model))
    }

    private func files(
        of model: ModelBundle.Model, scores: [Score]
    ) throws(ComputationError) -> [(Output, SealedMemory)] {
        let (rows, repairs, changes): (Int, Repairs, [Safetensors.Entry]) =
            switch self.bench {
            case .rows(let bench, _): (bench.dataset.rows, bench.dataset.repairs, [])
            case .series(let bench, _): (bench.steps, bench.repairs, Self.changes(bench))
            }
        let lineage: [Safetensors.Entry] =
            [
                .init("data", self.lesson.data.digest.description),
                .init("schema", self.lesson.schema.digest.description),
                .init("rows", "\(rows)"),
                .init("metrics", self.lesson.metrics.joined(separator: ",")),
                .init("folds", "\(self.lesson.folds)"),
                .init("fold_seed", "\(self.lesson.foldSeed)"),
                .init("environment", self.environmentClass),
            ] + changes + self.split + self.terms + self.validation + self.sample
            + self.cleaning(repairs)
        let judged = scores.map { ModelBundle.Score($0.metric, $0.value) }
        let files = ModelBundle(
            model, images: try self.images(of: model), scores: judged, lineage: lineage
        )
        .files { Digest(sha256: Array(SHA256.hash(data: $0))).description }
        do {
            return [
                try Self.output(files.manifest, named: ModelBundle.manifestName),
                try Self.output(files.weights, named: ModelBundle.weightsName),
            ]
        } catch {
            throw ComputationError("the model could not be kept: \(error)")
        }
    }

    /// What pictures become for the model, where it learned from some.
    private func images(
        of model: ModelBundle.Model
    ) throws(ComputationError) -> ImageFeatures? {
        guard let terms = self.lesson.images else { return nil }
        guard let images = ImageFeatures(size: terms.size, hasColour: terms.hasColour),
            model.ofTable?.takes(images) == true
        else { throw ComputationError("the table is not what pictures become here") }
        return images
    }

    /// How rows were parted, where that was not by chance into folds.
    private var split: [Safetensors.Entry] {
        guard let split = self.lesson.split else { return [] }
        var entries: [Safetensors.Entry] = [.init("split_by", split.by.rawValue)]
        if let column = split.column { entries.append(.init("split_column", column)) }
        if split.isFeature { entries.append(.init("split_feature", "true")) }
        if let share = split.holdout { entries.append(.init("split_holdout", "\(share)")) }
        return entries
    }

    /// What rows count by, where they do not count alike, and what numbers stand for.
    private var terms: [Safetensors.Entry] {
        var entries: [Safetensors.Entry] = []
        if let weight = self.lesson.weight { entries.append(.init("weight", weight)) }
        switch self.lesson.classWeights {
        case .balanced: entries.append(.init("class_weight", "balanced"))
        case .given(let weights):
            let text = weights.map { "\($0)" }.joined(separator: ",")
            entries.append(.init("class_weight", text))
        case nil: break
        }
        if self.lesson.positiveFirst { entries.append(.init("positive_first", "true")) }
        for term in self.lesson.monotone {
            entries.append(.init("monotone \(term.column)", term.way.rawValue))
        }
        if let quantile = self.lesson.quantile { entries.append(.init("quantile", "\(quantile)")) }
        return entries
    }

    /// The table that candidates were judged by; the model learned from it in the end.
    private var validation: [Safetensors.Entry] {
        guard let validation = self.lesson.validation, case .rows(let bench, _) = self.bench else {
            return []
        }
        return [
            .init("validation", validation.digest.description),
            .init("validation_rows", "\(bench.folds.judged.count)"),
        ]
    }

    /// What the table was drawn from before it came.
    private var sample: [Safetensors.Entry] {
        guard let sample = self.lesson.sample else { return [] }
        var entries: [Safetensors.Entry] = [
            .init("sample_rows", "\(sample.rows)"),
            .init("sample_of_rows", "\(sample.rowsOfTable)"),
            .init("sample_seed", "\(sample.seed)"),
        ]
        if let table = sample.table { entries.append(.init("sample_of", table.description)) }
        return entries
    }

    /// What was done to make regular series of the rows.
    private static func changes(_ bench: SeriesBench) -> [Safetensors.Entry] {
        bench.series.notes.map { .init("series \($0.deed)", "\($0.count)") }
    }

    /// What was done to the table before it was learned from, where its schema does anything.
    private func cleaning(_ repairs: Repairs) -> [Safetensors.Entry] {
        guard let cleaned = self.lesson.cleaned else { return [] }
        var entries: [Safetensors.Entry] = [
            .init("cleaned", cleaned.description), .init("rows_read", "\(repairs.rowsRead)"),
            .init("rows_dropped", "\(repairs.rowsDropped)"),
            .init("fields_repaired", "\(repairs.fieldsRepaired)"),
        ]
        for amendment in repairs.amendments.prefix(Self.amendmentsMax) {
            let name: String
            switch amendment.subject {
            case .rule(let rule): name = "rule \(rule)"
            case .column(let column, let fault): name = "column \(column) \(fault.rawValue)"
            }
            entries.append(.init(name, "\(amendment.remedy.rawValue) \(amendment.count)"))
        }
        return entries
    }

    /// Rules, and columns that needed something, that a model tells of.
    private static let amendmentsMax = RuleLimits.rulesMax

    private static func output(
        _ bytes: [UInt8], named name: String
    ) throws(HostError) -> (Output, SealedMemory) {
        var draft = try SealedMemory.Draft(named: "assay-output")
        try draft.append(bytes)
        let memory = try draft.sealed()
        return (Output(name: name, blob: memory.blob), memory)
    }
}
