import Wire

/// How the budget's time is held when the winner's refit is late: its workers may have been starved
/// of their processors since it was judged, and a model in time is better than none.
///
/// ```
///            the winner alone      the last resort
///  search ─▶ ─────────────────▶ ─▶ ────────────────▶ failed
///                               │           │      │
///                          its own time    time   + 2 s
/// ```
///
/// Companions of the winner are tried in what is left once it has been fitted alone.
extension Coordinator {
    /// How much longer than the budget's time a job may take.
    static let overtime: Duration = .seconds(2)

    /// The refit that takes the place of the winner's: of the best candidate that takes a quarter
    /// of its time at most. Nil where there is none, or the winner is quick itself.
    ///
    /// - Complexity: O(trials)
    func lastResort(of record: JobRecord) -> TrialSpec? {
        guard let objective = record.spec.objective, let winner = record.winner,
            let own = record[winner]?.outcome?.cost.wall, own > Self.quick
        else { return nil }
        var choice: (trial: UInt32, score: Double)?
        for trial in record.trials where trial.spec.step.isSearch && trial.spec.rows == nil {
            guard let outcome = trial.outcome, outcome.cost.wall <= own / 4,
                record.holds(trial.index), let score = outcome.score(objective.metric),
                score.isFinite
            else { continue }
            if let choice, !objective.direction.prefers(score, to: choice.score) { continue }
            choice = (trial.index, score)
        }
        return choice.flatMap { record.refit(of: $0.trial) }
    }

    /// A winner whose folds together took no longer is fitted before anything else could be.
    private static let quick: Duration = .seconds(1)

    /// When the winner's refit makes way, for a new runner that has to read the table.
    func lastResortStart(of record: JobRecord, _ time: Duration) -> Instant {
        let needed = Self.refitBase + self.readingTime(of: record)
        return record.submittedAt + (time - min(needed, time / 4))
    }

    /// What a new runner takes to read the table: no longer than the first trial, which did.
    func readingTime(of record: JobRecord) -> Duration { record[0]?.outcome?.cost.wall ?? .zero }

    /// Fits the last resort in the place of the winner; false where there is none.
    mutating func takeLastResort(_ id: JobID, _ turn: inout Turn) -> Bool {
        guard let record = self.ledger.jobs[id]?.record, let spec = self.lastResort(of: record)
        else { return false }
        self.cancelUnfinished(of: id, &turn)
        self.refit(id, spec, &turn)
        self.schedule(id)
        return true
    }
}
