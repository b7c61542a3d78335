import CoordinatorCore
import Foundation
import Host
import Logging
import Synchronization
import Testing
import Wire

@testable import CoordinatorShell

/// What the head's log tells of jobs, at each level.
@Suite struct JobChronicleTests {
    private final class Memory: LogSink {
        private let kept = Mutex<[LogRecord]>([])

        var records: [LogRecord] { self.kept.withLock { $0 } }

        func write(_ record: LogRecord) { self.kept.withLock { $0.append(record) } }
    }

    /// All that was said of these facts.
    private func said(
        of facts: [Fact], at level: LogLevel, sensitive: Bool = false
    ) -> [LogRecord] {
        let memory = Memory()
        let output = LogOutput(level: level, tellsSensitive: sensitive, sinks: [memory])
        var chronicle = JobChronicle(output.logger("head"), files: nil)
        chronicle.tell(facts)
        return memory.records
    }

    private func texts(_ records: [LogRecord]) -> String {
        records.flatMap { [$0.message] + $0.fields.map { "\($0.name)=\($0.value)" } }
            .joined(separator: " ")
    }

    /// Names, shapes, scores and sentences of the life that `Sample` makes.
    static let sensitive = ["adult", "ada", "income", "100", "score_", "took longer", "column c7"]
    static let life = Sample.life(of: 7, end: .failed(reason: "column c7 is empty"))

    @Test func `info tells what became of a job, and no name, shape, score or sentence`() {
        let records = self.said(of: Self.life, at: .info)
        #expect(
            records.map(\.message) == [
                "a job was accepted", "a lease was lost", "a trial failed", "a job ended",
            ])
        #expect(records.allSatisfy { $0.fields.contains(.init(name: "job", value: "j7")) })
        let text = self.texts(records)
        for word in Self.sensitive { #expect(!text.contains(word), "\(text)") }
        #expect(text.contains("state=failed") && text.contains("scored=2"))
        #expect(text.contains("cause=worker_lost") && text.contains("code=time_limit"))
    }

    @Test func `the operator's word adds all of that, and debug alone does not`() {
        let told = self.texts(self.said(of: Self.life, at: .sensitiveInfo, sensitive: true))
        for word in Self.sensitive { #expect(told.contains(word), "\(word) in \(told)") }
        let debug = self.said(of: Self.life, at: .debug)
        for word in Self.sensitive { #expect(!self.texts(debug).contains(word)) }
        #expect(debug.map(\.message).contains("a trial was scored"))
    }

    @Test func `a job whose trials all go wrong is told in a hundred lines`() {
        let losses = (0..<5000).map { trial in
            Fact.lost(TrialID(JobID(1), UInt32(trial)), Loss(.crashed, "signal 11"), worker: "w1")
        }
        let ended = Fact.ended(JobID(1), .succeeded, at: Sample.origin)
        let records = self.said(
            of: [Sample.submitted(1)] + losses + [ended], at: .info)
        #expect(records.count == 102)
        #expect(records.last?.fields.contains(.init(name: "lost", value: "5000")) == true)
    }

    @Test func `a job that the journal brought back is counted from where it stood`() throws {
        let facts = Self.life
        var record = try #require(JobRecord(facts[0]))
        for fact in facts.dropFirst().dropLast() { record.apply(fact) }
        let memory = Memory()
        var chronicle = JobChronicle(
            LogOutput(level: .info, sinks: [memory]).logger("head"), files: nil)
        chronicle.resume([record])
        chronicle.tell([try #require(facts.last)])
        let fields = try #require(memory.records.first).fields
        #expect(fields.contains(.init(name: "scored", value: "2")))
        #expect(fields.contains(.init(name: "failed", value: "1")))
        #expect(fields.contains(.init(name: "lost", value: "1")))
    }
}
