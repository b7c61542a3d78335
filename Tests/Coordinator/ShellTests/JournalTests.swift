import CoordinatorCore
import CoordinatorShell
import Foundation
import GRDB
import Testing
import Wire

@Suite struct JournalTests {
    let scratch: ScratchDirectory
    var path: String { self.scratch.file("journal.sqlite") }

    init() throws { self.scratch = try ScratchDirectory() }

    @Test(arguments: [JobEnd.succeeded, .failed(reason: "no rows"), .cancelled(reason: "by ada")])
    func `every fact comes back as it was appended`(end: JobEnd) throws {
        let journal = try SQLiteJournal(path: self.path)
        let life = Sample.life(of: 1, end: end)
        for fact in life { try journal.append([fact]) }

        #expect(try journal.facts(of: JobID(1)) == life)
    }

    @Test func `facts about commands come back, and taints without their jobs`() throws {
        do {
            let journal = try SQLiteJournal(path: self.path)
            try journal.append(Sample.commandLife(of: 1))
            try journal.append(Sample.taints)
            #expect(try journal.facts(of: JobID(1)) == Sample.commandLife(of: 1))
            // What it left is no model.
            #expect(try journal.jobsWithOutputs(of: nil, limit: 9).isEmpty)
            try journal.close()
        }
        let journal = try SQLiteJournal(path: self.path)
        #expect(try Self.replayed(journal) == Sample.taints)
    }

    @Test func `facts of one batch keep their order within each job`() throws {
        let journal = try SQLiteJournal(path: self.path)
        let one = Sample.life(of: 1)
        let two = Sample.life(of: 2)
        try journal.append(zip(one, two).flatMap { [$0, $1] })

        #expect(try journal.facts(of: JobID(1)) == one)
        #expect(try journal.facts(of: JobID(2)) == two)
    }

    @Test func `a reopened journal replays what is live and nodes, not what ended`() throws {
        let live = Array(Sample.life(of: 2).dropLast())
        do {
            let journal = try SQLiteJournal(path: self.path)
            try journal.append(Sample.life(of: 1))
            try journal.append(live + [.nodeDrained("w3"), Self.spent])
            try journal.close()
        }
        let journal = try SQLiteJournal(path: self.path)

        #expect(try Self.replayed(journal) == [.nodeDrained("w3"), Self.spent] + live)
        #expect(
            try journal.endedJobs(of: nil, before: nil, limit: 9) == [
                EndedJob(id: JobID(1), owner: "ada", key: "key-1")
            ])
    }

    private static let spent = Fact.invitationSpent(
        serial: SerialNumber(bytes: [0x4C, 0xD3]), worker: "w1", at: Sample.origin,
        until: Sample.origin + .seconds(900))

    @Test func `second runs, their verdicts and quarantine come back`() throws {
        let (job, trial) = (JobID(1), TrialID(JobID(1), 3))
        let outcome = Outcome(.scored(scores: [Score("rmse", 0.1)], outputs: []), cost: .none)
        let facts: [Fact] = [
            Sample.submitted(1), .served(job, worker: "w1", environment: "x86_64/a"),
            .doubted(trial, .chance), .doubted(trial, .winner), .doubted(trial, .refit),
            .repeated(trial, outcome, worker: "w2"), .judged(trial, .corroborated(by: "w2")),
            .judged(trial, .overruled(by: "w3")), .judged(trial, .contradicted(by: "w2")),
            .judged(trial, .unanswered(reason: "nobody was there")),
            .voided(job, [0, 3, 4_000_000]), .unsaid(job, [2]),
            .searched(
                job,
                [
                    StageEnd(.portfolio, .exhausted), StageEnd(.sampling, .needless),
                    StageEnd(.tuning, .jobTime),
                ]),
        ]
        let standing: [Fact] = [
            .vouched("w1", confirmed: 8),
            .quarantined(QuarantineRecord("w2", reason: "it differs", at: Sample.origin)),
        ]
        let journal = try SQLiteJournal(path: self.path)
        try journal.append(facts + standing)
        #expect(try journal.facts(of: job) == facts)
        #expect(try journal.standingFacts() == standing)
    }

    @Test func `revocations come back, and without a replay`() throws {
        let revoked = try Sample.revocations()
        do {
            let journal = try SQLiteJournal(path: self.path)
            try journal.append([Sample.submitted(1)] + revoked)
            try journal.close()
        }
        let journal = try SQLiteJournal(path: self.path)
        #expect(try journal.standingFacts() == revoked)
        #expect(try Self.replayed(journal) == revoked + [Sample.submitted(1)])
    }

    @Test func `a journal from before there were revocations is taken over`() throws {
        try SQLiteJournal(path: self.path).close()
        let old = try DatabaseQueue(path: self.path)
        try old.write { try $0.execute(sql: "PRAGMA user_version = 1") }
        try old.close()

        let journal = try SQLiteJournal(path: self.path)
        #expect(journal.epoch == 2)
        try journal.append(try Sample.revocations())
        try journal.close()
        let version = try DatabaseQueue(path: self.path).read {
            try Int.fetchOne($0, sql: "PRAGMA user_version")
        }
        // What an older head refuses with a sentence, rather than to overlook a revocation.
        #expect(version == 4)
    }

    @Test func `each opening is an epoch of its own`() throws {
        for epoch in 1...3 {
            let journal = try SQLiteJournal(path: self.path)
            #expect(journal.epoch == UInt32(epoch))
            try journal.close()
        }
    }

    @Test func `what was appended is there after a kill, also if the log is all there is`() throws {
        let journal = try SQLiteJournal(path: self.path)
        try journal.append([Sample.submitted(1)])
        try journal.append([Sample.finished(1, 0)])

        // A kill leaves the files as they are at that moment.
        let copy = try ScratchDirectory()
        for name in ["journal.sqlite", "journal.sqlite-wal"] {
            try FileManager.default.copyItem(
                atPath: self.scratch.file(name), toPath: copy.file(name))
        }
        let reopened = try SQLiteJournal(path: copy.file("journal.sqlite"))
        #expect(try Self.replayed(reopened) == [Sample.submitted(1), Sample.finished(1, 0)])
    }

    @Test func `a commit that was cut short by a kill is not there at all`() throws {
        let journal = try SQLiteJournal(path: self.path)
        try journal.append([Sample.submitted(1)])
        let before = try Data(contentsOf: URL(filePath: self.path + "-wal")).count
        try journal.append((0..<500).map { Sample.finished(1, $0) })

        let copy = try ScratchDirectory()
        try FileManager.default.copyItem(
            atPath: self.path, toPath: copy.file("journal.sqlite"))
        let log = try Data(contentsOf: URL(filePath: self.path + "-wal"))
        #expect(log.count > before + 8192)
        try log.prefix(log.count - 4000).write(
            to: URL(filePath: copy.file("journal.sqlite-wal")))

        let reopened = try SQLiteJournal(path: copy.file("journal.sqlite"))
        #expect(try Self.replayed(reopened) == [Sample.submitted(1)])
    }

    @Test func `a batch is one transaction and one row for each job`() throws {
        let journal = try SQLiteJournal(path: self.path)
        try journal.append([Sample.submitted(1), Sample.submitted(2)])
        try journal.append((0..<100).map { Sample.finished(1, $0) } + [Sample.finished(2, 0)])

        let reader = try DatabaseQueue(path: self.path)
        let rows = try reader.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM facts") }
        #expect(rows == 4)
    }

    @Test func `ended jobs are listed newest first, page by page, by owner`() throws {
        let journal = try SQLiteJournal(path: self.path)
        for job in 1...5 { try journal.append(Sample.life(of: UInt64(job))) }
        try journal.append([Sample.submitted(6, owner: "bob")])
        try journal.append([.ended(JobID(6), .succeeded, at: Sample.origin)])
        try journal.append([Sample.submitted(7)])

        let page = try journal.endedJobs(of: nil, before: nil, limit: 3)
        #expect(page.map(\.id.number) == [6, 5, 4])
        let next = try journal.endedJobs(of: nil, before: JobID(4), limit: 9)
        #expect(next.map(\.id.number) == [3, 2, 1])
        let own = try journal.endedJobs(of: "bob", before: nil, limit: 9)
        #expect(own == [EndedJob(id: JobID(6), owner: "bob", key: "")])
        let models = try journal.jobsWithOutputs(of: nil, limit: 2)
        #expect(models.map(\.id.number) == [5, 4])
    }

    @Test func `its files are the owner's alone`() throws {
        let journal = try SQLiteJournal(path: self.path)
        try journal.append([Sample.submitted(1)])
        for name in try self.scratch.names() {
            #expect(try self.scratch.mode(of: name) == 0o600, "\(name)")
        }
    }

    @Test func `a journal of a newer schema is refused with a sentence`() throws {
        try SQLiteJournal(path: self.path).close()
        let other = try DatabaseQueue(path: self.path)
        try other.write { try $0.execute(sql: "PRAGMA user_version = 999") }
        try other.close()

        let error = #expect(throws: JournalError.self) { try SQLiteJournal(path: self.path) }
        #expect(error?.code == .newer)
        #expect(error?.description.contains("999") == true)
    }

    @Test func `a file that is no journal is refused and left alone`() throws {
        let garbage = Data(repeating: 0x5A, count: 8192)
        try garbage.write(to: URL(filePath: self.path))

        let error = #expect(throws: JournalError.self) { try SQLiteJournal(path: self.path) }
        #expect(error?.code == .corrupt)
        #expect(try Data(contentsOf: URL(filePath: self.path)) == garbage)
    }

    @Test func `a database of another program is refused`() throws {
        let other = try DatabaseQueue(path: self.path)
        try other.write { try $0.execute(sql: "CREATE TABLE theirs (a)") }
        try other.close()

        let error = #expect(throws: JournalError.self) { try SQLiteJournal(path: self.path) }
        #expect(error?.code == .corrupt)
    }

    @Test func `a damaged row is an error that names the row, not a fact`() throws {
        let journal = try SQLiteJournal(path: self.path)
        try journal.append([Sample.submitted(1)])
        try journal.close()
        let other = try DatabaseQueue(path: self.path)
        try other.write { try $0.execute(sql: "UPDATE facts SET payload = x'FFFFFF'") }
        try other.close()

        let reopened = try SQLiteJournal(path: self.path)
        let error = #expect(throws: JournalError.self) { try Self.replayed(reopened) }
        #expect(error?.code == .corrupt)
        #expect(error?.description.contains("row 1") == true)
    }

    private static func replayed(_ journal: SQLiteJournal) throws -> [Fact] {
        var facts: [Fact] = []
        try journal.replay { facts += $0 }
        return facts
    }
}
