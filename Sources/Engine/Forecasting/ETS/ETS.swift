/// Exponential smoothing in state space form, its components chosen by Akaike's corrected criterion
/// (Hyndman, Koehler, Snyder and Grose 2002; Hyndman and Khandakar 2008).
///
/// Seasons longer than `seasonMax` are left to decompositions: every step of one is a state to
/// estimate. Parameters choose among the forms: 0 leaves the component to the criterion.
package struct ETS: Forecaster {
    static let seasonMax = 24

    static let parameters: [ParameterRange] = [
        // 1: additive, 2: multiplicative
        .whole("error", 0...2, standard: 0),
        // 1: none, 2: additive, 3: damped
        .whole("trend", 0...3, standard: 0),
        // 1: none, 2: additive, 3: multiplicative
        .whole("season", 0...3, standard: 0),
    ]

    let forms: [ETSForm]

    init(_ values: ParameterValues) {
        let (error, trend, season) = (
            values.whole("error"), values.whole("trend"), values.whole("season")
        )
        self.forms = ETSForm.all.filter {
            (error == 0 || $0.error.rawValue == error - 1)
                && (trend == 0 || $0.trend.rawValue == trend - 1)
                && (season == 0 || $0.season.rawValue == season - 1)
        }
    }

    init(_ forms: [ETSForm] = ETSForm.all) { self.forms = forms }

    package func fit(
        _ series: Series, seed: UInt64
    ) throws(LearnerError) -> any FittedForecaster {
        try self.fit(series.values, season: series.season)
    }

    /// Forms whose guess is among the best; the rest are not worth the long search.
    private static let refinedMax = 4

    func fit(_ values: [Double], season: Int) throws(LearnerError) -> FittedETS {
        guard !self.forms.isEmpty else {
            throw LearnerError(
                .badParameter,
                "additive errors under a multiplicative season have no finite variance")
        }
        if let known = FittedETS(constant: values) { return known }
        let usable = season <= Self.seasonMax ? season : 1
        let recent =
            usable > 1 ? Array(values.suffix(ForecastLimits.seasonalHistory(usable))) : values
        let fittings = self.forms.map { ETSFitting($0, recent, season: usable) }
            .filter(\.isPossible)
        guard !fittings.isEmpty else {
            throw LearnerError(
                .tooFewRows,
                "\(values.count) values are too few, or not all positive, for these forms of ets")
        }
        let guesses = fittings.map { ($0, $0.guess()) }
            .sorted { $0.1.criterion < $1.1.criterion }
        let refined = guesses.prefix(Self.refinedMax).map { $0.refined($1) }
        guard let best = refined.min(by: { $0.criterion < $1.criterion }),
            best.criterion.isFinite
        else {
            throw LearnerError(.numericalFailure, "no form of ets fits this series")
        }
        return FittedETS(best, count: recent.count)
    }
}

struct FittedETS: FittedForecaster, Equatable {
    let form: ETSForm
    let weights: ETSWeights
    let state: ETSState
    /// Of the (relative) errors one step ahead.
    let deviation: Double

    init(_ result: ETSFitting.Result, count: Int) {
        self.form = result.form
        self.weights = result.weights
        self.state = result.outcome.state
        // Initial states cost less than weights do: they fade. Count the weights only.
        let spent = min(count - 1, 4)
        self.deviation =
            (result.outcome.meanSquare * Double(count) / Double(count - spent)).squareRoot()
    }

    /// A series without change, which has no likelihood; nil for any other.
    init?(constant values: [Double]) {
        guard values.allSatisfy({ $0 == values[0] }) else { return nil }
        self.form = ETSForm(error: .additive, trend: .none, season: .none)
        self.weights = ETSWeights(alpha: 0.5, beta: 0, gamma: 0, phi: 1)
        self.state = ETSState(level: values[0], slope: 0, season: [])
        self.deviation = 0
    }

    init(_ store: inout TensorStore) throws(LearnerError) {
        let form = try store.integers("form", shape: [3])
        let numbers = try store.doubles("weights", shape: [4])
        let state = try store.doubles("state", shape: [2])
        let season = try store.doubles("season", shape: [.any])
        let deviation = try store.doubles("deviation", shape: [1])[0]
        guard let error = ETSForm.Error(rawValue: Int(form[0])),
            let trend = ETSForm.Trend(rawValue: Int(form[1])),
            let kind = ETSForm.Season(rawValue: Int(form[2])),
            season.isEmpty == (kind == .none), deviation >= 0
        else { throw LearnerError(.badTensor, "tensor form, season or deviation is out of range") }
        self.form = ETSForm(error: error, trend: trend, season: kind)
        self.weights = ETSWeights(
            alpha: numbers[0], beta: numbers[1], gamma: numbers[2], phi: numbers[3])
        self.state = ETSState(level: state[0], slope: state[1], season: season)
        self.deviation = deviation
    }

    var tensors: [Tensor] {
        [
            .integers(
                "form",
                [
                    Int32(self.form.error.rawValue), Int32(self.form.trend.rawValue),
                    Int32(self.form.season.rawValue),
                ]),
            .doubles(
                "weights",
                [self.weights.alpha, self.weights.beta, self.weights.gamma, self.weights.phi]),
            .doubles("state", [self.state.level, self.state.slope]),
            .doubles("season", self.state.season),
            .doubles("deviation", [self.deviation]),
        ]
    }

    func forecast(_ request: ForecastRequest) -> Forecast {
        let mean = self.path(request.horizon) { 0 }
        // Additive forms have a variance in closed form (Hyndman et al. 2008, section 6.3).
        guard self.form.needsPositive else {
            return Forecast(
                mean: mean, deviations: self.deviations(request.horizon), levels: request.levels)
        }
        var generator = SeededGenerator(seed: Self.pathSeed)
        var paths: [Double] = []
        let count = simulatedPaths(horizon: request.horizon)
        paths.reserveCapacity(count * request.horizon)
        for _ in 0..<count {
            // A relative error below -1 would turn the sign of what came.
            paths += self.path(request.horizon) {
                max(-0.99, self.deviation * generator.normal())
            }
        }
        return Forecast(mean: mean, paths: paths, levels: request.levels)
    }

    private static let pathSeed: UInt64 = 1

    private func path(_ horizon: Int, _ error: () -> Double) -> [Double] {
        let filter = ETSFilter(form: self.form, weights: self.weights)
        var (level, slope) = (self.state.level, self.state.slope)
        var season = self.state.season
        var none = 0.0
        return (0..<horizon).map { step in
            guard !season.isEmpty else {
                return filter.advance(&level, &slope, &none, error: error())
            }
            return filter.advance(
                &level, &slope, &season[step % season.count], error: error())
        }
    }

    private func deviations(_ horizon: Int) -> [Double] {
        var variance = 1.0
        var (damping, power) = (0.0, 1.0)
        return (0..<horizon).map { step in
            defer {
                power *= self.weights.phi
                damping += power
                let isSeason =
                    !self.state.season.isEmpty && (step + 1) % self.state.season.count == 0
                let share =
                    self.weights.alpha + self.weights.beta * damping
                    + (isSeason ? self.weights.gamma : 0)
                variance += share * share
            }
            return self.deviation * variance.squareRoot()
        }
    }
}

/// Paths to simulate: enough for quantiles near the edge, within some millions of numbers.
func simulatedPaths(horizon: Int) -> Int { max(200, min(1000, 1_000_000 / horizon)) }

extension SeededGenerator {
    /// A standard normal number.
    mutating func normal() -> Double {
        normalQuantile(min(max(self.unit(), 1e-10), 1 - 1e-10))
    }
}
