/// Repeats what came last: the last value, the last season, or the last value and the mean step.
///
/// What any other forecaster must beat to have learned something (Hyndman and Athanasopoulos 2021,
/// "Forecasting: principles and practice", section 5.2).
package struct NaiveForecaster: Forecaster {
    package enum Kind: Equatable, Sendable { case last, lastSeason, drift }

    package let kind: Kind

    package init(_ kind: Kind) { self.kind = kind }

    package func fit(
        _ series: Series, seed: UInt64
    ) throws(LearnerError) -> any FittedForecaster {
        let values = series.values
        let count = values.count
        let season = self.kind == .lastSeason && count > series.season ? series.season : 1
        let slope =
            self.kind == .drift && count > 1
            ? (values[count - 1] - values[0]) / Double(count - 1) : 0
        var squares = 0.0
        for t in season..<max(season, count) {
            let error = values[t] - values[t - season] - slope
            squares += error * error
        }
        // The drift was estimated from the same steps.
        let freedom = count - season - (self.kind == .drift ? 1 : 0)
        let deviation = freedom > 0 ? (squares / Double(freedom)).squareRoot() : 0
        return FittedNaive(
            last: Array(values[(count - season)...]), slope: slope,
            slopeSteps: self.kind == .drift && count > 1 ? count - 1 : 0, deviation: deviation)
    }
}

struct FittedNaive: FittedForecaster, Equatable {
    /// The last season, or the last value.
    let last: [Double]
    let slope: Double
    /// Steps from which the slope was estimated; 0 without one.
    let slopeSteps: Int
    /// Of the errors one season (or step) ahead.
    let deviation: Double

    init(last: [Double], slope: Double, slopeSteps: Int, deviation: Double) {
        self.last = last
        self.slope = slope
        self.slopeSteps = slopeSteps
        self.deviation = deviation
    }

    init(_ store: inout TensorStore) throws(LearnerError) {
        self.last = try store.doubles("last", shape: [.any])
        self.slope = try store.doubles("slope", shape: [1])[0]
        self.slopeSteps = Int(try store.integers("slope_steps", shape: [1])[0])
        self.deviation = try store.doubles("deviation", shape: [1])[0]
        guard !self.last.isEmpty, self.slopeSteps >= 0, self.deviation >= 0 else {
            throw LearnerError(.badTensor, "tensor last, slope_steps or deviation is out of range")
        }
    }

    var tensors: [Tensor] {
        [
            .doubles("last", self.last), .doubles("slope", [self.slope]),
            .integers("slope_steps", [Int32(self.slopeSteps)]),
            .doubles("deviation", [self.deviation]),
        ]
    }

    func forecast(_ request: ForecastRequest) -> Forecast {
        let season = self.last.count
        var mean: [Double] = []
        var deviations: [Double] = []
        for step in 0..<request.horizon {
            let h = Double(step + 1)
            mean.append(self.last[step % season] + self.slope * h)
            // Every whole season adds one error; the drift's own error grows with the horizon.
            let errors = Double(step / season + 1)
            let growth = self.slopeSteps > 0 ? 1 + h / Double(self.slopeSteps) : 1
            deviations.append(self.deviation * (errors * growth).squareRoot())
        }
        return Forecast(mean: mean, deviations: deviations, levels: request.levels)
    }
}
