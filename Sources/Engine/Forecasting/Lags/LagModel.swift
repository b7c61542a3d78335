/// Regression on the values before, the place in the season and exogenous columns, one step at a
/// time, each step's forecast being a value before the next (recursive; Taieb et al. 2012).
///
/// Values are differenced where a test says so, because neither shrunken weights nor trees follow a
/// trend, and their logarithms are taken where these even out the spread.
package struct LagModel: Forecaster {
    enum Kind: Equatable {
        case ridge(alpha: Double)
        case boosting(GradientBoosting.Settings)
    }

    private static let common: [ParameterRange] = [
        // 0: as many as suit the season
        .whole("lags", 0...400, standard: 0),
        // -1: as a test says
        .whole("difference", -1...1, standard: -1),
        .whole("log", -1...1, standard: -1),
    ]
    static let ridgeParameters =
        common + [.real("alpha", 1e-6...1e6, standard: 1, .logarithmic)]
    static let boostingParameters =
        common + [
            .whole("trees", 1...2000, standard: 150, .logarithmic),
            .real("learning_rate", 1e-3...1, standard: 0.05, .logarithmic),
            .whole("leaves", 2...256, standard: 8, .logarithmic),
            .whole("min_rows_leaf", 1...1000, standard: 8, .logarithmic),
        ]

    let kind: Kind
    let lags: Int
    let difference: Int
    let log: Int

    init(ridge values: ParameterValues) { self.init(.ridge(alpha: values["alpha"]), values) }

    init(boosting values: ParameterValues) {
        var settings = GradientBoosting.Settings()
        settings.trees = values.whole("trees")
        settings.learningRate = values["learning_rate"]
        settings.leaves = values.whole("leaves")
        settings.rowsLeafMin = values.whole("min_rows_leaf")
        self.init(.boosting(settings), values)
    }

    private init(_ kind: Kind, _ values: ParameterValues) {
        self.kind = kind
        self.lags = values.whole("lags")
        self.difference = values.whole("difference")
        self.log = values.whole("log")
    }

    /// Rows without which regression means nothing.
    private static let rowsMin = 6

    package func fit(
        _ series: Series, seed: UInt64
    ) throws(LearnerError) -> any FittedForecaster {
        let scale = try ValueScale(series, log: self.log)
        let values = scale.forward(series.values)
        let season = series.usableSeason
        let isDifferenced =
            self.difference == -1
            ? Self.isTrending(values, season: season) : self.difference == 1
        let steps = isDifferenced ? differenced(values, lag: 1) : values
        let design = LagDesign(
            lags: LagDesign.lags(
                count: steps.count, season: season, wanted: self.lags,
                isDifferenced: isDifferenced),
            season: season, calendar: self.calendar(season),
            exogenous: series.exogenous.columns,
            harmonics: season > LagDesign.indicatorsMax
                ? SeasonalRegression.harmonics(values, season: season) : [])
        guard steps.count >= design.reach + Self.rowsMin else {
            throw LearnerError(
                .tooFewRows, "\(series.count) values are too few to regress on those before them")
        }
        let offset = isDifferenced ? 1 : 0
        let data = design.rows(steps, exogenous: series.exogenous, from: offset)
        let standard = Standardisation(data)
        let scaled = standard.apply(data)
        let predictor = try self.learner.fit(scaled, seed: seed)
        let deviation = try self.deviation(scaled, predictor, seed: seed) * standard.answerScale
        return FittedLags(
            design: design, standard: standard, predictor: predictor,
            kind: self.predictorKind, history: Array(steps.suffix(design.reach)),
            outside: Array(
                series.exogenous.values.suffix(
                    design.exogenousReach * series.exogenous.columns)),
            last: isDifferenced ? values[values.count - 1] : nil,
            phase: series.count % season, deviation: deviation, scale: scale)
    }

    private var learner: any Learner {
        switch self.kind {
        case .ridge(let alpha): Ridge(alpha: alpha)
        case .boosting(let settings): GradientBoosting(settings)
        }
    }

    private var predictorKind: Family {
        switch self.kind {
        case .ridge: .ridge
        case .boosting: .gradientBoosting
        }
    }

    private func calendar(_ season: Int) -> LagDesign.Calendar {
        guard season > 1 else { return .none }
        switch self.kind {
        case .ridge: return season <= LagDesign.indicatorsMax ? .indicators : .waves
        case .boosting: return .phase
        }
    }

    /// Whether the level wanders, what the season explains left out.
    private static func isTrending(_ values: [Double], season: Int) -> Bool {
        guard season > 1, values.count >= 2 * season else {
            return UnitRoot.differences(values) > 0
        }
        let pattern = SeasonalPattern(values, length: season, kind: .additive)
        return UnitRoot.differences(pattern.removed(from: values)) > 0
    }

    /// Of the errors one step ahead, on rows that were not learned from where that is needed.
    private func deviation(
        _ data: TrainingData, _ predictor: any Predictor, seed: UInt64
    ) throws(LearnerError) -> Double {
        let rows = data.features.rows
        switch self.kind {
        case .ridge:
            // Shrunken weights spend less than one degree of freedom each.
            let spent = min(data.features.columns, rows / 2)
            return Self.rootMeanSquare(data, predictor)
                * (Double(rows) / Double(rows - spent)).squareRoot()
        case .boosting:
            // Trees know the rows they grew on by heart: the newest quarter is held back.
            let kept = max(1, rows - max(1, rows / 4))
            let held = data.rows(at: Array(kept..<rows))
            let early = try self.learner.fit(data.rows(at: Array(0..<kept)), seed: seed)
            return Self.rootMeanSquare(held, early)
        }
    }

    private static func rootMeanSquare(_ data: TrainingData, _ predictor: any Predictor) -> Double {
        guard case .numbers(let answers) = data.answers, !answers.isEmpty else { return 0 }
        let squares = zip(answers, predictor.predict(data.features).values)
            .reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
        return (squares / Double(answers.count)).squareRoot()
    }
}

extension TrainingData {
    fileprivate func rows(at indices: [Int]) -> TrainingData {
        TrainingData(
            features: self.features.rows(at: indices), answers: self.answers.rows(at: indices))
    }
}

/// Means and deviations that bring columns and answers to one scale.
struct Standardisation: Equatable {
    let means: [Double]
    /// 1 for columns without change.
    let scales: [Double]
    let answerMean: Double
    let answerScale: Double

    init(_ data: TrainingData) {
        func measure(_ column: [Double]) -> (mean: Double, scale: Double) {
            let level = mean(column)
            let squares = column.reduce(0) { $0 + ($1 - level) * ($1 - level) }
            let scale = (squares / Double(max(1, column.count))).squareRoot()
            return (level, scale > 1e-12 ? scale : 1)
        }
        let columns = SeasonalRegression.columns(of: data.features).map(measure)
        self.means = columns.map(\.mean)
        self.scales = columns.map(\.scale)
        guard case .numbers(let answers) = data.answers else {
            preconditionFailure("a forecaster learns numbers")
        }
        (self.answerMean, self.answerScale) = measure(answers)
    }

    init(_ store: inout TensorStore, columns: Int) throws(LearnerError) {
        self.means = try store.doubles("means", shape: [.exactly(columns)])
        self.scales = try store.doubles("scales", shape: [.exactly(columns)])
        let answer = try store.doubles("answer", shape: [2])
        (self.answerMean, self.answerScale) = (answer[0], answer[1])
        guard self.scales.allSatisfy({ $0 > 0 }), self.answerScale > 0 else {
            throw LearnerError(.badTensor, "tensor scales or answer is out of range")
        }
    }

    var tensors: [Tensor] {
        [
            .doubles("means", self.means), .doubles("scales", self.scales),
            .doubles("answer", [self.answerMean, self.answerScale]),
        ]
    }

    func apply(_ data: TrainingData) -> TrainingData {
        guard case .numbers(let answers) = data.answers else { return data }
        var features = data.features
        for row in 0..<features.rows {
            for j in 0..<features.columns {
                features[row, j] = (features[row, j] - self.means[j]) / self.scales[j]
            }
        }
        return TrainingData(
            features: features,
            answers: .numbers(answers.map { ($0 - self.answerMean) / self.answerScale }))
    }
}
