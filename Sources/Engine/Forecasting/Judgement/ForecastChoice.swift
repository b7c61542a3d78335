/// The forecaster that did best from several origins near the end of a series, or the mean of the
/// best few.
///
/// 1. Every recipe of the portfolio is judged from the same origins (``RollingOrigin``).
/// 2. Where the series is one of several, what the others found counts too (``ForecastMerits``):
///    the luckiest of many recipes on a few folds of one series is rarely its best.
/// 3. The mean of the best three is a candidate as well; its forecasts are those of its members,
///    so that it costs nothing.
/// 4. The combination is chosen unless a single recipe is clearly better: few folds cannot tell
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
        let tried = recipes ?? ForecastPortfolio.recipes(for: series, seed: seed)
        let trials = try ForecastTrials(
            series, horizon: horizon, folds: folds, metric: metric, recipes: tried)
        try self.init(trials, among: nil)
    }

    /// - Parameter merits: of the same recipes on all series that this one is of.
    init(_ trials: ForecastTrials, among merits: ForecastMerits?) throws(LearnerError) {
        self.metric = trials.metric
        self.rolling = trials.rolling
        guard trials.rolling != nil else {
            self.candidates = []
            self.chosen = ForecastRecipe(.naive)
            return
        }
        let merit = trials.merits(among: merits)
        let order = trials.candidates.indices.sorted { (merit[$0], $0) < (merit[$1], $1) }
        guard let best = order.first, merit[best].isFinite else {
            throw LearnerError(.numericalFailure, "no forecast has a finite error")
        }
        let ranked = order.map { trials.candidates[$0] }
        guard let combination = Self.combination(ranked, trials.metric),
            let score = combination.score
        else {
            self.candidates = Self.byScore(ranked)
            self.chosen = ranked[0].recipe
            return
        }
        self.candidates = Self.byScore(ranked + [combination])
        let ofMean = trials.merit(of: score, common: merits?.ofMean, among: merits)
        let isClear = merit[best] <= ofMean + log(Self.clearlyBetter)
        self.chosen = isClear ? ranked[0].recipe : combination.recipe
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

    /// By score, equal ones in their order, failures last.
    private static func byScore(_ candidates: [Candidate]) -> [Candidate] {
        candidates.enumerated().sorted { left, right in
            let (a, b) = (left.element.score ?? .infinity, right.element.score ?? .infinity)
            return a != b ? a < b : left.offset < right.offset
        }.map(\.element)
    }

    /// The mean of the best, without their being fitted again.
    static func combination(
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
            outcome: ForecastTrials.judged(.success(evaluation), metric))
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
