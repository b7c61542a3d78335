/// Autoregressive integrated moving averages with a season, exogenous columns and, for seasons too
/// long for that, waves (Box and Jenkins 1976; Hyndman and Khandakar 2008).
///
/// Differences are chosen by the strength of the season and by KPSS tests, orders by the stepwise
/// search; coefficients maximise the exact likelihood of the differenced series. Every order may be
/// given instead; -1 leaves it to the search. Columns are regressed on beforehand, with the same
/// differences. Logarithms are taken where they even out the spread (`log`: -1 decides, 0 no, 1).
package struct ARIMA: Forecaster {
    /// A longer season would need as many states.
    static let seasonMax = 24

    static let parameters: [ParameterRange] = [
        .whole("p", -1...5, standard: -1), .whole("d", -1...2, standard: -1),
        .whole("q", -1...5, standard: -1), .whole("seasonal_p", -1...2, standard: -1),
        .whole("seasonal_d", -1...1, standard: -1), .whole("seasonal_q", -1...2, standard: -1),
        .whole("log", -1...1, standard: -1),
    ]

    let p: Int
    let d: Int
    let q: Int
    let seasonalP: Int
    let seasonalD: Int
    let seasonalQ: Int
    let log: Int

    init(_ values: ParameterValues) {
        self.p = values.whole("p")
        self.d = values.whole("d")
        self.q = values.whole("q")
        self.seasonalP = values.whole("seasonal_p")
        self.seasonalD = values.whole("seasonal_d")
        self.seasonalQ = values.whole("seasonal_q")
        self.log = values.whole("log")
    }

    /// Every choice left to the search, logarithms apart.
    init(log: Int = -1) {
        (self.p, self.d, self.q) = (-1, -1, -1)
        (self.seasonalP, self.seasonalD, self.seasonalQ) = (-1, -1, -1)
        self.log = log
    }

    package func fit(
        _ all: Series, seed: UInt64
    ) throws(LearnerError) -> any FittedForecaster {
        let isShort = all.season > 1 && all.season <= Self.seasonMax
        let series = isShort ? all.newest(ForecastLimits.seasonalHistory(all.season)) : all
        let scale = try ValueScale(series, log: self.log)
        let values = scale.forward(series.values)
        let isLong = series.season > Self.seasonMax
        let season = isLong || series.count < 2 * series.season ? 1 : series.season
        let harmonics =
            isLong && series.count >= 2 * series.season
            ? SeasonalRegression.harmonics(values, season: series.season) : []
        let lags = try self.lags(series, values, season: season, harmonics: harmonics)
        let regression = try SeasonalRegression(
            series, values: values, harmonics: harmonics, differences: lags)
        let rest = zip(values, regression.explained(series)).map { $0 - $1 }
        let stationary = lags.reduce(rest) { differenced($0, lag: $1) }
        guard stationary.count >= 3 else {
            throw LearnerError(.tooFewRows, "\(series.count) values are too few for arima")
        }
        let fitting = ARMAFitting(stationary, season: season)
        let result = try self.result(fitting, differences: lags.count)
        let outcome = fitting.outcome(result)
        guard outcome.badness.isFinite else {
            throw LearnerError(.numericalFailure, "arima found no coefficients for this series")
        }
        let spent = min(stationary.count - 1, result.order.freedom - 1)
        let freedom = Double(stationary.count) / Double(stationary.count - spent)
        return FittedARIMA(
            model: fitting.model(result), mean: fitting.level(of: result), state: outcome.state,
            deviation: (outcome.variance * freedom).squareRoot(), lags: lags,
            tail: Array(rest.suffix(lags.reduce(0, +))), regression: regression, scale: scale)
    }

    /// The lags of the differences: the season first, then ones.
    private func lags(
        _ series: Series, _ values: [Double], season: Int, harmonics: [Int]
    ) throws(LearnerError) -> [Int] {
        var lags: [Int] = []
        let isSeasonal =
            self.seasonalD == -1
            ? UnitRoot.needsSeasonalDifference(values, season: season)
            : self.seasonalD == 1 && season > 1
        if isSeasonal { lags.append(season) }
        guard self.d == -1 else { return lags + Array(repeating: 1, count: self.d) }
        // What columns explain is no reason to difference.
        let regression = try? SeasonalRegression(
            series, values: values, harmonics: harmonics, differences: lags)
        let rest = regression.map { fitted in
            zip(values, fitted.explained(series)).map { $0 - $1 }
        }
        let level = lags.reduce(rest ?? values) { differenced($0, lag: $1) }
        guard !level.isEmpty else { return lags }
        let ones = min(UnitRoot.differences(level), isSeasonal ? 1 : 2)
        return lags + Array(repeating: 1, count: ones)
    }

    private func result(
        _ fitting: ARMAFitting, differences: Int
    ) throws(LearnerError) -> ARMAFitting.Result {
        // Two differences and a mean would be a parabola.
        let mayHaveMean = differences <= 1
        let given = [self.p, self.q, self.seasonalP, self.seasonalQ]
        guard given.contains(-1) else {
            let isSeasonal = fitting.season > 1
            let order = ARMAOrder(
                p: self.p, q: self.q, seasonalP: isSeasonal ? self.seasonalP : 0,
                seasonalQ: isSeasonal ? self.seasonalQ : 0, hasMean: mayHaveMean)
            guard fitting.isPossible(order) else {
                throw LearnerError(
                    .tooFewRows,
                    "\(fitting.values.count) differenced values are too few for this order")
            }
            return fitting.exact(fitting.quick(order))
        }
        let search = ARMASearch(
            fitting: fitting, mayHaveMean: mayHaveMean,
            fixed: (self.p, self.q, self.seasonalP, self.seasonalQ))
        guard let best = search.best() else {
            throw LearnerError(
                .tooFewRows,
                "\(fitting.values.count) differenced values are too few for any order of arima")
        }
        return best
    }
}

/// Values as a model takes them: plain, or their logarithms.
struct ValueScale: Equatable {
    let isLogarithmic: Bool

    /// - Parameter log: -1 takes logarithms where they even out the spread, 0 never, 1 always.
    init(_ series: Series, log: Int) throws(LearnerError) {
        switch log {
        case 0: self.isLogarithmic = false
        case 1:
            guard series.values.allSatisfy({ $0 > 0 && $0.isNormal }) else {
                throw LearnerError(.numericalFailure, "logarithms need positive values")
            }
            self.isLogarithmic = true
        default:
            self.isLogarithmic = Spread.growsWithLevel(series.values, season: series.season)
        }
    }

    init(isLogarithmic: Bool) { self.isLogarithmic = isLogarithmic }

    init(_ store: inout TensorStore) throws(LearnerError) {
        let flag = try store.integers("log", shape: [1])[0]
        guard flag == 0 || flag == 1 else {
            throw LearnerError(.badTensor, "tensor log holds \(flag)")
        }
        self.isLogarithmic = flag == 1
    }

    var tensor: Tensor { .integers("log", [self.isLogarithmic ? 1 : 0]) }

    func forward(_ values: [Double]) -> [Double] {
        self.isLogarithmic ? values.map(naturalLogarithm) : values
    }

    func backward(_ forecast: Forecast) -> Forecast {
        guard self.isLogarithmic else { return forecast }
        // The exponential stops at ±708: beyond, it is out of the range of numbers.
        return forecast.mapped { x in
            abs(x) < 700 ? exponential(SIMD4(repeating: x))[0] : (x < 0 ? 0 : .infinity)
        }
    }
}
