/// The theta method (Assimakopoulos and Nikolopoulos 2000): the mean of a straight line and of a
/// series with its curvature doubled, which simple exponential smoothing extrapolates.
///
/// In the form of Hyndman and Billah (2003): simple exponential smoothing with a drift of half the
/// line's slope. A significant season is taken out first and put back last. `theta` is how much
/// the curvature is magnified; the drift has a weight of 1 - 1 / theta.
package struct Theta: Forecaster {
    static let parameters: [ParameterRange] = [
        .real("theta", 1...10, standard: 2),
        // 0: multiplicative where significant and positive, 1: none, 2: additive, 3: multiplicative
        .whole("season", 0...3, standard: 0),
    ]

    let theta: Double
    let season: Int

    init(_ values: ParameterValues) {
        self.theta = values["theta"]
        self.season = values.whole("season")
    }

    init(theta: Double = 2, season: Int = 0) {
        self.theta = theta
        self.season = season
    }

    package func fit(
        _ series: Series, seed: UInt64
    ) throws(LearnerError) -> any FittedForecaster {
        let pattern = self.pattern(series)
        let values = pattern?.removed(from: series.values) ?? series.values
        guard values.count >= 3 else {
            throw LearnerError(.tooFewRows, "theta needs 3 values, not \(values.count)")
        }
        let drift = (1 - 1 / self.theta) * Line(values).slope
        let form = ETSForm(error: .additive, trend: .none, season: .none)
        let fitting = ETSFitting(form, values, season: 1)
        let smooth = values.count > 5 ? fitting.refined(fitting.guess()) : fitting.guess()
        guard smooth.outcome.badness.isFinite else {
            throw LearnerError(.numericalFailure, "theta found no weights for this series")
        }
        return FittedTheta(
            level: smooth.outcome.state.level, alpha: smooth.weights.alpha, drift: drift,
            deviation: Self.deviation(values, smooth, drift: drift), count: values.count,
            pattern: pattern.map { ($0.kind, $0.rotated(by: values.count)) })
    }

    private func pattern(_ series: Series) -> SeasonalPattern? {
        let (values, length) = (series.values, series.season)
        guard length >= 2, values.count >= 2 * length, self.season != 1 else { return nil }
        let isPositive = values.allSatisfy { $0 > 1e-8 }
        switch self.season {
        case 0:
            guard SeasonalPattern.isSignificant(values, length: length) else { return nil }
            return SeasonalPattern(
                values, length: length, kind: isPositive ? .multiplicative : .additive)
        case 3 where isPositive:
            return SeasonalPattern(values, length: length, kind: .multiplicative)
        default: return SeasonalPattern(values, length: length, kind: .additive)
        }
    }

    /// Of the errors one step ahead, the drift included.
    private static func deviation(
        _ values: [Double], _ smooth: ETSFitting.Result, drift: Double
    ) -> Double {
        var level = smooth.start.level
        var squares = 0.0
        for (t, value) in values.enumerated() {
            let error =
                value - level
                - FittedTheta.lead(
                    1, drift: drift, alpha: smooth.weights.alpha, count: t)
            squares += error * error
            level += smooth.weights.alpha * (value - level)
        }
        return (squares / Double(max(1, values.count - 3))).squareRoot()
    }
}

struct FittedTheta: FittedForecaster, Equatable {
    let level: Double
    let alpha: Double
    let drift: Double
    let deviation: Double
    let count: Int
    let kind: SeasonKind
    /// The pattern of the coming steps, the next first; empty without a season.
    let parts: [Double]

    init(
        level: Double, alpha: Double, drift: Double, deviation: Double, count: Int,
        pattern: (kind: SeasonKind, parts: [Double])?
    ) {
        self.level = level
        self.alpha = alpha
        self.drift = drift
        self.deviation = deviation
        self.count = count
        self.kind = pattern?.kind ?? .additive
        self.parts = pattern?.parts ?? []
    }

    init(_ store: inout TensorStore) throws(LearnerError) {
        let numbers = try store.doubles("smoothing", shape: [4])
        let counts = try store.integers("count", shape: [2])
        self.parts = try store.doubles("season", shape: [.any])
        guard let kind = SeasonKind(rawValue: Int(counts[1])), counts[0] >= 1, numbers[1] > 0,
            numbers[1] <= 1, numbers[3] >= 0
        else { throw LearnerError(.badTensor, "tensor smoothing or count is out of range") }
        (self.level, self.alpha, self.drift, self.deviation) = (
            numbers[0], numbers[1], numbers[2], numbers[3]
        )
        self.count = Int(counts[0])
        self.kind = kind
    }

    var tensors: [Tensor] {
        [
            .doubles("smoothing", [self.level, self.alpha, self.drift, self.deviation]),
            .integers("count", [Int32(self.count), Int32(self.kind.rawValue)]),
            .doubles("season", self.parts),
        ]
    }

    /// How far the forecast `steps` ahead lies above the level after `count` values
    /// (Hyndman and Billah 2003, equation 8).
    static func lead(_ steps: Int, drift: Double, alpha: Double, count: Int) -> Double {
        var faded = 1.0
        if alpha < 1 {
            // (1 - alpha)^count by squaring.
            var (base, exponent) = (1 - alpha, count)
            while exponent > 0 {
                if exponent & 1 == 1 { faded *= base }
                base *= base
                exponent >>= 1
            }
        } else {
            faded = 0
        }
        return drift * (Double(steps - 1) + (1 - faded) / alpha)
    }

    func forecast(_ request: ForecastRequest) -> Forecast {
        let steps = 1...request.horizon
        let mean = steps.map {
            self.level
                + Self.lead($0, drift: self.drift, alpha: self.alpha, count: self.count)
        }
        let deviations = steps.map {
            self.deviation * (1 + Double($0 - 1) * self.alpha * self.alpha).squareRoot()
        }
        let plain = Forecast(mean: mean, deviations: deviations, levels: request.levels)
        guard !self.parts.isEmpty else { return plain }
        let parts = (0..<request.horizon).map { self.parts[$0 % self.parts.count] }
        return self.kind == .additive ? plain.shifted(by: parts) : plain.scaled(by: parts)
    }
}

extension SeasonalPattern {
    /// The parts of the steps after `count` values, the next first.
    func rotated(by count: Int) -> [Double] {
        self.parts.indices.map { self.parts[(count + $0) % self.parts.count] }
    }
}
