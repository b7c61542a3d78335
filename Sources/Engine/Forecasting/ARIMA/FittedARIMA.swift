struct FittedARIMA: FittedForecaster, Equatable {
    let model: ARMA
    /// Of the differenced values.
    let mean: Double
    /// What is expected of the coming differenced values, less their mean.
    let state: [Double]
    let deviation: Double
    /// Of the differences, in the order in which they were taken.
    let lags: [Int]
    /// The last values before differencing, as many as the lags add up to.
    let tail: [Double]
    let regression: SeasonalRegression
    let scale: ValueScale

    var exogenousColumns: Int { self.regression.exogenousColumns }

    init(
        model: ARMA, mean: Double, state: [Double], deviation: Double, lags: [Int],
        tail: [Double], regression: SeasonalRegression, scale: ValueScale
    ) {
        self.model = model
        self.mean = mean
        self.state = state
        self.deviation = deviation
        self.lags = lags
        self.tail = tail
        self.regression = regression
        self.scale = scale
    }

    /// Coefficients of the longest season and the highest orders, with room.
    private static let coefficientsMax = 1000

    init(_ store: inout TensorStore) throws(LearnerError) {
        let ar = try store.doubles("ar", shape: [.any])
        let ma = try store.doubles("ma", shape: [.any])
        let lags = try store.integers("lags", shape: [.any]).map { Int($0) }
        guard ar.count <= Self.coefficientsMax, ma.count <= Self.coefficientsMax, lags.count <= 3,
            lags.allSatisfy({ $0 >= 1 && $0 <= ForecastLimits.seasonMax })
        else { throw LearnerError(.badTensor, "tensor ar, ma or lags is out of range") }
        self.model = ARMA(ar: ar, ma: ma)
        self.lags = lags
        self.state = try store.doubles(
            "state", shape: [.exactly(max(ar.count, ma.count + 1))])
        self.tail = try store.doubles("tail", shape: [.exactly(lags.reduce(0, +))])
        let noise = try store.doubles("noise", shape: [2])
        guard noise[1] >= 0 else {
            throw LearnerError(.badTensor, "tensor noise is out of range")
        }
        (self.mean, self.deviation) = (noise[0], noise[1])
        self.regression = try SeasonalRegression(&store)
        self.scale = try ValueScale(&store)
    }

    var tensors: [Tensor] {
        [
            .doubles("ar", self.model.ar), .doubles("ma", self.model.ma),
            .integers("lags", self.lags.map { Int32($0) }), .doubles("state", self.state),
            .doubles("tail", self.tail), .doubles("noise", [self.mean, self.deviation]),
        ] + self.regression.tensors + [self.scale.tensor]
    }

    func forecast(_ request: ForecastRequest) -> Forecast {
        let sums = integrated(
            self.differences(request.horizon), tail: self.tail, lags: self.lags)
        let explained = self.regression.coming(request)
        let mean = zip(sums, explained).map { $0 + $1 }
        // What an error adds to later values, differences undone.
        let responses = integrated(
            self.model.responses(request.horizon),
            tail: Array(repeating: 0, count: self.tail.count), lags: self.lags)
        var variance = 0.0
        let deviations = responses.map { response in
            variance += response * response
            return self.deviation * variance.squareRoot()
        }
        return self.scale.backward(
            Forecast(mean: mean, deviations: deviations, levels: request.levels))
    }

    /// The coming differenced values.
    private func differences(_ horizon: Int) -> [Double] {
        var state = self.state
        let r = state.count
        let ar = self.model.ar
        return (0..<horizon).map { _ in
            let value = state[0]
            for i in 0..<r {
                state[i] = (i + 1 < r ? state[i + 1] : 0) + (i < ar.count ? ar[i] * value : 0)
            }
            return value + self.mean
        }
    }
}

/// Undoes differences: the values after `tail` whose differences by `lags`, in turn, are given.
///
/// - Requires: `tail` has as many values as the lags add up to.
func integrated(_ differences: [Double], tail: [Double], lags: [Int]) -> [Double] {
    guard let lag = lags.first else { return differences }
    // The inner differences need the tail's own differences to begin with.
    let inner = integrated(
        differences, tail: differenced(tail, lag: lag), lags: Array(lags.dropFirst()))
    var values = Array(tail.suffix(lag))
    values.reserveCapacity(lag + inner.count)
    for (step, difference) in inner.enumerated() { values.append(values[step] + difference) }
    return Array(values[lag...])
}
