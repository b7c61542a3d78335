import Testing

@testable import Wire

@Suite struct DataReportTests {
    static let report = DataReport(
        rowsRead: 1000, rowsDropped: 3,
        findings: [
            .init(subject: "dates", reason: .rule, remedy: .dropped, count: 3, lines: [4, 9, 12]),
            .init(subject: "age", reason: .outOfRange, remedy: .clamped, count: 1, lines: [7]),
            .init(
                subject: "city", reason: .drift, remedy: .flagged, count: 0, lines: [],
                measure: 0.31),
            .init(subject: "", reason: .loneLabel, remedy: .flagged, count: 20, lines: [2]),
        ],
        screen: .init(
            rows: 1000, seed: 7, reference: Digest(sha256: [UInt8](repeating: 3, count: 32))),
        findingsOmitted: 2)

    @Test func `a report survives its message`() throws {
        #expect(try DataReport(Self.report.message) == Self.report)
    }

    @Test func `what is beyond the bound is counted`() {
        let finding = Self.report.findings[0]
        let report = DataReport(
            rowsRead: 1, rowsDropped: 0, findings: Array(repeating: finding, count: 70))
        #expect(report.findings.count == Limits.dataFindingsMax)
        #expect(report.findingsOmitted == 6)
    }

    @Test func `a report that breaks a bound is refused with its field`() {
        func refused(_ change: (inout Assay_V1_DataReport) -> Void) -> String? {
            var message = Self.report.message
            change(&message)
            return #expect(throws: WireError.self) { try DataReport(message) }?.field
        }
        #expect(refused { $0.rowsRead = .max } == "data.rows_read")
        #expect(refused { $0.rowsDropped = 1001 } == "data.rows_dropped")
        #expect(
            refused { $0.findings = Array(repeating: $0.findings[0], count: 65) }
                == "data.findings")
        #expect(
            refused { $0.findings[0].lines = .init(repeating: 1, count: 11) }
                == "data.findings.lines")
        #expect(refused { $0.findings[0].reason = "because" } == "data.findings.reason")
        #expect(refused { $0.findings[0].remedy = "eaten" } == "data.findings.remedy")
        #expect(refused { $0.findings[0].subject = "a\u{1B}[2J" } == "data.findings.subject")
        #expect(refused { $0.findings[2].measure = .nan } == "data.findings.measure")
        #expect(refused { $0.reference = "sha256:1" } == "data.reference")
        #expect(refused { $0.findingsOmitted = .max } == "data.findings_omitted")
    }
}
