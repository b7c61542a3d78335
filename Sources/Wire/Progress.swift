/// What a running trial has reached: intermediate scores, by which it may be stopped early.
package struct Progress: Hashable, Sendable {
    /// Counted by the trial itself, such as epochs; each report's is greater than the last one's.
    package let step: UInt32
    package let scores: [Score]

    package init(step: UInt32, scores: [Score]) {
        self.step = step
        self.scores = scores
    }

    package func score(_ metric: String) -> Double? {
        self.scores.first { $0.metric == metric }?.value
    }
}

/// The head's answer to a progress.
///
/// Every progress is answered once by a verdict of its lease and step. A worker that is cut off in
/// between lets the trial go on.
package struct Verdict: Hashable, Sendable {
    package let lease: Lease
    package let step: UInt32
    package let ruling: Ruling

    package enum Ruling: String, Hashable, Sendable {
        case `continue`, stop
    }

    package init(_ lease: Lease, step: UInt32, _ ruling: Ruling) {
        self.lease = lease
        self.step = step
        self.ruling = ruling
    }
}
