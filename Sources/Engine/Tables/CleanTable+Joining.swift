import Privacy

extension CleanTable {
    /// The rows of this table, then those of another that was read by the same schema.
    ///
    /// What was done to rows is counted together; the lines that are named are those of this table.
    package func joined(with other: CleanTable) -> CleanTable {
        let rows = self.frame.rows
        let others = other.origins.isEmpty ? Array(0..<Int32(other.frame.rows)) : other.origins
        let own = self.origins.isEmpty ? Array(0..<Int32(rows)) : self.origins
        let isWhole = self.origins.isEmpty && other.origins.isEmpty
        return CleanTable(
            frame: self.frame.joined(with: other.frame),
            aside: self.aside.joined(with: other.aside),
            repairs: self.repairs.joined(with: other.repairs),
            origins: isWhole ? [] : own + others.map { $0 + Int32(self.repairs.rowsRead) })
    }
}

extension Frame {
    /// The rows of this frame, then those of another.
    ///
    /// - Requires: equal columns, of equal kinds.
    func joined(with other: Frame) -> Frame {
        precondition(
            self.columns.map(\.name) == other.columns.map(\.name), "the columns are others")
        return Frame(
            rows: self.rows + other.rows,
            columns: zip(self.columns, other.columns).map { column, more in
                switch (column.values, more.values) {
                case (.numeric(let first), .numeric(let second)):
                    Column(column.name, .numeric(first + second))
                case (.dates(let first), .dates(let second)):
                    Column(column.name, .dates(first + second))
                case (.categorical(let first), .categorical(let second)):
                    Column(column.name, .categorical(first.joined(with: second)))
                case (.texts(let first), .texts(let second)):
                    Column(column.name, .texts(first.joined(with: second)))
                default: preconditionFailure("column \(column.name) is of two kinds")
                }
            })
    }
}

extension Frame.Categories {
    fileprivate func joined(with other: Self) -> Self {
        // Both are sorted: a merge gives every level of either its place among all.
        var levels: [Private<String>] = []
        var own: [Int32] = []
        var others: [Int32] = []
        var (left, right) = (self.levels[...], other.levels[...])
        while let level = [left.first, right.first].compactMap(\.self).min() {
            if left.first == level {
                own.append(Int32(levels.count))
                left.removeFirst()
            }
            if right.first == level {
                others.append(Int32(levels.count))
                right.removeFirst()
            }
            levels.append(level)
        }
        let first = self.codes.map { $0 < 0 ? Self.missing : own[Int($0)] }
        let second = other.codes.map { $0 < 0 ? Self.missing : others[Int($0)] }
        return Self(codes: first + second, levels: levels)
    }
}

extension Repairs {
    /// What was done to two tables by one schema.
    fileprivate func joined(with other: Repairs) -> Repairs {
        var amendments = self.amendments
        for more in other.amendments {
            if let index = amendments.firstIndex(where: {
                $0.subject == more.subject && $0.remedy == more.remedy
            }) {
                let one = amendments[index]
                amendments[index] = Amendment(
                    subject: one.subject, count: one.count + more.count, remedy: one.remedy,
                    lines: one.lines)
            } else {
                amendments.append(
                    Amendment(
                        subject: more.subject, count: more.count, remedy: more.remedy, lines: []))
            }
        }
        return Repairs(
            rowsRead: self.rowsRead + other.rowsRead,
            rowsDropped: self.rowsDropped + other.rowsDropped, amendments: amendments)
    }
}
