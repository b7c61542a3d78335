import Engine
import Wire
import WorkerShell

/// A forecasting job's table, read once and made series of, as its workers will.
struct CheckedSeries {
    let sent: SentTable
    let report: DataReport
    /// What was done to make regular series of the rows, one sentence each.
    let notes: [String]
    private let steps: Int

    /// - Parameter place: where the map of the columns is kept; nil lets their names travel.
    init(_ forecasting: JobFile.Forecasting, aliasesAt place: String?) throws(InputError) {
        let terms = forecasting.table
        guard terms.sample == nil else {
            throw InputError(terms.train, "has no sample that is a series: leave out data.sample")
        }
        let bytes = try terms.load(nil, isNamed: place == nil).bytes
        let plan: SeriesPlan
        let schema: Schema
        let table: CleanTable
        let bench: SeriesBench
        do {
            plan = try SeriesPlan(forecasting.terms, target: forecasting.target)
            schema = try Self.schema(forecasting, plan, bytes)
            table = try TableFile.table(bytes, at: terms.train, schema: schema)
            bench = try SeriesBench(
                table, plan, schema: schema, horizon: forecasting.terms.horizon,
                folds: forecasting.folds)
            // What no naive forecast can be judged by, none can: of series that never change, say.
            _ = try bench.evaluate(ForecastRecipe(.naive), metrics: forecasting.metrics)
        } catch let error as InputError {
            throw error
        } catch {
            throw InputError(terms.train, "\(error)")
        }
        self.notes = bench.series.notes.map(\.description)
        self.steps = bench.steps
        self.report = DataReport(
            rowsRead: UInt64(table.repairs.rowsRead),
            rowsDropped: UInt64(table.repairs.rowsDropped),
            findings: DataExamination.findings(of: table.repairs))
        self.sent = try SentTable(
            bytes, table, schema, self.report, terms,
            columns: try place.map { place throws(InputError) in
                try terms.map(at: place, bytes, schema)
            })
    }

    /// The given one, or what the table suggests of the plan's columns; the others are ignored.
    private static func schema(
        _ forecasting: JobFile.Forecasting, _ plan: SeriesPlan, _ bytes: [UInt8]
    ) throws -> Schema {
        let path = forecasting.table.train
        if let schema = try SchemaFile.read(ifGiven: forecasting.table.schema) { return schema }
        let names = Set(plan.columns)
        return try Schema(
            TableFile.suggested(bytes, at: path).columns.map { column in
                names.contains(column.name) ? column : Schema.Column(column.name, .ignored)
            })
    }

    func job(_ forecasting: JobFile.Forecasting, seed: UInt64) -> LearningJob {
        let terms = forecasting.terms
        let lesson = Lesson(
            task: .forecasting, data: self.sent.data.blob, schema: self.sent.schema.blob,
            target: self.sent.name(of: forecasting.target),
            metrics: forecasting.metrics.map(\.rawValue), folds: forecasting.folds,
            foldSeed: seed, cleaned: self.sent.cleaned, cache: forecasting.table.cache,
            series: SeriesTerms(
                time: terms.time.map(self.sent.name(of:)), key: terms.key.map(self.sent.name(of:)),
                exogenous: terms.exogenous.map(self.sent.name(of:)), frequency: terms.frequency,
                season: terms.season, averages: terms.averages, horizon: terms.horizon))
        return LearningJob(
            lesson: lesson, direction: .minimise,
            families: forecasting.families.map(\.rawValue), ensembles: forecasting.ensembles,
            rows: UInt64(self.steps), columns: UInt32(terms.exogenous.count), classes: 0,
            data: self.sent.report, search: forecasting.search)
    }
}
