/// Finds the weights and initial states of a form that make a series most likely.
struct ETSFitting {
    let form: ETSForm
    let values: [Double]
    /// Steps of the season; 1 for forms without one.
    let length: Int

    struct Result {
        let form: ETSForm
        let weights: ETSWeights
        let start: ETSState
        let outcome: ETSFilter.Outcome
        /// Akaike's criterion, corrected for short series (Hurvich and Tsai 1989).
        let criterion: Double
    }

    init(_ form: ETSForm, _ values: [Double], season: Int) {
        self.form = form
        self.values = values
        self.length = form.season == .none ? 1 : season
    }

    /// Whether the series is long and positive enough for the form.
    var isPossible: Bool {
        if self.form.needsPositive, self.values.contains(where: { $0 <= 1e-8 }) { return false }
        if self.form.season != .none, self.length < 2 || self.values.count < 2 * self.length {
            return false
        }
        return self.values.count > self.form.freedom(season: self.length) + 2
    }

    /// Weights for initial states that are guessed: a search of at most four coordinates.
    func guess() -> Result {
        let start = self.initialState()
        var initial: [Double] = []
        var steps: [Double] = []
        initial.append(0.3)
        steps.append(0.2)
        if self.form.trend != .none {
            initial.append(0.05)
            steps.append(0.05)
        }
        if self.form.season != .none {
            initial.append(0.1)
            steps.append(0.1)
        }
        if self.form.trend == .damped {
            initial.append(0.95)
            steps.append(-0.05)
        }
        let minimum = NelderMead(evaluationsMax: 60 * initial.count).minimise(
            from: initial, steps: steps
        ) { point in
            self.badness(self.weights(point), start)
        }
        return self.result(self.weights(minimum.point), start)
    }

    /// The guess with weights and initial states improved together.
    func refined(_ guess: Result) -> Result {
        var point: [Double] = [guess.weights.alpha]
        if self.form.trend != .none { point.append(guess.weights.beta) }
        if self.form.season != .none { point.append(guess.weights.gamma) }
        if self.form.trend == .damped { point.append(guess.weights.phi) }
        let weightCount = point.count
        // Weights may lie at the edge of their region; their steps point inwards.
        var steps = point.map { $0 < 0.5 ? 0.05 : -0.05 }
        let noise =
            self.form.error == .additive
            ? guess.outcome.meanSquare.squareRoot()
            : guess.outcome.meanSquare.squareRoot() * abs(guess.start.level)
        let scale = noise > 0 && noise.isFinite ? noise : 0.01
        point.append(guess.start.level)
        steps.append(scale)
        if self.form.trend != .none {
            point.append(guess.start.slope)
            steps.append(scale / 10)
        }
        if self.form.season != .none {
            point += guess.start.season.dropLast()
            let isShare = self.form.season == .multiplicative
            let step = isShare ? scale / max(abs(guess.start.level), scale) : scale
            steps += Array(repeating: step / 2, count: self.length - 1)
        }
        let minimum = NelderMead(evaluationsMax: 200 + 100 * point.count).minimise(
            from: point, steps: steps
        ) { point in
            self.badness(self.weights(point), self.state(point.dropFirst(weightCount)))
        }
        let refined = self.result(
            self.weights(minimum.point), self.state(minimum.point.dropFirst(weightCount)))
        return refined.criterion < guess.criterion ? refined : guess
    }

    private func badness(_ weights: ETSWeights, _ start: ETSState) -> Double {
        guard weights.isUsual(self.form) else { return .infinity }
        return ETSFilter(form: self.form, weights: weights).run(self.values, from: start).badness
    }

    func result(_ weights: ETSWeights, _ start: ETSState) -> Result {
        let outcome = ETSFilter(form: self.form, weights: weights).run(self.values, from: start)
        let (k, n) = (Double(self.form.freedom(season: self.length)), Double(self.values.count))
        return Result(
            form: self.form, weights: weights, start: start, outcome: outcome,
            criterion: outcome.badness + 2 * k + 2 * k * (k + 1) / (n - k - 1))
    }

    private func weights(_ point: [Double]) -> ETSWeights {
        var rest = point[...]
        var weights = ETSWeights(alpha: rest.removeFirst(), beta: 0, gamma: 0, phi: 1)
        if self.form.trend != .none { weights.beta = rest.removeFirst() }
        if self.form.season != .none { weights.gamma = rest.removeFirst() }
        if self.form.trend == .damped { weights.phi = rest.removeFirst() }
        return weights
    }

    private func state(_ point: ArraySlice<Double>) -> ETSState {
        var rest = point
        var state = ETSState(level: rest.removeFirst(), slope: 0, season: [])
        if self.form.trend != .none { state.slope = rest.removeFirst() }
        if self.form.season != .none {
            // The last part makes the season neutral: a sum of 0, or shares of mean 1.
            let total = self.form.season == .additive ? 0 : Double(self.length)
            state.season = Array(rest) + [total - rest.reduce(0, +)]
        }
        return state
    }

    /// Season by classical decomposition, level and slope by the first values without it
    /// (Hyndman et al. 2008, section 2.6.1).
    private func initialState() -> ETSState {
        let season = self.initialSeason()
        let adjusted = self.values.prefix(max(10, 2 * self.length)).enumerated().map { t, value in
            switch self.form.season {
            case .none: value
            case .additive: value - season[t % self.length]
            case .multiplicative: value / max(season[t % self.length], 1e-3)
            }
        }
        let line = Line(adjusted)
        var state = ETSState(level: line.intercept, slope: 0, season: season)
        if self.form.trend != .none {
            // The line starts at the first value; the level is that of the step before.
            state.level = line.intercept - line.slope
            state.slope = line.slope
        } else {
            state.level = mean(Array(adjusted.prefix(max(5, self.length))))
        }
        if self.form.needsPositive, state.level <= 1e-8 {
            state.level = max(self.values[0], 1e-6)
        }
        return state
    }

    private func initialSeason() -> [Double] {
        guard self.form.season != .none else { return [] }
        // A few early seasons: later ones may have changed.
        let early = Array(self.values.prefix(max(4 * self.length, 2 * self.length + 1)))
        let trend = movingAverage(early, self.length)
        let half = self.length / 2
        var sums = [Double](repeating: 0, count: self.length)
        var counts = [Int](repeating: 0, count: self.length)
        for (index, average) in trend.enumerated() {
            let t = index + half
            let part = self.form.season == .additive ? early[t] - average : early[t] / average
            sums[t % self.length] += part
            counts[t % self.length] += 1
        }
        let overall = trend.isEmpty ? mean(early) : 0
        var parts = (0..<self.length).map { phase -> Double in
            if counts[phase] > 0 { return sums[phase] / Double(counts[phase]) }
            // Two seasons of even length leave one phase without a centred average.
            guard trend.isEmpty else { return self.form.season == .additive ? 0 : 1 }
            return self.form.season == .additive ? early[phase] - overall : early[phase] / overall
        }
        let centre = mean(parts)
        switch self.form.season {
        case .none: break
        case .additive: parts = parts.map { $0 - centre }
        case .multiplicative: parts = parts.map { max($0 / centre, 1e-3) }
        }
        return parts
    }
}

/// The least squares line through values at 0, 1, 2, …
struct Line: Equatable {
    let intercept: Double
    let slope: Double

    init(_ values: [Double]) {
        let middle = Double(values.count - 1) / 2
        let average = mean(values)
        var (above, below) = (0.0, 0.0)
        for (t, value) in values.enumerated() {
            above += (Double(t) - middle) * (value - average)
            below += (Double(t) - middle) * (Double(t) - middle)
        }
        self.slope = below > 0 ? above / below : 0
        self.intercept = average - self.slope * middle
    }

    func value(at t: Double) -> Double { self.intercept + self.slope * t }
}
