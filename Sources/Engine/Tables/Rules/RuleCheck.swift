/// Finds the rows of a frame that break a rule.
extension TypedRule {
    /// Ascending, from 0.
    ///
    /// - Requires: the frame has the rule's columns, of the kinds that it was typed for.
    func violations(in frame: Frame) -> [Int] {
        switch self.check {
        case .require(let truth): ExpressionEvaluation(truth, frame).violations()
        case .unique(let names): Self.repeated(names.map { Self.column($0, frame) }, frame.rows)
        case .ascending(let name): Self.falling(Self.column(name, frame))
        }
    }

    private static func column(_ name: String, _ frame: Frame) -> Frame.Values {
        guard let column = frame.column(named: name) else {
            preconditionFailure("a rule was typed for other columns")
        }
        return column.values
    }

    /// Rows whose values an earlier row has.
    ///
    /// Columns are taken one after the other: equal values so far have one number, so that a key of
    /// many columns is as cheap as so many keys of two numbers.
    private static func repeated(_ columns: [Frame.Values], _ rows: Int) -> [Int] {
        var numbers = [UInt32](repeating: 0, count: rows)
        var misses = [Bool](repeating: false, count: rows)
        for column in columns {
            var known: [Pair: UInt32] = [:]
            known.reserveCapacity(rows)
            for row in 0..<rows {
                guard let value = Self.bits(column, row) else {
                    misses[row] = true
                    continue
                }
                let pair = Pair(before: numbers[row], value: value)
                let number = known[pair] ?? UInt32(known.count)
                known[pair] = number
                numbers[row] = number
            }
        }
        var seen = [Bool](repeating: false, count: rows)
        var repeated: [Int] = []
        for row in 0..<rows where !misses[row] {
            let number = Int(numbers[row])
            if seen[number] { repeated.append(row) }
            seen[number] = true
        }
        return repeated
    }

    private struct Pair: Hashable {
        let before: UInt32
        let value: UInt64
    }

    /// What equal values have in common, and no others; nil where the value is missing.
    private static func bits(_ column: Frame.Values, _ row: Int) -> UInt64? {
        switch column {
        case .numeric(let numbers), .dates(let numbers):
            // The two zeros are one number.
            numbers[row].isNaN ? nil : (numbers[row] + 0).bitPattern
        case .categorical(let categories), .texts(let categories):
            categories.codes[row] < 0 ? nil : UInt64(categories.codes[row])
        }
    }

    /// Rows whose value lies below that of an earlier row that was in order itself.
    private static func falling(_ column: Frame.Values) -> [Int] {
        var falling: [Int] = []
        switch column {
        case .numeric(let numbers), .dates(let numbers):
            var highest = -Double.infinity
            for (row, number) in numbers.enumerated() where !number.isNaN {
                if number < highest { falling.append(row) } else { highest = number }
            }
        case .categorical(let categories), .texts(let categories):
            // Levels are sorted: their codes compare as they do.
            var highest: Int32 = 0
            for (row, code) in categories.codes.enumerated() where code >= 0 {
                if code < highest { falling.append(row) } else { highest = code }
            }
        }
        return falling
    }
}
