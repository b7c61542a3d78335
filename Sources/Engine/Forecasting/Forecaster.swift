/// A way to forecast, its parameters set.
package protocol Forecaster: Sendable {
    /// Learns from `series`; equal series, parameters and seed give bit-equal forecasts.
    ///
    /// - Throws: `LearnerError` when this series cannot be learned from, saying why.
    func fit(_ series: Series, seed: UInt64) throws(LearnerError) -> any FittedForecaster
}

/// What was learned, up to the last step of the series.
package protocol FittedForecaster: Sendable {
    /// The exogenous columns whose coming values a forecast needs; 0 where it needs none.
    var exogenousColumns: Int { get }

    /// - Requires: `request.exogenous` has `exogenousColumns` columns, where that is not 0.
    /// - Returns: `request.horizon` steps. Numbers may be infinite or NaN where a stored forecaster
    ///   is hostile; ``ForecastModel`` refuses those.
    func forecast(_ request: ForecastRequest) -> Forecast

    /// Everything the forecaster knows; `ForecasterFamily.fitted(from:)` turns it back.
    var tensors: [Tensor] { get }
}

extension FittedForecaster {
    package var exogenousColumns: Int { 0 }
}

/// A fitted forecaster that takes and gives numbers of any size.
///
/// The values are divided by a power of two before they are learned from, which changes no digit
/// of them, so that squares neither overflow nor vanish in any family.
package struct ForecastModel: Sendable {
    package let family: ForecasterFamily
    let exponent: Int
    let fitted: any FittedForecaster

    /// - Throws: `LearnerError` when the recipe is wrong or the series cannot be learned from.
    package init(fitting recipe: ForecastRecipe, _ series: Series) throws(LearnerError) {
        let forecaster = try recipe.forecaster()
        let recent = series.newest(ForecastLimits.historyMax)
        self.family = recipe.family
        self.exponent = Self.exponent(of: recent)
        self.fitted = try forecaster.fit(
            Self.shrunk(recent, by: self.exponent), seed: recipe.seed)
    }

    /// Of a forecaster that was fitted to `shrunk` values.
    init(_ family: ForecasterFamily, exponent: Int, fitted: any FittedForecaster) {
        self.family = family
        self.exponent = exponent
        self.fitted = fitted
    }

    package var exogenousColumns: Int { self.fitted.exogenousColumns }

    /// - Throws: `LearnerError` when exogenous columns are missing that the model needs, or the
    ///   forecast leaves the range of numbers.
    package func forecast(_ request: ForecastRequest) throws(LearnerError) -> Forecast {
        let needed = self.exogenousColumns
        if needed > 0 {
            let given = request.exogenous?.columns ?? 0
            guard given == needed else {
                throw LearnerError(
                    .badParameter,
                    "the forecast needs the coming values of \(needed) exogenous columns; "
                        + "\(given) were given")
            }
        }
        let factor = Self.power(self.exponent)
        let forecast = self.fitted.forecast(request).mapped { $0 * factor }
        guard forecast.isFinite else {
            throw LearnerError(.numericalFailure, "the forecast left the range of numbers")
        }
        return forecast
    }

    package var tensors: [Tensor] {
        [.integers("exponent", [Int32(self.exponent)])] + self.fitted.tensors
    }

    /// The model that `tensors` store, which may come from anywhere.
    ///
    /// - Throws: `LearnerError` with code `badTensor`.
    package init(_ family: ForecasterFamily, from tensors: [Tensor]) throws(LearnerError) {
        var store = try TensorStore(tensors)
        let exponent = try store.integers("exponent", shape: [1])[0]
        guard abs(Int(exponent)) <= 1074 else {
            throw LearnerError(.badTensor, "tensor exponent holds \(exponent)")
        }
        self.family = family
        self.exponent = Int(exponent)
        self.fitted = try family.fitted(from: &store)
        try store.requireNothingLeft()
    }

    /// The exponent of the largest value.
    static func exponent(of series: Series) -> Int {
        let largest = series.values.reduce(0) { max($0, abs($1)) }
        guard largest > 0 else { return 0 }
        return largest.isNormal ? Int(largest.exponent) : -1022
    }

    static func shrunk(_ series: Series, by exponent: Int) -> Series {
        // 2^-1023 is not normal; two steps reach every exponent without loss.
        series.scaled(by: Self.power(-exponent / 2)).scaled(
            by: Self.power(-exponent + exponent / 2))
    }

    private static func power(_ exponent: Int) -> Double {
        Double(sign: .plus, exponent: exponent, significand: 1)
    }
}
