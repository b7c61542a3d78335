package import CoordinatorCore
import GRDB
import Glibc
import Wire

/// The journal as one SQLite file: WAL, one durable transaction per append.
///
/// Who may open it is decided by `StateDirectory`, whose lock is held while the journal is open.
package final class SQLiteJournal: Journal {
    package let epoch: UInt32
    let path: String
    let pool: DatabasePool

    /// Opens the journal at `path`, or makes it, and begins an epoch.
    ///
    /// - Throws: `JournalError` with a sentence that names the file and what would be right.
    package init(path: String) throws(JournalError) {
        do {
            try Self.makeOwnerOnly(path)
            let pool = try DatabasePool(path: path, configuration: Self.configuration)
            try pool.writeWithoutTransaction { database in
                try Self.demandDurability(database)
                try database.inTransaction(.immediate) {
                    try JournalSchema.prepare(database, path: path)
                    return .commit
                }
            }
            self.epoch = try pool.write(Self.beginEpoch)
            self.path = path
            self.pool = pool
        } catch {
            throw Self.sentence(error, path: path)
        }
    }

    package func append(_ facts: [Fact]) throws(JournalError) {
        guard !facts.isEmpty else { return }
        let rows = Row.group(facts)
        do {
            try self.pool.writeWithoutTransaction { database in
                try database.inTransaction(.immediate) {
                    for row in rows { try row.insert(into: database) }
                    return .commit
                }
            }
        } catch {
            throw Self.sentence(error, path: self.path)
        }
    }

    package func close() throws(JournalError) {
        do {
            // What is left in the write-ahead log would be replayed at the next start; this way a
            // copy of the one file is a backup.
            _ = try self.pool.writeWithoutTransaction { try $0.checkpoint(.truncate) }
            // Only a writer that is the last to close removes the log.
            self.pool.invalidateReadOnlyConnections()
            try self.pool.close()
        } catch {
            throw Self.sentence(error, path: self.path)
        }
    }

    // MARK: Opening

    private static var configuration: Configuration {
        var configuration = Configuration()
        configuration.label = "journal"
        configuration.foreignKeysEnabled = false
        // Readers never block the writer in WAL mode; this is for the moments of opening.
        configuration.busyMode = .timeout(5)
        configuration.maximumReaderCount = 4
        configuration.publicStatementArguments = false
        return configuration
    }

    /// SQLite gives its other files the mode of the first, so that one is made before it looks.
    private static func makeOwnerOnly(_ path: String) throws(JournalError) {
        let number = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, mode_t(0o600))
        guard number >= 0, fchmod(number, 0o600) == 0 else {
            let reason = String(cString: strerror(errno))
            if number >= 0 { Glibc.close(number) }
            throw JournalError(.failed, "cannot open the journal \(path): \(reason)")
        }
        Glibc.close(number)
    }

    /// The pool sets `synchronous` to NORMAL by itself, after any setting of ours in its
    /// configuration: a commit would then survive a crash of the head but not of the machine.
    private static func demandDurability(_ database: Database) throws {
        try database.execute(sql: "PRAGMA synchronous = FULL")
        // A checkpoint costs a few syncs; 4,000 pages are 16 MiB of log, seconds of full load.
        try database.execute(sql: "PRAGMA wal_autocheckpoint = 4000")
        let level = try Int.fetchOne(database, sql: "PRAGMA synchronous")
        precondition(level == 2, "commits would not be durable: PRAGMA synchronous is not FULL")
        let mode = try String.fetchOne(database, sql: "PRAGMA journal_mode")
        precondition(mode == "wal", "the journal is not in WAL mode")
    }

    private static func beginEpoch(_ database: Database) throws -> UInt32 {
        try database.execute(sql: "UPDATE epoch SET number = number + 1")
        let epoch = try UInt32.fetchOne(database, sql: "SELECT number FROM epoch")
        guard let epoch else { throw JournalError(.corrupt, "the journal has no epoch") }
        return epoch
    }

    // MARK: Errors

    /// One sentence for people; the statement and its arguments stay out of it.
    static func sentence(_ error: any Error, path: String) -> JournalError {
        if let error = error as? JournalError { return error }
        if let error = error as? WireError {
            return JournalError(.corrupt, "the journal \(path) is damaged: \(error)")
        }
        guard let error = error as? DatabaseError else {
            return JournalError(.failed, "cannot use the journal \(path): \(error)")
        }
        switch error.resultCode {
        case .SQLITE_CORRUPT, .SQLITE_NOTADB:
            return JournalError(
                .corrupt,
                """
                the journal \(path) is damaged: \(error.message ?? "it is no database"); restore \
                the state directory from a backup
                """)
        case .SQLITE_FULL:
            return JournalError(
                .failed, "the disk that holds the journal \(path) is full: make room and restart")
        default:
            let words = error.message ?? "error \(error.resultCode.rawValue)"
            return JournalError(.failed, "cannot use the journal \(path): \(words)")
        }
    }
}
