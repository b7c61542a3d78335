/// Recipes judged on one series, each from the same origins.
struct ForecastTrials: Sendable {
    /// nil when the series is too short to judge anything.
    let rolling: RollingOrigin?
    /// One for each recipe, in their order; empty when nothing was judged.
    let candidates: [ForecastChoice.Candidate]
    /// The one asked for, or the mean absolute error where that has no value in any fold.
    let metric: ForecastMetric
    /// The logarithm of the geometric mean of all scores, beside which a recipe is good or bad.
    let middle: Double

    /// - Throws: `LearnerError` when horizon or folds are out of range or no recipe is right.
    init(
        _ series: Series, horizon: Int, folds: Int, metric: ForecastMetric,
        recipes: [ForecastRecipe]
    ) throws(LearnerError) {
        self.rolling = try RollingOrigin(judging: series, horizon: horizon, folds: folds)
        guard let rolling else {
            self.candidates = []
            self.metric = metric
            self.middle = 0
            return
        }
        var results: [(ForecastRecipe, Result<ForecastEvaluation, LearnerError>)] = []
        for recipe in recipes {
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
        let judging = isDefined ? metric : .meanAbsoluteError
        self.metric = judging
        self.candidates = results.map { recipe, result in
            .init(recipe: recipe, outcome: Self.judged(result, judging))
        }
        let scores = self.candidates.compactMap { $0.score.map(Self.logarithm) }
        self.middle = scores.isEmpty ? 0 : mean(scores)
    }

    static func judged(
        _ result: Result<ForecastEvaluation, LearnerError>, _ metric: ForecastMetric
    ) -> Result<ForecastChoice.Candidate.Judged, LearnerError> {
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

    // MARK: Merits

    static func logarithm(_ score: Double) -> Double { log(max(score, 1e-12)) }

    /// Of every recipe the logarithm of its score, as far as this series tells of it; infinite for
    /// one that cannot learn it.
    func merits(among merits: ForecastMerits?) -> [Double] {
        self.candidates.enumerated().map { place, candidate in
            candidate.score.map {
                self.merit(of: $0, common: merits?.ofRecipes[place], among: merits)
            } ?? .infinity
        }
    }

    /// The logarithm of a score, drawn towards what the same did on all series: the more, the fewer
    /// folds there are (James and Stein 1961).
    func merit(of score: Double, common: Double?, among merits: ForecastMerits?) -> Double {
        let own = Self.logarithm(score)
        guard let common, let rolling else { return own }
        let folds = Double(rolling.origins.count)
        let share = folds / (folds + ForecastMerits.foldsOfAll)
        return share * own + (1 - share) * (self.middle + common)
    }
}

/// How good recipes are on all series of a table, each beside the middle of those that were tried
/// on a series.
struct ForecastMerits: Sendable {
    /// Mean logarithms; nil of what learned no series.
    let ofRecipes: [Double?]
    /// Of the mean of the best three.
    let ofMean: Double?

    /// What all series found counts like so many folds of one.
    static let foldsOfAll = 8.0

    /// - Returns: nil where there are not several series to compare.
    init?(_ trials: [ForecastTrials]) {
        let judged = trials.filter { !$0.candidates.isEmpty }
        guard judged.count > 1 else { return nil }
        let ofRecipes = judged[0].candidates.indices.map { place in
            Self.mean(judged) { $0.candidates[place].score }
        }
        let best = ofRecipes.indices.sorted {
            (ofRecipes[$0] ?? .infinity, $0) < (ofRecipes[$1] ?? .infinity, $1)
        }
        self.ofRecipes = ofRecipes
        self.ofMean = Self.mean(judged) { trials in
            ForecastChoice.combination(best.map { trials.candidates[$0] }, trials.metric)?.score
        }
    }

    private static func mean(
        _ judged: [ForecastTrials], _ score: (ForecastTrials) -> Double?
    ) -> Double? {
        let logarithms = judged.compactMap { trials in
            score(trials).map { ForecastTrials.logarithm($0) - trials.middle }
        }
        return logarithms.isEmpty ? nil : Engine.mean(logarithms)
    }
}
