/// What a worker tells a runner, one order at a time.
package enum RunnerOrder: Equatable, Sendable {
    /// Keep this blob at hand; a descriptor of sealed memory comes with the order.
    case attach(Blob)
    case detach(Digest)
    /// What a recipe predicted for the rows held out in the lesson that is run next; it comes as a
    /// descriptor of sealed memory.
    case recall(Recipe)
    /// Compute; nothing else is ordered until it has finished.
    case run(Lease, TrialClass, TrialSpec)
}

/// What a runner answers.
package enum RunnerReport: Equatable, Sendable {
    /// The protections are in force, but for those that this kernel does not have.
    case ready(environmentClass: String, missingProtections: [String])
    /// What the candidate predicted for rows held out comes as a descriptor of sealed memory; that
    /// it has finished follows.
    case predicted(Lease)
    /// One descriptor of sealed memory comes with the report for each output, in order.
    case finished(Lease, Outcome)
}
