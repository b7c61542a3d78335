extension Folds {
    /// Parts rows as a job says.
    ///
    /// - Parameter table: read by a schema that demands the column of `split`.
    /// - Throws: `EvaluationError` if there are too few rows, groups or times.
    package init(
        _ split: RowSplit, _ answers: Answers, _ table: CleanTable, seed: UInt64
    ) throws(EvaluationError) {
        switch (split.key, split.parts) {
        case (.chance, .folds(let count)): try self.init(answers, count: count, seed: seed)
        case (.chance, .share(let share)): try self.init(answers, share: share, seed: seed)
        case (.group(let column), let parts):
            let groups = try Self.ranks(of: column, table)
            switch parts {
            case .folds(let count):
                try Self.check(count: count)
                let shares = Array(repeating: 1 / Double(count), count: count)
                self.init(
                    count: count,
                    ids: try Self.dealt(groups, column, answers, shares: shares, seed: seed))
            case .share(let share):
                try Self.check(share: share)
                let shares = [share, 1 - share]
                let parts = try Self.dealt(groups, column, answers, shares: shares, seed: seed)
                self.init(count: 1, ids: parts.map { $0 == 0 ? 0 : Self.none })
            }
        case (.time(let column), let parts):
            let times = try Self.ranks(of: column, table, areTimes: true)
            switch parts {
            case .folds(let count):
                try Self.check(count: count)
                try self.init(
                    times: times, column,
                    ends: (1...count + 1).map { Double($0) / Double(count + 1) })
            case .share(let share):
                try Self.check(share: share)
                try self.init(times: times, column, ends: [1 - share, 1])
            }
        }
    }

    /// For every row the number of its value among the distinct ones, ascending, from 0.
    private static func ranks(
        of column: RowSplit.Column, _ table: CleanTable, areTimes: Bool = false
    ) throws(EvaluationError) -> [Int] {
        let found = table.frame.column(named: column.name) ?? table.aside.column(named: column.name)
        guard let values = found?.values else {
            throw EvaluationError(
                .badFolds, "column \(column.name), by which rows are split, is not in the table")
        }
        let missing: Int
        switch values {
        case .numeric(let numbers), .dates(let numbers): missing = numbers.count(where: \.isNaN)
        case .categorical(let texts), .texts(let texts): missing = texts.codes.count { $0 < 0 }
        }
        guard missing == 0 else {
            throw EvaluationError(
                .badFolds,
                "column \(column.name), by which rows are split, is missing in \(missing) rows")
        }
        switch values {
        case .categorical(let texts), .texts(let texts):
            // Levels are sorted, and each of them occurs.
            guard areTimes else { return texts.codes.map(Int.init) }
            let times = texts.times.compactMap(\.self)
            guard times.count == texts.levels.count else {
                throw EvaluationError(
                    .badFolds,
                    "column \(column.name), by whose times rows are split, holds texts that are "
                        + "neither ISO 8601 dates nor numbers, and nothing tells their order")
            }
            return Self.ranks(texts.codes.map { times[Int($0)] })
        case .numeric(let numbers), .dates(let numbers): return Self.ranks(numbers)
        }
    }

    private static func ranks(_ numbers: [Double]) -> [Int] {
        let order = numbers.indices.sorted { numbers[$0] < numbers[$1] }
        var ranks = Array(repeating: 0, count: numbers.count)
        for (before, row) in zip(order, order.dropFirst()) {
            ranks[row] = ranks[before] + (numbers[row] == numbers[before] ? 0 : 1)
        }
        return ranks
    }

    // MARK: Groups

    /// Deals whole groups, the largest first, each to the part where it does least harm to the
    /// balance; groups of one size in an order that chance decides.
    ///
    /// The balance is that of rows and of every class: the sum over the parts of the squares of
    /// what they have, as shares of all, each over what the part should have. Greedy, like the rule
    /// for jobs on machines that takes the longest first (Graham, 1969).
    ///
    /// - Parameters:
    ///   - groups: of every row, numbered from 0 without gaps.
    ///   - shares: what each part should have of the rows.
    /// - Returns: for every row its part. None is empty.
    private static func dealt(
        _ groups: [Int], _ column: RowSplit.Column, _ answers: Answers, shares: [Double],
        seed: UInt64
    ) throws(EvaluationError) -> [UInt8] {
        let count = (groups.max() ?? -1) + 1
        guard count >= shares.count else {
            throw EvaluationError(
                .badFolds,
                "column \(column.name) has \(count) groups, too few for \(shares.count) parts")
        }
        // For each group its rows, and its rows of each class, as shares of all of these.
        let strata = [Array(groups.indices)] + answers.strata.filter { !$0.isEmpty }
        var sizes = Array(repeating: Array(repeating: 0.0, count: strata.count), count: count)
        for (stratum, rows) in strata.enumerated() {
            for row in rows { sizes[groups[row]][stratum] += 1 / Double(rows.count) }
        }
        var rows = Array(repeating: 0, count: count)
        for group in groups { rows[group] += 1 }
        var generator = SeededGenerator(seed: seed)
        let shuffled = generator.shuffled(Array(0..<count))
        let order = shuffled.indices.sorted {
            (-rows[shuffled[$0]], $0) < (-rows[shuffled[$1]], $1)
        }
        var filled = Array(
            repeating: Array(repeating: 0.0, count: strata.count), count: shares.count)
        var isEmpty = Array(repeating: true, count: shares.count)
        var parts = Array(repeating: 0, count: count)
        for (position, index) in order.enumerated() {
            let group = shuffled[index]
            // No part may stay empty for the sake of balance.
            let mustFill = isEmpty.count(where: \.self) == count - position
            var best: (part: Int, harm: Double)?
            for part in shares.indices where isEmpty[part] || !mustFill {
                var harm = 0.0
                for (size, has) in zip(sizes[group], filled[part]) {
                    harm += size * (2 * has + size) / shares[part]
                }
                if harm < best?.harm ?? .infinity { best = (part, harm) }
            }
            guard let best else { preconditionFailure("no part is left for a group") }
            parts[group] = best.part
            isEmpty[best.part] = false
            for stratum in strata.indices { filled[best.part][stratum] += sizes[group][stratum] }
        }
        return groups.map { UInt8(parts[$0]) }
    }

    // MARK: Times

    /// Windows of time, of which the first is never held out; each other is judged by what was
    /// learned from all that come before it. Rows of one time share a window, so that nothing is
    /// learned from the moment that is judged, or from later ones.
    ///
    /// - Parameters:
    ///   - times: of every row, numbered in their order from 0 without gaps.
    ///   - ends: where each window should end, as a share of the rows, ascending to 1.
    private init(
        times: [Int], _ column: RowSplit.Column, ends: [Double]
    ) throws(EvaluationError) {
        let count = (times.max() ?? -1) + 1
        guard count >= ends.count else {
            throw EvaluationError(
                .badFolds,
                "column \(column.name) has \(count) times, which do not fill \(ends.count) windows")
        }
        var rowsAt = Array(repeating: 0, count: count)
        for time in times { rowsAt[time] += 1 }
        var windows: [UInt8] = []
        var window = 0
        var passed = 0
        for time in 0..<count {
            windows.append(UInt8(window))
            passed += rowsAt[time]
            // A window ends where it should, or where the rest is only just enough for the others.
            let isFull = Double(passed) >= ends[window] * Double(times.count)
            let mustEnd = count - time - 1 == ends.count - window - 1
            if window < ends.count - 1, isFull || mustEnd { window += 1 }
        }
        self.init(
            count: ends.count - 1,
            ids: times.map { windows[$0] == 0 ? Self.none : windows[$0] - 1 }, .earlier)
    }
}
