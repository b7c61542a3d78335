package import Wire

/// One worker as an operator sees it.
package struct NodeRecord: Equatable, Sendable {
    package let name: String
    package let state: State
    /// The control link, while there is one.
    package let session: SessionNumber?
    package let capacity: Capacity
    /// Trials that it holds: in its slots or waiting for one.
    package let held: Int
    /// Outcomes that it has reported to this epoch of the head.
    package let finished: Int
    /// Of its program.
    package let version: String
    package let environmentClass: String
    /// Whose commands it runs.
    package let commands: CommandPolicy
    package let connectedAt: Instant?
    /// Results of its that were chosen by chance and confirmed by others.
    package let confirmed: UInt32
    /// Since when it is given nothing, and why; nil when it may have trials.
    package let quarantine: QuarantineRecord?

    package enum State: String, Equatable, Sendable {
        /// Takes trials.
        case ready
        /// An operator or the worker itself said: no more.
        case draining
        /// Others contradict its results, so that it is given none until an operator says so.
        case quarantined
        /// Its link is gone; it may still come back and keep what it holds.
        case lost
    }
}
