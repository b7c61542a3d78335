internal import Privacy

/// The columns of a table that make series, found and read.
struct SeriesColumns {
    let target: [Double]
    let exogenous: [[Double]]
    /// nil without a time column.
    let times: [Double]?
    /// Whether times are seconds since 1970 rather than plain numbers.
    let isCivil: Bool
    /// The rows of each series, in the order of the table.
    let groups: [[Int]]
    /// The key of each group; empty without a key column.
    let keys: [Private<String>]

    init(_ frame: Frame, _ plan: SeriesPlan) throws(SeriesError) {
        self.target = try Self.numbers(frame, plan.target)
        var exogenous: [[Double]] = []
        for name in plan.exogenous { exogenous.append(try Self.numbers(frame, name)) }
        guard exogenous.count <= ForecastLimits.exogenousMax else {
            throw SeriesError(
                .wrongKind,
                "\(exogenous.count) exogenous columns; \(ForecastLimits.exogenousMax) are the most")
        }
        self.exogenous = exogenous
        if let time = plan.time {
            (self.times, self.isCivil) = try Self.times(frame, time)
        } else {
            (self.times, self.isCivil) = (nil, false)
        }
        if let key = plan.key {
            (self.groups, self.keys) = try Self.groups(frame, key)
        } else {
            (self.groups, self.keys) = ([Array(0..<frame.rows)], [])
        }
    }

    private static func column(_ frame: Frame, _ name: String) throws(SeriesError) -> Frame.Column {
        guard let column = frame.column(named: name) else {
            throw SeriesError(.missingColumn, column: name, "the table has no such column")
        }
        return column
    }

    private static func numbers(_ frame: Frame, _ name: String) throws(SeriesError) -> [Double] {
        guard case .numeric(let numbers) = try self.column(frame, name).values else {
            throw SeriesError(.wrongKind, column: name, "a series needs numbers; these are none")
        }
        return numbers
    }

    private static func times(
        _ frame: Frame, _ name: String
    ) throws(SeriesError) -> (times: [Double], isCivil: Bool) {
        switch try self.column(frame, name).values {
        case .numeric(let numbers):
            if let row = numbers.firstIndex(where: { !$0.isFinite }) {
                throw SeriesError(.missingTime, row: row + 1, column: name, "the time is missing")
            }
            return (numbers, false)
        case .dates(let seconds):
            for (row, time) in seconds.enumerated() {
                guard !time.isNaN else {
                    throw SeriesError(
                        .missingTime, row: row + 1, column: name, "the time is missing")
                }
                guard time == time.rounded() else {
                    throw SeriesError(
                        .badTime, row: row + 1, column: name, "the time has a fraction of a second")
                }
            }
            return (seconds, true)
        case .categorical(let texts), .texts(let texts):
            let parsed = texts.times
            var times: [Double] = []
            times.reserveCapacity(frame.rows)
            for (row, code) in texts.codes.enumerated() {
                guard code >= 0 else {
                    throw SeriesError(
                        .missingTime, row: row + 1, column: name, "the time is missing")
                }
                guard let seconds = parsed[Int(code)] else {
                    throw SeriesError(
                        .badTime, row: row + 1, column: name,
                        "this is neither a number nor an ISO 8601 date or time")
                }
                times.append(seconds)
            }
            return (times, true)
        }
    }

    private static func groups(
        _ frame: Frame, _ name: String
    ) throws(SeriesError) -> (groups: [[Int]], keys: [Private<String>]) {
        let texts: Frame.Categories
        switch try self.column(frame, name).values {
        case .categorical(let categories), .texts(let categories): texts = categories
        case .numeric(let numbers): return try self.groups(of: numbers, name) { self.text(of: $0) }
        case .dates(let dates):
            return try self.groups(of: dates, name) { CivilTime(seconds: Int($0)).text }
        }
        var groups = [[Int]](repeating: [], count: texts.levels.count)
        for (row, code) in texts.codes.enumerated() {
            guard code >= 0 else {
                throw SeriesError(.missingTime, row: row + 1, column: name, "the key is missing")
            }
            groups[Int(code)].append(row)
        }
        let used = groups.indices.filter { !groups[$0].isEmpty }
        return (used.map { groups[$0] }, used.map { texts.levels[$0] })
    }

    private static func groups(
        of numbers: [Double], _ name: String, _ text: (Double) -> String
    ) throws(SeriesError) -> (groups: [[Int]], keys: [Private<String>]) {
        if let row = numbers.firstIndex(where: \.isNaN) {
            throw SeriesError(.missingTime, row: row + 1, column: name, "the key is missing")
        }
        let levels = Array(Set(numbers)).sorted()
        let places = Dictionary(uniqueKeysWithValues: zip(levels, levels.indices))
        var groups = [[Int]](repeating: [], count: levels.count)
        for (row, number) in numbers.enumerated() {
            guard let place = places[number] else { continue }
            groups[place].append(row)
        }
        return (groups, levels.map { Private(text($0)) })
    }

    private static func text(of number: Double) -> String {
        let isWhole = number == number.rounded() && abs(number) < 1e15
        return isWhole ? "\(Int(number))" : "\(number)"
    }
}
