package import Privacy

/// A model that predicts: how to read and encode a table, and what was learned.
package struct FittedModel: Sendable {
    package let task: LearningTask
    /// The columns of a table to predict from: every feature, then the target.
    package let schema: Schema
    /// Nil for a detector that was fitted without one.
    package let target: String?
    /// In the order of a prediction's columns; empty for regression and without a target; normal
    /// rows' and anomalies' for anomaly detection.
    package let classNames: [Private<String>]
    /// Never empty.
    package let members: [Member]
    /// How features are encoded for the members: one encoder for each form that they take.
    package let encoders: [Encoder]
    package let pooling: Pooling
    /// See `Ensemble.thresholds`.
    package let thresholds: [Double]

    /// One of the models whose predictions are averaged.
    package struct Member: Sendable {
        package let recipe: Recipe
        package let weight: Double
        /// Index of its encoder in `encoders`.
        package let encoder: Int
        package let predictor: any Predictor

        init(_ recipe: Recipe, weight: Double, encoder: Int, _ predictor: any Predictor) {
            self.recipe = recipe
            self.weight = weight
            self.encoder = encoder
            self.predictor = predictor
        }
    }

    init(
        task: LearningTask, schema: Schema, target: String?, classNames: [Private<String>],
        members: [Member], encoders: [Encoder], _ pooling: Pooling,
        thresholds: [Double]
    ) {
        self.task = task
        self.schema = schema
        self.target = target
        self.classNames = classNames
        self.members = members
        self.encoders = encoders
        self.pooling = pooling
        self.thresholds = thresholds
    }

    /// Fits `recipe` alone.
    package static func fit(
        _ recipe: Recipe, _ dataset: Dataset
    ) throws(EvaluationError) -> FittedModel {
        try Self.fit(Ensemble(of: recipe), dataset)
    }

    /// Fits all members on all rows of `dataset`; equal ensembles and data give equal bits.
    ///
    /// - Parameter former: what its members learned of the same data set is not learned again.
    package static func fit(
        _ ensemble: Ensemble, _ dataset: Dataset, reusing former: FittedModel? = nil
    ) throws(EvaluationError) -> FittedModel {
        try Self.fit(ensemble, dataset, reusing: former) {
            (form, features) throws(EvaluationError) in
            let whole = try Self.prepared(dataset, form)
            guard let features else { return (whole.encoder, whole.training) }
            let ordinal = form == .ordinal ? whole : try Self.prepared(dataset, .ordinal)
            do throws(LearnerError) {
                let order = try FeatureRanking.order(ordinal.encoder, ordinal.training)
                let prepared = whole.keeping(features, of: order)
                return (prepared.encoder, prepared.training)
            } catch {
                throw EvaluationError(error)
            }
        }
    }

    /// All rows as a fold that holds out none.
    private static func prepared(
        _ dataset: Dataset, _ form: FeatureForm
    ) throws(EvaluationError) -> Workbench.Prepared {
        do throws(EncodingError) {
            // A data set has a row that counts.
            let rows = dataset.learned(of: Array(0..<dataset.rows))
            let fitted = try Encoder.fit(
                dataset.features, dataset.answers, rows: rows, form: form)
            return Workbench.Prepared(
                encoder: fitted.encoder,
                training: TrainingData(
                    features: fitted.training, answers: dataset.answers.rows(at: rows),
                    weights: dataset.fittingWeights(at: rows), objective: dataset.learnedObjective,
                    ways: fitted.encoder.ways(dataset.constraints),
                    categories: fitted.encoder.categories),
                heldOut: Matrix(rows: 0, columns: fitted.encoder.width),
                answers: dataset.answers.rows(at: []), weights: nil, rows: [])
        } catch {
            throw EvaluationError(.unlearnable, error.description)
        }
    }

    /// Fits all members on what `prepare` gives for their forms and numbers of features; it is
    /// asked once for each pair.
    static func fit(
        _ ensemble: Ensemble, _ dataset: Dataset, reusing former: FittedModel? = nil,
        _ prepare: (FeatureForm, Int?) throws(EvaluationError) -> (Encoder, TrainingData)
    ) throws(EvaluationError) -> FittedModel {
        var kinds: [(form: FeatureForm, features: Int?)] = []
        var encoders: [Encoder] = []
        var training: [TrainingData] = []
        var members: [Member] = []
        for member in ensemble.members {
            let learner: any Learner
            do throws(LearnerError) {
                learner = try member.recipe.learner(for: dataset)
            } catch {
                throw EvaluationError(error)
            }
            let kind = (form: learner.form, features: member.recipe.features)
            let known = kinds.firstIndex { $0 == kind }
            if known == nil {
                let prepared = try prepare(kind.form, kind.features)
                kinds.append(kind)
                encoders.append(prepared.0)
                training.append(prepared.1)
            }
            let index = known ?? encoders.count - 1
            do throws(LearnerError) {
                let predictor =
                    if let known = former?.members.first(where: { $0.recipe == member.recipe }) {
                        known.predictor
                    } else { try learner.fit(training[index], seed: member.recipe.seed) }
                members.append(
                    Member(member.recipe, weight: member.weight, encoder: index, predictor))
            } catch {
                throw EvaluationError(error)
            }
        }
        return FittedModel(
            task: dataset.task, schema: dataset.schema, target: dataset.target,
            classNames: dataset.classNames, members: members, encoders: encoders,
            ensemble.pooling, thresholds: ensemble.thresholds)
    }

    /// Columns of a prediction.
    package var outputs: Int { self.task == .classification ? self.classNames.count : 1 }

    /// Whether a member learned the logarithms of counts or rates.
    package var learnedRates: Bool {
        self.members.contains { ($0.predictor as? BoostingPredictor)?.link == .logarithm }
    }

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
        bytes: UnsafeRawBufferPointer, for purpose: Purpose
    ) throws(TableError) -> Frame {
        try self.frame(try TableFormat.reader(of: bytes), for: purpose)
    }

    package func frame(
        _ rows: some TableRows, for purpose: Purpose
    ) throws(TableError) -> Frame {
        let schema = self.schema.forAnswering(without: purpose == .scoring ? nil : self.target)
        return try rows.frame(schema, unknownColumns: .ignored)
    }

    /// Probabilities (rows × classes), numbers (rows × 1) or scores of anomaly (rows × 1).
    ///
    /// - Throws: `TableError` if a feature is not there or is of another kind.
    package func predict(_ frame: Frame) throws(TableError) -> Matrix {
        let features = try self.features(of: frame)
        var values: [Double] = []
        values.reserveCapacity(frame.rows * self.outputs)
        for start in stride(from: 0, to: frame.rows, by: Self.blockRows) {
            let rows = Array(start..<min(start + Self.blockRows, frame.rows))
            values += self.predict(self.encoders.map { $0.encode(features, rows: rows) }).values
        }
        return Matrix(rows: frame.rows, columns: self.outputs, values: values)
    }

    /// - Parameter encoded: the same rows by each encoder.
    func predict(_ encoded: [Matrix]) -> Matrix {
        self.pooling.combine(
            self.members.map { $0.predictor.predict(encoded[$0.encoder]) },
            self.members.map(\.weight), areClasses: self.task == .classification)
    }

    /// The target column of `frame`, as the model knows its classes.
    ///
    /// - Parameter rowsBefore: rows of the table before those of `frame`, for sentences.
    package func answers(in frame: Frame, rowsBefore: Int = 0) throws(TableError) -> Answers {
        guard let target = self.target else {
            throw TableError(
                .noFeatures, "the model learned without a target, so that nothing can score it")
        }
        guard let column = frame.column(named: target) else {
            throw TableError(
                .missingColumn, column: .init(number: nil, name: target),
                "the target is no column of the table, and a score needs it")
        }
        switch self.task {
        case .classification:
            return try Target.classes(
                of: column, among: self.classNames, rowsBefore: rowsBefore)
        case .regression:
            return .numbers(try Target.numbers(of: column, rowsBefore: rowsBefore))
        case .anomalyDetection:
            return try Target.flags(of: column, among: self.classNames, rowsBefore: rowsBefore)
        }
    }

    /// What a row of `prediction` says in a word: the class that is chosen, or whether it is an
    /// anomaly, as the target of the training table called it, where there was one. Nil for a
    /// number.
    package func label(_ prediction: Matrix, row: Int) -> Private<String>? {
        switch self.task {
        case .classification: return self.classNames[self.chosenClass(prediction, row: row)]
        case .anomalyDetection:
            let isAnomaly = prediction[row, 0] > 0
            guard self.classNames.count == 2 else {
                return Private(isAnomaly ? "anomaly" : "normal")
            }
            return self.classNames[isAnomaly ? 1 : 0]
        case .regression: return nil
        }
    }

    /// Which class is chosen for a row of `prediction`: the likeliest, or what the thresholds make
    /// of it.
    package func chosenClass(_ prediction: Matrix, row: Int) -> Int {
        guard !self.thresholds.isEmpty else { return prediction.likeliestColumn(ofRow: row) }
        return prediction.rows(at: [row]).decided(by: self.thresholds).likeliestColumn(ofRow: 0)
    }

    /// What the metric says of `prediction`: of the classes that are chosen where it judges those.
    package func value(
        of metric: Metric, _ answers: Answers, _ prediction: Matrix, _ weights: [Double]? = nil,
        quantile: Double = 0.5
    ) throws(Metric.Undefined) -> Double {
        try metric.value(
            answers, metric.judgesDecisions ? prediction.decided(by: self.thresholds) : prediction,
            weights, quantile: quantile)
    }

    /// What it was fitted from.
    package var ensemble: Ensemble {
        Ensemble(
            self.members.map { .init($0.recipe, weight: $0.weight) }, self.pooling,
            thresholds: self.thresholds)
    }

    /// Rows that are encoded at once, so that a prediction needs little more room than its table.
    private static let blockRows = 8192

    private func features(of frame: Frame) throws(TableError) -> Frame {
        var given: [String: Frame.Column] = [:]
        for column in frame.columns { given[column.name] = column }
        var columns: [Frame.Column] = []
        for (index, wanted) in self.encoders[0].columns.enumerated() {
            let place = TableError.Place(number: nil, name: wanted.name)
            guard let column = given[wanted.name] else {
                throw TableError(.missingColumn, column: place, "the model needs this column")
            }
            for case let kind? in self.encoders.map({ $0.kind(at: index) })
            where kind != column.values.kind {
                throw TableError(
                    .wrongKind, column: place, "the model was fitted on \(kind) here")
            }
            columns.append(column)
        }
        return Frame(rows: frame.rows, columns: columns)
    }
}

extension Encoder {
    /// What the column must hold; nil where anything will do.
    func kind(at column: Int) -> Frame.Values.Kind? { self.columns[column].encoding.kind }
}
