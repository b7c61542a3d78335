/// What calendar and exogenous columns explain of a series: waves of a long season, and columns.
///
/// A season too long for a state per step is drawn by a few waves, harmonics of its length
/// (dynamic harmonic regression; Young, Pedregal and Tych 1999).
struct SeasonalRegression: Equatable {
    /// Steps of the season whose waves are used.
    let season: Int
    /// How often each wave swings in a season.
    let harmonics: [Int]
    /// How many steps lie before the next one: its place in the season.
    let phase: Int
    /// Of cosine and sine of each harmonic, then of each exogenous column.
    let weights: [Double]

    /// More waves than this draw noise.
    static let harmonicsMax = 8

    var exogenousColumns: Int { self.weights.count - 2 * self.harmonics.count }

    static let none = SeasonalRegression(season: 1, harmonics: [], phase: 0, weights: [])

    private init(season: Int, harmonics: [Int], phase: Int, weights: [Double]) {
        self.season = season
        self.harmonics = harmonics
        self.phase = phase
        self.weights = weights
    }

    /// Fits differenced values on equally differenced columns, by least squares with just so much
    /// penalty that dependent columns share their weight.
    ///
    /// - Parameter lags: of the differences, in turn.
    init(
        _ series: Series, values: [Double], harmonics: [Int], differences lags: [Int]
    ) throws(LearnerError) {
        let columns = Self.columns(
            series.exogenous, rows: series.count, season: series.season, harmonics: harmonics)
        self.season = series.season
        self.harmonics = harmonics
        self.phase = series.count % series.season
        guard !columns.isEmpty else {
            self.weights = []
            return
        }
        var target = values
        var regressors = columns
        for lag in lags {
            target = differenced(target, lag: lag)
            regressors = regressors.map { differenced($0, lag: lag) }
        }
        guard target.count > columns.count + 2 else {
            throw LearnerError(
                .tooFewRows,
                "\(series.count) values are too few for \(columns.count) columns beside them")
        }
        let scales = regressors.map { column in
            let level = mean(column)
            let squares = column.reduce(0) { $0 + ($1 - level) * ($1 - level) }
            return (squares / Double(column.count)).squareRoot()
        }
        var features = Matrix(rows: target.count, columns: columns.count)
        for (j, column) in regressors.enumerated() where scales[j] > 1e-12 {
            for row in column.indices { features[row, j] = column[row] / scales[j] }
        }
        let data = TrainingData(features: features, answers: .numbers(target))
        let ridge = Ridge(alpha: 1e-6 * Double(target.count))
        guard let fitted = try ridge.fit(data, seed: 0) as? RidgePredictor else {
            preconditionFailure("ridge gives a ridge predictor")
        }
        self.weights = zip(fitted.weights, scales).map { $1 > 1e-12 ? $0 / $1 : 0 }
    }

    init(_ store: inout TensorStore) throws(LearnerError) {
        let shape = try store.integers("calendar", shape: [2])
        self.harmonics = try store.integers("harmonics", shape: [.any]).map { Int($0) }
        self.weights = try store.doubles("regression", shape: [.any])
        (self.season, self.phase) = (Int(shape[0]), Int(shape[1]))
        guard self.season >= 1, self.season <= ForecastLimits.seasonMax, self.phase >= 0,
            self.phase < self.season, Self.areValid(self.harmonics, season: self.season),
            self.weights.count >= 2 * self.harmonics.count,
            self.exogenousColumns <= ForecastLimits.exogenousMax
        else { throw LearnerError(.badTensor, "tensor calendar or regression is out of range") }
    }

    /// Whether stored harmonics are waves that the season can hold.
    static func areValid(_ harmonics: [Int], season: Int) -> Bool {
        harmonics.count <= Self.harmonicsMax
            && harmonics.allSatisfy { $0 >= 1 && $0 <= season / 2 }
    }

    var tensors: [Tensor] {
        [
            .integers("calendar", [Int32(self.season), Int32(self.phase)]),
            .integers("harmonics", self.harmonics.map { Int32($0) }),
            .doubles("regression", self.weights),
        ]
    }

    /// The part of the values that the regression explains, for the series it was fitted on.
    func explained(_ series: Series) -> [Double] {
        self.sums(
            Self.columns(
                series.exogenous, rows: series.count, season: self.season,
                harmonics: self.harmonics), rows: series.count)
    }

    /// The part that it explains of the coming steps.
    func coming(_ request: ForecastRequest) -> [Double] {
        let exogenous = request.exogenous ?? Matrix(rows: request.horizon, columns: 0)
        var columns = Self.waves(
            from: self.phase, count: request.horizon, season: self.season,
            harmonics: self.harmonics)
        if self.exogenousColumns > 0 { columns += Self.columns(of: exogenous) }
        return self.sums(columns, rows: request.horizon)
    }

    private func sums(_ columns: [[Double]], rows: Int) -> [Double] {
        var sums = [Double](repeating: 0, count: rows)
        for (weight, column) in zip(self.weights, columns) {
            for row in 0..<rows { sums[row] += weight * column[row] }
        }
        return sums
    }

    private static func columns(
        _ exogenous: Matrix, rows: Int, season: Int, harmonics: [Int]
    ) -> [[Double]] {
        self.waves(from: 0, count: rows, season: season, harmonics: harmonics)
            + self.columns(of: exogenous)
    }

    static func columns(of matrix: Matrix) -> [[Double]] {
        (0..<matrix.columns).map { column in (0..<matrix.rows).map { matrix[$0, column] } }
    }

    /// Cosine and sine of each harmonic.
    static func waves(
        from phase: Int, count: Int, season: Int, harmonics: [Int]
    ) -> [[Double]] {
        harmonics.flatMap { k in
            // One season is computed, the rest repeat it.
            let cosine = (0..<min(season, phase + count)).map { cosineOfTurns(k * $0, of: season) }
            let sine = (0..<min(season, phase + count)).map { sineOfTurns(k * $0, of: season) }
            let places = (phase..<phase + count).map { $0 % season }
            return [places.map { cosine[$0] }, places.map { sine[$0] }]
        }
    }

    /// The harmonics that pay, the strongest first: those of the greatest amplitude in the mean
    /// season, as many as Akaike's criterion allows, by which Hyndman and Athanasopoulos (2021,
    /// section 10.5) choose them, too. A harmonic k that is one of many costs 4 log k more, the
    /// length of its number in Rissanen's (1983) code: slow waves are likelier. The value before is
    /// among the columns: without it every wave of a slowly moving series would seem to pay.
    static func harmonics(_ values: [Double], season: Int) -> [Int] {
        guard season >= 4, values.count >= 2 * season else { return [] }
        let strongest = self.strongest(
            SeasonalPattern(values, length: season, kind: .additive).parts)
        var best = (count: 0, criterion: Double.infinity)
        let target = Array(values.dropFirst())
        let before = Array(values.dropLast())
        let n = Double(target.count)
        var price = 0.0
        for count in 0...strongest.count {
            if count > 0 { price += 4 + 4 * naturalLogarithm(Double(strongest[count - 1])) }
            let columns =
                [before]
                + self.waves(
                    from: 1, count: target.count, season: season,
                    harmonics: Array(strongest[..<count]))
            var features = Matrix(rows: target.count, columns: columns.count)
            for (j, column) in columns.enumerated() {
                for row in column.indices { features[row, j] = column[row] }
            }
            let data = TrainingData(features: features, answers: .numbers(target))
            guard let fitted = try? Ridge(alpha: 1e-6 * n).fit(data, seed: 0) else { continue }
            let squares = zip(fitted.predict(features).values, target)
                .reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
            let criterion =
                n * naturalLogarithm(max(squares / n, 1e-24)) + price
            if criterion < best.criterion { best = (count, criterion) }
        }
        return Array(strongest[..<best.count])
    }

    /// The harmonics of the greatest amplitude in one season's pattern.
    private static func strongest(_ pattern: [Double]) -> [Int] {
        let season = pattern.count
        let cosines = (0..<season).map { cosineOfTurns($0, of: season) }
        let sines = (0..<season).map { sineOfTurns($0, of: season) }
        let powers = (1..<(season + 1) / 2).map { k -> (k: Int, power: Double) in
            var (real, imaginary, place) = (0.0, 0.0, 0)
            for value in pattern {
                real += value * cosines[place]
                imaginary += value * sines[place]
                place += k
                if place >= season { place -= season }
            }
            return (k, real * real + imaginary * imaginary)
        }
        return powers.sorted { $0.power != $1.power ? $0.power > $1.power : $0.k < $1.k }
            .prefix(Self.harmonicsMax).map(\.k)
    }
}
