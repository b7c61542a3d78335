/// Holds a table against a reference, column by column, and says what is strange in it.
///
/// It flags and never drops: whether a strange row is poison or news is for people to say.
package struct TableScreen: Equatable, Sendable {
    package let rows: Int
    package let columns: [Column]

    package struct Column: Equatable, Sendable {
        package let name: String
        package let drift: Drift
    }

    /// - Requires: both frames were read with one schema.
    package init(of table: Frame, against reference: Frame) {
        self.rows = table.rows
        self.columns = zip(table.columns, reference.columns).map { column, reference in
            precondition(column.name == reference.name, "the frames have other columns")
            return Column(
                name: column.name, drift: Drift(of: column.values, from: reference.values))
        }
    }

    /// Rows that are strangers in at least one column, in how many of them: the strangest first.
    ///
    /// Rows count from 0.
    package var strangeRows: [(row: Int, columns: Int)] {
        var counts: [Int: Int] = [:]
        for column in self.columns {
            for row in column.drift.strangers { counts[row, default: 0] += 1 }
        }
        return counts.map { (row: $0.key, columns: $0.value) }
            .sorted { ($1.columns, $0.row) < ($0.columns, $1.row) }
    }
}
