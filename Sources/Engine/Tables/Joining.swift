import Privacy

// One table below another, such as one for validation below the one that is learned from.

extension CleanTable {
    /// The rows of this table, then those of another that the same schema left.
    ///
    /// Rows of the other file count on from the last of this one; amendments tell the lines of the
    /// file in which they came first.
    package func joined(with other: CleanTable) -> CleanTable {
        let rowsRead = self.repairs.rowsRead
        var origins: [Int32] = []
        if !(self.origins.isEmpty && other.origins.isEmpty) || self.frame.rows != rowsRead {
            origins = (0..<self.frame.rows).map { Int32(self.origin(ofRow: $0)) }
            origins += (0..<other.frame.rows).map { Int32(rowsRead + other.origin(ofRow: $0)) }
        }
        return CleanTable(
            frame: self.frame.joined(with: other.frame),
            aside: self.aside.joined(with: other.aside),
            repairs: self.repairs.joined(with: other.repairs), origins: origins)
    }
}

extension Repairs {
    func joined(with other: Repairs) -> Repairs {
        var amendments = self.amendments
        for amendment in other.amendments {
            let known = amendments.firstIndex {
                $0.subject == amendment.subject && $0.remedy == amendment.remedy
            }
            guard let known else {
                amendments.append(amendment)
                continue
            }
            let first = amendments[known]
            amendments[known] = Amendment(
                subject: first.subject, count: first.count + amendment.count,
                remedy: first.remedy,
                lines: first.lines.isEmpty ? amendment.lines : first.lines)
        }
        return Repairs(
            rowsRead: self.rowsRead + other.rowsRead,
            rowsDropped: self.rowsDropped + other.rowsDropped, amendments: amendments)
    }
}

extension Frame {
    /// - Requires: the other has the same columns, of the same kinds, in the same order.
    func joined(with other: Frame) -> Frame {
        precondition(
            self.columns.map(\.name) == other.columns.map(\.name), "the columns are others")
        return Frame(
            rows: self.rows + other.rows,
            columns: zip(self.columns, other.columns).map { column, other in
                switch (column.values, other.values) {
                case (.numeric(let numbers), .numeric(let more)):
                    Column(column.name, .numeric(numbers + more))
                case (.dates(let seconds), .dates(let more)):
                    Column(column.name, .dates(seconds + more))
                case (.categorical(let categories), .categorical(let more)):
                    Column(column.name, .categorical(categories.joined(with: more)))
                case (.texts(let texts), .texts(let more)):
                    Column(column.name, .texts(texts.joined(with: more)))
                default: preconditionFailure("column \(column.name) is of two kinds")
                }
            })
    }
}

extension Frame.Categories {
    fileprivate func joined(with other: Self) -> Self {
        var levels: [Private<String>] = []
        var own: [Int32] = []
        var others: [Int32] = []
        while own.count < self.levels.count || others.count < other.levels.count {
            let left = own.count < self.levels.count ? self.levels[own.count] : nil
            let right = others.count < other.levels.count ? other.levels[others.count] : nil
            let next = [left, right].compactMap(\.self).min()
            guard let next else { break }
            if left == next { own.append(Int32(levels.count)) }
            if right == next { others.append(Int32(levels.count)) }
            levels.append(next)
        }
        let codes =
            self.codes.map { $0 < 0 ? Self.missing : own[Int($0)] }
            + other.codes.map { $0 < 0 ? Self.missing : others[Int($0)] }
        return Self(codes: codes, levels: levels)
    }
}
