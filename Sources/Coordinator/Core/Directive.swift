package import Search
package import Wire

/// Something the shell must do.
///
/// The shell makes every `record` of a batch of events durable in one commit BEFORE it carries out
/// the batch's other directives, those in their order. Directives hold plain values only, so they
/// compare in tests, print in logs and replay.
package enum Directive: Equatable, Sendable {
    case record(Fact)

    case answer(RequestID, Answer)

    case tell(SessionNumber, LinkMessage)
    /// Close the link; the coordinator has forgotten the session already.
    case cut(SessionNumber, reason: String)

    /// Refuse it from now on, and cut whoever stands on it.
    case revoke(RevocationRecord)

    /// Ask the study for this many candidates, away from the loop, and bring them as
    /// `Event.proposed`. At most one is asked of a job at a time.
    case propose(JobID, Study, count: Int)

    /// Tell those who watch the job; the trials named have ended since it was last said.
    case publish(JobID, ended: [UInt32])

    /// The job has ended and left memory; the journal holds it.
    case retire(JobID)
}

/// What a caller hears.
package enum Answer: Equatable, Sendable {
    case accepted(JobID)
    case done
    case refused(Refusal)
}

/// Why a request was not carried out.
package struct Refusal: Error, Equatable, Sendable, CustomStringConvertible {
    package let code: Code
    package let description: String

    package enum Code: Equatable, Sendable {
        case notFound, alreadyEnded, badRequest, exhausted, draining, notAllowed
    }

    package init(_ code: Code, _ sentence: String) {
        self.code = code
        self.description = sentence
    }
}
