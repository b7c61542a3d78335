internal import Privacy

/// The rows of one series in the order of time, each time once.
struct SeriesRows {
    /// Ascending and distinct; places 0, 1, … without a time column.
    let times: [Double]
    private let target: [Double]
    /// One array per column.
    private let exogenous: [[Double]]
    /// The row of the table that each time was first seen in.
    private let rows: [Int]

    /// - Parameter rows: of the table.
    init(
        _ rows: [Int], _ columns: SeriesColumns, _ plan: SeriesPlan,
        _ tally: inout SeriesTable.Tally
    ) throws(SeriesError) {
        guard let all = columns.times else {
            self.times = rows.indices.map { Double($0) }
            self.target = rows.map { columns.target[$0] }
            self.exogenous = columns.exogenous.map { column in rows.map { column[$0] } }
            self.rows = rows
            return
        }
        let sorted = rows.sorted { all[$0] != all[$1] ? all[$0] < all[$1] : $0 < $1 }
        var latest = -Double.infinity
        for row in rows {
            if all[row] < latest { tally.add(.sorted, 1) }
            latest = max(latest, all[row])
        }
        // Rows of one time: mostly one.
        var runs: [[Int]] = []
        for row in sorted {
            if let last = runs.last?.first, all[last] == all[row] {
                guard plan.duplicates == .averaged else {
                    throw SeriesError(
                        .duplicateTime, row: row + 1, column: plan.time,
                        "row \(last + 1) has the same time; say that duplicates are averaged, or "
                            + "name the column that tells the series apart")
                }
                runs[runs.count - 1].append(row)
            } else {
                runs.append([row])
            }
        }
        tally.add(.averaged, rows.count - runs.count)
        self.times = runs.map { all[$0[0]] }
        self.target = runs.map { Self.average($0, columns.target) }
        self.exogenous = columns.exogenous.map { column in runs.map { Self.average($0, column) } }
        self.rows = runs.map { $0[0] }
    }

    /// The mean of what is there; NaN if nothing is.
    private static func average(_ rows: [Int], _ column: [Double]) -> Double {
        if rows.count == 1 { return column[rows[0]] }
        let there = rows.map { column[$0] }.filter { !$0.isNaN }
        return there.isEmpty ? .nan : mean(there)
    }

    /// The series on a regular grid, gaps filled.
    func entry(
        key: Private<String>?, _ frequency: Frequency?, _ plan: SeriesPlan,
        _ tally: inout SeriesTable.Tally
    ) throws(SeriesError) -> SeriesTable.Entry {
        let places = try self.places(frequency, plan)
        guard let first = self.target.firstIndex(where: { !$0.isNaN }),
            let last = self.target.lastIndex(where: { !$0.isNaN })
        else {
            throw SeriesError(
                .noValues, row: self.rows.first.map { $0 + 1 }, column: plan.target,
                "every target of the series that begins here is missing")
        }
        let count = places[last] - places[first] + 1
        let known = self.target[first...last].count { !$0.isNaN }
        guard Double(count - known) <= ForecastLimits.fillRatioMax * Double(known) else {
            throw SeriesError(
                .tooManyGaps, row: self.rows[first] + 1, column: plan.target,
                "the series that begins here has \(known) values in \(count) steps; "
                    + "at least half of them must be there")
        }
        tally.add(.trimmedStart, places[first])
        tally.add(.insertedSteps, count - (last - first + 1))
        tally.add(.filledTargets, (last - first + 1) - known)
        func onGrid(_ column: [Double]) -> [Double] {
            var values = [Double](repeating: .nan, count: count)
            for index in first...last { values[places[index] - places[first]] = column[index] }
            return values
        }
        var columns: [[Double]] = []
        for (name, column) in zip(plan.exogenous, self.exogenous) {
            guard column[first...last].contains(where: { !$0.isNaN }) else {
                throw SeriesError(
                    .noValues, column: name, "every value beside a target is missing")
            }
            tally.add(.filledExogenous, column[first...last].count { $0.isNaN })
            columns.append(interpolated(onGrid(column)))
        }
        let future = self.future(after: last, places)
        tally.add(.trimmedEnd, places[places.count - 1] - places[last] - future.rows)
        return SeriesTable.Entry(
            key: key,
            series: try self.series(onGrid(self.target), columns, frequency, plan),
            future: future, start: self.times[first])
    }

    private func series(
        _ values: [Double], _ columns: [[Double]], _ frequency: Frequency?, _ plan: SeriesPlan
    ) throws(SeriesError) -> Series {
        var matrix = Matrix(rows: values.count, columns: columns.count)
        for (j, column) in columns.enumerated() {
            for row in values.indices { matrix[row, j] = column[row] }
        }
        let season =
            plan.season
            ?? SeasonLength.detect(
                interpolated(values), candidates: frequency?.seasonCandidates)
        do throws(LearnerError) {
            return try Series(filling: values, season: season, exogenous: matrix)
        } catch {
            throw SeriesError(.badSeason, column: plan.target, error.description)
        }
    }

    /// The place of every time on the grid that begins with the first.
    private func places(
        _ frequency: Frequency?, _ plan: SeriesPlan
    ) throws(SeriesError) -> [Int] {
        guard plan.time != nil, let frequency, let start = self.times.first else {
            return Array(self.times.indices)
        }
        let grid = TimeGrid(frequency: frequency, start: start)
        var places: [Int] = []
        for (index, time) in self.times.enumerated() {
            guard let place = grid.place(of: time), place > places.last ?? -1 else {
                throw SeriesError(
                    plan.frequency == nil ? .offGrid : .wrongFrequency,
                    row: self.rows[index] + 1, column: plan.time,
                    "this time is not a whole number of steps (\(frequency) each) after the first")
            }
            places.append(place)
        }
        return places
    }

    /// Exogenous columns behind the last target, as far as every step is there in full.
    private func future(after last: Int, _ places: [Int]) -> Matrix {
        var values: [Double] = []
        var steps = 0
        for index in self.times.indices.dropFirst(last + 1) {
            let row = self.exogenous.map { $0[index] }
            guard !row.isEmpty, places[index] == places[last] + steps + 1,
                row.allSatisfy(\.isFinite)
            else { break }
            values += row
            steps += 1
        }
        return Matrix(rows: steps, columns: self.exogenous.count, values: values)
    }
}
