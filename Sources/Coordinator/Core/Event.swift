package import Wire

/// Something that happened outside the coordinator.
package enum Event: Equatable, Sendable {
    /// A user submits a job; the same `key` from the same owner is the same job.
    case submit(JobSpec, owner: String, key: String, request: RequestID)
    case cancel(JobID, reason: String, request: RequestID)

    /// A worker said hello on a new control link. Its name is proved by its certificate; the shell
    /// numbers sessions upwards, beginning anew with each epoch of the head.
    case connected(SessionNumber, worker: String, Hello)
    case disconnected(SessionNumber, reason: String)
    case reported(SessionNumber, [Report])
    /// The worker itself takes no more.
    case workerDrains(SessionNumber)

    /// An operator takes a node out of service, or back in.
    case drainNode(String, request: RequestID)
    case resumeNode(String, request: RequestID)

    /// An operator takes certificates back.
    case revoke([Revocation], by: String, request: RequestID)
    /// The session's certificate is revoked; its link is being cut.
    case expelled(SessionNumber, reason: String)
    /// Somebody shows an invitation and wants to become this worker. The invitation is proved, by
    /// its certificate; whether it was spent is the coordinator's to say.
    case join(worker: String, serial: SerialNumber, until: Instant, request: RequestID)

    /// Somebody has looked at tainted blobs, and answers for them.
    case clearTaint([Digest], reason: String, by: String, request: RequestID)

    /// The answer to `Directive.propose`, computed off the loop.
    case proposed(JobID, [TrialSpec])

    /// Time has passed; nothing else happened.
    case ticked
}

/// A caller that waits for an answer, numbered by the shell; never reused within an epoch.
package struct RequestID: Hashable, Sendable {
    package let rawValue: UInt64

    package init(rawValue: UInt64) { self.rawValue = rawValue }
}
