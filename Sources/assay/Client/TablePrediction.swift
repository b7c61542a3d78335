import Engine

/// Predicts a table of any size, a block of rows after the other.
struct TablePrediction {
    let model: FittedModel
    /// Of the table, for sentences.
    let path: String
    let purpose: FittedModel.Purpose
    /// Where each row comes from, for pictures in a folder.
    let files: [String]?
    private(set) var rows = 0
    /// Of all rows, where they are to be scored.
    private var kept: (values: [Double], answers: [Answers]) = ([], [])

    init(
        _ model: FittedModel, at path: String, for purpose: FittedModel.Purpose,
        files: [String]? = nil
    ) {
        self.files = files
        self.model = model
        self.path = path
        self.purpose = purpose
    }

    /// Hands the answers to every row to `body`, in the table's order.
    ///
    /// - Throws: `InputError` for a bad table, and what `body` throws; rows that were handed out by
    ///   then are right.
    mutating func run(
        _ source: any TableSource, blockBytes: Int = TableBlocks.blockBytes,
        _ body: (PredictedRows) throws -> Void
    ) throws {
        do {
            var blocks = try TableBlocks(source, blockBytes: blockBytes)
            while let (frame, values) = try blocks.next({ reader in
                let frame = try self.model.frame(reader, for: self.purpose)
                return (frame, try self.model.predict(frame))
            }) {
                if self.purpose == .scoring {
                    let answers = try self.model.answers(in: frame, rowsBefore: self.rows)
                    self.kept.answers.append(answers)
                    self.kept.values += values.values
                }
                let places = self.rows..<self.rows + frame.rows
                self.rows += frame.rows
                try body(
                    PredictedRows(
                        model: self.model, values: values, files: self.files?[places]))
            }
        } catch let error as TableError {
            let doubt = error.code == .missingColumn ? self.model.schema.aliasDoubt : ""
            throw InputError(self.path, "\(error)\(doubt)")
        }
    }

    /// Every metric of the task that the rows define.
    ///
    /// - Requires: the purpose is scoring.
    func scores() -> [String: Double] {
        let values = Matrix(
            rows: self.rows, columns: self.model.outputs, values: self.kept.values)
        guard let answers = Answers(joining: self.kept.answers) else { return [:] }
        var scores: [String: Double] = [:]
        // Of which quantile, nobody says here; rates interest those who learned rates.
        let metrics = Metric.allCases.filter {
            $0 != .quantileLoss && ($0 != .poissonDeviance || self.model.learnedRates)
        }
        for metric in metrics where metric.supports(self.model.task) {
            // A metric may be undefined here, as ROC AUC is for rows of one class: it is left out.
            scores[metric.rawValue] = try? self.model.value(of: metric, answers, values)
        }
        return scores
    }
}
