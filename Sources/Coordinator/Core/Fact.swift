package import Wire

/// Something that stays true once the journal holds it.
///
/// The coordinator's state is the fold of its facts, but for leases and sessions: those are
/// numbered by epoch, and end with it unless their worker comes back and names them.
package enum Fact: Equatable, Sendable {
    case submitted(JobID, JobSpec, owner: String, key: String, at: Instant)
    /// Trials were added to the job, numbered from the number that it had.
    case proposed(JobID, [TrialSpec])
    /// A trial has its one outcome.
    case finished(TrialID, Outcome, worker: String)
    /// An attempt ended without an outcome.
    case lost(TrialID, Loss, worker: String)
    case ended(JobID, JobEnd, at: Instant)
    /// The job gets no more candidates: why each stage of its search has ended.
    case searched(JobID, [StageEnd])

    case nodeDrained(String)
    case nodeResumed(String)

    case revoked(RevocationRecord)

    /// Somebody became this worker by an invitation, told by its certificate's serial number. It
    /// would have been good until an instant, and is not good again.
    case invitationSpent(
        serial: SerialNumber, worker: String, at: Instant, until: Instant)

    // Commands, and what they make.

    /// A running trial has come so far.
    case progressed(TrialID, Progress)
    /// The trial shall not go on: its worker is told, now and whenever it says something more.
    case stopped(TrialID)
    /// The job reads these tainted blobs, so that all that it makes is tainted too.
    case taintInherited(JobID, from: [Digest])
    case tainted(TaintBatch)
    case taintCleared([Digest], TaintClearance)

    // Corroboration.

    /// From here on the worker's results in the job are of this environment class.
    case served(JobID, worker: String, environment: String)
    /// The finished trial shall be run once more.
    case doubted(TrialID, Doubt)
    /// Another worker has run it; no trial of the job.
    case repeated(TrialID, Outcome, worker: String)
    case judged(TrialID, Check.Verdict)
    /// What a quarantined worker said of these counts no more: they are queued again.
    case voided(JobID, [UInt32])
    /// What a quarantined worker said about others' results of these counts no more: they stand
    /// as if they had not been run twice.
    case unsaid(JobID, [UInt32])
    /// So many results of the worker's, chosen by chance, were confirmed by others.
    case vouched(String, confirmed: UInt32)
    case quarantined(QuarantineRecord)

    /// The job that the fact is about, if it is about one.
    package var job: JobID? {
        switch self {
        case .submitted(let job, _, _, _, _), .proposed(let job, _), .searched(let job, _),
            .ended(let job, _, _):
            job
        case .finished(let trial, _, _), .lost(let trial, _, _): trial.job
        case .nodeDrained, .nodeResumed, .revoked, .invitationSpent: nil
        case .progressed(let trial, _), .stopped(let trial): trial.job
        case .taintInherited(let job, _): job
        // They outlive their job.
        case .tainted, .taintCleared: nil
        // Corroboration.
        case .served(let job, _, _), .voided(let job, _), .unsaid(let job, _): job
        case .doubted(let trial, _), .repeated(let trial, _, _), .judged(let trial, _): trial.job
        case .vouched, .quarantined: nil
        }
    }
}

/// What is refused for ever, since when, and by whose word.
package struct RevocationRecord: Equatable, Sendable {
    package let revocation: Revocation
    /// `ROLE/NAME`
    package let by: String
    package let at: Instant

    package init(_ revocation: Revocation, by: String, at: Instant) {
        self.revocation = revocation
        self.by = by
        self.at = at
    }
}

/// How a job ended.
package enum JobEnd: Equatable, Sendable {
    case succeeded
    case failed(reason: String)
    case cancelled(reason: String)
}
