import Engine

/// What a model answers, one row after the other.
protocol Answers {
    var rows: Int { get }

    /// The answer to a row as text. It is what the user asked for.
    func answer(row: Int) -> String

    /// Every metric of the task that these rows define.
    func scores() throws(InputError) -> [String: Double]

    /// All of it, with a header.
    func csv(for reader: CSVText.Reader) -> String
}

/// A model's answers to a table, and how good they are where the target is known.
struct Prediction: Answers {
    let model: FittedModel
    /// Where each row comes from, for pictures in a folder.
    let files: [String]?
    private let path: String
    private let frame: Frame
    private let values: Matrix

    /// - Parameter path: of the table, for sentences.
    init(
        _ model: FittedModel, bytes: [UInt8], files: [String]? = nil, at path: String,
        for purpose: FittedModel.Purpose
    ) throws(InputError) {
        self.model = model
        self.files = files
        self.path = path
        do {
            self.frame = try bytes.withUnsafeBytes { try model.frame(bytes: $0, for: purpose) }
            self.values = try model.predict(self.frame)
        } catch let error as TableError where error.code == .missingColumn {
            throw InputError(path, "\(error)\(model.schema.aliasDoubt)")
        } catch {
            throw InputError(path, "\(error)")
        }
    }

    var rows: Int { self.values.rows }

    // MARK: As numbers

    /// Every metric of the task that these rows define.
    func scores() throws(InputError) -> [String: Double] {
        let answers: Engine.Answers
        do {
            answers = try self.model.answers(in: self.frame)
        } catch {
            throw InputError(self.path, "\(error)")
        }
        var scores: [String: Double] = [:]
        for metric in Metric.allCases where metric.supports(self.model.task) {
            // A metric may be undefined here, as ROC AUC is for rows of one class: it is left out.
            scores[metric.rawValue] = try? metric.value(answers, self.values)
        }
        return scores
    }

    /// The answer to a row as text: a class, a number, or whether it is an anomaly. It is what the
    /// user asked for.
    func answer(row: Int) -> String {
        switch self.model.task {
        case .classification: self.model.className(self.values, row: row).revealed
        case .regression: "\(self.values[row, 0])"
        case .anomalyDetection: self.flag(row: row)
        }
    }

    /// As the target of the training table called it, where there was one.
    private func flag(row: Int) -> String {
        let isAnomaly = self.values[row, 0] > 0
        guard self.model.classNames.count == 2 else { return isAnomaly ? "anomaly" : "normal" }
        return self.model.classNames[isAnomaly ? 1 : 0].revealed
    }

    // MARK: As CSV

    /// A row for each of the table's, in its order: the `file` of a picture, `prediction`, for
    /// classes the probability of each, for anomalies the `score`.
    func csv(for reader: CSVText.Reader = .programs) -> String {
        let further: [String] =
            switch self.model.task {
            case .classification: self.model.classNames.map { "probability_\($0.revealed)" }
            case .regression: []
            case .anomalyDetection: ["score"]
            }
        let place = self.files == nil ? [] : ["file"]
        var text = CSVText.row(place + ["prediction"] + further, for: reader)
        for row in 0..<self.rows {
            var fields = self.files.map { [$0[row]] } ?? []
            fields.append(self.answer(row: row))
            if !further.isEmpty {
                fields += (0..<self.values.columns).map { "\(self.values[row, $0])" }
            }
            text += CSVText.row(fields, for: reader)
        }
        return text
    }
}
