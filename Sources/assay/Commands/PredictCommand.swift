import ArgumentParser
import Engine
import Host

struct PredictCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "predict",
        abstract: "Predict a table's target with a model, or score the model on it.",
        discussion: """
            MODEL is a bundle's directory, or the ID of a model on the head. Its signature is \
            verified before a byte of it is parsed (see assay verify); where nobody is named to \
            trust, a model that was never signed is held against its checksums. Predictions go to \
            standard output as CSV: a row for each of the table's, the prediction first, then for \
            classes the probability of each. A model that knows its columns by aliases takes \
            tables with their names where MODEL.columns.json, or the map of --columns, undoes them.
            """)

    @Argument(help: "A model's directory, or its ID on the head.")
    var model: String

    @Argument(help: ArgumentHelp("The table.", valueName: "data.csv"))
    var data: String

    @Flag(help: "Print how good the predictions are; the table must hold the target.")
    var score = false

    @Option(
        name: .customLong("output"),
        help: ArgumentHelp("Write the predictions to this file.", valueName: "file"))
    var file: String?

    @Flag(
        help: "Put an apostrophe before labels that a spreadsheet would compute, such as =1+1.")
    var safeCSV = false

    @OptionGroup var names: ColumnOptions
    @OptionGroup var authority: AuthorityOptions

    @Flag(help: "Take a model that nobody signed, on its checksums alone.")
    var unsigned = false

    @Flag(help: "Take a model that was made from what a program of a user made.")
    var allowTainted = false

    @OptionGroup var client: ClientOptions
    @OptionGroup var output: OutputOptions

    /// What `--json` prints.
    struct Report: Encodable {
        let rows: Int
        /// With `--score`: by metric.
        let scores: [String: Double]?
        /// Without `--score` and `--output`: one for each row.
        let predictions: [String]?
        /// With `--output`: where they are.
        let output: String?
        /// The identity of the head that signed the model.
        let signer: String?
    }

    func run() async throws {
        let columns = try self.names.map()
        let bytes = try TableFile.bytes(self.data)
        let bundle = try await ModelSource(self.model, client: self.client).bundle(
            on: ModelTerms(
                trust: try self.authority.trust(self.client), takesUnsigned: self.unsigned,
                takesTainted: self.allowTainted))
        let model = try ModelFiles.model(bundle, called: self.model)
            .withNames(of: self.model, columns)
        let prediction = try Prediction(
            model, csv: bytes, at: self.data, for: self.score ? .scoring : .prediction)
        let scores = self.score ? try prediction.scores(at: self.data) : nil
        let csv = prediction.csv(for: self.safeCSV ? .spreadsheets : .programs)
        if let file { try Self.write(csv, to: file) }

        let printsPredictions = !self.score && self.file == nil
        guard self.output.json || !printsPredictions else {
            return Terminal().result(csv)
        }
        let report = Report(
            rows: prediction.rows, scores: scores,
            predictions: printsPredictions
                ? (0..<prediction.rows).map(prediction.answer(row:)) : nil,
            output: self.file, signer: bundle.provenance?.signer.uri)
        try self.output.print(report) { Self.text(report, $0.resultStyle) }
    }

    private static func write(_ text: String, to path: String) throws(CommandError) {
        do {
            try AtomicFile.write(
                Array(text.utf8), to: path, readers: .everyone, existing: .replaced)
        } catch {
            throw CommandError(.failed, error.description)
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
