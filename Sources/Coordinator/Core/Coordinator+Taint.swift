package import Wire

// What a program of a user makes is tainted, and so is what is made from it.
//
// ```
// a command's output ──▶ TAINTED ── read by a job ──▶ the job's outputs: TAINTED
//                           │
//                           └── cleared, by a named person and with a reason ──▶ CLEARED, for good
// ```
//
// A job is tainted or not by what it read when it was submitted: clearing its data later does not
// clear what was learned from it before anybody had looked.
extension Coordinator {
    // MARK: Questions

    /// What is tainted or was, the newest first.
    ///
    /// - Parameter owner: whose; nil is everybody's.
    package func taints(of owner: String? = nil, limit: Int = .max) -> [TaintRecord] {
        Array(
            self.ledger.taints.values.reversed().lazy
                .filter { owner == nil || $0.owner == owner }.prefix(limit))
    }

    package func taint(of digest: Digest) -> TaintRecord? { self.ledger.taints[digest] }

    // MARK: Descent

    /// Records which tainted blobs a new job reads.
    mutating func inheritTaint(_ id: JobID, _ spec: JobSpec, _ turn: inout Turn) {
        var sources: [Digest] = []
        for blob in spec.blobs where self.ledger.isTainted(blob.digest) {
            if !sources.contains(blob.digest) { sources.append(blob.digest) }
        }
        if !sources.isEmpty { self.record(.taintInherited(id, from: sources), &turn) }
    }

    /// The outcome as it is recorded: without its files when there is no room to remember that they
    /// are tainted. A score without files is better than files that nobody warns of.
    func recordable(_ outcome: Outcome, of trial: TrialID) -> Outcome {
        guard case .scored(let scores, let outputs) = outcome.result, !outputs.isEmpty,
            self.ledger.jobs[trial.job]?.record.isTainted == true
        else { return outcome }
        let room = self.settings.memory.taintedBlobsMax - self.ledger.taints.count
        let new = outputs.count { self.ledger.taints[$0.blob.digest] == nil }
        guard new > room else { return outcome }
        return Outcome(
            .scored(scores: scores, outputs: []), cost: outcome.cost, members: outcome.members)
    }

    /// Records what a trial of a tainted job has made. The same commit holds it as the outcome.
    mutating func taintOutputs(of outcome: Outcome, _ trial: TrialID, _ turn: inout Turn) {
        guard case .scored(_, let outputs) = outcome.result,
            let record = self.ledger.jobs[trial.job]?.record, record.isTainted
        else { return }
        let new = outputs.filter { self.ledger.taints[$0.blob.digest] == nil }
        guard !new.isEmpty else { return }
        let batch = TaintBatch(
            trial: trial, owner: record.owner, outputs: new, sources: record.taintedBy,
            at: turn.now)
        self.record(.tainted(batch), &turn)
    }

    // MARK: The end of it

    /// Clears these blobs and nothing that was made from them.
    mutating func clearTaint(
        _ digests: [Digest], reason: String, by caller: String, _ request: RequestID,
        _ turn: inout Turn
    ) {
        for digest in digests where self.ledger.taints[digest] == nil {
            let refusal = Refusal(.notFound, "\(digest) is not tainted")
            return turn.say(.answer(request, .refused(refusal)))
        }
        // Who cleared it first answers for it.
        let standing = digests.filter { self.ledger.isTainted($0) }
        if !standing.isEmpty {
            let clearance = TaintClearance(by: caller, reason: reason, at: turn.now)
            self.record(.taintCleared(standing, clearance), &turn)
        }
        turn.say(.answer(request, .done))
    }
}

/// What one trial has made, as one fact says it.
package struct TaintBatch: Equatable, Sendable {
    package let trial: TrialID
    package let owner: String
    package let outputs: [Output]
    package let sources: [Digest]
    package let at: Instant

    package init(
        trial: TrialID, owner: String, outputs: [Output], sources: [Digest], at: Instant
    ) {
        self.trial = trial
        self.owner = owner
        self.outputs = outputs
        self.sources = sources
        self.at = at
    }
}

extension Ledger {
    func isTainted(_ digest: Digest) -> Bool {
        self.taints[digest].map { $0.clearance == nil } ?? false
    }
}
