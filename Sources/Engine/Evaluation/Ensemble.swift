/// Recipes that make a model together, and how their predictions become one.
package struct Ensemble: Equatable, Sendable {
    /// Never empty; weights are positive, and those of an average sum to 1.
    package let members: [Member]
    package let pooling: Pooling
    /// By which a class is chosen, one for each; empty where it is the likeliest. See `Thresholds`.
    package let thresholds: [Double]

    package struct Member: Equatable, Sendable {
        package let recipe: Recipe
        package let weight: Double

        package init(_ recipe: Recipe, weight: Double) {
            self.recipe = recipe
            self.weight = weight
        }
    }

    package init(_ members: [Member], _ pooling: Pooling, thresholds: [Double] = []) {
        self.members = members
        self.pooling = pooling
        self.thresholds = thresholds
    }

    /// One recipe alone, its predictions as they are.
    package init(of recipe: Recipe) { self.init([Member(recipe, weight: 1)], .plain) }

    /// More than this is never worth what its models take to fit and to predict.
    package static let membersMax = 16

    /// What each member counts beside the others; all together are 1.
    package var shares: [Double] {
        let total = self.members.reduce(0) { $0 + $1.weight }
        return self.members.map { $0.weight / total }
    }
}

extension Workbench {
    /// Makes the best of `candidates` together: by `LastStep`, from what they predict for rows that
    /// they had not seen.
    ///
    /// Each is cross-validated, unless it was here before.
    ///
    /// - Parameters:
    ///   - candidates: the first is the one to beat: it is alone where no other helps it. Others
    ///     that cannot be computed are passed over.
    ///   - metrics: the first decides.
    /// - Returns: the ensemble, and what it scores in the folds, on rows that neither its members
    ///   nor what is learned of their predictions went by.
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
        let step = self.lastStep(evaluations.map(\.predictions), by: metrics[0])
        guard let choice = step.choose() else {
            return (Ensemble(of: recipes[0]), evaluations[0])
        }
        let blend = choice.blend
        let members = blend.weights.indices.filter { blend.weights[$0] > 0 }.map {
            Ensemble.Member(recipes[$0], weight: blend.weights[$0])
        }
        let ensemble = Ensemble(members, blend.pooling, thresholds: choice.thresholds)
        if ensemble == Ensemble(of: recipes[0]) { return (ensemble, evaluations[0]) }
        let evaluation = try self.evaluation(
            of: choice.predictions, deciding: choice.decisions, metrics: metrics)
        return (ensemble, evaluation)
    }

    /// What was predicted for rows held out, judged fold by fold.
    ///
    /// - Parameter decisions: what metrics of classes judge in the place of `predictions`.
    func evaluation(
        of predictions: Matrix, deciding decisions: Matrix, metrics: [Metric]
    ) throws(EvaluationError) -> Evaluation {
        var tally = Tally(metrics, quantile: self.dataset.quantile)
        for fold in 0..<self.folds.count {
            let rows = self.folds.heldOut(in: fold)
            try tally.add(
                self.dataset.answers.rows(at: rows), predictions.rows(at: rows),
                self.dataset.weights(at: rows), deciding: decisions.rows(at: rows), fold: fold)
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
