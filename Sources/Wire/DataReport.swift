/// What became of a job's table before anything was learned from it, as its submitter saw it.
///
/// It is kept with the job for people, and nothing is decided by it: the worker reads the table by
/// the same schema, and the model's lineage says what it saw itself. Names of rules and columns,
/// counts, places; never a value.
package struct DataReport: Hashable, Sendable {
    package let rowsRead: UInt64
    package let rowsDropped: UInt64
    /// At most `Limits.dataFindingsMax`, and how many were left out.
    package let findings: [Finding]
    package let findingsOmitted: UInt32
    package let screen: Screen

    package struct Finding: Hashable, Sendable {
        /// A rule or a column; empty for rows as a whole.
        package let subject: String
        package let reason: Reason
        package let remedy: Remedy
        /// Of rows or fields.
        package let count: UInt64
        /// Where the first of them begin, the header being line 1; at most `Limits.dataLinesMax`.
        package let lines: [UInt64]
        /// Of a drift: the population stability index; else 0.
        package let measure: Double

        package init(
            subject: String, reason: Reason, remedy: Remedy, count: UInt64, lines: [UInt64],
            measure: Double = 0
        ) {
            self.subject = subject
            self.reason = reason
            self.remedy = remedy
            self.count = count
            self.lines = lines
            self.measure = measure
        }
    }

    package enum Reason: String, CaseIterable, Hashable, Sendable {
        // What the schema forbids
        case rule
        case outOfRange = "out_of_range"
        case unknownCategory = "unknown_category"
        case missingValue = "missing_value"
        // What the reference does not know
        case drift
        case unlikeReference = "unlike_reference"
        // What does not fit the rest of the table
        case contradiction
        case loneLabel = "lone_label"
        case farOut = "far_out"
        case nearlyNumbers = "nearly_numbers"
        case nearlyDates = "nearly_dates"
    }

    package enum Remedy: String, CaseIterable, Hashable, Sendable {
        case dropped, clamped, blanked, flagged
    }

    /// How the table was looked at for poison.
    package struct Screen: Hashable, Sendable {
        /// Rows that were looked at, drawn with `seed`; 0 where nobody looked.
        package let rows: UInt64
        package let seed: UInt64
        /// The table that it was held against.
        package let reference: Digest?

        package init(rows: UInt64 = 0, seed: UInt64 = 0, reference: Digest? = nil) {
            self.rows = rows
            self.seed = seed
            self.reference = reference
        }
    }

    package init(
        rowsRead: UInt64, rowsDropped: UInt64, findings: [Finding], screen: Screen = Screen(),
        findingsOmitted: UInt32 = 0
    ) {
        self.rowsRead = rowsRead
        self.rowsDropped = rowsDropped
        let beyond = findings.count - min(findings.count, Limits.dataFindingsMax)
        self.findings = Array(findings.prefix(Limits.dataFindingsMax))
        self.findingsOmitted = findingsOmitted + UInt32(beyond)
        self.screen = screen
    }
}
