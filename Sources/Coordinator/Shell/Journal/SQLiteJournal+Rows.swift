import CoordinatorCore
import GRDB
import Wire

extension SQLiteJournal {
    /// What one commit says of one job.
    struct Row: Equatable {
        let job: JobID?
        var facts: [Fact]

        /// Groups the facts of a batch by job, in the order in which the jobs first occur.
        ///
        /// The order between facts of different jobs is lost; the coordinator's state does not
        /// depend on it, and replay reads job by job anyway.
        static func group(_ facts: [Fact]) -> [Row] {
            var rows: [Row] = []
            var places: [JobID?: Int] = [:]
            for fact in facts {
                if let place = places[fact.job] {
                    rows[place].facts.append(fact)
                } else {
                    places[fact.job] = rows.count
                    rows.append(Row(job: fact.job, facts: [fact]))
                }
            }
            return rows
        }

        func insert(into database: Database) throws {
            for fact in self.facts { try Self.index(fact, in: database) }
            let statement = try database.cachedStatement(
                sql: "INSERT INTO facts (job, payload) VALUES (?, ?)")
            try statement.execute(arguments: [self.number, FactCoding.encode(self.facts)])
        }

        /// 0 stands for no job; jobs are numbered from 1.
        private var number: Int64 { self.job.map { Int64($0.number) } ?? 0 }

        /// Keeps the table of jobs in step. Only the first and the last facts of a job touch it,
        /// and an outcome that brings files: a plain outcome costs one row of `facts` alone.
        private static func index(_ fact: Fact, in database: Database) throws {
            switch fact {
            case .submitted(let job, let spec, let owner, let key, _):
                // What a command's trials leave is no model, and the index is one of models.
                let outputs = if case .command = spec.kind { -1 } else { 0 }
                try database.cachedStatement(
                    sql: "INSERT INTO job (number, owner, key, outputs) VALUES (?, ?, ?, ?)"
                ).execute(arguments: [Int64(job.number), owner, key, outputs])
            case .finished(let trial, let outcome, _), .repeated(let trial, let outcome, _):
                guard case .scored(_, let outputs) = outcome.result, !outputs.isEmpty else {
                    return
                }
                try database.cachedStatement(
                    sql: "UPDATE job SET outputs = 1 WHERE number = ? AND outputs = 0"
                ).execute(arguments: [Int64(trial.job.number)])
            case .ended(let job, let end, _):
                try database.cachedStatement(
                    sql: "UPDATE job SET ended = 1, succeeded = ? WHERE number = ?"
                ).execute(arguments: [end == .succeeded, Int64(job.number)])
            case .proposed, .searched, .lost, .nodeDrained, .nodeResumed, .revoked: return
            case .invitationSpent: return
            case .progressed, .stopped, .taintInherited, .tainted, .taintCleared: return
            // Corroboration.
            case .served, .doubted, .judged, .voided, .unsaid, .vouched, .quarantined: return
            }
        }
    }
}
