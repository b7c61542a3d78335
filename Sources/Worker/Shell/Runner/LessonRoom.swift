import Crypto
import Engine
import Host
import Wire

/// One lesson, read and cut into folds, with what its trials share.
struct LessonRoom {
    let lesson: Lesson
    private let environmentClass: String
    private let metrics: [Metric]
    private var bench: Workbench

    init(
        _ lesson: Lesson, _ data: SealedMemory, _ schema: SealedMemory, _ environmentClass: String
    ) throws(ComputationError) {
        self.lesson = lesson
        self.environmentClass = environmentClass
        self.metrics = try ComputationError.each(lesson.metrics) { name throws(ComputationError) in
            guard let metric = Metric(rawValue: name) else {
                throw ComputationError("this worker knows no metric \(name)")
            }
            return metric
        }
        do {
            let columns = try schema.withBytes { bytes throws(SchemaError) in
                try Schema(decoding: Array(bytes))
            }
            // Read where it lies: the pages are the worker's, and all its runners'.
            let task = Engine.LearningTask(lesson.task)
            let (table, demanding) = try data.withBytes { bytes throws(TableError) in
                try Dataset.table(
                    bytes: bytes, schema: columns, target: lesson.target, task: task)
            }
            // The last hop: from the bytes, whose digest the worker checked, to the rows.
            if let pinned = lesson.cleaned, pinned != table.digest {
                throw ComputationError(
                    "the schema leaves another table here than where the job was submitted")
            }
            let dataset = try Dataset(table, target: lesson.target, task: task, schema: demanding)
            let folds = try Folds(dataset.answers, count: lesson.folds, seed: lesson.foldSeed)
            self.bench = Workbench(dataset, folds)
        } catch {
            throw ComputationError("\(error)")
        }
    }

    /// Scores of all metrics that are defined here; the first always is.
    mutating func evaluate(_ recipe: Wire.Recipe) throws(ComputationError) -> [Score] {
        do {
            return try Self.scores(
                try self.bench.evaluate(try Engine.Recipe(recipe), metrics: self.metrics))
        } catch {
            throw ComputationError("\(error)")
        }
    }

    private static func scores(_ evaluation: Evaluation) throws(ComputationError) -> [Score] {
        try ComputationError.each(evaluation.scores) { score throws(ComputationError) in
            guard score.mean.isFinite else {
                throw ComputationError("\(score.metric.rawValue) is not a finite number")
            }
            return Score(score.metric.rawValue, score.mean)
        }
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
            let winner = try Engine.Recipe(recipe)
            // One that this worker does not know helps nobody.
            let others = companions.map { try? Engine.Recipe($0) }
            let recipes = [winner] + others
            let known = recipes.compactMap { $0 }
            var learned = Learned(scores: [])
            var ensemble = Ensemble(of: winner)
            if known.count > 1 {
                let choice = try self.bench.ensemble(of: known, metrics: self.metrics)
                ensemble = choice.ensemble
                learned.scores = try Self.scores(choice.evaluation)
            }
            if ensemble.members.count > 1 {
                learned.members = ensemble.members.map { member in
                    Outcome.Member(
                        recipe: recipes.firstIndex(of: member.recipe) ?? 0, weight: member.weight)
                }
            }
            let model = try FittedModel.fit(ensemble, self.bench.dataset)
            learned.files = try self.files(
                of: model, scores: learned.scores.isEmpty ? scores : learned.scores)
            return learned
        } catch {
            throw ComputationError("\(error)")
        }
    }

    private func files(
        of model: FittedModel, scores: [Score]
    ) throws(ComputationError) -> [(Output, SealedMemory)] {
        let lineage: [Safetensors.Entry] =
            [
                .init("data", self.lesson.data.digest.description),
                .init("schema", self.lesson.schema.digest.description),
                .init("rows", "\(self.bench.dataset.rows)"),
                .init("metrics", self.lesson.metrics.joined(separator: ",")),
                .init("folds", "\(self.lesson.folds)"),
                .init("fold_seed", "\(self.lesson.foldSeed)"),
                .init("environment", self.environmentClass),
            ] + self.cleaning
        let judged = scores.map { ModelBundle.Score($0.metric, $0.value) }
        let files = ModelBundle(model, scores: judged, lineage: lineage)
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

    /// What was done to the table before it was learned from, where its schema does anything.
    private var cleaning: [Safetensors.Entry] {
        guard let cleaned = self.lesson.cleaned else { return [] }
        let repairs = self.bench.dataset.repairs
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

extension Engine.LearningTask {
    init(_ task: Wire.LearningTask) {
        switch task {
        case .classification: self = .classification
        case .regression: self = .regression
        case .anomalyDetection: self = .anomalyDetection
        }
    }
}

extension Engine.Recipe {
    init(_ recipe: Wire.Recipe) throws(LearnerError) {
        try self.init(
            familyName: recipe.family, recipe.parameters.map { .init($0.name, $0.value) },
            seed: recipe.seed)
    }
}

extension ComputationError {
    /// A `map` that keeps the error's type.
    static func each<Source, Target>(
        _ items: [Source], _ make: (Source) throws(ComputationError) -> Target
    ) throws(ComputationError) -> [Target] {
        var targets: [Target] = []
        for item in items { targets.append(try make(item)) }
        return targets
    }
}
