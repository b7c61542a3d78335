package import Privacy

/// A model that predicts: how to read and encode a table, and what was learned.
package struct FittedModel: Sendable {
    package let task: LearningTask
    /// The columns of a table to predict from: every feature, then the target.
    package let schema: Schema
    package let target: String
    /// In the order of a prediction's columns. Empty for regression.
    package let classNames: [Private<String>]
    package let recipe: Recipe
    package let encoder: Encoder
    package let predictor: any Predictor

    init(
        task: LearningTask, schema: Schema, target: String, classNames: [Private<String>],
        recipe: Recipe, encoder: Encoder, predictor: any Predictor
    ) {
        self.task = task
        self.schema = schema
        self.target = target
        self.classNames = classNames
        self.recipe = recipe
        self.encoder = encoder
        self.predictor = predictor
    }

    /// Fits `recipe` on all rows of `dataset`; equal recipes and data give equal bits.
    package static func fit(
        _ recipe: Recipe, _ dataset: Dataset
    ) throws(EvaluationError) -> FittedModel {
        let encoder: Encoder
        let predictor: any Predictor
        let learner: any Learner
        do throws(LearnerError) {
            learner = try recipe.learner(for: dataset.task)
        } catch {
            throw EvaluationError(error)
        }
        do throws(EncodingError) {
            encoder = try Encoder(
                fitting: dataset.features, rows: Array(0..<dataset.rows), form: learner.form)
        } catch {
            throw EvaluationError(.unlearnable, error.description)
        }
        do throws(LearnerError) {
            predictor = try learner.fit(
                TrainingData(
                    features: encoder.encode(dataset.features), answers: dataset.answers),
                seed: recipe.seed)
        } catch {
            throw EvaluationError(error)
        }
        return FittedModel(
            task: dataset.task, schema: dataset.schema, target: dataset.target,
            classNames: dataset.classNames, recipe: recipe, encoder: encoder, predictor: predictor)
    }

    /// Columns of a prediction.
    package var outputs: Int { self.task == .regression ? 1 : self.classNames.count }

    // MARK: Prediction

    /// What a table is read for.
    package enum Purpose: Sendable {
        /// The target need not be there, and is not looked at.
        case prediction
        /// The target must be there in every row.
        case scoring
    }

    /// Reads a table with the features that the model knows; other columns are left out.
    package func frame(
        csv: UnsafeRawBufferPointer, for purpose: Purpose
    ) throws(TableError) -> Frame {
        let schema = self.schema.forAnswering(without: purpose == .scoring ? nil : self.target)
        return try CSVReader(csv).frame(schema, unknownColumns: .ignored)
    }

    /// Probabilities (rows × classes) or numbers (rows × 1).
    ///
    /// - Throws: `TableError` if a feature is not there or is of another kind.
    package func predict(_ frame: Frame) throws(TableError) -> Matrix {
        let features = try self.features(of: frame)
        var values: [Double] = []
        values.reserveCapacity(frame.rows * self.outputs)
        for start in stride(from: 0, to: frame.rows, by: Self.blockRows) {
            let rows = Array(start..<min(start + Self.blockRows, frame.rows))
            values += self.predictor.predict(self.encoder.encode(features, rows: rows)).values
        }
        return Matrix(rows: frame.rows, columns: self.outputs, values: values)
    }

    /// The target column of `frame`, as the model knows its classes.
    package func answers(in frame: Frame) throws(TableError) -> Answers {
        guard let column = frame.column(named: self.target) else {
            throw TableError(
                .missingColumn, column: .init(number: nil, name: self.target),
                "the target is no column of the table, and a score needs it")
        }
        switch self.task {
        case .classification: return try Target.classes(of: column, among: self.classNames)
        case .regression: return .numbers(try Target.numbers(of: column))
        }
    }

    /// The name of the likeliest class of a row of `prediction`.
    ///
    /// - Requires: the task is classification.
    package func className(_ prediction: Matrix, row: Int) -> Private<String> {
        self.classNames[prediction.likeliestColumn(ofRow: row)]
    }

    /// Rows that are encoded at once, so that a prediction needs little more room than its table.
    private static let blockRows = 8192

    private func features(of frame: Frame) throws(TableError) -> Frame {
        var given: [String: Frame.Column] = [:]
        for column in frame.columns { given[column.name] = column }
        var columns: [Frame.Column] = []
        for wanted in self.encoder.columns {
            let place = TableError.Place(number: nil, name: wanted.name)
            guard let column = given[wanted.name] else {
                throw TableError(.missingColumn, column: place, "the model needs this column")
            }
            let isText = if case .categorical = column.values { true } else { false }
            guard wanted.encoding.takesTexts ?? isText == isText else {
                throw TableError(
                    .wrongKind, column: place,
                    "the model was fitted on \(isText ? "numbers" : "texts") here")
            }
            columns.append(column)
        }
        return Frame(rows: frame.rows, columns: columns)
    }
}
