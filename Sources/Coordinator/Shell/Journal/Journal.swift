package import CoordinatorCore
package import Wire

/// Keeps what must survive a restart.
///
/// A journal is opened by one head at a time, and opening it begins an epoch. Every call may wait
/// for the disk: the loop's own thread appends, and whoever asks about the past does so on a thread
/// that may wait. What is behind this protocol may be a file or a server: nothing above it knows.
package protocol Journal: Sendable {
    /// How often the journal has been opened, this time included; it never repeats.
    var epoch: UInt32 { get }

    /// Hands over the facts of jobs that have not ended, and those about nodes.
    ///
    /// The facts of one job come in the order in which they were appended.
    func replay(_ body: ([Fact]) throws -> Void) throws

    /// The facts that are about no job: few, and needed before anybody is let in.
    func standingFacts() throws(JournalError) -> [Fact]

    /// Returns once all of these are on disk, or none of them and the error says why.
    func append(_ facts: [Fact]) throws(JournalError)

    /// Everything that is known of a job, in order; empty when there is no such job.
    func facts(of job: JobID) throws(JournalError) -> [Fact]

    /// Jobs that have ended, the newest first.
    ///
    /// - Parameters:
    ///   - owner: whose; nil is everybody's.
    ///   - before: only those with a lower number; nil begins with the newest.
    func endedJobs(
        of owner: String?, before: JobID?, limit: Int
    ) throws(JournalError) -> [EndedJob]

    /// Jobs that succeeded and left files behind, the newest first.
    func jobsWithOutputs(of owner: String?, limit: Int) throws(JournalError) -> [EndedJob]

    /// Makes the journal ready to be opened by another head. Nothing is appended afterwards.
    func close() throws(JournalError)
}

/// A job that has left memory, as the journal's index knows it.
package struct EndedJob: Equatable, Sendable {
    package let id: JobID
    package let owner: String
    /// Chosen by the owner; empty when none was chosen.
    package let key: String

    package init(id: JobID, owner: String, key: String) {
        self.id = id
        self.owner = owner
        self.key = key
    }
}

/// Why the journal cannot be read or written; equality is by code.
package struct JournalError: Error, Equatable, Sendable, CustomStringConvertible {
    package enum Code: String, Sendable {
        /// A newer Assay wrote it.
        case newer
        /// It holds something that no Assay wrote.
        case corrupt
        /// The disk or the database refused.
        case failed
    }

    package let code: Code
    package let description: String

    package init(_ code: Code, _ sentence: String) {
        self.code = code
        self.description = sentence
    }

    package static func == (left: Self, right: Self) -> Bool { left.code == right.code }
}
