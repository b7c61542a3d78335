import GRDB

/// The tables of the journal, and how one version becomes the next.
///
/// `facts` is the truth: one row for each job that a commit says something of, in order. `job` is
/// an index over it that never says more than the facts do; it is what keeps a restart and a list
/// from reading all of history.
enum JournalSchema {
    /// Raised with every change that an older head would misread.
    ///
    /// - 2: revocations, and invitations that were spent.
    /// - 3: commands and what they taint; second runs, their verdicts, and workers in quarantine.
    /// - 4: candidates that are tried on some rows, and why the stages of a search end.
    static let version = 4
    /// `PRAGMA application_id`: a file of another program is not touched.
    static let applicationID = 0x4153_4159  // "ASAY"

    /// Makes a new file ours, or refuses one that is not.
    static func prepare(_ database: Database, path: String) throws {
        let found = try Int.fetchOne(database, sql: "PRAGMA user_version") ?? 0
        let owner = try Int.fetchOne(database, sql: "PRAGMA application_id") ?? 0
        let tables = try Int.fetchOne(database, sql: "SELECT count(*) FROM sqlite_schema") ?? 0

        switch (owner, found) {
        case (self.applicationID, self.version): return
        case (self.applicationID, let newer) where newer > self.version:
            throw JournalError(
                .newer,
                """
                the journal \(path) has schema \(newer), which a newer Assay wrote; this one reads \
                up to \(self.version): upgrade, or restore a backup
                """)
        case (self.applicationID, 1...):
            // The tables are the same; only facts of new kinds may follow.
            try database.execute(sql: "PRAGMA user_version = \(Self.version)")
        case (0, 0) where tables == 0: try self.create(database)
        default:
            throw JournalError(.corrupt, "\(path) is a database, but no journal of Assay")
        }
    }

    private static func create(_ database: Database) throws {
        try database.execute(
            sql: """
                CREATE TABLE epoch (
                    one INTEGER PRIMARY KEY CHECK (one = 1),
                    number INTEGER NOT NULL
                );
                INSERT INTO epoch VALUES (1, 0);

                CREATE TABLE facts (
                    sequence INTEGER PRIMARY KEY,
                    job INTEGER NOT NULL,
                    payload BLOB NOT NULL
                );
                CREATE INDEX facts_by_job ON facts (job, sequence);

                CREATE TABLE job (
                    number INTEGER PRIMARY KEY,
                    owner TEXT NOT NULL,
                    key TEXT NOT NULL,
                    ended INTEGER NOT NULL DEFAULT 0,
                    succeeded INTEGER NOT NULL DEFAULT 0,
                    outputs INTEGER NOT NULL DEFAULT 0
                );
                CREATE INDEX job_live ON job (number) WHERE ended = 0;
                CREATE INDEX job_by_owner ON job (owner, number);
                CREATE INDEX job_with_outputs ON job (number) WHERE succeeded = 1 AND outputs = 1;

                PRAGMA application_id = \(Self.applicationID);
                PRAGMA user_version = \(Self.version);
                """)
    }
}
