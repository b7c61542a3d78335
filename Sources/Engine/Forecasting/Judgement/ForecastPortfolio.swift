/// Which recipes are worth trying on a series: the cheapest first.
package enum ForecastPortfolio {
    package static func recipes(for series: Series, seed: UInt64 = 0) -> [ForecastRecipe] {
        var recipes = [ForecastRecipe(.naive), ForecastRecipe(.drift), ForecastRecipe(.theta)]
        if series.usableSeason > 1 {
            recipes.append(ForecastRecipe(.seasonalNaive))
            if series.season <= ETS.seasonMax { recipes.append(ForecastRecipe(.ets)) }
            // A season that never changes where there are few of them, or each is long and noisy.
            let isLong = series.season > ETS.seasonMax
            recipes.append(ForecastRecipe(.stl, isLong ? [.init("span", 0)] : []))
            recipes.append(
                ForecastRecipe(.stl, [.init("base", 1), .init("span", isLong ? 0 : 11)]))
        } else {
            recipes.append(ForecastRecipe(.ets))
        }
        // Whether a level wanders or returns, tests cannot tell well: forecasts can.
        for difference in [0.0, 1] {
            recipes.append(ForecastRecipe(.ridgeLags, [.init("difference", difference)]))
        }
        recipes.append(ForecastRecipe(.arima))
        if series.usableSeason > 1, series.season <= ARIMA.seasonMax {
            recipes.append(ForecastRecipe(.arima, [.init("d", 0)]))
        }
        if series.count >= Self.boostingMin {
            for difference in [0.0, 1] {
                recipes.append(
                    ForecastRecipe(.boostingLags, [.init("difference", difference)], seed: seed))
            }
        }
        return recipes
    }

    /// Trees find nothing in fewer values.
    static let boostingMin = 60
}
