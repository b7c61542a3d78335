package import Wire

/// A finished trial that is run once more by another worker, to see whether both say the same.
///
/// ```
///           lease              the same result
/// ┌─────────┐ ─────▶ ┌────────┐ ─────────────────────────▶ ┌────────┐
/// │ WAITING │        │ LEASED │                            │ JUDGED │
/// └─────────┘ ◀───── └────────┘ another result, and a third │        │
///           lose, or            worker's has decided ──────▶ └────────┘
///           another result:
///           a third worker is asked
/// ```
///
/// To its worker a second run is a lease like any other. To the job it is no trial: it is not
/// counted, and the study never hears of it.
package struct Check: Equatable, Sendable {
    package let doubt: Doubt
    /// What others made of the trial, in order; the first run is the trial's own.
    package internal(set) var runs: [TrialRecord.Finished] = []
    /// Nil while it is open.
    package internal(set) var verdict: Verdict?
    /// Who holds the run that is under way; no fact.
    package internal(set) var lease: TrialRecord.Leased?

    init(_ doubt: Doubt) { self.doubt = doubt }

    package var isOpen: Bool { self.verdict == nil }
    /// It wants a worker.
    var isWaiting: Bool { self.isOpen && self.lease == nil }
}

/// Why a trial is run once more.
package enum Doubt: String, Equatable, Sendable {
    /// The dice fell on it.
    case chance
    /// The model is to be made from its recipe.
    case winner
    /// It made the model.
    case refit
}

extension Check {
    /// What the runs of a trial add up to.
    package enum Verdict: Equatable, Sendable {
        /// The result holds: another worker's is the same.
        case corroborated(by: String)
        /// Two others agreed on another result, which took its place; this one agreed last.
        case overruled(by: String)
        /// Another worker's result differs and nobody could decide: the result counts no more.
        case contradicted(by: String)
        /// No other worker came to an end with it.
        case unanswered(reason: String)

        /// Who confirmed the result that the trial has; nil when nobody did.
        package var witness: String? {
            switch self {
            case .corroborated(let worker), .overruled(let worker): worker
            case .contradicted, .unanswered: nil
            }
        }
    }
}

/// What second runs have shown in a job, and what they have cost.
package struct Corroboration: Equatable, Sendable {
    /// Results that another worker's confirmed.
    package internal(set) var corroborated = 0
    /// Results that gave way to those of two others, or count no more since nobody could decide.
    package internal(set) var contradicted = 0
    /// Second runs that nobody brought to an end.
    package internal(set) var unanswered = 0
    /// Results of workers that were quarantined, which were run again.
    package internal(set) var voided = 0
    /// Runs beyond the first of a trial, and their running time by their workers' word.
    package internal(set) var runs = 0
    package internal(set) var runTime: Duration = .zero
    /// Running time of the trials themselves.
    package internal(set) var trialTime: Duration = .zero

    /// What the second runs took of all running time, from 0 to 1.
    package var share: Double {
        let all = self.runTime + self.trialTime
        return all > .zero ? self.runTime / all : 0
    }
}

/// Who has confirmed that a job's model is what it should be.
package struct Proof: Equatable, Sendable {
    /// Of the winner's scores.
    package let scores: String?
    /// Of the model's files.
    package let model: String?

    package init(scores: String?, model: String?) {
        self.scores = scores
        self.model = model
    }

    package var isWhole: Bool { self.scores != nil && self.model != nil }
}

/// A worker that is given nothing, since others contradict it.
package struct QuarantineRecord: Equatable, Sendable {
    package let worker: String
    package let reason: String
    package let at: Instant

    package init(_ worker: String, reason: String, at: Instant) {
        self.worker = worker
        self.reason = reason
        self.at = at
    }
}
