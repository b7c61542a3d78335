/// The forecasters, by the names that job files, leaderboards and bundles use.
package enum ForecasterFamily: String, CaseIterable, Sendable {
    case naive
    case seasonalNaive = "seasonal_naive"
    case drift
    case theta
    case ets
    case arima
    case stl
    case ridgeLags = "ridge_lags"
    case boostingLags = "boosting_lags"
    case combination
}

extension ForecasterFamily {
    /// The parameters the family takes, in the order in which they are documented.
    package var parameters: [ParameterRange] {
        switch self {
        case .naive, .seasonalNaive, .drift: []
        case .theta: Theta.parameters
        case .ets: ETS.parameters
        case .arima: ARIMA.parameters
        case .stl: STLForecaster.parameters
        case .ridgeLags: LagModel.ridgeParameters
        case .boostingLags: LagModel.boostingParameters
        case .combination: Combination.parameters
        }
    }

    /// The family with these parameters, and its defaults for the rest.
    ///
    /// - Throws: `LearnerError` that names the parameter which the family does not have, which was
    ///   given twice, or which lies outside its range.
    package func forecaster(
        parameters: [(name: String, value: Double)]
    ) throws(LearnerError) -> any Forecaster {
        let values = try ParameterValues(parameters, ranges: self.parameters, of: self.rawValue)
        switch self {
        case .naive: return NaiveForecaster(.last)
        case .seasonalNaive: return NaiveForecaster(.lastSeason)
        case .drift: return NaiveForecaster(.drift)
        case .theta: return Theta(values)
        case .ets: return ETS(values)
        case .arima: return ARIMA(values)
        case .stl: return STLForecaster(values)
        case .ridgeLags: return LagModel(ridge: values)
        case .boostingLags: return LagModel(boosting: values)
        case .combination:
            return try Combination(
                Combination.standardMembers, rule: values.whole("rule") == 1 ? .median : .mean)
        }
    }

    /// The fitted forecaster that `store` holds, every shape and range of it checked.
    ///
    /// - Throws: `LearnerError` with code `badTensor`, naming the tensor and what is wrong with it.
    func fitted(from store: inout TensorStore) throws(LearnerError) -> any FittedForecaster {
        switch self {
        case .naive, .seasonalNaive, .drift: return try FittedNaive(&store)
        case .theta: return try FittedTheta(&store)
        case .ets: return try FittedETS(&store)
        case .arima: return try FittedARIMA(&store)
        case .stl: return try FittedSTL(&store)
        case .ridgeLags: return try FittedLags(&store, kind: .ridge)
        case .boostingLags: return try FittedLags(&store, kind: .gradientBoosting)
        case .combination: return try FittedCombination(&store)
        }
    }
}
