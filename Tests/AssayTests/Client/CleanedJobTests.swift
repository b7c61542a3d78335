import Engine
import Testing
import Wire

@testable import assay

/// What a job says of its table: dropped, repaired, flagged, refused.
@Suite struct CleanedJobTests {
    static let canary = "canary7f"

    private static let schema = """
        columns:
          - { name: id, kind: categorical, use: checks }
          - { name: age, kind: numeric, min: 0, max: 120, on_violation: repair }
          - { name: end, kind: numeric }
          - { name: start, kind: numeric }
          - { name: label, kind: categorical, missing: refused, on_violation: drop }
        rules:
          - { name: dates, require: "end >= start", on_violation: drop }
          - { name: key, unique: [id] }

        """

    private static func rows(_ count: Int) -> String {
        (0..<count).map { "k\($0),\($0 % 50),\($0 + 1),\($0),\($0 % 3 == 0 ? "yes" : "no")\n" }
            .joined()
    }

    private static func job(_ table: String, screen: String = "", in folder: TemporaryFolder) throws
        -> PreparedJob
    {
        try folder.write(Self.schema, to: "schema.yaml")
        try folder.write("id,age,end,start,label\n" + table, to: "rows.csv")
        let path = try folder.write(
            """
            task: classification
            data: { train: rows.csv, target: label, schema: schema.yaml\(screen) }
            budget: { trials: 5 }
            """, to: "job.yaml")
        return try PreparedJob(path: path)
    }

    @Test func `a job reports what its schema did, by lines, and pins what is left`() throws {
        let folder = try TemporaryFolder()
        let table =
            Self.rows(60) + "\(Self.canary),200,1,0,yes\nx,1,0,5,\(Self.canary)\ny,1,2,1,\n"
        let job = try Self.job(table, in: folder)
        guard case .learning(let learning) = job.spec.kind else {
            Issue.record("not a learning job")
            return
        }
        #expect(learning.rows == 61 && learning.columns == 3)
        let report = try #require(learning.data)
        #expect(report.rowsRead == 63 && report.rowsDropped == 2)
        let repairs = report.findings.filter { $0.remedy != .flagged }
        #expect(
            repairs.map { "\($0.subject) \($0.reason) \($0.remedy) \($0.lines)" } == [
                "age outOfRange clamped [62]", "label missingValue dropped [64]",
                "dates rule dropped [63]",
            ])
        #expect(learning.lesson.cleaned != nil)
        #expect(try JobSpec(job.spec.message) == job.spec)
        let lines = job.data?.lines ?? []
        #expect(lines.contains("2 of 63 rows dropped"))
        #expect(lines.contains("column age, out of range: 1 clamped (line 62)"))
        #expect(lines.contains("rule dates: 1 dropped (line 63)"))
        #expect(!lines.joined().contains(Self.canary))
        #expect(try JSONText.line(job.data).contains(Self.canary) == false)
    }

    @Test func `a table that nothing was done to is pinned by its bytes alone`() throws {
        let folder = try TemporaryFolder()
        try folder.write(
            "a,label\n" + (0..<40).map { "\($0),\($0 % 2 == 0 ? "x" : "y")\n" }.joined(),
            to: "rows.csv")
        let path = try folder.write(
            """
            task: classification
            data: { train: rows.csv, target: label }
            budget: { trials: 5 }
            """, to: "job.yaml")
        guard case .learning(let learning) = try PreparedJob(path: path).spec.kind else { return }
        #expect(learning.lesson.cleaned == nil)
        #expect(learning.data?.rowsDropped == 0)
    }

    @Test func `a broken key refuses the job with its lines`() throws {
        let folder = try TemporaryFolder()
        let error = #expect(throws: InputError.self) {
            try Self.job(Self.rows(40) + "k7,1,1,0,yes\n", in: folder)
        }
        #expect(error?.description.hasSuffix("rows.csv: line 42: the row breaks rule key") == true)
    }

    @Test func `planted rows are flagged, and refused where the job says so`() throws {
        let folder = try TemporaryFolder()
        let planted = Self.rows(200) + (0..<8).map { "p\($0),3,9\($0)e9,0,no\n" }.joined()
        let job = try Self.job(planted, in: folder)
        let far = job.data?.findings.first { $0.reason == "far_out" && $0.subject == "end" }
        #expect(far?.remedy == "flagged" && far?.count == 8)
        #expect(far?.lines == Array(202...209))
        guard case .learning(let learning) = job.spec.kind else { return }
        #expect(learning.rows == 208, "nothing that is flagged is dropped")
        let error = #expect(throws: InputError.self) {
            try Self.job(planted, screen: ", screen: refuse", in: folder)
        }
        #expect(error?.description.contains("refused by the job's screen") == true)
        #expect(error?.description.contains("of the rows look planted") == true)
        #expect(throws: Never.self) {
            try Self.job(
                planted, screen: ", screen: { outliers: 0.2, on_findings: refuse }", in: folder)
        }
    }

    @Test func `a reference adds drift, under its digest`() throws {
        let folder = try TemporaryFolder()
        try folder.write("id,age,end,start,label\n" + Self.rows(200), to: "may.csv")
        let moved = (0..<200).map { "m\($0),\(60 + $0 % 50),\($0 + 1),\($0),yes\n" }.joined()
        let terms = ", reference: may.csv, screen: { drift: 0.2 }"
        let job = try Self.job(moved + "y,1,1,0,no\nz,1,1,0,no\n", screen: terms, in: folder)
        let drift = job.data?.findings.filter { $0.reason == "drift" } ?? []
        #expect(drift.map(\.subject).contains("age"))
        #expect(drift.allSatisfy { ($0.stabilityIndex ?? 0) > 0.2 })
        #expect(job.data?.reference?.hasPrefix("sha256:") == true)
        let error = #expect(throws: InputError.self) {
            try Self.job(
                moved + "y,1,1,0,no\nz,1,1,0,no\n",
                screen: ", reference: may.csv, screen: { drift: 0.2, on_findings: refuse }",
                in: folder)
        }
        #expect(error?.description.contains("drifted from the reference") == true)
    }

    @Test(arguments: [
        "screen: eat", "screen: { drift: -1 }", "screen: { outliers: 2 }", "screen: { dirft: 1 }",
        "screen: { on_findings: drop }", "screen: []",
    ]) func `wrong terms are a mistake in the job file`(terms: String) throws {
        let folder = try TemporaryFolder()
        let error = #expect(throws: InputError.self) {
            try Self.job(Self.rows(40), screen: ", \(terms)", in: folder)
        }
        #expect(error?.description.contains("job.yaml:2:") == true, "\(error?.description ?? "")")
    }
}
