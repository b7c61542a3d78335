package import Privacy

/// Which columns of a table make series, and what to do with what is irregular.
package struct SeriesPlan: Equatable, Sendable {
    package var target: String
    /// Without one, rows are taken in their order, as regular.
    package var time: String?
    /// Each level of this column is a series of its own.
    package var key: String?
    package var exogenous: [String] = []
    /// Inferred if nil.
    package var frequency: Frequency?
    package var duplicates = Duplicates.refused
    /// Detected if nil.
    package var season: Int?

    /// What to do with two rows of one series and one time.
    package enum Duplicates: String, CaseIterable, Equatable, Sendable {
        case refused, averaged
    }

    package init(target: String, time: String? = nil) {
        self.target = target
        self.time = time
    }

    /// All columns that it names.
    package var columns: [String] {
        [self.time, self.key].compactMap(\.self) + self.exogenous + [self.target]
    }
}

/// A table as regular series, one for every key, and what was changed to make it so.
package struct SeriesTable: Equatable, Sendable {
    /// In the order of the keys' levels; at least one.
    package let entries: [Entry]
    /// nil when there is no time column, or only one time.
    package let frequency: Frequency?
    /// Whether steps are months, and every time is the last day of one.
    let endsMonths: Bool
    package let notes: [Note]

    package struct Entry: Equatable, Sendable {
        /// nil when there is no key column.
        package let key: Private<String>?
        package let series: Series
        /// Exogenous columns of the steps after the series, up to the first that is not known in
        /// full: rows whose target is missing at the end of the table.
        package let future: Matrix
        /// The time of the first value: seconds since 1970, a number, or 0 without a time column.
        package let start: Double
    }

    /// Something that was done to the table, and how often; never a value.
    package struct Note: Equatable, Sendable, CustomStringConvertible {
        package enum Deed: String, CaseIterable, Sendable {
            case sorted, averaged, insertedSteps, filledTargets, filledExogenous
            case trimmedStart, trimmedEnd
        }

        package let deed: Deed
        package let count: Int

        package var description: String {
            switch self.deed {
            case .sorted: "\(self.count) rows came after a later one; all were sorted by time"
            case .averaged: "\(self.count) rows of a time that another row has were averaged"
            case .insertedSteps: "\(self.count) steps without a row were inserted"
            case .filledTargets: "\(self.count) missing targets were interpolated"
            case .filledExogenous: "\(self.count) missing exogenous values were interpolated"
            case .trimmedStart: "\(self.count) steps before the first target were left out"
            case .trimmedEnd: "\(self.count) steps after the last target were left out"
            }
        }
    }

    /// - Throws: `SeriesError` naming the row and the column.
    package init(_ frame: Frame, _ plan: SeriesPlan) throws(SeriesError) {
        guard frame.rows > 0 else { throw SeriesError(.noRows, "the table has no rows") }
        let columns = try SeriesColumns(frame, plan)
        var tally = Tally()
        var groups: [SeriesRows] = []
        for rows in columns.groups {
            groups.append(try SeriesRows(rows, columns, plan, &tally))
        }
        self.frequency = try Self.frequency(groups, columns, plan)
        var entries: [Entry] = []
        for (index, rows) in groups.enumerated() {
            entries.append(
                try rows.entry(
                    key: columns.keys.isEmpty ? nil : columns.keys[index], self.frequency, plan,
                    &tally))
        }
        self.entries = entries
        self.endsMonths = self.frequency?.endsMonths(groups.flatMap(\.times)) ?? false
        self.notes = tally.notes
    }

    /// Counts what was done.
    struct Tally {
        private var counts = Note.Deed.allCases.map { ($0, 0) }

        mutating func add(_ deed: Note.Deed, _ count: Int) {
            for index in self.counts.indices where self.counts[index].0 == deed {
                self.counts[index].1 += count
            }
        }

        var notes: [Note] {
            self.counts.filter { $0.1 > 0 }.map { Note(deed: $0.0, count: $0.1) }
        }
    }

    private static func frequency(
        _ groups: [SeriesRows], _ columns: SeriesColumns, _ plan: SeriesPlan
    ) throws(SeriesError) -> Frequency? {
        guard let time = plan.time else { return nil }
        let inferred = TimeGrid.commonestStep(
            groups.map(\.times), isCivil: columns.isCivil)
        guard let declared = plan.frequency else { return inferred }
        guard let inferred else { return declared }
        var isRight = declared == inferred
        if case .number = declared { isRight = isRight || columns.isCivil == false }
        // A month of days or a year of months may be said either way; the grid decides below.
        if case (.seconds, .months) = (inferred, declared) { isRight = true }
        guard isRight else {
            throw SeriesError(
                .wrongFrequency, column: time,
                "most rows lie \(inferred) apart, not \(declared)")
        }
        return declared
    }
}
