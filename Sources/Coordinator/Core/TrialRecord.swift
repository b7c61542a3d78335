package import Wire

/// One trial of a job.
///
/// ```
///              lease               finish
/// ┌──────────┐ ─────▶ ┌──────────┐ ─────▶ ┌──────────┐
/// │  QUEUED  │        │  LEASED  │        │ FINISHED │
/// └──────────┘ ◀───── └──────────┘        └──────────┘
///      │        lose, hand back                 ▲
///      └────────────────────────────────────────┘
///                  finish (poison, or the job is over)
/// ```
///
/// A result that turns out to be a liar's is dropped: the trial is queued again.
///
/// Leases are no facts: in a record folded from the journal a trial is queued or finished.
package struct TrialRecord: Equatable, Sendable {
    /// Its place in the job, from 0.
    package let index: UInt32
    package let spec: TrialSpec
    /// Attempts that ended without an outcome, in order.
    package internal(set) var losses: [LostAttempt]
    package internal(set) var state: State

    init(index: UInt32, spec: TrialSpec) {
        self.index = index
        self.spec = spec
        self.losses = []
        self.state = .queued
    }

    /// Indirect, since a trial that waits should cost a few bytes: a job may have a million.
    package indirect enum State: Equatable, Sendable {
        case queued
        case leased(Leased)
        case finished(Finished)
    }

    package struct Leased: Equatable, Sendable {
        package let number: LeaseNumber
        package let worker: String
        /// The worker said that a runner has begun.
        package internal(set) var isStarted: Bool

        init(_ number: LeaseNumber, to worker: String) {
            self.number = number
            self.worker = worker
            self.isStarted = false
        }
    }

    package struct Finished: Equatable, Sendable {
        package let outcome: Outcome
        /// Who had the last attempt; empty when nobody ever had one.
        package let worker: String
        /// The worker's class at that time; empty where results are not compared.
        package let environment: String

        init(_ outcome: Outcome, by worker: String, in environment: String = "") {
            self.outcome = outcome
            self.worker = worker
            self.environment = environment
        }
    }

    package var outcome: Outcome? { self.finished?.outcome }

    var finished: Finished? {
        guard case .finished(let finished) = self.state else { return nil }
        return finished
    }

    /// Who holds it, or had the last word on it.
    package var worker: String? {
        switch self.state {
        case .queued: nil
        case .leased(let leased): leased.worker
        case .finished(let finished): finished.worker.isEmpty ? nil : finished.worker
        }
    }

    var isQueued: Bool { self.state == .queued }

    var isFinished: Bool {
        if case .finished = self.state { true } else { false }
    }

    package var isScored: Bool {
        if case .scored = self.outcome?.result { true } else { false }
    }
}

/// An attempt that ended without an outcome.
package struct LostAttempt: Equatable, Sendable {
    package let loss: Loss
    package let worker: String
}
