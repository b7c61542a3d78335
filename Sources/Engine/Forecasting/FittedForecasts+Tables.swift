internal import Privacy

/// Rows of a table as coming steps of the series that a model knows.
package struct ComingSteps: Sendable {
    /// For each row of the table the series that it belongs to, by its place in the model, and how
    /// many steps after the last that was learned from it lies, from 1.
    package let places: [(entry: Int, step: Int)]
    /// What came, NaN where it is not known; empty where the table has no target.
    let actual: [Double]
    /// For each series the last step asked for; 0 where none is.
    let horizons: [Int]
    /// For each series the coming values of the other columns, as far as rows give them.
    let exogenous: [Matrix]
}

extension FittedForecasts {
    /// Reads a table with the columns that the model knows; others are left out.
    package func frame(
        bytes: UnsafeRawBufferPointer, for purpose: FittedModel.Purpose
    ) throws(TableError) -> Frame {
        var schema = self.schema.forAnswering(
            without: purpose == .scoring ? nil : self.columns.target)
        // Columns that no forecaster looks at need not be there.
        if !self.needsExogenous {
            let names = schema.columns.map(\.name).filter {
                !self.columns.exogenous.contains($0)
            }
            guard let rest = try? schema.keeping(names) else {
                throw TableError(.noFeatures, "the model needs no table: ask it for a horizon")
            }
            schema = rest
        }
        return try TableFormat.reader(of: bytes).frame(schema, unknownColumns: .ignored)
    }

    /// - Throws: `SeriesError` naming the row that is no coming step of a known series, or the
    ///   series whose other columns are not known for every step.
    package func steps(of frame: Frame) throws(SeriesError) -> ComingSteps {
        guard frame.rows > 0 else { throw SeriesError(.noRows, "the table has no rows") }
        let hasTarget = frame.column(named: self.columns.target) != nil
        let names = self.needsExogenous ? self.columns.exogenous : []
        var plan = SeriesPlan(target: self.columns.target, time: self.columns.time)
        plan.key = self.columns.key
        plan.exogenous = names
        let unknown = Frame.Column(
            self.columns.target, .numeric([Double](repeating: .nan, count: frame.rows)))
        let table =
            hasTarget ? frame : Frame(rows: frame.rows, columns: frame.columns + [unknown])
        let columns = try SeriesColumns(table, plan)

        var places = [(entry: Int, step: Int)](repeating: (0, 0), count: frame.rows)
        var horizons = [Int](repeating: 0, count: self.entries.count)
        var exogenous = self.entries.map { _ in Matrix(rows: 0, columns: names.count) }
        for (group, rows) in columns.groups.enumerated() {
            let entry = try self.entry(
                columns.keys.isEmpty ? nil : columns.keys[group], firstRow: rows[0])
            let steps = try self.steps(rows, columns, self.entries[entry])
            for (row, step) in zip(rows, steps) { places[row] = (entry, step) }
            horizons[entry] = steps.max() ?? 0
            guard self.entries[entry].model.exogenousColumns > 0 else { continue }
            exogenous[entry] = try Self.exogenous(
                rows, steps, columns, names, horizon: horizons[entry])
        }
        return ComingSteps(
            places: places, actual: hasTarget ? columns.target : [], horizons: horizons,
            exogenous: exogenous)
    }

    private func entry(_ key: Private<String>?, firstRow: Int) throws(SeriesError) -> Int {
        guard let key else { return 0 }
        guard let entry = self.entries.firstIndex(where: { $0.key == key }) else {
            throw SeriesError(
                .unknownKey, row: firstRow + 1, column: self.columns.key,
                "this row belongs to a series that the model does not know")
        }
        return entry
    }

    /// How many steps after the last each row lies.
    private func steps(
        _ rows: [Int], _ columns: SeriesColumns, _ entry: Entry
    ) throws(SeriesError) -> [Int] {
        guard let times = columns.times, let grid else { return Array(1...rows.count) }
        guard columns.isCivil == grid.frequency.isCivil else {
            throw SeriesError(
                .wrongKind, column: self.columns.time,
                grid.frequency.isCivil
                    ? "the model learned with dates, and these are numbers"
                    : "the model learned with numbers, and these are dates")
        }
        var seen: Set<Int> = []
        var steps: [Int] = []
        let places = grid.steps(from: entry.start)
        for row in rows {
            guard let place = places.place(of: times[row]) else {
                throw SeriesError(
                    .offGrid, row: row + 1, column: self.columns.time,
                    "this time is not a whole number of steps (\(grid.frequency) each) after the "
                        + "series")
            }
            let step = place - entry.count + 1
            guard step >= 1 else {
                throw SeriesError(
                    .notFuture, row: row + 1, column: self.columns.time,
                    "this time does not lie after the last that the model learned from")
            }
            guard step <= ForecastLimits.horizonMax else {
                throw SeriesError(
                    .badHorizon, row: row + 1, column: self.columns.time,
                    "this time lies more than \(ForecastLimits.horizonMax) steps ahead")
            }
            guard seen.insert(step).inserted else {
                throw SeriesError(
                    .duplicateTime, row: row + 1, column: self.columns.time,
                    "another row of the series has the same time")
            }
            steps.append(step)
        }
        return steps
    }

    /// The other columns from the first coming step to the last one asked for.
    private static func exogenous(
        _ rows: [Int], _ steps: [Int], _ columns: SeriesColumns, _ names: [String], horizon: Int
    ) throws(SeriesError) -> Matrix {
        var matrix = Matrix(rows: horizon, columns: names.count)
        var known = [Bool](repeating: false, count: horizon)
        for (row, step) in zip(rows, steps) {
            known[step - 1] = true
            for (column, name) in names.enumerated() {
                let value = columns.exogenous[column][row]
                guard value.isFinite else {
                    throw SeriesError(
                        .missingFuture, row: row + 1, column: name,
                        "a forecast needs the value of every coming step")
                }
                matrix[step - 1, column] = value
            }
        }
        if let gap = known.firstIndex(of: false) {
            throw SeriesError(
                .missingFuture, row: rows[0] + 1,
                "step \(gap + 1) after the end of this row's series has no row, and the forecast "
                    + "needs the other columns of every step")
        }
        return matrix
    }

    // MARK: Answers

    /// A forecast for each series, as far as the table asks; nil where it asks for nothing.
    package func forecast(
        _ steps: ComingSteps, levels: [Double]
    ) throws(LearnerError) -> [Forecast?] {
        var forecasts: [Forecast?] = []
        for (index, entry) in self.entries.enumerated() {
            guard steps.horizons[index] > 0 else {
                forecasts.append(nil)
                continue
            }
            forecasts.append(
                try entry.model.forecast(
                    ForecastRequest(
                        horizon: steps.horizons[index], levels: levels,
                        exogenous: entry.model.exogenousColumns > 0
                            ? steps.exogenous[index] : nil)))
        }
        return forecasts
    }

    /// How good forecasts are, series by series, and the mean over those that define a metric.
    package func scores(_ steps: ComingSteps, _ forecasts: [Forecast?]) -> [SeriesBench.Score] {
        var actual = self.entries.map { _ in [Double]() }
        var expected = actual
        for ((entry, step), value) in zip(steps.places, steps.actual) where value.isFinite {
            guard let forecast = forecasts[entry] else { continue }
            actual[entry].append(value)
            expected[entry].append(forecast.mean[step - 1])
        }
        return ForecastMetric.allCases.compactMap { metric in
            let values = self.entries.indices.compactMap { index in
                try? metric.value(
                    actual: actual[index], forecast: expected[index],
                    scale: self.entries[index].scale)
            }
            return values.isEmpty ? nil : .init(metric: metric, value: mean(values))
        }
    }
}
