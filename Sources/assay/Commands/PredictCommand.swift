import ArgumentParser
import Engine

struct PredictCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "predict",
        abstract: "Predict a table's target with a model, forecast, or score the model.",
        discussion: """
            MODEL is a bundle's directory, or the ID of a model on the head. Its signature is \
            verified before a byte of it is parsed (see assay verify); where nobody is named to \
            trust, a model that was never signed is held against its checksums. Predictions go to \
            standard output as CSV: a row for each of the table's, the prediction first, then for \
            classes the probability of each. A model of pictures takes a folder of them, or an \
            Arrow table; rows then begin with the file. A model of series forecasts: rows of the \
            table are coming steps, or without a table --horizon says how many are wanted; each \
            row holds the series, the time, the forecast and its intervals. A model that knows its \
            columns by aliases takes tables with their names where MODEL.columns.json, or the map \
            of --columns, undoes them. Rows are read, predicted and written block by block, so \
            that a table may have any size; - reads it from standard input.
            """)

    @Argument(help: "A model's directory, or its ID on the head.")
    var model: String

    @Argument(
        help: ArgumentHelp(
            "The table, or - for standard input; a forecast may do without.",
            valueName: "data.csv"))
    var data: String?

    @Option(
        help: ArgumentHelp(
            "Without a table: steps to forecast, else as many as the model was judged by.",
            valueName: "steps"))
    var horizon: Int?

    @Option(
        name: .customLong("level"),
        help: ArgumentHelp("Levels of a forecast's intervals (0.8 0.95).", valueName: "share"))
    var levels: [Double] = []

    @Flag(help: "Print how good the predictions are; the table must hold the target.")
    var score = false

    @Option(
        name: .customLong("output"),
        help: ArgumentHelp("Write the predictions to this file.", valueName: "file"))
    var file: String?

    @Flag(
        help: "Put an apostrophe before labels that a spreadsheet would compute, such as =1+1.")
    var safeCSV = false

    @OptionGroup var terms: ModelOptions
    @OptionGroup var client: ClientOptions
    @OptionGroup var output: OutputOptions

    /// What `--json` prints.
    struct Report: Encodable {
        let rows: Int
        /// With `--score`: by metric.
        let scores: [String: Double]?
        /// Without `--score` and `--output`: one for each row.
        let predictions: [String]?
        /// With predictions of pictures in a folder: where each lies within it.
        let files: [String]?
        /// The same of a model of series.
        let steps: [ForecastAnswers.Step]?
        /// With `--output`: where they are.
        let output: String?
        /// The identity of the head that signed the model.
        let signer: String?
    }

    func run() async throws {
        let columns = try self.terms.names.map()
        let checked = try await self.terms.checked(self.model, self.client)
        let bundle = try self.terms.bundle(checked, called: self.model, columns)
        let report: Report?
        switch bundle.model {
        case .table(let model):
            report = try self.predict(model, bundle, checked.provenance?.signer.uri)
        case .series(let model): report = try self.forecast(model, checked.provenance?.signer.uri)
        }
        guard let report else { return }
        try self.output.print(report) { Self.text(report, $0.resultStyle) }
    }

    private var reader: CSVText.Reader { self.safeCSV ? .spreadsheets : .programs }
    /// Whether predictions are what is printed.
    private var printsPredictions: Bool { !self.score && self.file == nil }

    // MARK: Rows

    /// Predicts block by block, so that a table may have any size.
    ///
    /// - Returns: what is to be printed; nil where predictions were.
    private func predict(
        _ model: FittedModel, _ bundle: ModelBundle, _ signer: String?
    ) throws -> Report? {
        guard let data else {
            throw CommandError(.usage, "\(self.model): predicts rows: name their table")
        }
        guard self.horizon == nil, self.levels.isEmpty else {
            throw CommandError(
                .usage, "\(self.model): predicts rows: --horizon and --level are for forecasts")
        }
        let draft = try self.file.map { path throws(CommandError) in
            try OutputFile.Draft(of: path, readers: .everyone)
        }
        let keepsAnswers = self.printsPredictions && self.output.json
        let printsRows = self.printsPredictions && !self.output.json
        let terminal = Terminal()
        var answers: [String] = []
        var isFirst = true
        let pictures = bundle.images == nil ? nil : try bundle.table(at: data)
        var prediction = TablePrediction(
            model, at: data, for: self.score ? .scoring : .prediction, files: pictures?.files)
        let source: any TableSource =
            if let pictures { MemorySource(pictures.bytes) } else { try InputSource(data) }
        try prediction.run(source) { rows in
            if keepsAnswers { answers += (0..<rows.rows).map(rows.answer(row:)) }
            guard draft != nil || printsRows else { return }
            let header = isFirst ? rows.header(for: self.reader) : ""
            isFirst = false
            let text = header + rows.csv(for: self.reader)
            try draft?.append(text)
            if printsRows { terminal.result(text) }
        }
        try draft?.publish()
        guard !printsRows else { return nil }
        return Report(
            rows: prediction.rows, scores: self.score ? prediction.scores() : nil,
            predictions: keepsAnswers ? answers : nil,
            files: keepsAnswers ? prediction.files : nil, steps: nil, output: self.file,
            signer: signer)
    }

    // MARK: Forecasts

    /// - Returns: what is to be printed; nil where forecasts were.
    private func forecast(_ model: FittedForecasts, _ signer: String?) throws -> Report? {
        let forecast = try self.answers(model)
        let scores = self.score ? try forecast.scores() : nil
        let csv = forecast.csv(for: self.reader)
        if let file { try OutputFile.write(Array(csv.utf8), to: file, readers: .everyone) }
        guard self.output.json || !self.printsPredictions else {
            Terminal().result(csv)
            return nil
        }
        return Report(
            rows: forecast.rows, scores: scores, predictions: nil, files: nil,
            steps: self.printsPredictions ? forecast.report : nil, output: self.file,
            signer: signer)
    }

    /// - Throws: `CommandError` for what does not suit a forecast.
    private func answers(_ model: FittedForecasts) throws -> ForecastAnswers {
        let levels = self.levels.isEmpty ? ForecastAnswers.levels : self.levels
        guard let data else {
            guard !self.score else {
                throw CommandError(.usage, "--score needs a table that holds what came")
            }
            return try ForecastAnswers(
                model, horizon: self.horizon ?? model.horizon, levels: levels,
                called: self.model)
        }
        guard self.horizon == nil else {
            throw CommandError(.usage, "--horizon and a table of coming steps exclude another")
        }
        return try ForecastAnswers(
            model, bytes: try TableFile.bytes(data), at: data,
            for: self.score ? .scoring : .prediction, levels: levels)
    }

    private static func text(_ report: Report, _ style: Style) -> String {
        var text = "\(Figures.count(report.rows)) rows\n"
        for (metric, value) in (report.scores ?? [:]).sorted(by: { $0.key < $1.key }) {
            let padding = String(repeating: " ", count: max(1, 20 - metric.count))
            text += metric + padding + style.strong(Figures.score(value)) + "\n"
        }
        if let output = report.output { text += "predictions: \(output)\n" }
        return text
    }
}
