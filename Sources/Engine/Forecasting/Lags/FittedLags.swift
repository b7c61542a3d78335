struct FittedLags: FittedForecaster {
    let design: LagDesign
    let standard: Standardisation
    let predictor: any Predictor
    let kind: Family
    /// The last (differenced) values, as many as the design looks back on.
    let history: [Double]
    /// The last exogenous columns, as many steps as the design looks back on.
    let outside: [Double]
    /// The last value before differencing; nil where values are taken as they are.
    let last: Double?
    /// The next step's place in the season.
    let phase: Int
    /// Of the errors one step ahead.
    let deviation: Double
    let scale: ValueScale

    init(
        design: LagDesign, standard: Standardisation, predictor: any Predictor, kind: Family,
        history: [Double], outside: [Double], last: Double?, phase: Int, deviation: Double,
        scale: ValueScale
    ) {
        self.design = design
        self.standard = standard
        self.predictor = predictor
        self.kind = kind
        self.history = history
        self.outside = outside
        self.last = last
        self.phase = phase
        self.deviation = deviation
        self.scale = scale
    }

    var exogenousColumns: Int { self.design.exogenous }

    init(_ store: inout TensorStore, kind: Family) throws(LearnerError) {
        let lags = try store.integers("lags", shape: [.any]).map { Int($0) }
        let shape = try store.integers("design", shape: [4]).map { Int($0) }
        let harmonics = try store.integers("harmonics", shape: [.any]).map { Int($0) }
        guard let calendar = LagDesign.Calendar(rawValue: shape[1]), let reach = lags.last,
            lags[0] >= 1, zip(lags, lags.dropFirst()).allSatisfy({ $0 < $1 }),
            reach <= ForecastLimits.seasonMax, shape[0] >= 1, shape[2] >= 0,
            shape[2] <= ForecastLimits.exogenousMax, shape[3] >= 0, shape[3] < shape[0],
            shape[0] <= ForecastLimits.seasonMax,
            SeasonalRegression.areValid(harmonics, season: shape[0])
        else { throw LearnerError(.badTensor, "tensor lags or design is out of range") }
        self.design = LagDesign(
            lags: lags, season: shape[0], calendar: calendar, exogenous: shape[2],
            harmonics: harmonics)
        self.phase = shape[3]
        self.standard = try Standardisation(&store, columns: self.design.columns)
        self.history = try store.doubles("history", shape: [.exactly(reach)])
        self.outside = try store.doubles(
            "outside", shape: [.exactly(self.design.exogenousReach * self.design.exogenous)])
        let last = try store.doubles("last", shape: [.any])
        self.deviation = try store.doubles("deviation", shape: [1])[0]
        guard last.count <= 1, self.deviation >= 0 else {
            throw LearnerError(.badTensor, "tensor last or deviation is out of range")
        }
        self.last = last.first
        self.scale = try ValueScale(&store)
        self.kind = kind
        var inner = store.part("predictor/")
        self.predictor =
            kind == .ridge
            ? try RidgePredictor(&inner, outputs: 1) : try BoostingPredictor(&inner, outputs: 1)
        try inner.requireNothingLeft()
        guard self.predictor.columns == self.design.columns else {
            throw LearnerError(.badTensor, "the predictor does not suit tensor design")
        }
    }

    var tensors: [Tensor] {
        [
            .integers("lags", self.design.lags.map { Int32($0) }),
            .integers(
                "design",
                [
                    Int32(self.design.season), Int32(self.design.calendar.rawValue),
                    Int32(self.design.exogenous), Int32(self.phase),
                ]),
            .integers("harmonics", self.design.harmonics.map { Int32($0) }),
            .doubles("history", self.history), .doubles("outside", self.outside),
            .doubles("last", self.last.map { [$0] } ?? []),
            .doubles("deviation", [self.deviation]), self.scale.tensor,
        ] + self.standard.tensors + self.predictor.tensors.map { $0.named("predictor/" + $0.name) }
    }

    private static let pathSeed: UInt64 = 1

    func forecast(_ request: ForecastRequest) -> Forecast {
        let mean = self.paths(1, request) { 0 }
        guard !request.levels.isEmpty else {
            return self.scale.backward(Forecast(mean: mean, intervals: []))
        }
        var generator = SeededGenerator(seed: Self.pathSeed)
        let paths = self.paths(self.pathCount(request.horizon), request) {
            self.deviation * generator.normal()
        }
        // Quantiles of few paths are noisy; about their own middle they are moved to the mean.
        return self.scale.backward(
            Forecast(mean: mean, paths: paths, levels: request.levels).holdingMean)
    }

    private func pathCount(_ horizon: Int) -> Int {
        max(50, min(400, 2_000_000 / (horizon * self.design.columns)))
    }

    /// Simulated values, paths × horizon, row after row; each step's error is added before it
    /// becomes a value before the next.
    private func paths(
        _ count: Int, _ request: ForecastRequest, _ error: () -> Double
    ) -> [Double] {
        let (reach, horizon) = (self.design.reach, request.horizon)
        let width = reach + horizon
        var values = [Double](repeating: 0, count: count * width)
        for path in 0..<count {
            for (t, value) in self.history.enumerated() { values[path * width + t] = value }
        }
        let outside = self.outside + (request.exogenous?.values ?? [])
        var features = Matrix(rows: count, columns: self.design.columns)
        var row: [Double] = []
        for step in 0..<horizon {
            values.withUnsafeBufferPointer { all in
                for path in 0..<count {
                    let start = path * width
                    self.design.row(
                        UnsafeBufferPointer(rebasing: all[start..<start + reach + step]),
                        place: self.phase + step,
                        outside: outside, step: self.design.exogenousReach + step, into: &row)
                    for (j, value) in row.enumerated() {
                        features[path, j] =
                            (value - self.standard.means[j]) / self.standard.scales[j]
                    }
                }
            }
            let predictions = self.predictor.predict(features).values
            for path in 0..<count {
                values[path * width + reach + step] =
                    self.standard.answerMean + self.standard.answerScale * predictions[path]
                    + error()
            }
        }
        var paths: [Double] = []
        paths.reserveCapacity(count * horizon)
        for path in 0..<count {
            var sum = self.last ?? 0
            for step in 0..<horizon {
                let value = values[path * width + reach + step]
                sum += value
                paths.append(self.last == nil ? value : sum)
            }
        }
        return paths
    }
}

extension Forecast {
    /// The forecast with every interval widened, where it must be, to hold the mean.
    var holdingMean: Forecast {
        Forecast(
            mean: self.mean,
            intervals: self.intervals.map { interval in
                Interval(
                    level: interval.level,
                    lower: zip(interval.lower, self.mean).map { min($0, $1) },
                    upper: zip(interval.upper, self.mean).map { max($0, $1) })
            })
    }
}
