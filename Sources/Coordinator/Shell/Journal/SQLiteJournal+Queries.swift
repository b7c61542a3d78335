package import CoordinatorCore
import GRDB
package import Wire

extension SQLiteJournal {
    package func replay(_ body: ([Fact]) throws -> Void) throws {
        do {
            try self.pool.read { database in
                let live = try Int64.fetchAll(
                    database, sql: "SELECT number FROM job WHERE ended = 0 ORDER BY number")
                // What is about no job is about nodes, and stands under 0.
                for number in [0] + live {
                    try self.eachRow(of: number, in: database, body)
                }
            }
        } catch {
            throw Self.sentence(error, path: self.path)
        }
    }

    package func standingFacts() throws(JournalError) -> [Fact] {
        try self.read { database in
            var facts: [Fact] = []
            try self.eachRow(of: 0, in: database) { facts += $0 }
            return facts
        }
    }

    package func facts(of job: JobID) throws(JournalError) -> [Fact] {
        // No job has such a number, and SQLite's numbers are signed.
        guard let number = Int64(exactly: job.number), number > 0 else { return [] }
        return try self.read { database in
            var facts: [Fact] = []
            try self.eachRow(of: number, in: database) { facts += $0 }
            return facts
        }
    }

    package func endedJobs(
        of owner: String?, before: JobID?, limit: Int
    ) throws(JournalError) -> [EndedJob] {
        let page = Page(condition: "ended = 1", owner: owner, before: before, limit: limit)
        return try self.read(page.fetch)
    }

    package func jobsWithOutputs(
        of owner: String?, limit: Int
    ) throws(JournalError) -> [EndedJob] {
        let page = Page(
            condition: "succeeded = 1 AND outputs = 1", owner: owner, before: nil, limit: limit)
        return try self.read(page.fetch)
    }

    private func read<Value>(
        _ body: (Database) throws -> Value
    ) throws(JournalError) -> Value {
        do {
            return try self.pool.read(body)
        } catch {
            throw Self.sentence(error, path: self.path)
        }
    }

    /// A part of the list of jobs, the newest first.
    private struct Page {
        /// Of this file, never of a caller.
        let condition: String
        let owner: String?
        let before: JobID?
        let limit: Int

        func fetch(from database: Database) throws -> [EndedJob] {
            let owned = self.owner == nil ? "" : "AND owner = :owner"
            let before = self.before.flatMap { Int64(exactly: $0.number) } ?? .max
            var arguments: StatementArguments = ["before": before, "limit": self.limit]
            if let owner = self.owner { arguments += ["owner": owner] }
            let rows = try GRDB.Row.fetchAll(
                database,
                sql: """
                    SELECT number, owner, key FROM job
                    WHERE \(self.condition) \(owned) AND number < :before
                    ORDER BY number DESC LIMIT :limit
                    """,
                arguments: arguments)
            return rows.map {
                EndedJob(id: JobID(UInt64($0[0] as Int64)), owner: $0[1], key: $0[2])
            }
        }
    }

    /// Hands over what stands under a job's number, row by row, in order.
    private func eachRow(
        of number: Int64, in database: Database, _ body: ([Fact]) throws -> Void
    ) throws {
        let statement = try database.cachedStatement(
            sql: "SELECT payload, sequence FROM facts WHERE job = ? ORDER BY sequence")
        let job = number == 0 ? nil : JobID(UInt64(number))
        let rows = try GRDB.Row.fetchCursor(statement, arguments: [number])
        while let row = try rows.next() {
            let facts: [Fact]
            do {
                facts = try FactCoding.decode(row[0], of: job)
            } catch {
                let sequence: Int64 = row[1]
                throw JournalError(
                    .corrupt,
                    """
                    the journal \(self.path) is damaged in row \(sequence): \(error); restore the \
                    state directory from a backup
                    """)
            }
            try body(facts)
        }
    }
}
