/// What a reader found in fields that the schema forbids, and does not refuse the table for.
package struct FieldDamage {
    private let columns: [Schema.Column]
    private var found: [Key: Tally] = [:]
    private var dropped: [Int] = []

    struct Tally {
        let column: String
        let fault: Repairs.Fault
        let remedy: Repairs.Remedy
        var count = 0
        /// The first of them, ascending.
        var rows: [Int] = []
    }

    private struct Key: Hashable, Comparable {
        let column: Int
        let fault: Int

        static func < (left: Self, right: Self) -> Bool {
            (left.column, left.fault) < (right.column, right.fault)
        }
    }

    init(_ schema: Schema) { self.columns = schema.columns }

    /// In the order of the schema's columns.
    var tallies: [Tally] { self.found.sorted { $0.key < $1.key }.map(\.value) }

    /// Rows to be left out, ascending, from 0.
    var droppedRows: [Int] {
        var rows: [Int] = []
        for row in self.dropped.sorted() where rows.last != row { rows.append(row) }
        return rows
    }

    /// Does with a field what its column's remedy says; the rows of a column come in ascending
    /// order.
    ///
    /// - Throws: the fault, where it cannot be borne.
    @inline(never)
    mutating func note(
        _ fault: Repairs.Fault, _ number: Int, _ row: Int
    ) throws(FieldFault) {
        let column = self.columns[number]
        let remedy: Repairs.Remedy
        switch (column.remedy, fault) {
        case (.refuse, .outOfRange): throw .outOfRange
        case (.refuse, .unknownCategory): throw .unknownCategory
        case (.refuse, .missingValue), (.repair, .missingValue): throw .missingValue
        case (.drop, _): remedy = .dropped
        case (.repair, .outOfRange): remedy = .clamped
        case (.repair, .unknownCategory): remedy = .blanked
        }
        if remedy == .dropped, self.dropped.last != row { self.dropped.append(row) }
        let key = Key(column: number, fault: Repairs.Fault.allCases.firstIndex(of: fault) ?? 0)
        self.found[key, default: Tally(column: column.name, fault: fault, remedy: remedy)]
            .add(row)
    }
}

extension FieldDamage.Tally {
    fileprivate mutating func add(_ row: Int) {
        self.count += 1
        if self.rows.count < RuleLimits.placesMax { self.rows.append(row) }
    }
}
