/// A table as its schema lets it be: what was out of bounds refused, repaired or left out.
///
/// Equal bytes and equal schemas give equal tables, on every machine: what becomes of a row depends
/// on it, on the rows before it and on the schema, and on nothing else.
package struct CleanTable: Equatable, Sendable {
    /// What may be learned from.
    package let frame: Frame
    /// The columns that are for checks only, in the same rows.
    package let aside: Frame
    package let repairs: Repairs
    /// For every row of the frame its row in the file, from 0; empty when no row was dropped.
    let origins: [Int32]

    init(frame: Frame, aside: Frame, repairs: Repairs, origins: [Int32]) {
        precondition(frame.rows == aside.rows, "another table")
        self.frame = frame
        self.aside = aside
        self.repairs = repairs
        self.origins = origins
    }

    /// The row in the file, from 0, of a row of the frame.
    package func origin(ofRow row: Int) -> Int {
        self.origins.isEmpty ? row : Int(self.origins[row])
    }
}

extension TableRows {
    /// Reads the table, repairs what the schema lets be repaired, and holds the rest against its
    /// rules, one after the other: each sees the rows that the ones before it left.
    ///
    /// - Throws: `TableError` naming the column or rule, and lines.
    package func table(
        _ schema: Schema, unknownColumns: UnknownColumns = .refused
    ) throws(TableError) -> CleanTable {
        let read = try self.fields(schema, unknownColumns: unknownColumns)
        var frame = read.frame
        let rowsRead = frame.rows
        var origins: [Int32] = []
        func drop(_ rows: [Int]) {
            guard !rows.isEmpty else { return }
            if origins.isEmpty { origins = (0..<Int32(frame.rows)).map { $0 } }
            let kept = frame.rowsExcept(rows)
            origins = kept.map { origins[$0] }
            frame = frame.rows(at: kept)
        }
        drop(read.damage.droppedRows)
        var findings = read.damage.tallies.map(Finding.init)
        for rule in schema.typedRules {
            let rows = rule.violations(in: frame)
            let places = rows.prefix(RuleLimits.placesMax).map { row in
                origins.isEmpty ? row : Int(origins[row])
            }
            if rule.rule.remedy == .refuse, !rows.isEmpty {
                throw self.error(rule.rule, broken: rows.count, at: places)
            }
            findings.append(Finding(.rule(rule.rule.name), .dropped, rows.count, places))
            drop(rows)
        }
        guard frame.rows > 0 else {
            throw TableError(.noRows, "the schema's rules leave none of the \(rowsRead) rows")
        }
        let repairs = Repairs(
            rowsRead: rowsRead, rowsDropped: rowsRead - frame.rows,
            amendments: self.amendments(findings))
        let hidden = Set(schema.columns.filter { $0.use == .checks }.map(\.name))
        return CleanTable(
            frame: frame.columns { !hidden.contains($0) },
            aside: frame.columns(where: hidden.contains), repairs: repairs, origins: origins)
    }

    private func amendments(_ findings: [Finding]) -> [Repairs.Amendment] {
        let lines = self.lines(ofRows: Set(findings.flatMap(\.rows)))
        return findings.map { finding in
            Repairs.Amendment(
                subject: finding.subject, count: finding.count, remedy: finding.remedy,
                lines: finding.rows.compactMap { lines[$0] })
        }
    }

    private func error(_ rule: Rule, broken count: Int, at rows: [Int]) -> TableError {
        let known = self.lines(ofRows: Set(rows))
        let lines = rows.compactMap { known[$0] }
        let named = lines.prefix(10).map { "\($0)" }.joined(separator: ", ")
        let more = count > 10 ? " and \(count - 10) more" : ""
        let what =
            count == 1
            ? "the row breaks rule \(rule.name)"
            : "\(count) rows break rule \(rule.name), at lines \(named)\(more)"
        return TableError(.brokenRule, line: lines.first, what)
    }
}

/// An amendment whose places are rows of the file, not lines yet.
private struct Finding {
    let subject: Repairs.Subject
    let remedy: Repairs.Remedy
    let count: Int
    let rows: [Int]

    init(_ subject: Repairs.Subject, _ remedy: Repairs.Remedy, _ count: Int, _ rows: [Int]) {
        self.subject = subject
        self.remedy = remedy
        self.count = count
        self.rows = rows
    }

    init(_ tally: FieldDamage.Tally) {
        self.init(
            .column(tally.column, tally.fault), tally.remedy, tally.count, tally.rows)
    }
}

extension Frame {
    /// The rows that are not among these.
    ///
    /// - Requires: `dropped` is ascending.
    func rowsExcept(_ dropped: [Int]) -> [Int] {
        var kept: [Int] = []
        kept.reserveCapacity(self.rows - dropped.count)
        var next = 0
        for row in 0..<self.rows {
            if next < dropped.count, dropped[next] == row {
                next += 1
            } else {
                kept.append(row)
            }
        }
        return kept
    }

    /// The table of these rows only, in this order.
    package func rows(at rows: [Int]) -> Frame {
        Frame(
            rows: rows.count,
            columns: self.columns.map { column in
                switch column.values {
                case .numeric(let numbers):
                    Column(column.name, .numeric(rows.map { numbers[$0] }))
                case .dates(let seconds):
                    Column(column.name, .dates(rows.map { seconds[$0] }))
                case .categorical(let categories):
                    Column(column.name, .categorical(categories.rows(at: rows)))
                case .texts(let texts): Column(column.name, .texts(texts.rows(at: rows)))
                }
            })
    }

    /// The same table with some of its columns.
    func columns(where isWanted: (String) -> Bool) -> Frame {
        Frame(rows: self.rows, columns: self.columns.filter { isWanted($0.name) })
    }
}

extension Frame.Categories {
    fileprivate func rows(at rows: [Int]) -> Self {
        Self(
            compacting: rows.map { self.codes[$0] }, indices: self.levels.indices.map(Int32.init),
            levels: self.levels)
    }
}
