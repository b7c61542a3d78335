extension DataReport {
    /// What the message of a job says of its table; nil when it says nothing, or what this version
    /// cannot read.
    package static func ofJob(_ message: Assay_V1_LearningJob) -> DataReport? {
        guard message.hasData else { return nil }
        return try? DataReport(message.data)
    }

    init(_ message: Assay_V1_DataReport) throws(WireError) {
        let rows: UInt64 = try Checked.number(
            message.rowsRead, "data.rows_read", in: 0...Limits.rowsMax)
        let findings = try Checked.count(
            message.findings, "data.findings", upTo: Limits.dataFindingsMax)
        guard message.findingsOmitted <= 4 * Limits.columnsMax else {
            throw WireError("data.findings_omitted", "is more than there can be")
        }
        self.init(
            rowsRead: rows,
            rowsDropped: try Checked.number(message.rowsDropped, "data.rows_dropped", in: 0...rows),
            findings: try Checked.map(findings) { (finding) throws(WireError) in
                try Finding(finding)
            },
            screen: Screen(
                rows: try Checked.number(
                    message.rowsScreened, "data.rows_screened", in: 0...Limits.rowsMax),
                seed: message.screenSeed,
                reference: message.reference.isEmpty
                    ? nil : try Checked.digest(message.reference, "data.reference")),
            findingsOmitted: message.findingsOmitted)
    }

    var message: Assay_V1_DataReport {
        var message = Assay_V1_DataReport()
        message.rowsRead = self.rowsRead
        message.rowsDropped = self.rowsDropped
        message.findings = self.findings.map(\.message)
        message.findingsOmitted = self.findingsOmitted
        message.reference = self.screen.reference?.description ?? ""
        message.rowsScreened = self.screen.rows
        message.screenSeed = self.screen.seed
        return message
    }
}

extension DataReport.Finding {
    init(_ message: Assay_V1_DataFinding) throws(WireError) {
        guard message.measure.isFinite, message.measure >= 0 else {
            throw WireError("data.findings.measure", "is no number of 0 or more")
        }
        let lines = try Checked.count(
            message.lines, "data.findings.lines", upTo: Limits.dataLinesMax)
        self.init(
            subject: message.subject.isEmpty
                ? "" : try Checked.text(message.subject, "data.findings.subject"),
            reason: try Checked.choice(message.reason, "data.findings.reason"),
            remedy: try Checked.choice(message.remedy, "data.findings.remedy"),
            count: message.count, lines: lines, measure: message.measure)
    }

    var message: Assay_V1_DataFinding {
        var message = Assay_V1_DataFinding()
        message.subject = self.subject
        message.reason = self.reason.rawValue
        message.remedy = self.remedy.rawValue
        message.count = self.count
        message.lines = self.lines
        message.measure = self.measure
        return message
    }
}
