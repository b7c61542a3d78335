extension Workbench {
    /// What can be shown of the model that `ensemble` makes.
    ///
    /// How well it predicts is judged by what its members predicted for rows that they had not
    /// seen, which the workbench mostly knows already; what it goes by, by models that are fitted
    /// anew on what one to five folds keep. Equal data, ensembles and seeds give equal bits.
    ///
    /// - Parameters:
    ///   - metrics: those of the job's trials; importance is measured in the first.
    ///   - seed: draws the rows that are looked at, and shuffles features.
    ///   - effort: how many rows are looked at for what it goes by.
    /// - Throws: `EvaluationError` if a member cannot be fitted or the first metric has no value.
    /// - Complexity: one to five fits on the rows of a fold, and 140,000 predictions of a row at
    ///   most; of more than 100 features, 1,000 for each of up to 500.
    package mutating func explanation(
        of ensemble: Ensemble, metrics: [Metric], seed: UInt64,
        effort: InfluenceEffort = .thorough
    ) throws(EvaluationError) -> Explanation {
        let judged = self.folds.judged
        let predictions = try self.heldOutPredictions(of: ensemble, metrics: metrics)
            .rows(at: judged)
        let answers = self.dataset.answers.rows(at: judged)
        switch answers {
        case .classes(let labels, let count):
            let scores = ClassScores(labels: labels, count: count, predictions)
            let shown = ClassJudgement.shown(scores)
            let decisions = ClassScores(
                labels: labels, count: count, predictions.decided(by: ensemble.thresholds))
            let classes = ClassJudgement(
                scores, deciding: decisions, self.dataset.classNames, shown: shown)
            let outputs = classes.rankings.map { (column: shown[$0.place], place: $0.place) }
            let influence = try self.influence(
                of: ensemble, metrics[0], outputs: outputs.map { ($0.column, $0.place) }, seed,
                effort)
            return .classification(classes, influence)
        case .numbers(let numbers):
            let influence = try self.influence(
                of: ensemble, metrics[0], outputs: [(0, nil)], seed, effort)
            return .regression(
                NumberJudgement(answers: numbers, predictions: predictions.values), influence)
        case .flags(let flags):
            let influence = try self.influence(
                of: ensemble, metrics[0], outputs: [(0, nil)], seed, effort)
            return .anomalies(
                AnomalyJudgement(flags, scores: predictions.values, self.dataset.classNames),
                influence)
        }
    }

    private mutating func influence(
        of ensemble: Ensemble, _ metric: Metric, outputs: [(column: Int, place: Int?)],
        _ seed: UInt64, _ effort: InfluenceEffort
    ) throws(EvaluationError) -> Influence {
        let width = self.dataset.features.columns.count
        let most = ExplanationLimits.featuresMax
        var generator = SeededGenerator(seed: seed)
        let samples = try self.heldOutSamples(
            of: ensemble, rows: effort.rows(features: min(width, most)), folds: effort.foldsMax,
            &generator)
        let probe = InfluenceProbe(self.dataset, samples, by: metric, effort)
        let features = probe.screened(most: most, outputs: outputs.map(\.column))
        var measured: [(feature: Int, importance: Influence.Importance)] = []
        for feature in features {
            guard let importance = probe.importance(of: feature, &generator) else {
                measured = []
                break
            }
            measured.append((feature, importance))
        }
        measured.sort { ($1.importance.mean, $0.feature) < ($0.importance.mean, $1.feature) }
        var dependences: [Influence.Dependence] = []
        for entry in measured where entry.importance.mean > 0 {
            guard dependences.count < ExplanationLimits.dependencesMax else { break }
            guard let dependence = probe.dependence(of: entry.feature, outputs: outputs) else {
                continue
            }
            dependences.append(dependence)
        }
        return Influence(
            metric: metric, seed: seed, rows: samples.reduce(0) { $0 + $1.rows.count },
            folds: samples.count, repeats: InfluenceEffort.repeats,
            score: measured.isEmpty ? nil : probe.score,
            importances: measured.map(\.importance), omitted: width - features.count,
            dependenceRows: probe.dependenceRows, dependences: dependences)
    }
}
