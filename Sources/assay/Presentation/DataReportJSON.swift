import Host
import Wire

/// What `--json` prints of a job's table: counts and places, no values.
struct DataReportJSON: Encodable, Equatable, Sendable {
    let rowsRead: UInt64
    let rowsDropped: UInt64
    let findings: [Finding]
    /// Beyond those; absent when there are none.
    let findingsOmitted: UInt32?
    /// The digest of the table that it was held against.
    let reference: String?
    /// Rows whose neighbours were looked at, and the seed that they were drawn with.
    let rowsScreened: UInt64?
    let screenSeed: UInt64?
    /// Absent where the whole table is learned from.
    let sample: Sample?

    /// How rows were drawn from a larger table.
    struct Sample: Encodable, Equatable, Sendable {
        let rows: UInt64
        let rowsOfTable: UInt64
        let seed: UInt64
        /// The digest of the whole table; absent where it stays here.
        let table: String?
    }

    struct Finding: Encodable, Equatable, Sendable {
        /// A rule or a column; absent for rows as a whole.
        let subject: String?
        let reason: String
        /// `dropped`, `clamped`, `blanked` or `flagged`.
        let remedy: String
        let count: UInt64
        /// Where the first of them begin; the header is line 1.
        let lines: [UInt64]
        /// Of a drift.
        let stabilityIndex: Double?
    }

    /// - Parameter columns: what undoes the aliases of its columns.
    init(_ report: DataReport, sample: RowSample? = nil, columns: ColumnMap? = nil) {
        self.rowsRead = report.rowsRead
        self.rowsDropped = report.rowsDropped
        self.findings = report.findings.map { finding in
            Finding(
                subject: finding.subject.isEmpty
                    ? nil
                    : LogText.escaped(columns?.name(of: finding.subject) ?? finding.subject),
                reason: finding.reason.rawValue, remedy: finding.remedy.rawValue,
                count: finding.count, lines: finding.lines,
                stabilityIndex: finding.reason == .drift ? finding.measure : nil)
        }
        self.findingsOmitted = report.findingsOmitted == 0 ? nil : report.findingsOmitted
        self.reference = report.screen.reference?.description
        self.rowsScreened = report.screen.rows == 0 ? nil : report.screen.rows
        self.screenSeed = report.screen.rows == 0 ? nil : report.screen.seed
        self.sample = sample.map { sample in
            Sample(
                rows: sample.rows, rowsOfTable: sample.rowsOfTable, seed: sample.seed,
                table: sample.table?.description)
        }
    }

    /// The report of a job, as its message holds it; nil for what this version cannot read.
    init?(_ job: Assay_V1_LearningJob, columns: ColumnMap? = nil) {
        guard let report = DataReport.ofJob(job) else { return nil }
        let sample = job.lesson.hasSample ? try? RowSample(job.lesson.sample) : nil
        self.init(report, sample: sample, columns: columns)
    }

    // MARK: In words

    /// A line for a sample, and for each finding; nothing when there is neither.
    ///
    /// ```
    /// data: 1,000 of 1,000,000 rows drawn, seed 1
    /// data: 3 of 1,000 rows dropped
    /// data: rule dates: 3 dropped (lines 4, 9, 12)
    /// data: column age, out of range: 2 clamped (lines 7, 8)
    /// data: 1 row flagged, contradicts its twins (line 40)
    /// ```
    var lines: [String] {
        var lines: [String] = []
        if let sample {
            lines.append(
                "\(Figures.count(Int(sample.rows))) of \(Figures.count(Int(sample.rowsOfTable))) "
                    + "rows drawn, seed \(sample.seed)")
        }
        guard !self.findings.isEmpty else { return lines }
        if self.rowsDropped > 0 {
            lines.append(
                "\(Figures.count(Int(self.rowsDropped))) of \(Figures.count(Int(self.rowsRead))) "
                    + "rows dropped")
        }
        lines += self.findings.map(Self.line)
        if let omitted = self.findingsOmitted { lines.append("\(omitted) more findings") }
        return lines
    }

    private static func line(_ finding: Finding) -> String {
        let words = Self.words[finding.reason] ?? finding.reason
        let what =
            switch (finding.subject, finding.reason) {
            case (let rule?, "rule"): "rule \(rule)"
            case (let column?, _): "column \(column), \(words)"
            case (nil, _): words
            }
        let index = finding.stabilityIndex.map { " (index \(Figures.score($0)))" } ?? ""
        let places = finding.lines.map { "\($0)" }.joined(separator: ", ")
        let more = finding.count > finding.lines.count && !places.isEmpty ? ", …" : ""
        let lines =
            places.isEmpty
            ? "" : " (\(finding.count == 1 ? "line" : "lines") \(places)\(more))"
        guard finding.count > 0 else { return "\(what)\(index)" }
        return "\(what)\(index): \(Figures.count(Int(finding.count))) \(finding.remedy)\(lines)"
    }

    private static let words = [
        "out_of_range": "out of range", "unknown_category": "unknown category",
        "missing_value": "missing value", "drift": "drifted from the reference",
        "unlike_reference": "rows unlike the reference",
        "contradiction": "rows that contradict their twins",
        "lone_label": "labels that no neighbour shares", "far_out": "far out",
        "nearly_numbers": "texts, most of which look like numbers",
        "nearly_dates": "texts that look like dates but are not ISO 8601",
    ]
}
