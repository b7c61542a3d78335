/// What a worker tells a runner, one order at a time.
package enum RunnerOrder: Equatable, Sendable {
    /// Keep this blob at hand; a descriptor of sealed memory comes with the order.
    case attach(Blob)
    case detach(Digest)
    /// Compute; nothing else is ordered until it has finished.
    case run(Lease, TrialClass, TrialSpec)
}

/// What a runner answers.
package enum RunnerReport: Equatable, Sendable {
    /// The protections are in force, but for those that this kernel does not have.
    case ready(environmentClass: String, missingProtections: [String])
    /// One descriptor of sealed memory comes with the report for each output, in order.
    case finished(Lease, Outcome)
}
