import Engine
import Wire

extension JobFile {
    /// Series, and how far they are to be looked ahead.
    ///
    /// ```yaml
    /// task: forecasting
    /// data: { train: sales.csv, target: sold, time: day }
    ///                              # and schema, sha256, cache as everywhere
    ///                              # key: shop           each shop is a series
    ///                              # exogenous: [price]  known before what is sold is
    ///                              # duplicates: averaged   rows of one time; else refused
    /// horizon: 28                  # in steps
    /// frequency: daily             # optional, like all below; else as the times tell
    /// season: 7                    # in steps; else as the values tell
    /// metric: mase
    /// cv: 8                        # origins from which a forecaster is judged
    /// ```
    struct Forecasting: Equatable {
        let table: TableTerms
        let target: String
        let terms: SeriesTerms
        let metrics: [ForecastMetric]
        /// Origins.
        let folds: Int
        let families: [ForecasterFamily]
        /// Whether several candidates may make the model together.
        let ensembles: Bool
        let search: SearchTerms
    }

    static func forecasting(
        _ root: inout StrictYAML.Mapping, folder: String
    ) throws(InputError) -> Forecasting {
        let example = "data: { train: sales.csv, target: sold, time: day }"
        let place = try root.required("data", example: example)
        var data = try place.mapping()
        let table = try TableTerms(&data, folder: folder)
        let target = try data.required("target", example: "target: sold").text()
        let time = try data.value("time")?.text()
        if let weight = data.value("weight") { throw weight.wrong(Self.noWeights("a forecaster")) }
        let key = try data.value("key")?.text()
        let exogenous = data.value("exogenous")
        let others = try exogenous?.texts() ?? []
        let named = [target] + [time, key].compactMap(\.self) + others
        guard Set(named).count == named.count else {
            throw (exogenous ?? place).wrong("names one column twice")
        }
        let duplicates = try data.value("duplicates")?.choice(SeriesPlan.Duplicates.self)
        try data.finish()
        let horizon: Int = try root.required("horizon", example: "horizon: 28")
            .integer(in: 1...ForecastLimits.horizonMax)
        let season = try root.value("season").map { value throws(InputError) in
            try value.integer(in: 1...ForecastLimits.seasonMax)
        }
        let metrics: [ForecastMetric]? = try root.value("metric").map { value throws(InputError) in
            try Self.metrics(value, for: "forecasting")
        }
        let folds: Int? = try root.value("cv").map { value throws(InputError) in
            try value.integer(in: 2...50)
        }
        let families: [ForecasterFamily]? = try root.value("model_list").map {
            value throws(InputError) in
            try Self.families(value, for: "forecasting")
        }
        let search = try Self.search(&root, among: families ?? [], for: "forecasting")
        return Forecasting(
            table: table, target: target,
            terms: SeriesTerms(
                time: time, key: key, exogenous: others,
                frequency: try root.value("frequency").map(Self.frequency), season: season,
                averages: duplicates == .averaged, horizon: horizon),
            metrics: metrics ?? [.meanAbsoluteScaledError], folds: folds ?? 8,
            families: families ?? [], ensembles: try root.value("ensemble")?.flag() ?? true,
            search: search)
    }

    private static func frequency(_ value: StrictYAML.Value) throws(InputError) -> String {
        let name = try value.text()
        guard Frequency(name: name) != nil else {
            throw value.wrong(
                "must be yearly, quarterly, monthly, weekly, daily, hourly or minutely, or a count "
                    + "and s, min, h, d, w, mo or y, such as 15min")
        }
        return name
    }
}
