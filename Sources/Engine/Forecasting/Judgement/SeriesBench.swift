/// The series of a job, and the origins from which its recipes are judged.
///
/// A recipe's score is the mean over the series of its mean over their origins. Where a series is
/// too short for the recipe, or too odd, the naive forecast stands in, as it would in the model:
/// a recipe that serves most series well is not lost for the sake of one.
package struct SeriesBench: Sendable {
    package let series: SeriesTable
    package let plan: SeriesPlan
    /// Of the plan's columns.
    package let schema: Schema
    /// What was done to the table before.
    package let repairs: Repairs
    /// Steps ahead.
    package let horizon: Int
    let folds: Int
    /// For each series; nil where it is too short to judge anything by.
    private let rolling: [RollingOrigin?]

    /// Values of all series.
    package var steps: Int { self.series.entries.reduce(0) { $0 + $1.series.count } }

    /// A metric and its mean over all series that define it.
    package struct Score: Equatable, Sendable {
        package let metric: ForecastMetric
        package let value: Double
    }

    /// - Parameters:
    ///   - folds: Origins in each series; fewer where there are very many series.
    /// - Throws: `SeriesError` where the table makes no series that can be judged.
    package init(
        _ table: CleanTable, _ plan: SeriesPlan, schema: Schema, horizon: Int, folds: Int
    ) throws(SeriesError) {
        self.series = try SeriesTable(table.frame, plan)
        self.plan = plan
        self.repairs = table.repairs
        self.horizon = horizon
        let entries = self.series.entries
        guard entries.count <= ForecastLimits.seriesMax else {
            throw SeriesError(
                .tooMany, column: plan.key,
                "\(entries.count) series; \(ForecastLimits.seriesMax) are the most of one job")
        }
        if plan.time != nil, self.series.frequency == nil {
            throw SeriesError(
                .wrongFrequency, column: plan.time,
                "one time alone does not tell how far steps lie apart; name the frequency")
        }
        guard entries.contains(where: { $0.series.count > horizon }) else {
            throw SeriesError(
                .badHorizon, column: plan.target,
                "a horizon of \(horizon) steps is longer than every series; "
                    + "the longest has \(entries.map(\.series.count).max() ?? 0)")
        }
        let folds = max(1, min(folds, ForecastLimits.originsMax / entries.count))
        self.folds = folds
        do {
            self.schema = try schema.keeping(plan.columns)
            self.rolling = try entries.map { entry in
                try RollingOrigin(judging: entry.series, horizon: horizon, folds: folds)
            }
        } catch {
            throw SeriesError(.badHorizon, "\(error)")
        }
        guard self.rolling.contains(where: { $0 != nil }) else {
            throw SeriesError(
                .noValues, column: plan.target,
                "every series has fewer than \(RollingOrigin.countMin) values, "
                    + "too few to judge a forecast by")
        }
    }

    // MARK: Judging

    /// The scores of those metrics that are defined here; the first always is.
    ///
    /// - Throws: `EvaluationError` when the recipe is wrong, learns none of the series, or the
    ///   first metric is defined for none.
    package func evaluate(
        _ recipe: ForecastRecipe, metrics: [ForecastMetric]
    ) throws(EvaluationError) -> [Score] {
        var evaluations: [ForecastEvaluation] = []
        var failure: LearnerError?
        for (entry, rolling) in zip(self.series.entries, self.rolling) {
            guard let rolling else { continue }
            do throws(LearnerError) {
                evaluations.append(try rolling.evaluate(recipe, entry.series))
            } catch {
                guard Self.isOfSeries(error) else { throw EvaluationError(error) }
                failure = failure ?? error
                guard let naive = try? rolling.evaluate(Self.standIn, entry.series) else {
                    continue
                }
                evaluations.append(naive)
            }
        }
        let judged = self.rolling.count { $0 != nil }
        if let failure, judged == 1 || self.learnsNone(recipe) { throw EvaluationError(failure) }
        return try Self.scores(evaluations, metrics)
    }

    private static let standIn = ForecastRecipe(.naive)

    /// Whether another series might have been learned from.
    private static func isOfSeries(_ error: LearnerError) -> Bool {
        error.code == .tooFewRows || error.code == .numericalFailure
    }

    private func learnsNone(_ recipe: ForecastRecipe) -> Bool {
        zip(self.series.entries, self.rolling).allSatisfy { entry, rolling in
            rolling == nil || (try? ForecastModel(fitting: recipe, entry.series)) == nil
        }
    }

    private static func scores(
        _ evaluations: [ForecastEvaluation], _ metrics: [ForecastMetric]
    ) throws(EvaluationError) -> [Score] {
        var scores: [Score] = []
        for metric in metrics {
            let values = evaluations.compactMap { try? $0.value(metric) }
            guard !values.isEmpty else {
                if metric == metrics.first {
                    throw EvaluationError(
                        .undefinedMetric, "\(metric.rawValue) is undefined for every series")
                }
                continue
            }
            scores.append(Score(metric: metric, value: mean(values)))
        }
        return scores
    }

    // MARK: The model

    /// What was chosen for each series, and how good it is.
    package struct Choice: Sendable {
        package let model: FittedForecasts
        /// By the origins; empty where there was nothing to choose.
        package let scores: [Score]
        /// How much of the model each recipe is: its share of series and of their combinations.
        /// All together are 1.
        package let shares: [Double]
    }

    /// Fits to every series what serves it best: one of the recipes, or the mean of a few of them.
    ///
    /// One recipe alone is fitted to all, and not judged again.
    ///
    /// - Requires: at least one recipe, and at least one metric.
    package func model(
        of recipes: [ForecastRecipe], metrics: [ForecastMetric]
    ) throws(EvaluationError) -> Choice {
        precondition(!recipes.isEmpty && !metrics.isEmpty, "nothing to fit, or to judge by")
        var entries: [FittedForecasts.Entry] = []
        var evaluations: [ForecastEvaluation] = []
        var shares = [Double](repeating: 0, count: recipes.count)
        do throws(LearnerError) {
            let trials = recipes.count > 1 ? try self.trials(of: recipes, by: metrics[0]) : []
            let merits = ForecastMerits(trials)
            for (index, entry) in self.series.entries.enumerated() {
                var chosen = [recipes[0]]
                if recipes.count > 1, self.rolling[index] != nil {
                    let choice = try ForecastChoice(trials[index], among: merits)
                    chosen = [choice.chosen] + choice.candidates.map(\.recipe)
                    if let judged = choice.judgement { evaluations.append(judged) }
                }
                let fitted = try Self.fit(chosen, entry.series)
                for member in fitted.recipe.members.isEmpty
                    ? [fitted.recipe] : fitted.recipe.members
                {
                    guard let place = recipes.firstIndex(of: member) else { continue }
                    shares[place] += 1 / Double(max(1, fitted.recipe.members.count))
                }
                entries.append(
                    FittedForecasts.Entry(
                        key: entry.key, start: entry.start, count: entry.series.count,
                        season: entry.series.season,
                        scale: ForecastMetric.scale(of: entry.series), recipe: fitted.recipe,
                        model: fitted.model))
            }
        } catch {
            throw EvaluationError(error)
        }
        let total = shares.reduce(0, +)
        return Choice(
            model: FittedForecasts(
                columns: .init(self.plan), schema: self.schema, grid: self.grid,
                horizon: self.horizon, entries: entries),
            scores: evaluations.isEmpty ? [] : try Self.scores(evaluations, metrics),
            shares: total > 0 ? shares.map { $0 / total } : shares)
    }

    private func trials(
        of recipes: [ForecastRecipe], by metric: ForecastMetric
    ) throws(LearnerError) -> [ForecastTrials] {
        var trials: [ForecastTrials] = []
        for entry in self.series.entries {
            trials.append(
                try ForecastTrials(
                    entry.series, horizon: self.horizon, folds: self.folds, metric: metric,
                    recipes: recipes))
        }
        return trials
    }

    /// The first that learns the series, which the naive forecast always does.
    private static func fit(
        _ recipes: [ForecastRecipe], _ series: Series
    ) throws(LearnerError) -> (recipe: ForecastRecipe, model: ForecastModel) {
        for recipe in recipes {
            do throws(LearnerError) {
                return (recipe, try ForecastModel(fitting: recipe, series))
            } catch {
                guard Self.isOfSeries(error) else { throw error }
            }
        }
        return (Self.standIn, try ForecastModel(fitting: Self.standIn, series))
    }

    /// How the steps of all series lie in time.
    private var grid: FittedForecasts.Grid? {
        self.series.frequency.map { frequency in
            FittedForecasts.Grid(frequency: frequency, endsMonths: self.series.endsMonths)
        }
    }
}
