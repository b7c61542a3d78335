import CoordinatorCore
import Foundation
import Logging
import Testing
import Wire

@testable import CoordinatorShell

@Suite struct MetricsTests {
    @Test func `a histogram counts each value once, at its bound or below`() {
        let histogram = Histogram(bounds: [1, 2, 4])
        for value in [0.5, 1, 1.5, 4, 100] { histogram.record(value) }
        #expect(histogram.counts.buckets == [2, 1, 1, 1])
        #expect(histogram.counts.count == 5)
        #expect(histogram.counts.sum == 107)
    }

    @Test func `buckets are told cumulatively, up to infinity`() {
        let histogram = Histogram(bounds: [1, 2])
        for value in [0.5, 1.5, 9] { histogram.record(value) }
        var page = PrometheusText()
        page.add("wait_seconds", "How long it took.", histogram)
        #expect(
            page.text == """
                # HELP wait_seconds How long it took.
                # TYPE wait_seconds histogram
                wait_seconds_bucket{le="1.0"} 1
                wait_seconds_bucket{le="2.0"} 2
                wait_seconds_bucket{le="+Inf"} 3
                wait_seconds_sum 11.0
                wait_seconds_count 3

                """)
    }

    @Test func `the page has one help and one type for each metric and names nobody`() async throws
    {
        let journal = MemoryJournal()
        let clock = HeadClock()
        let sessions = WorkerSessions()
        let loop = CoordinatorLoop(
            journal: journal, links: sessions, archive: Archive(journal: journal, clock: clock),
            clock: clock, log: Logger(label: "loop"))
        let readiness = Readiness()
        let page = MetricsPage(
            loop: loop, readiness: readiness, sessions: sessions,
            blobs: try BlobStore(.memory), journal: journal,
            connections: MetricsPage.LateConnections())
        let text = try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                try await loop.run(settings: .defaults, revoke: { _ in }) {
                    readiness.become(.ready)
                }
            }
            defer { loop.stop() }
            let spec = Sample.idle(name: "canary")
            _ = await loop.request { .submit(spec, owner: "canary", key: "canary", request: $0) }
            return try await page.text()
        }
        let lines = text.split(separator: "\n")
        let names = lines.filter { $0.hasPrefix("# TYPE ") }.map { $0.split(separator: " ")[2] }
        #expect(Set(names).count == names.count)
        #expect(lines.count { $0.hasPrefix("# HELP ") } == names.count)
        #expect(lines.contains("assay_jobs_live 1.0"))
        #expect(lines.contains(#"assay_trials_live{state="queued"} 2.0"#))
        #expect(lines.contains("assay_commit_seconds_count 1"))
        #expect(!text.contains("canary"))
        for cause in ["rules", "silence", "unread"] {
            #expect(lines.contains("assay_links_cut_total{cause=\"\(cause)\"} 0.0"))
        }
    }
}
