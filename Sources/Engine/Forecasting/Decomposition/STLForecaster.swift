/// Takes the season out by STL, forecasts the rest without one, and puts the last season back.
///
/// Works for seasons of any length (Hyndman and Athanasopoulos 2021, section 13.1).
package struct STLForecaster: Forecaster {
    static let parameters: [ParameterRange] = [
        // 0: ets, 1: arima, 2: theta
        .whole("base", 0...2, standard: 0),
        // Seasons over which each phase is smoothed; 0 for a season that never changes. Made odd.
        .whole("span", 0...101, standard: 11),
        .whole("robust", 0...1, standard: 0),
        .whole("log", -1...1, standard: -1),
    ]

    static let bases: [ForecasterFamily] = [.ets, .arima, .theta]

    let base: Int
    let span: Int
    let isRobust: Bool
    let log: Int

    init(_ values: ParameterValues) {
        self.base = values.whole("base")
        self.span = values.whole("span")
        self.isRobust = values.whole("robust") == 1
        self.log = values.whole("log")
    }

    package func fit(
        _ series: Series, seed: UInt64
    ) throws(LearnerError) -> any FittedForecaster {
        let season = series.usableSeason
        guard season > 1 else {
            throw LearnerError(
                .tooFewRows, "stl needs a season, and two whole ones of values")
        }
        let scale = try ValueScale(series, log: self.log)
        let values = scale.forward(series.values)
        var stl = STL(period: season)
        stl.seasonalSpan = self.span == 0 ? nil : max(7, self.span | 1)
        stl.isRobust = self.isRobust
        let parts = stl.decompose(values)
        let adjusted = zip(values, parts.seasonal).map { $0 - $1 }
        let forecaster: any Forecaster =
            switch Self.bases[self.base] {
            case .arima: ARIMA(log: 0)
            case .theta: Theta(season: 1)
            default: ETS()
            }
        return FittedSTL(
            seasonal: Array(parts.seasonal.suffix(season)), base: self.base,
            fitted: try forecaster.fit(series.replacing(adjusted, season: 1), seed: seed),
            scale: scale)
    }
}

struct FittedSTL: FittedForecaster {
    /// The pattern of the coming steps, the next first.
    let seasonal: [Double]
    let base: Int
    let fitted: any FittedForecaster
    let scale: ValueScale

    init(seasonal: [Double], base: Int, fitted: any FittedForecaster, scale: ValueScale) {
        self.seasonal = seasonal
        self.base = base
        self.fitted = fitted
        self.scale = scale
    }

    init(_ store: inout TensorStore) throws(LearnerError) {
        self.seasonal = try store.doubles("seasonal", shape: [.any])
        self.base = Int(try store.integers("base", shape: [1])[0])
        guard STLForecaster.bases.indices.contains(self.base), !self.seasonal.isEmpty else {
            throw LearnerError(.badTensor, "tensor seasonal or base is out of range")
        }
        self.scale = try ValueScale(&store)
        var inner = store.part("base/")
        self.fitted = try STLForecaster.bases[self.base].fitted(from: &inner)
        try inner.requireNothingLeft()
        guard self.fitted.exogenousColumns == 0 else {
            throw LearnerError(.badTensor, "the base of stl takes no exogenous columns")
        }
    }

    var tensors: [Tensor] {
        [
            .doubles("seasonal", self.seasonal), .integers("base", [Int32(self.base)]),
            self.scale.tensor,
        ] + self.fitted.tensors.map { $0.named("base/" + $0.name) }
    }

    func forecast(_ request: ForecastRequest) -> Forecast {
        let parts = (0..<request.horizon).map { self.seasonal[$0 % self.seasonal.count] }
        return self.scale.backward(self.fitted.forecast(request).shifted(by: parts))
    }
}
