import Engine
import Privacy

/// What a model expects of the coming steps of its series.
struct ForecastAnswers {
    /// Of intervals, when nobody says otherwise.
    static let levels = [0.8, 0.95]

    private let model: FittedForecasts
    /// In the order of the answers.
    private let places: [(entry: Int, step: Int)]
    /// For each series; nil where nothing is asked of it.
    private let forecasts: [Forecast?]
    private let levels: [Double]
    /// What a table said, where there was one.
    private let steps: ComingSteps?

    /// The coming steps of every series.
    ///
    /// - Parameter name: what the user calls the model, for sentences.
    init(
        _ model: FittedForecasts, horizon: Int, levels: [Double], called name: String
    ) throws(InputError) {
        guard !model.needsExogenous else {
            let names = model.columns.exogenous.joined(separator: ", ")
            throw InputError(
                name,
                "forecasts with the coming values of \(names): name a table of the coming steps")
        }
        do {
            self.forecasts = try model.forecast(horizon: horizon, levels: levels)
        } catch {
            throw InputError(name, "\(error)")
        }
        self.model = model
        self.levels = levels
        self.steps = nil
        self.places = model.entries.indices.flatMap { entry in
            (1...horizon).map { (entry: entry, step: $0) }
        }
    }

    /// The rows of a table as coming steps.
    ///
    /// - Parameter path: of the table, for sentences.
    init(
        _ model: FittedForecasts, bytes: [UInt8], at path: String,
        for purpose: FittedModel.Purpose, levels: [Double]
    ) throws(InputError) {
        do {
            let frame = try bytes.withUnsafeBytes { try model.frame(bytes: $0, for: purpose) }
            let steps = try model.steps(of: frame)
            self.forecasts = try model.forecast(steps, levels: levels)
            self.places = steps.places
            self.steps = steps
        } catch let error as TableError where error.code == .missingColumn {
            throw InputError(path, "\(error)\(model.schema.aliasDoubt)")
        } catch {
            throw InputError(path, "\(error)")
        }
        self.model = model
        self.levels = levels
    }

    var rows: Int { self.places.count }

    func answer(row: Int) -> String {
        let (entry, step) = self.places[row]
        return self.forecasts[entry].map { "\($0.mean[step - 1])" } ?? ""
    }

    func scores() throws(InputError) -> [String: Double] {
        guard let steps else { return [:] }
        return Dictionary(
            uniqueKeysWithValues: self.model.scores(steps, self.forecasts)
                .map { ($0.metric.rawValue, $0.value) })
    }

    /// What `--json` prints of a step.
    struct Step: Encodable, Equatable {
        /// Which series; absent where the table has no column of keys.
        let key: String?
        /// Absent where there are no times.
        let time: String?
        /// After the last that was learned from, from 1.
        let step: Int
        let prediction: Double
        let intervals: [Interval]

        struct Interval: Encodable, Equatable {
            let level: Double
            let lower: Double
            let upper: Double
        }
    }

    var report: [Step] {
        self.places.compactMap { entry, step in
            self.forecasts[entry].map { forecast in
                Step(
                    key: self.model.entries[entry].key?.revealed,
                    time: self.model.time(of: step, in: entry)?.revealed, step: step,
                    prediction: forecast.mean[step - 1],
                    intervals: forecast.intervals.map {
                        .init(
                            level: $0.level, lower: $0.lower[step - 1], upper: $0.upper[step - 1])
                    })
            }
        }
    }

    /// The columns that say which step it is, as the table calls them, then the forecast and the
    /// bounds of its intervals.
    func csv(for reader: CSVText.Reader) -> String {
        let columns = self.model.columns
        let bounds = self.levels.flatMap { level in
            let share = Figures.number((level * 1000).rounded() / 10)
            return ["lower_\(share)", "upper_\(share)"]
        }
        let place = [columns.key, columns.time ?? "step"].compactMap(\.self)
        var text = CSVText.row(place + ["prediction"] + bounds, for: reader)
        for (row, (entry, step)) in self.places.enumerated() {
            guard let forecast = self.forecasts[entry] else { continue }
            var fields: [String] = []
            if let key = self.model.entries[entry].key { fields.append(key.revealed) }
            fields.append(self.model.time(of: step, in: entry)?.revealed ?? "\(step)")
            fields.append(self.answer(row: row))
            for interval in forecast.intervals {
                fields += ["\(interval.lower[step - 1])", "\(interval.upper[step - 1])"]
            }
            text += CSVText.row(fields, for: reader)
        }
        return text
    }
}
