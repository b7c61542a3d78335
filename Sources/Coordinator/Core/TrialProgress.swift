package import Wire

/// How far a trial of a command has come.
package struct TrialProgress: Equatable, Sendable {
    /// What was reported last; nil once the attempt was lost.
    package fileprivate(set) var last: Progress?
    /// Reports of this attempt that are kept.
    fileprivate var count = 0
    /// It was told to stop: also a later attempt is, as soon as it says something.
    package fileprivate(set) var isStopped = false
}

extension JobRecord {
    /// Whether a report is new, and within what is kept.
    func takes(_ progress: Progress, of trial: UInt32) -> Bool {
        guard case .command = self.spec.kind, self.progressCount < Limits.progressPerJobMax else {
            return false
        }
        guard let known = self.progress[trial] else { return true }
        return known.count < Limits.progressPerTrialMax
            && known.last.map { $0.step < progress.step } ?? true
    }

    mutating func note(_ progress: Progress, of trial: UInt32) {
        self.progressCount += 1
        self.progress[trial, default: TrialProgress()].count += 1
        self.progress[trial]?.last = progress
    }

    mutating func stop(_ trial: UInt32) {
        self.progress[trial, default: TrialProgress()].isStopped = true
    }

    /// The attempt was lost; the next one begins anew.
    mutating func forgetProgress(of trial: UInt32) {
        guard let known = self.progress[trial] else { return }
        self.progress[trial] = known.isStopped ? TrialProgress(isStopped: true) : nil
    }

    package func isStopped(_ trial: UInt32) -> Bool { self.progress[trial]?.isStopped == true }

    // MARK: Taint

    /// Whether what its trials make is tainted.
    package var isTainted: Bool {
        if case .command = self.spec.kind { return true }
        return !self.taintedBy.isEmpty
    }
}
