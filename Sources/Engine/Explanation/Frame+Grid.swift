import Privacy

extension Frame {
    /// The values at which the dependence on a feature is shown: a row for each, in which every
    /// other column is missing; nil where there are fewer than two.
    func grid(of feature: Int) -> (Frame, Influence.Axis)? {
        let column = self.columns[feature]
        let values: Values
        let axis: Influence.Axis
        switch column.values {
        case .numeric(let numbers):
            let quantiles = Self.quantiles(of: numbers)
            values = .numeric(quantiles)
            axis = .numbers(Private(quantiles))
        case .dates(let seconds):
            let quantiles = Self.quantiles(of: seconds)
            values = .dates(quantiles)
            axis = .numbers(Private(quantiles.map { 1970 + $0 / Self.secondsPerYear }))
        // A text is mostly of its own, and to see what a model makes of one is to read it.
        case .texts: return nil
        case .categorical(let categories):
            let frequent = categories.frequentLevels(ExplanationLimits.levelsMax)
            values = .categorical(
                Categories(codes: frequent.map { Int32($0.code) }, levels: categories.levels))
            axis = .levels(
                frequent.map { categories.levels[$0.code].shortened },
                shares: frequent.map { Double($0.count) / Double(self.rows) })
        }
        guard values.count > 1 else { return nil }
        let columns = self.columns.map { other in
            other.name == column.name
                ? Column(column.name, values)
                : Column(other.name, other.values.missing(rows: values.count))
        }
        return (Frame(rows: values.count, columns: columns), axis)
    }

    /// Different values of the column from its 2nd percentile to its 98th, evenly spread over the
    /// rows that have one; where most rows have few of them, also values that are evenly spread
    /// over the different ones.
    private static func quantiles(of numbers: [Double]) -> [Double] {
        // A percentile is known well enough from some of the rows.
        let step = max(1, numbers.count / Self.quantileRowsMax)
        let sorted = stride(from: 0, to: numbers.count, by: step).map { numbers[$0] }
            .filter { !$0.isNaN }.sorted()
        let most = ExplanationLimits.quantilesMax
        let quantiles = Self.spread(most, over: sorted)
        guard quantiles.count * 2 < most else { return quantiles }
        let further = Self.spread(most - quantiles.count, over: Self.distinct(sorted))
        return Self.distinct((quantiles + further).sorted())
    }

    /// - Parameter sorted: ascending; so is what is returned.
    private static func spread(_ count: Int, over sorted: [Double]) -> [Double] {
        guard !sorted.isEmpty else { return [] }
        return Self.distinct(
            (0..<count).map { index in
                let share = 0.02 + 0.96 * Double(index) / Double(count - 1)
                return sorted[Int(share * Double(sorted.count - 1))]
            })
    }

    /// Sorted numbers, each once.
    private static func distinct(_ sorted: [Double]) -> [Double] {
        sorted.indices.filter { $0 == 0 || sorted[$0] != sorted[$0 - 1] }.map { sorted[$0] }
    }

    private static let quantileRowsMax = 50_000
    /// An axis of dates is one of years and their parts, on average 365.2425 days long.
    private static let secondsPerYear = 31_556_952.0
}

extension Frame.Categories {
    /// The most frequent levels first, equally frequent ones in their order.
    fileprivate func frequentLevels(_ most: Int) -> [(code: Int, count: Int)] {
        var counts = Array(repeating: 0, count: self.levels.count)
        for code in self.codes where code >= 0 { counts[Int(code)] += 1 }
        return counts.indices.filter { counts[$0] > 0 }.map { (code: $0, count: counts[$0]) }
            .sorted { ($1.count, $0.code) < ($0.count, $1.code) }
            .prefix(most).map { $0 }
    }
}

extension Frame.Categories {
    fileprivate static func missing(rows: Int) -> Self {
        Self(codes: Array(repeating: Self.missing, count: rows), levels: [])
    }
}

extension Frame.Values {
    /// As many missing values of the same kind.
    fileprivate func missing(rows: Int) -> Frame.Values {
        switch self {
        case .numeric: .numeric(Array(repeating: .nan, count: rows))
        case .dates: .dates(Array(repeating: .nan, count: rows))
        case .categorical: .categorical(.missing(rows: rows))
        case .texts: .texts(.missing(rows: rows))
        }
    }
}
