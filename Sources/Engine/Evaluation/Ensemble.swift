/// Recipes that make a model together: their predictions are averaged with these weights.
package struct Ensemble: Equatable, Sendable {
    /// Never empty; weights are positive and sum to 1.
    package let members: [Member]
    /// What the logarithms of the averaged probabilities are divided by; 1 leaves them alone, and
    /// numbers are always left alone. See `Temperature`.
    package let temperature: Double

    package struct Member: Equatable, Sendable {
        package let recipe: Recipe
        package let weight: Double

        package init(_ recipe: Recipe, weight: Double) {
            self.recipe = recipe
            self.weight = weight
        }
    }

    package init(_ members: [Member], temperature: Double) {
        self.members = members
        self.temperature = temperature
    }

    /// One recipe alone, its predictions as they are.
    package init(of recipe: Recipe) {
        self.init([Member(recipe, weight: 1)], temperature: 1)
    }

    /// More than this is never worth what its models take to fit and to predict.
    package static let membersMax = 16
}

extension Workbench {
    /// Chooses from `candidates` those that predict best together.
    ///
    /// Each is cross-validated, unless it was here before; then members are taken greedily, with
    /// replacement, for as long as the average of what they predict for rows that they had not seen
    /// gains (Caruana et al., 2004, "Ensemble selection from libraries of models"). Probabilities
    /// are calibrated last, where that pays.
    ///
    /// - Parameters:
    ///   - candidates: the first is the one to beat: it is alone where no other helps it. Others
    ///     that cannot be computed are passed over.
    ///   - metrics: the first decides.
    /// - Returns: the ensemble, and what it scores in the folds: by those rows it was chosen, so
    ///   that this is a little better than new rows will show.
    /// - Throws: `EvaluationError` if the first candidate has no score.
    package mutating func ensemble(
        of candidates: [Recipe], metrics: [Metric]
    ) throws(EvaluationError) -> (ensemble: Ensemble, evaluation: Evaluation) {
        precondition(!candidates.isEmpty, "nobody makes no ensemble")
        var recipes = [candidates[0]]
        var evaluations = [try self.evaluate(candidates[0], metrics: metrics)]
        for candidate in candidates.dropFirst() where !recipes.contains(candidate) {
            guard let evaluation = try? self.evaluate(candidate, metrics: metrics) else { continue }
            recipes.append(candidate)
            evaluations.append(evaluation)
        }
        let selection = EnsembleSelection(
            evaluations.map(\.predictions), self.dataset.answers,
            weights: self.dataset.weighting?.weights, self.folds, by: metrics[0],
            quantile: self.dataset.quantile)
        let counts = selection.counts
        let total = Double(counts.reduce(0, +))
        let chosen = counts.indices.filter { counts[$0] > 0 }
        let members = chosen.map {
            Ensemble.Member(recipes[$0], weight: Double(counts[$0]) / total)
        }
        var blend = Matrix.weightedSum(
            chosen.map { evaluations[$0].predictions }, members.map(\.weight))
        let judged = self.folds.judged
        let temperature = Temperature.best(
            for: blend.rows(at: judged), self.dataset.answers.rows(at: judged),
            self.dataset.weights(at: judged))
        blend.temper(temperature)
        let evaluation = try self.evaluation(of: blend, metrics: metrics)
        let plain = evaluations[0].scores[0].mean
        guard metrics[0].direction.isBetter(evaluation.scores[0].mean, than: plain) else {
            return (Ensemble(of: recipes[0]), evaluations[0])
        }
        return (Ensemble(members, temperature: temperature), evaluation)
    }

    /// What was predicted for rows held out, judged fold by fold.
    func evaluation(
        of predictions: Matrix, metrics: [Metric]
    ) throws(EvaluationError) -> Evaluation {
        var tally = Tally(metrics, quantile: self.dataset.quantile)
        for fold in 0..<self.folds.count {
            let rows = self.folds.heldOut(in: fold)
            try tally.add(
                self.dataset.answers.rows(at: rows), predictions.rows(at: rows),
                self.dataset.weights(at: rows), fold: fold)
        }
        return tally.evaluation(predictions)
    }
}

extension Metric.Direction {
    /// Whether `score` beats `other`.
    package func isBetter(_ score: Double, than other: Double) -> Bool {
        switch self {
        case .maximise: score > other
        case .minimise: score < other
        }
    }
}
