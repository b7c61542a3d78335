/// A data set laid out for many trials: folds are cut and encoded once, not once a trial.
///
/// A value with a cache: keep one for each data set and let every trial on it go through
/// `evaluate`. Nothing of a trial stays behind but what the next would compute again, so that the
/// order of trials never changes a score.
package struct Workbench: Sendable {
    package let dataset: Dataset
    package let folds: Folds
    /// What encoded folds may hold altogether, in bytes; others are encoded again for each trial.
    private let bytesMax: Int
    private var bytesHeld = 0
    private var prepared: [Cut: Prepared] = [:]
    /// By fold and rows: the order of the table's columns.
    private var rankings: [Cut: [Int]] = [:]
    /// The best of what was evaluated, for whoever puts an ensemble together.
    private var evaluations = Evaluations()

    /// Two gibibytes: both forms of five folds of 250,000 rows and 100 columns.
    package static let bytesMaxStandard = 2 << 30

    /// - Requires: `folds` has a row for each of `dataset`.
    package init(_ dataset: Dataset, _ folds: Folds, bytesMax: Int = Self.bytesMaxStandard) {
        precondition(
            folds.ids.count == dataset.rows,
            "\(folds.ids.count) rows in folds, \(dataset.rows) in the data set")
        self.dataset = dataset
        self.folds = folds
        self.bytesMax = bytesMax
    }

    /// What a fold is cut to.
    private struct Cut: Hashable {
        let fold: Int
        let form: FeatureForm
        /// Nil: all, as of the features.
        let rows: Int?
        let features: Int?
    }

    /// Cross-validates `recipe`; equal recipes give equal bits.
    ///
    /// - Parameter metrics: the first decides: if it is undefined in a fold, the trial fails.
    ///   Others leave a gap.
    /// - Throws: `EvaluationError`, naming the fold where there is one.
    package mutating func evaluate(
        _ recipe: Recipe, metrics: [Metric]
    ) throws(EvaluationError) -> Evaluation {
        precondition(!metrics.isEmpty, "a trial without a metric has no score")
        if metrics == [.stability] { return try self.stability(of: recipe) }
        if let known = self.evaluations.evaluation(of: recipe, metrics) { return known }
        var tally = Tally(metrics, quantile: self.dataset.quantile)
        let predictions = try self.predictions(of: recipe) {
            (fold, prepared, prediction) throws(EvaluationError) in
            try tally.add(prepared.answers, prediction, prepared.weights, fold: fold)
        }
        let evaluation = tally.evaluation(predictions)
        self.evaluations.keep(evaluation, of: recipe, metrics)
        return evaluation
    }

    /// What `recipe` predicted for the rows that are held out, in the order of the rows and outputs
    /// by row, if it was evaluated here and is one of the best; so that another bench of the same
    /// rows and folds need not compute it again (see `recall`).
    package func remembered(of recipe: Recipe, metrics: [Metric]) -> [Double]? {
        self.evaluations.evaluation(of: recipe, metrics)
            .map { $0.predictions.rows(at: self.folds.judged).values }
    }

    /// Takes in what another bench of the same rows and folds remembered: to `ensemble` the recipe
    /// has been evaluated here. What does not fit the rows is passed over.
    package mutating func recall(_ values: [Double], of recipe: Recipe, metrics: [Metric]) {
        let rows = self.folds.judged
        let outputs = self.dataset.answers.outputs
        guard values.count == rows.count * outputs,
            self.evaluations.evaluation(of: recipe, metrics) == nil
        else { return }
        var predictions = Matrix(rows: self.dataset.rows, columns: outputs)
        predictions.setRows(rows, to: Matrix(rows: rows.count, columns: outputs, values: values))
        guard
            let evaluation = try? self.evaluation(
                of: predictions, deciding: predictions, metrics: metrics)
        else { return }
        self.evaluations.keep(evaluation, of: recipe, metrics)
    }

    /// What a model predicts for rows that it has not seen; `judge` sees it fold by fold.
    mutating func predictions(
        of recipe: Recipe,
        _ judge: (Int, Prepared, Matrix) throws(EvaluationError) -> Void
    ) throws(EvaluationError) -> Matrix {
        var predictions = Matrix(
            rows: self.dataset.rows, columns: self.dataset.answers.outputs)
        try self.forEachFold(recipe) { (fold, prepared, prediction) throws(EvaluationError) in
            try judge(fold, prepared, prediction)
            predictions.setRows(prepared.rows, to: prediction)
        }
        return predictions
    }

    /// Calls `body` with what is predicted for the rows that each fold holds out.
    ///
    /// - Parameter count: how many rows are learned from, and how many predicted; nil: all.
    mutating func forEachFold(
        _ recipe: Recipe, rows count: Int? = nil,
        _ body: (Int, Prepared, Matrix) throws(EvaluationError) -> Void
    ) throws(EvaluationError) {
        let learner: any Learner
        do throws(LearnerError) {
            learner = try recipe.learner(for: self.dataset)
        } catch {
            throw EvaluationError(error)
        }
        for fold in 0..<self.folds.count {
            let prepared = try self.prepare(
                fold, learner.form, rows: count, features: recipe.features)
            try body(
                fold, prepared, try Self.prediction(learner, recipe, prepared, fold: fold))
        }
    }

    /// Learns from a fold's training rows, and predicts those that it holds out.
    private static func prediction(
        _ learner: any Learner, _ recipe: Recipe, _ prepared: Prepared, fold: Int
    ) throws(EvaluationError) -> Matrix {
        do throws(LearnerError) {
            return try learner.fit(prepared.training, seed: recipe.seed).predict(prepared.heldOut)
        } catch {
            throw EvaluationError(
                EvaluationError(error).code, "fold \(fold + 1): \(error.description)")
        }
    }

    /// How alike the rows are ranked by a model that has seen them and by ones that have not: all
    /// that can be said of a detector where nobody knows which rows are anomalies.
    private mutating func stability(of recipe: Recipe) throws(EvaluationError) -> Evaluation {
        let heldOut = try self.predictions(of: recipe) { _, _, _ in }
        let model = try FittedModel.fit(recipe, self.dataset)
        let seen: Matrix
        do throws(TableError) {
            seen = try model.predict(self.dataset.features)
        } catch {
            throw EvaluationError(.unlearnable, error.description)
        }
        let rows = self.folds.judged
        let correlation = rankCorrelation(
            heldOut.rows(at: rows).values, seen.rows(at: rows).values)
        guard let correlation else {
            throw EvaluationError(.undefinedMetric, "stability is undefined: all scores are equal")
        }
        return Evaluation(
            scores: [.init(metric: .stability, folds: [correlation])], gaps: [],
            predictions: heldOut)
    }

    /// One fold in one form.
    struct Prepared: Sendable {
        let encoder: Encoder
        let training: TrainingData
        let heldOut: Matrix
        let answers: Answers
        /// How much the rows held out count; nil: all alike.
        let weights: [Double]?
        /// The rows held out.
        let rows: [Int]

        var bytes: Int { (self.training.features.values.count + self.heldOut.values.count) * 8 }
    }

    /// - Parameter count: how many rows are learned from, and how many judged; nil: all.
    mutating func prepare(
        _ fold: Int, _ form: FeatureForm, rows count: Int? = nil, features: Int? = nil
    ) throws(EvaluationError) -> Prepared {
        let cut = Cut(fold: fold, form: form, rows: count, features: features)
        if let known = self.prepared[cut] { return known }
        if let features {
            let whole = try self.prepare(fold, form, rows: count)
            let order = try self.ranking(fold, rows: count)
            return self.kept(whole.keeping(features, of: order), as: cut)
        }
        var kept = self.dataset.learned(of: self.folds.kept(in: fold))
        var rows = self.folds.heldOut(in: fold)
        guard !kept.isEmpty else {
            throw EvaluationError(
                .unlearnable, "fold \(fold + 1): all rows to learn from have a weight of 0")
        }
        if let count {
            let answers = self.dataset.answers
            kept = Folds.sample(kept, count, answers, seed: UInt64(2 * fold))
            rows = Folds.sample(rows, count, answers, seed: UInt64(2 * fold + 1))
        }
        let fitted: (encoder: Encoder, training: Matrix)
        do throws(EncodingError) {
            fitted = try Encoder.fit(
                self.dataset.features, self.dataset.answers, rows: kept, form: form)
        } catch {
            throw EvaluationError(.unlearnable, "fold \(fold + 1): \(error.description)")
        }
        let prepared = Prepared(
            encoder: fitted.encoder,
            training: TrainingData(
                features: fitted.training,
                answers: self.dataset.answers.rows(at: kept),
                weights: self.dataset.fittingWeights(at: kept),
                objective: self.dataset.learnedObjective,
                ways: fitted.encoder.ways(self.dataset.constraints),
                categories: fitted.encoder.categories),
            heldOut: fitted.encoder.encode(self.dataset.features, rows: rows),
            answers: self.dataset.answers.rows(at: rows),
            weights: self.dataset.weights(at: rows), rows: rows)
        return self.kept(prepared, as: cut)
    }

    /// The order of the table's columns, by the training rows of a fold alone.
    private mutating func ranking(
        _ fold: Int, rows: Int?
    ) throws(EvaluationError) -> [Int] {
        let cut = Cut(fold: fold, form: .ordinal, rows: rows, features: nil)
        if let known = self.rankings[cut] { return known }
        let prepared = try self.prepare(fold, .ordinal, rows: rows)
        do throws(LearnerError) {
            let order = try FeatureRanking.order(prepared.encoder, prepared.training)
            self.rankings[cut] = order
            return order
        } catch {
            throw EvaluationError(.unlearnable, "fold \(fold + 1): \(error.description)")
        }
    }

    private mutating func kept(_ prepared: Prepared, as cut: Cut) -> Prepared {
        if self.bytesHeld + prepared.bytes <= self.bytesMax {
            self.bytesHeld += prepared.bytes
            self.prepared[cut] = prepared
        }
        return prepared
    }
}

/// The best evaluations of each family, so that an ensemble of them costs no second cross
/// validation.
private struct Evaluations: Sendable {
    private var entries: [Entry] = []
    private var values = 0

    /// 128 MiB of predictions.
    private static let valuesMax = 16 << 20
    /// As many as a search may ask for. A quick family on a small table has thousands, and every
    /// trial looks through those that are kept.
    private static let familyMax = 16

    private struct Entry: Sendable {
        let recipe: Recipe
        let metrics: [Metric]
        let evaluation: Evaluation
    }

    func evaluation(of recipe: Recipe, _ metrics: [Metric]) -> Evaluation? {
        self.entries.first { $0.recipe == recipe && $0.metrics == metrics }?.evaluation
    }

    mutating func keep(_ evaluation: Evaluation, of recipe: Recipe, _ metrics: [Metric]) {
        let score = evaluation.scores[0].mean
        let direction = metrics[0].direction
        let place =
            self.entries.firstIndex {
                $0.metrics == metrics
                    && direction.isBetter(score, than: $0.evaluation.scores[0].mean)
            } ?? self.entries.count
        self.entries.insert(
            Entry(recipe: recipe, metrics: metrics, evaluation: evaluation), at: place)
        self.values += evaluation.predictions.values.count
        let kin = self.entries.indices.filter { self.entries[$0].recipe.family == recipe.family }
        if kin.count > Self.familyMax { self.drop(kin[kin.count - 1]) }
        while self.values > Self.valuesMax { self.drop(self.entries.count - 1) }
    }

    private mutating func drop(_ index: Int) {
        self.values -= self.entries.remove(at: index).evaluation.predictions.values.count
    }
}

/// Collects scores fold by fold.
struct Tally {
    private var entries: [(metric: Metric, folds: [Double], gap: Metric.Undefined?)]

    private let quantile: Double

    init(_ metrics: [Metric], quantile: Double) {
        self.quantile = quantile
        self.entries = metrics.map { ($0, [], nil) }
    }

    /// - Parameter decisions: what metrics of classes judge in the place of `prediction`, where
    ///   the class is not the likeliest.
    mutating func add(
        _ answers: Answers, _ prediction: Matrix, _ weights: [Double]?,
        deciding decisions: Matrix? = nil, fold: Int
    ) throws(EvaluationError) {
        for index in self.entries.indices {
            let metric = self.entries[index].metric
            let judged = metric.judgesDecisions ? decisions ?? prediction : prediction
            do throws(Metric.Undefined) {
                self.entries[index].folds.append(
                    try metric.value(answers, judged, weights, quantile: self.quantile))
            } catch {
                guard index > 0 else {
                    throw EvaluationError(
                        .undefinedMetric,
                        "fold \(fold + 1): \(metric.rawValue) is undefined: \(error)")
                }
                self.entries[index].gap = error
            }
        }
    }

    /// Of the metrics that are defined in every fold.
    var scores: [Evaluation.Score] {
        self.entries.filter { $0.gap == nil }.map { .init(metric: $0.metric, folds: $0.folds) }
    }

    func evaluation(_ predictions: Matrix) -> Evaluation {
        Evaluation(
            scores: self.scores,
            gaps: self.entries.compactMap { entry in
                entry.gap.map { .init(metric: entry.metric, reason: $0) }
            },
            predictions: predictions)
    }
}

extension Answers {
    /// The answers of the given rows, in the given order.
    package func rows(at indices: [Int]) -> Answers {
        switch self {
        case .classes(let labels, let count): .classes(indices.map { labels[$0] }, count: count)
        case .numbers(let numbers): .numbers(indices.map { numbers[$0] })
        case .flags(let flags): .flags(indices.map { flags[$0] })
        }
    }
}

extension Matrix {
    /// Overwrites row `rows[i]` by row i of `source`, for every i.
    mutating func setRows(_ rows: [Int], to source: Matrix) {
        precondition(
            source.rows == rows.count && source.columns == self.columns, "the rows do not fit")
        for (index, row) in rows.enumerated() {
            for column in 0..<self.columns { self[row, column] = source[index, column] }
        }
    }
}
