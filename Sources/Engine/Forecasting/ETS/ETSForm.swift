/// Which components an exponential smoothing model has (Hyndman et al. 2008, "Forecasting with
/// exponential smoothing", chapter 2): error, trend and season, as in ETS(M,Ad,M).
struct ETSForm: Equatable {
    enum Error: Int, CaseIterable { case additive, multiplicative }
    enum Trend: Int, CaseIterable { case none, additive, damped }
    enum Season: Int, CaseIterable { case none, additive, multiplicative }

    let error: Error
    let trend: Trend
    let season: Season

    /// Additive errors under a multiplicative season have no finite variance of forecasts, so that
    /// these three of the 18 are left out, as Hyndman and Khandakar (2008) do.
    var isStable: Bool { !(self.error == .additive && self.season == .multiplicative) }

    /// Whether every value must be positive.
    var needsPositive: Bool { self.error == .multiplicative || self.season == .multiplicative }

    static let all = Error.allCases.flatMap { error in
        Trend.allCases.flatMap { trend in
            Season.allCases.map { ETSForm(error: error, trend: trend, season: $0) }
        }
    }.filter(\.isStable)

    /// Parameters to be estimated, the initial states and the variance among them.
    func freedom(season length: Int) -> Int {
        let smoothing =
            1 + (self.trend == .none ? 0 : 1) + (self.trend == .damped ? 1 : 0)
            + (self.season == .none ? 0 : 1)
        let states = 1 + (self.trend == .none ? 0 : 1) + (self.season == .none ? 0 : length - 1)
        return smoothing + states + 1
    }
}

/// How fast the components follow what came.
struct ETSWeights: Equatable {
    var alpha: Double
    /// 0 without a trend.
    var beta: Double
    /// 0 without a season.
    var gamma: Double
    /// 1 without damping.
    var phi: Double

    /// The usual region, within which weights are shares (op. cit., section 2.5).
    func isUsual(_ form: ETSForm) -> Bool {
        let least = 1e-4
        guard self.alpha >= least, self.alpha <= 1 - least else { return false }
        if form.trend != .none, self.beta < least || self.beta > self.alpha { return false }
        if form.trend == .damped, self.phi < 0.8 || self.phi > 0.98 { return false }
        if form.season != .none, self.gamma < least || self.gamma > 1 - self.alpha { return false }
        return true
    }
}

/// Level, trend and season at one moment.
struct ETSState: Equatable {
    var level: Double
    var slope: Double
    /// The season's part of the coming steps, the next one first; empty without a season.
    var season: [Double]
}

/// The recursions of a form, which do not depend on the kind of its error.
///
/// ```
/// q = l + φ b                       what is expected without the season
/// μ = q + s     or  q × s           what is expected
/// d = y - s - q or  y / s - q       what came beyond q
/// l = q + α d       b = φ b + β d
/// s = s + γ (y - q - s)  or  s + γ (y / q - s)
/// ```
struct ETSFilter {
    let form: ETSForm
    let weights: ETSWeights

    /// What the errors of a series say.
    struct Outcome {
        /// Twice the negative log likelihood, up to a constant: n log Σe² (+ 2 Σ log |μ|).
        let badness: Double
        /// Mean squared (relative, for multiplicative) error.
        let meanSquare: Double
        let state: ETSState
    }

    /// - Returns: an outcome of infinite badness when a divisor vanishes.
    func run(_ values: [Double], from start: ETSState) -> Outcome {
        var (level, slope) = (start.level, start.slope)
        var season = start.season
        let length = season.count
        var phase = 0
        var squares = 0.0
        var product = 1.0
        var logs = 0.0
        let (alpha, beta, gamma, phi) = (
            self.weights.alpha, self.weights.beta, self.weights.gamma, self.weights.phi
        )
        let isRelative = self.form.error == .multiplicative
        let failure = Outcome(badness: .infinity, meanSquare: .infinity, state: start)
        for value in values {
            let q = level + phi * slope
            var expected = q
            var beyond = value - q
            switch self.form.season {
            case .none: break
            case .additive:
                let s = season[phase]
                expected = q + s
                beyond = value - s - q
                season[phase] = s + gamma * beyond
            case .multiplicative:
                let s = season[phase]
                expected = q * s
                guard q > 1e-10, s > 1e-10 else { return failure }
                beyond = value / s - q
                season[phase] = s + gamma * (value / q - s)
            }
            if length > 0 { phase = phase + 1 == length ? 0 : phase + 1 }
            level = q + alpha * beyond
            slope = phi * slope + beta * beyond
            var error = value - expected
            if isRelative {
                // Beyond this a product of two would leave the range of numbers.
                guard expected > 1e-10, expected < 1e100 else { return failure }
                error /= expected
                // One logarithm for many factors.
                product *= expected
                if product < 1e-200 || product > 1e200 {
                    logs += naturalLogarithm(product)
                    product = 1
                }
            }
            squares += error * error
        }
        guard squares.isFinite, level.isFinite, slope.isFinite else { return failure }
        let count = Double(values.count)
        // A perfect fit has no likelihood; rounding stands in for its errors.
        let floored = max(squares, 1e-24 * count)
        if isRelative { logs += naturalLogarithm(product) }
        return Outcome(
            badness: count * naturalLogarithm(floored) + 2 * logs, meanSquare: squares / count,
            state: ETSState(
                level: level, slope: slope, season: Array(season[phase...] + season[..<phase])))
    }

    /// One step of the recursions with an error that is given; returns what comes.
    @inline(__always)
    func advance(
        _ level: inout Double, _ slope: inout Double, _ season: inout Double, error: Double
    ) -> Double {
        let q = level + self.weights.phi * slope
        let expected =
            switch self.form.season {
            case .none: q
            case .additive: q + season
            case .multiplicative: q * season
            }
        let value = self.form.error == .additive ? expected + error : expected * (1 + error)
        var beyond = value - q
        switch self.form.season {
        case .none: break
        case .additive:
            beyond = value - season - q
            season += self.weights.gamma * beyond
        case .multiplicative:
            beyond = season == 0 ? 0 : value / season - q
            season += q == 0 ? 0 : self.weights.gamma * (value / q - season)
        }
        level = q + self.weights.alpha * beyond
        slope = self.weights.phi * slope + self.weights.beta * beyond
        return value
    }
}
