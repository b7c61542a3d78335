import Engine

/// A model's answers to some rows of a table.
struct PredictedRows {
    let model: FittedModel
    let values: Matrix
    /// Where each row comes from, for pictures in a folder.
    let files: ArraySlice<String>?

    var rows: Int { self.values.rows }

    /// The answer to a row as text: a class, a number, or whether it is an anomaly. It is what the
    /// user asked for.
    func answer(row: Int) -> String {
        self.model.label(self.values, row: row)?.revealed ?? "\(self.values[row, 0])"
    }

    // MARK: As CSV

    /// What `csv` has columns for: the `file` of a picture, `prediction`, for classes the
    /// probability of each, for anomalies the `score`.
    func header(for reader: CSVText.Reader) -> String {
        let place = self.files == nil ? [] : ["file"]
        let further: [String] =
            switch self.model.task {
            case .classification: self.model.classNames.map { "probability_\($0.revealed)" }
            case .regression: []
            case .anomalyDetection: ["score"]
            }
        return CSVText.row(place + ["prediction"] + further, for: reader)
    }

    /// A row for each of the table's, in its order, without a header.
    func csv(for reader: CSVText.Reader) -> String {
        // A class is quoted once, and not once a row.
        let classes =
            self.model.task == .classification
            ? self.model.classNames.map { CSVText.field($0.revealed, for: reader) } : []
        var text = ""
        for row in 0..<self.rows {
            if let files { text += CSVText.field(files[files.startIndex + row], for: reader) + "," }
            switch self.model.task {
            case .classification: text += classes[self.model.chosenClass(self.values, row: row)]
            case .regression: text += "\(self.values[row, 0])"
            case .anomalyDetection: text += CSVText.field(self.answer(row: row), for: reader)
            }
            if self.model.task != .regression {
                for column in 0..<self.values.columns {
                    text += ","
                    text += "\(self.values[row, column])"
                }
            }
            text += "\n"
        }
        return text
    }
}
