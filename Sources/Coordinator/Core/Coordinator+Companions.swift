import Search
import Wire

/// Which candidates may make the model together with the winner, and what that may cost.
///
/// Whoever refits the winner cross-validates its companions once more, unless it did before, and
/// chooses among them: so a model rests on no other worker's word than the one that its second run
/// confirms. They are as many as the time for them holds, which is a part of what the search took.
extension Coordinator {
    /// The companions' recipes, the most promising first. Once a refit has failed there are none:
    /// they may have been the reason, and the winner alone is a model too.
    ///
    /// A winner of classes that no other goes along with is its own companion: it is
    /// cross-validated once more, and its probabilities calibrated by what it predicts for rows
    /// held out.
    func companions(of winner: UInt32, in record: JobRecord, now: Instant) -> [Recipe] {
        guard record.trials.last?.spec.step != .refit else { return [] }
        var left = self.allowance(in: record, searched: now - record.submittedAt)
        if let time = record.spec.budget.time {
            let end = record.submittedAt + (time - self.refitTime(of: record))
            left = min(left, self.roster.servingCount > 1 ? (end - now) / 2 : end - now)
        }
        return self.companions(of: winner, in: record, within: left).map(\.recipe)
    }

    /// What is kept of the budget's time for them.
    func companionsTime(in record: JobRecord, of time: Duration) -> Duration {
        guard let best = record.best else { return .zero }
        // A quarter of what the search takes is a fifth of the whole.
        let most = min(time / 5, self.allowance(in: record, searched: time * 4 / 5))
        let hasPeers = self.roster.servingCount > 1
        let companions = self.companions(of: best.trial, in: record, within: most)
        let sum = companions.reduce(Duration.zero) { $0 + $1.time }
        return hasPeers ? sum * 2 : sum
    }

    /// A part of what the search took. Where others can make the same model they do, so that it is
    /// less: all second runs together shall stay a small part of the running time.
    ///
    /// What nobody waits for is always allowed: then what a quick trial took, and how many workers
    /// there were, decides nothing about the model.
    private func allowance(in record: JobRecord, searched: Duration) -> Duration {
        let spent = record.corroboration.trialTime
        let part = self.roster.servingCount > 1 ? spent / 20 : min(searched, spent) / 4
        return max(part, .seconds(5))
    }

    /// As many as `allowance` holds beside another cross validation of the winner: one of each, and
    /// its fit on all rows. The first one's time has the winner's in it.
    private func companions(
        of winner: UInt32, in record: JobRecord, within allowance: Duration
    ) -> [(recipe: Recipe, time: Duration)] {
        guard case .learning(let job) = record.spec.kind,
            let study = self.ledger.jobs[record.id]?.study,
            let own = record[winner]?.outcome?.cost.wall
        else { return [] }
        var left = allowance
        var found: [(recipe: Recipe, time: Duration)] = []
        for (trial, recipe) in job.ensembles ? study.companions(of: winner) : [] {
            guard found.count < self.settings.search.companionsMax else { break }
            guard record.holds(trial), let wall = record[trial]?.outcome?.cost.wall else {
                continue
            }
            var time = wall + wall * 3 / (2 * max(1, job.lesson.folds - 1))
            if found.isEmpty { time += own }
            guard time <= left else { continue }
            left -= time
            found.append((recipe, time))
        }
        if found.isEmpty, job.lesson.task == .classification, own <= allowance,
            let recipe = record[winner]?.spec.recipe
        {
            found.append((recipe, own))
        }
        return found
    }
}
