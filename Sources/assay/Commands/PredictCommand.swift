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
            of --columns, undoes them.
            """)

    @Argument(help: "A model's directory, or its ID on the head.")
    var model: String

    @Argument(help: ArgumentHelp("The table; a forecast may do without.", valueName: "data.csv"))
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
        let prediction = try self.prediction(bundle)
        let scores = self.score ? try prediction.scores() : nil
        let csv = prediction.csv(for: self.safeCSV ? .spreadsheets : .programs)
        if let file { try OutputFile.write(Array(csv.utf8), to: file, readers: .everyone) }

        let forecast = prediction as? ForecastAnswers
        let printsPredictions = !self.score && self.file == nil
        guard self.output.json || !printsPredictions else {
            return Terminal().result(csv)
        }
        let report = Report(
            rows: prediction.rows, scores: scores,
            predictions: printsPredictions && forecast == nil
                ? (0..<prediction.rows).map(prediction.answer(row:)) : nil,
            files: printsPredictions ? (prediction as? Prediction)?.files : nil,
            steps: printsPredictions ? forecast?.report : nil,
            output: self.file, signer: checked.provenance?.signer.uri)
        try self.output.print(report) { Self.text(report, $0.resultStyle) }
    }

    /// - Throws: `CommandError` for what does not suit the model's task.
    private func prediction(_ bundle: ModelBundle) throws -> any Answers {
        switch bundle.model {
        case .table(let model):
            guard let data else {
                throw CommandError(.usage, "\(self.model): predicts rows: name their table")
            }
            guard self.horizon == nil, self.levels.isEmpty else {
                throw CommandError(
                    .usage, "\(self.model): predicts rows: --horizon and --level are for forecasts")
            }
            let table = try bundle.table(at: data)
            return try Prediction(
                model, bytes: table.bytes, files: table.files, at: data,
                for: self.score ? .scoring : .prediction)
        case .series(let model):
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
