/// The forecaster that did best from several origins near the end of a series, or the mean of the
/// best few.
///
/// 1. Every recipe of the portfolio is judged from the same origins (``RollingOrigin``).
/// 2. The mean of the best three is a candidate as well; its forecasts are those of its members,
///    so that it costs nothing.
/// 3. The combination is chosen unless a single recipe is clearly better: few folds cannot tell
///    close candidates apart, and a mean of them is rarely worse than the luckiest.
package struct ForecastChoice: Sendable {
    /// A recipe, and what the origins found out about it.
    package struct Candidate: Sendable {
        package let recipe: ForecastRecipe
        package let outcome: Result<Judged, LearnerError>

        package struct Judged: Sendable {
            package let evaluation: ForecastEvaluation
            /// The mean over the folds of the metric that the choice was made by.
            package let score: Double
        }

        package var score: Double? { try? self.outcome.get().score }
    }

    /// The best first, those that cannot learn this series last. Empty when it is too short.
    package let candidates: [Candidate]
    /// What was chosen by: the metric asked for, or the mean absolute error where that has no
    /// value in any fold.
    package let metric: ForecastMetric
    /// nil when the series is too short to judge anything; naive forecasts are chosen then.
    package let rolling: RollingOrigin?
    package let chosen: ForecastRecipe

    /// Members of the combination.
    static let membersMax = 3
    /// A single recipe is chosen when its score is less than this share of the combination's.
    static let clearlyBetter = 0.85

    /// - Parameters:
    ///   - horizon: steps ahead that matter; judged on fewer where the series is short.
    ///   - recipes: what to try; the portfolio for this series if nil.
    /// - Throws: `LearnerError` when horizon or folds are out of range or no recipe is right.
    package init(
        _ series: Series, horizon: Int, folds: Int = 8,
        metric: ForecastMetric = .meanAbsoluteScaledError, recipes: [ForecastRecipe]? = nil,
        seed: UInt64 = 0
    ) throws(LearnerError) {
        guard let rolling = try RollingOrigin(judging: series, horizon: horizon, folds: folds)
        else {
            self.candidates = []
            self.metric = metric
            self.rolling = nil
            self.chosen = ForecastRecipe(.naive)
            return
        }
        let tried = recipes ?? ForecastPortfolio.recipes(for: series, seed: seed)
        var results: [(ForecastRecipe, Result<ForecastEvaluation, LearnerError>)] = []
        for recipe in tried {
            do throws(LearnerError) {
                results.append((recipe, .success(try rolling.evaluate(recipe, series))))
            } catch {
                results.append((recipe, .failure(error)))
            }
        }
        let evaluations = results.compactMap { try? $0.1.get() }
        guard !evaluations.isEmpty else {
            if case .failure(let error)? = results.first?.1 { throw error }
            throw LearnerError(.badParameter, "there is no recipe to choose among")
        }
        let isDefined = evaluations.contains { (try? $0.value(metric)) != nil }
        let metric = isDefined ? metric : .meanAbsoluteError
        self.metric = metric
        self.rolling = rolling
        var candidates = results.map { recipe, result in
            Candidate(recipe: recipe, outcome: Self.judged(result, metric))
        }
        candidates = Self.ranked(candidates)
        guard let best = candidates.first, let bestScore = best.score else {
            throw LearnerError(.numericalFailure, "no forecast has a finite error")
        }
        guard let combination = Self.combination(candidates, metric) else {
            self.candidates = candidates
            self.chosen = best.recipe
            return
        }
        self.candidates = Self.ranked(candidates + [combination])
        let isClear = bestScore <= Self.clearlyBetter * (combination.score ?? .infinity)
        self.chosen = isClear ? best.recipe : combination.recipe
    }

    /// What the origins found out about the chosen recipe; nil where there were none.
    package var judgement: ForecastEvaluation? {
        try? self.candidates.first { $0.recipe == self.chosen }?.outcome.get().evaluation
    }

    /// The chosen recipe fitted to the whole series; the next best where that cannot learn it.
    ///
    /// - Throws: `LearnerError` when not even naive forecasts can be made.
    package func model(_ series: Series) throws(LearnerError) -> ForecastModel {
        let rest = self.candidates.map(\.recipe).filter { $0 != self.chosen }
        for recipe in [self.chosen] + rest {
            if let model = try? ForecastModel(fitting: recipe, series) { return model }
        }
        return try ForecastModel(fitting: ForecastRecipe(.naive), series)
    }

    private static func judged(
        _ result: Result<ForecastEvaluation, LearnerError>, _ metric: ForecastMetric
    ) -> Result<Candidate.Judged, LearnerError> {
        switch result {
        case .failure(let error): return .failure(error)
        case .success(let evaluation):
            do throws(Metric.Undefined) {
                return .success(
                    .init(evaluation: evaluation, score: try evaluation.value(metric)))
            } catch {
                return .failure(
                    LearnerError(
                        .numericalFailure, "\(metric.rawValue) is undefined: \(error)"))
            }
        }
    }

    /// By score, equal ones in their order, failures last.
    private static func ranked(_ candidates: [Candidate]) -> [Candidate] {
        candidates.enumerated().sorted { left, right in
            let (a, b) = (left.element.score ?? .infinity, right.element.score ?? .infinity)
            return a != b ? a < b : left.offset < right.offset
        }.map(\.element)
    }

    /// The mean of the best, without their being fitted again.
    private static func combination(
        _ candidates: [Candidate], _ metric: ForecastMetric
    ) -> Candidate? {
        var members: [(ForecastRecipe, ForecastEvaluation)] = []
        for candidate in candidates where candidate.recipe.family != .combination {
            guard members.count < Self.membersMax, let judged = try? candidate.outcome.get() else {
                break
            }
            // Two recipes may come to the same model, which should not count twice.
            if members.contains(where: { $0.1 == judged.evaluation }) { continue }
            members.append((candidate.recipe, judged.evaluation))
        }
        guard members.count > 1 else { return nil }
        let evaluation = ForecastEvaluation(
            combining: members.map { $0.1 }, rule: .mean)
        return Candidate(
            recipe: ForecastRecipe(.combination, members: members.map { $0.0 }),
            outcome: Self.judged(.success(evaluation), metric))
    }
}

extension ForecastEvaluation {
    /// What the combination of several forecasters would have forecast from the same origins.
    ///
    /// - Requires: at least one evaluation, all from the same origins.
    init(combining evaluations: [ForecastEvaluation], rule: Combination.Rule) {
        self.init(
            folds: evaluations[0].folds.indices.map { index in
                let first = evaluations[0].folds[index]
                return RollingOrigin.Fold(
                    origin: first.origin, steps: first.steps, actual: first.actual,
                    forecast: Forecast(
                        combining: evaluations.map { $0.folds[index].forecast }, rule: rule),
                    scale: first.scale)
            })
    }
}
