/// `DateFeatures` as operators, on doubles throughout: the numbers are whole and far below 2⁵³, so
/// that a quotient rounded down is the whole quotient. What is missing stays NaN.
///
/// The calendar is that of `CivilTime`: years that begin in March, months by (153 m + 2) / 5.
struct ONNXDate {
    private let seconds: ONNXGraph.Value
    private let secondOfDay: ONNXGraph.Value
    private let weekday: ONNXGraph.Value
    private let year: ONNXGraph.Value
    private let month: ONNXGraph.Value
    private let day: ONNXGraph.Value
    private let dayOfYear: ONNXGraph.Value
    private let daysOfYear: ONNXGraph.Value
    private let daysOfMonth: ONNXGraph.Value

    /// - Parameter seconds: since 1970-01-01 00:00 UTC; rows × 1.
    init(_ seconds: ONNXGraph.Value, into graph: inout ONNXGraph) {
        let range = DateFeatures.range
        self.seconds = graph.bounded(seconds, from: range.lowerBound, to: range.upperBound)
        let days = graph.quotient(self.seconds, 86_400)
        self.secondOfDay = graph.rest(self.seconds, 86_400)
        self.weekday = graph.rest(graph.plus(days, 3), 7)

        let shifted = graph.plus(days, 719_468)
        let dayOfEra = graph.rest(shifted, 146_097)
        let leapDays = graph.node(
            "Sub",
            graph.node("Add", graph.quotient(dayOfEra, 1460), graph.quotient(dayOfEra, 146_096)),
            graph.quotient(dayOfEra, 36_524))
        let yearOfEra = graph.quotient(graph.node("Sub", dayOfEra, leapDays), 365)
        let daysBeforeYear = graph.node(
            "Sub", graph.node("Add", graph.times(yearOfEra, 365), graph.quotient(yearOfEra, 4)),
            graph.quotient(yearOfEra, 100))
        let dayFromMarch = graph.node("Sub", dayOfEra, daysBeforeYear)
        let monthFromMarch = graph.quotient(graph.plus(graph.times(dayFromMarch, 5), 2), 153)
        let daysBeforeMonth = graph.daysBefore(monthFromMarch)
        self.day = graph.plus(graph.node("Sub", dayFromMarch, daysBeforeMonth), 1)
        // January and February, the last two, belong to the next year.
        let isLast = graph.isAbove(9.5, monthFromMarch)
        self.month = graph.node("Sub", graph.plus(monthFromMarch, 3), graph.times(isLast, 12))
        let yearOfMarch = graph.node(
            "Add", yearOfEra, graph.times(graph.quotient(shifted, 146_097), 400))
        self.year = graph.node("Add", yearOfMarch, isLast)

        let isLeap = graph.node(
            "Sub",
            graph.node("Add", graph.isMultiple(self.year, 4), graph.isMultiple(self.year, 400)),
            graph.isMultiple(self.year, 100))
        self.daysOfYear = graph.plus(isLeap, 365)
        // From January: two months more, or a year less.
        let twoMonths = graph.plus(isLeap, 59)
        self.dayOfYear = graph.node(
            "Sub", graph.node("Add", dayFromMarch, twoMonths),
            graph.node("Mul", isLast, self.daysOfYear))
        // To the formula, February has 30 days.
        let excess = graph.node("Sub", graph.scalar(2), isLeap)
        self.daysOfMonth = graph.node(
            "Sub",
            graph.node("Sub", graph.daysBefore(graph.plus(monthFromMarch, 1)), daysBeforeMonth),
            graph.node("Mul", graph.isAbove(10.5, monthFromMarch), excess))
    }

    func value(of part: DatePart, in graph: inout ONNXGraph) -> ONNXGraph.Value {
        switch part {
        case .seconds: self.seconds
        case .year: self.year
        case .month: self.month
        case .day: self.day
        case .weekday: self.weekday
        case .dayOfYear: self.dayOfYear
        case .hour: graph.node("Div", self.secondOfDay, graph.scalar(3600))
        }
    }

    func share(of cycle: DateCycle, in graph: inout ONNXGraph) -> ONNXGraph.Value {
        switch cycle {
        case .year: graph.node("Div", self.dayOfYear, self.daysOfYear)
        case .month: graph.node("Div", graph.plus(self.day, -1), self.daysOfMonth)
        case .week: graph.node("Div", self.weekday, graph.scalar(7))
        case .day: graph.node("Div", self.secondOfDay, graph.scalar(86_400))
        }
    }
}

extension DateCycles {
    /// Sines and cosines, 0 where the date is missing.
    func export(_ seconds: ONNXGraph.Value, into graph: inout ONNXGraph) -> ONNXGraph.Value {
        let date = ONNXDate(seconds, into: &graph)
        let shares = graph.concatenated(self.cycles.map { date.share(of: $0, in: &graph) })
        var (columns, multiples, shifts): ([Int], [Double], [Double]) = ([], [], [])
        for (column, cycle) in self.cycles.enumerated() {
            for harmonic in 1...cycle.harmonics {
                columns += [column, column]
                multiples += [Double(harmonic), Double(harmonic)]
                shifts += [0.25, 0]
            }
        }
        let angles = graph.node(
            "Mul", graph.columns(columns, of: shares), graph.constant(.doubles(multiples)))
        let turns = graph.node("Sub", angles, graph.constant(.doubles(shifts)))
        return graph.zeroWhereMissing(graph.cosineOfTurns(turns))
    }

    /// Columns that `export` gives.
    var turns: Int { self.cycles.reduce(0) { $0 + 2 * $1.harmonics } }
}

extension ONNXGraph {
    fileprivate mutating func plus(_ value: Value, _ number: Double) -> Value {
        self.node("Add", value, self.scalar(number))
    }

    fileprivate mutating func times(_ value: Value, _ number: Double) -> Value {
        self.node("Mul", value, self.scalar(number))
    }

    /// Rounded down.
    fileprivate mutating func quotient(_ value: Value, _ number: Double) -> Value {
        self.node("Floor", self.node("Div", value, self.scalar(number)))
    }

    /// 0 or more, and below `number`.
    fileprivate mutating func rest(_ value: Value, _ number: Double) -> Value {
        self.node("Sub", value, self.times(self.quotient(value, number), number))
    }

    /// 1 or 0.
    fileprivate mutating func isMultiple(_ value: Value, _ number: Double) -> Value {
        self.cast(
            self.node("Equal", self.rest(value, number), self.scalar(0)), to: .double)
    }

    /// 1 or 0.
    fileprivate mutating func isAbove(_ bound: Double, _ value: Value) -> Value {
        self.cast(self.node("Greater", value, self.scalar(bound)), to: .double)
    }

    /// Days from the first of March to the first of a month, March being 0.
    fileprivate mutating func daysBefore(_ month: Value) -> Value {
        self.quotient(self.plus(self.times(month, 153), 2), 5)
    }
}
