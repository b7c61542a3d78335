package import Wire

/// Bytes that a user's program made, or that were made from such bytes.
///
/// Nobody has looked at that program, so nobody vouches for what it wrote: a table may be poisoned,
/// and a model that learned from it with it. A taint goes by digest, so that no copy of the bytes
/// gets rid of it, and it ends only by the word of somebody who may.
package struct TaintRecord: Equatable, Sendable {
    package let digest: Digest
    /// What the trial called it.
    package let name: String
    /// The trial that made it first.
    package let trial: TrialID
    /// Whose job that was, `ROLE/NAME`.
    package let owner: String
    /// The tainted blobs that the job read; none when the job was a command and read none.
    package let sources: [Digest]
    package let at: Instant
    package internal(set) var clearance: TaintClearance?
}

/// Somebody has looked at the bytes, and answers for them.
package struct TaintClearance: Equatable, Sendable {
    /// `ROLE/NAME`
    package let by: String
    package let reason: String
    package let at: Instant

    package init(by: String, reason: String, at: Instant) {
        self.by = by
        self.reason = reason
        self.at = at
    }
}
