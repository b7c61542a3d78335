import Engine
import Wire

/// What is known of a job's table before it travels: what its schema dropped and repaired, how far
/// it lies from its reference, which rows look planted. Places and counts, never a value.
struct DataExamination {
    let report: DataReport
    /// What goes beyond the terms, as one sentence; nil when nothing does.
    let alarm: String?

    /// The table that another is held against, read with the same schema.
    struct Reference {
        let digest: Digest
        let frame: Frame
    }

    /// - Parameters:
    ///   - bytes: what the table was read from.
    ///   - seed: of the sample whose neighbours are looked at.
    init(
        _ bound: TableFile.Bound, bytes: [UInt8], at path: String, reference: Reference?,
        terms: ScreenTerms, seed: UInt64
    ) throws(InputError) {
        let poison = PoisonScreen(bound.dataset, seed: seed)
        let drift = reference.map { TableScreen(of: bound.table.frame, against: $0.frame) }
        var findings = Self.findings(of: bound.table.repairs)
        let drifted = drift?.columns.filter { $0.drift.stability > terms.drift } ?? []
        let strange = try Self.flags(drifted, drift, poison, bound, bytes, path)
        findings += strange
        self.report = DataReport(
            rowsRead: UInt64(bound.table.repairs.rowsRead),
            rowsDropped: UInt64(bound.table.repairs.rowsDropped), findings: findings,
            screen: .init(
                rows: UInt64(poison.sampledRows), seed: seed, reference: reference?.digest))
        var alarms: [String] = []
        if let first = drifted.first {
            let others = drifted.count > 1 ? " and \(drifted.count - 1) more" : ""
            alarms.append("column \(first.name)\(others) drifted from the reference")
        }
        if poison.strangeShare > terms.outliers {
            alarms.append(
                "\(Figures.share(poison.strangeShare)) of the rows look planted, "
                    + "\(Figures.share(terms.outliers)) may")
        }
        self.alarm = alarms.isEmpty ? nil : alarms.joined(separator: "; ")
    }

    /// What a schema dropped and repaired.
    static func findings(of repairs: Repairs) -> [DataReport.Finding] {
        repairs.amendments.filter { $0.count > 0 }.map(Self.finding)
    }

    private static func finding(_ amendment: Repairs.Amendment) -> DataReport.Finding {
        let reason: DataReport.Reason =
            switch amendment.subject {
            case .rule: .rule
            case .column(_, .outOfRange): .outOfRange
            case .column(_, .unknownCategory): .unknownCategory
            case .column(_, .missingValue): .missingValue
            }
        let remedy: DataReport.Remedy =
            switch amendment.remedy {
            case .dropped: .dropped
            case .clamped: .clamped
            case .blanked: .blanked
            }
        return DataReport.Finding(
            subject: amendment.subject.name, reason: reason, remedy: remedy,
            count: UInt64(amendment.count),
            lines: amendment.lines.prefix(Limits.dataLinesMax).map(UInt64.init))
    }

    // MARK: Flags

    private static func flags(
        _ drifted: [TableScreen.Column], _ drift: TableScreen?, _ poison: PoisonScreen,
        _ bound: TableFile.Bound, _ bytes: [UInt8], _ path: String
    ) throws(InputError) -> [DataReport.Finding] {
        let (table, target) = (bound.table, bound.dataset.target)
        let strange = (drift?.strangeRows ?? []).map(\.row)
        var flags: [(subject: String, reason: DataReport.Reason, rows: [Int], measure: Double)] =
            drifted.map { ($0.name, .drift, $0.drift.strangers, $0.drift.stability) }
        if !strange.isEmpty { flags.append(("", .unlikeReference, strange, 0)) }
        for finding in KindScreen(table.frame, target: target).findings {
            let isNumbers = finding.reason == .nearlyNumbers
            flags.append(
                (finding.column, isNumbers ? .nearlyNumbers : .nearlyDates, finding.rows, 0))
        }
        for finding in poison.findings {
            flags.append((finding.column ?? "", Self.reason(finding.reason), finding.rows, 0))
        }
        let places = flags.map { flag in
            flag.rows.prefix(Limits.dataLinesMax).map(table.origin(ofRow:))
        }
        let lines = try TableFile.lines(ofRows: Set(places.joined()), in: bytes, at: path)
        return zip(flags, places).map { flag, rows in
            DataReport.Finding(
                subject: flag.subject, reason: flag.reason, remedy: .flagged,
                count: UInt64(flag.rows.count),
                lines: rows.compactMap { lines[$0].map(UInt64.init) },
                measure: flag.measure.isFinite ? flag.measure : 0)
        }
    }

    private static func reason(_ reason: PoisonScreen.Reason) -> DataReport.Reason {
        switch reason {
        case .contradiction: .contradiction
        case .loneLabel: .loneLabel
        case .farOut: .farOut
        }
    }
}
