import Engine
import Wire
import WorkerShell

/// What a model goes by, found out from the table that it was learned from.
enum ModelExplanation {
    /// The table, as the job read it.
    struct Table {
        let path: String
        let bytes: [UInt8]
        /// Nil: as the table suggests.
        let schema: Schema?
        /// Those that the model goes by, where the schema does not say it yet.
        let columns: ColumnChoice

        /// The table that candidates were judged by.
        let validation: (path: String, bytes: [UInt8])?

        init(
            _ terms: TableTerms, validation: String?, for bundle: ModelBundle
        ) throws(InputError) {
            let schema = try SchemaFile.read(ifGiven: terms.schema)
            let loaded =
                if bundle.images == nil {
                    try terms.load(
                        schema, columns: try Self.columns(of: bundle), isNamed: false)
                } else {
                    TableTerms.Loaded(
                        bytes: try bundle.table(at: terms.train).bytes, schema: schema,
                        columns: .all, sample: nil)
                }
            self.path = terms.place
            self.bytes = loaded.bytes
            self.schema = loaded.schema
            self.columns = loaded.columns
            self.validation = try validation.map { path throws(InputError) in
                (path, try TableFile.bytes(path))
            }
        }

        /// Every column that the job learned from, or was told something by.
        private static func columns(of bundle: ModelBundle) throws(InputError) -> ColumnChoice {
            guard case .table(let model) = bundle.model else { return .all }
            let lineage = try Lineage(bundle.lineage)
            let others = [lineage.weight, lineage.split.column?.name].compactMap(\.self)
            return .only(Set(model.schema.columns.map(\.name) + others))
        }
    }

    /// What was drawn of the table, as the model says.
    static func sample(of bundle: ModelBundle) -> TableTerms.Sample? {
        func number<Number: FixedWidthInteger>(_ name: String) -> Number? {
            bundle.lineage.first { $0.name == name }.flatMap { Number($0.text) }
        }
        guard let rows: Int = number("sample_rows"), rows > 0 else { return nil }
        return TableTerms.Sample(rows: rows, seed: number("sample_seed") ?? 0)
    }

    /// Draws the rows that are looked at; the same for the same model and table.
    private static let seed: UInt64 = 1

    /// - Throws: `InputError` where the table is not the one that the model was learned from.
    static func explanation(
        of bundle: ModelBundle, learnedFrom table: Table, _ effort: InfluenceEffort
    ) throws(InputError) -> Explanation? {
        do {
            switch bundle.model {
            case .table(let model):
                return try Self.explanation(of: model, Lineage(bundle.lineage), table, effort)
            case .series(let model):
                return try Self.outlook(of: model, Lineage(bundle.lineage), table)
                    .map { .forecast($0) }
            }
        } catch let error as InputError {
            throw error
        } catch {
            throw InputError(table.path, "\(error)")
        }
    }

    /// One that was written before.
    static func read(_ path: String) throws(InputError) -> Explanation {
        let bytes = try InputFile.read(
            path, upTo: ExplanationLimits.bytesMax, what: "explanation")
        do {
            return try Explanation(decoding: bytes)
        } catch {
            throw InputError(path, "is no explanation: \(error)")
        }
    }

    /// How the model was judged, as its manifest says.
    private struct Lineage {
        let folds: Int
        let foldSeed: UInt64
        let metrics: [String]
        let rows: Int
        let split: RowSplit
        /// Whether a table of its own judged.
        let isJudgedByTable: Bool
        /// The column that says how much each row counts.
        let weight: String?
        let classWeights: Engine.ClassWeights?
        let positiveFirst: Bool
        let quantile: Double?
        let constraints: [Dataset.Constraint]

        init(_ entries: [Safetensors.Entry]) throws(InputError) {
            func text(_ name: String) -> String? { entries.first { $0.name == name }?.text }
            guard let folds = text("folds").flatMap({ Int($0) }),
                let seed = text("fold_seed").flatMap({ UInt64($0) }),
                let metrics = text("metrics"), let rows = text("rows").flatMap({ Int($0) })
            else {
                throw InputError(ModelBundle.manifestName, "does not say how it was judged")
            }
            self.folds = folds
            self.foldSeed = seed
            self.metrics = metrics.split(separator: ",").map(String.init)
            self.rows = rows
            self.isJudgedByTable = text("validation") != nil
            self.weight = text("weight")
            self.constraints = entries.compactMap { entry in
                guard entry.name.hasPrefix("monotone ") else { return nil }
                let column = String(entry.name.dropFirst("monotone ".count))
                return MonotoneTerm.Way(rawValue: entry.text)
                    .map { Dataset.Constraint(MonotoneTerm(column, $0)) }
            }
            self.quantile = text("quantile").flatMap { Double($0) }
                .flatMap { Lesson.quantileRange.contains($0) ? $0 : nil }
            self.classWeights = text("class_weight").map(Self.classWeights)
            self.positiveFirst = text("positive_first") == "true"
            let column = text("split_column")
            self.split = RowSplit(
                text("split_by").flatMap(SplitTerms.Key.init).flatMap { key in
                    // Of a manifest, which may say anything.
                    (column == nil) != (key == .chance)
                        ? nil
                        : SplitTerms(
                            by: key, column: column, isFeature: text("split_feature") == "true",
                            holdout: text("split_holdout").flatMap { Double($0) })
                }, folds: folds)
        }

        /// Of a manifest, which may say anything.
        private static func classWeights(_ text: String) -> Engine.ClassWeights {
            let range = Wire.ClassWeights.range
            let weights = text.split(separator: ",").map { Double($0) ?? 0 }
            return weights.allSatisfy(range.contains) ? .given(weights) : .balanced
        }

        func requireSame(rows: Int, _ path: String) throws(InputError) {
            guard rows == self.rows else {
                throw InputError(
                    path,
                    """
                    has \(Figures.count(rows)) rows, and the model was learned from \
                    \(Figures.count(self.rows)): is it the same table, with the job's schema?
                    """)
            }
        }
    }

    private static func explanation(
        of model: FittedModel, _ lineage: Lineage, _ table: Table, _ effort: InfluenceEffort
    ) throws -> Explanation {
        var bound = try TableFile.dataset(
            table.bytes, at: table.path, schema: table.schema, target: model.target,
            task: model.task, split: lineage.isJudgedByTable ? nil : lineage.split,
            weight: lineage.weight, columns: table.columns)
        bound.dataset = try bound.dataset.takingForPositive(first: lineage.positiveFirst)
        let (rows, folds) = try Self.judged(bound, lineage, table, model)
        let metrics = lineage.metrics.compactMap { Metric(rawValue: $0) }
        let dataset = try rows.weighing(lineage.classWeights)
            .aiming(at: metrics, quantile: lineage.quantile)
            .constraining(lineage.constraints)
        try lineage.requireSame(rows: dataset.rows, table.path)
        var bench = Workbench(dataset, folds)
        return try bench.explanation(
            of: model.ensemble, metrics: metrics, seed: Self.seed, effort: effort)
    }

    /// The rows, and which of them judged.
    private static func judged(
        _ bound: TableFile.Bound, _ lineage: Lineage, _ table: Table, _ model: FittedModel
    ) throws -> (Dataset, Folds) {
        guard lineage.isJudgedByTable else {
            return (
                bound.dataset,
                try Folds(
                    lineage.split, bound.dataset.answers, bound.table, seed: lineage.foldSeed)
            )
        }
        guard let validation = table.validation else {
            throw InputError(
                table.path,
                "is not all that the model was learned from: name the table that judged, too")
        }
        let judge = try JudgingTable(
            validation.bytes, at: validation.path, beside: bound, target: model.target,
            task: model.task, weight: lineage.weight)
        return (
            judge.dataset,
            Folds(
                learning: bound.table.frame.rows, judging: judge.table.frame.rows)
        )
    }

    /// Nil where the coming values of other columns would be needed.
    private static func outlook(
        of model: FittedForecasts, _ lineage: Lineage, _ table: Table
    ) throws -> Outlook? {
        guard !model.needsExogenous else { return nil }
        let schema = try table.schema ?? TableFile.suggested(table.bytes, at: table.path)
        let bench = try SeriesBench(
            TableFile.table(table.bytes, at: table.path, schema: schema), model.plan,
            schema: schema, horizon: model.horizon, folds: lineage.folds)
        try lineage.requireSame(rows: bench.steps, table.path)
        return try bench.outlook(of: model)
    }
}
