import Search
import Wire

/// Which candidates may make the model together with the winner, and what that may cost.
///
/// Whoever refits the winner cross-validates its companions once more, but for those that it
/// evaluated itself and remembers, and chooses among them: so a model rests on no other worker's
/// word than the one that its second run confirms. They are as many as the time for them holds,
/// which is a part of what the search took.
extension Coordinator {
    /// The companions' recipes for the first refit, the most promising first.
    ///
    /// Where time is bounded it has none: first the winner is fitted alone, in the time that is
    /// kept for that anyway, so that there is a model whatever happens to the other.
    func firstCompanions(of winner: UInt32, in record: JobRecord, now: Instant) -> [Recipe] {
        record.spec.budget.time == nil ? self.companions(of: winner, in: record, now: now) : []
    }

    /// The refit of the winner with companions, after that of the winner alone has made a model;
    /// nil where there are none, or no time for them.
    func refitTogether(of record: JobRecord, now: Instant) -> TrialSpec? {
        guard let last = record.trials.last, last.spec.companions.isEmpty,
            last.index == record.modelRefit?.index, let winner = record.winner,
            record.holds(winner)
        else { return nil }
        let companions = self.companions(of: winner, in: record, now: now)
        return companions.isEmpty ? nil : record.refit(of: winner, with: companions)
    }

    /// Once a refit has failed there are none: they may have been the reason, and the winner alone
    /// is a model too.
    ///
    /// A winner of classes that no other goes along with is its own companion: it is
    /// cross-validated once more, and its probabilities calibrated by what it predicts for rows
    /// held out.
    private func companions(of winner: UInt32, in record: JobRecord, now: Instant) -> [Recipe] {
        guard record.refits.allSatisfy(\.isScored) else { return [] }
        var left = self.allowance(in: record, searched: now - record.submittedAt)
        if let time = record.spec.budget.time {
            let end = record.submittedAt + (time - Self.refitBase)
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

    /// As many as `allowance` holds beside another cross validation of the winner, and its fit: one
    /// of each, and its fit on all rows. The first one's time has the winner's in it. What is
    /// remembered where the refit will be costs its fit alone, and the winner nothing.
    private func companions(
        of winner: UInt32, in record: JobRecord, within allowance: Duration
    ) -> [(recipe: Recipe, time: Duration)] {
        guard case .learning(let job) = record.spec.kind,
            let study = self.ledger.jobs[record.id]?.study,
            let own = record[winner]?.outcome?.cost.wall
        else { return [] }
        let ownTime =
            self.isRemembered(winner, in: record)
            ? .zero : own + job.lesson.fitTime(evaluatedIn: own)
        var left = allowance
        var found: [(recipe: Recipe, time: Duration)] = []
        for (trial, recipe) in job.ensembles ? study.companions(of: winner) : [] {
            guard found.count < self.settings.search.companionsMax else { break }
            guard record.holds(trial), let wall = record[trial]?.outcome?.cost.wall else {
                continue
            }
            var time = job.lesson.fitTime(evaluatedIn: wall)
            if !self.isRemembered(trial, in: record) { time += wall }
            if found.isEmpty { time += ownTime }
            guard time <= left else { continue }
            left -= time
            found.append((recipe, time))
        }
        if found.isEmpty, job.lesson.task == .classification, ownTime <= allowance,
            let recipe = record[winner]?.spec.recipe
        {
            found.append((recipe, ownTime))
        }
        return found
    }

    /// Whether the only worker that there is evaluated the candidate, and so remembers what it
    /// predicted, whichever of its runners did; not if it was started again since, and then the
    /// refit is late and makes way for that of the winner alone.
    private func isRemembered(_ trial: UInt32, in record: JobRecord) -> Bool {
        guard case .learning(let job) = record.spec.kind, job.lesson.series == nil,
            job.lesson.target != nil, self.roster.servingCount == 1,
            let worker = record[trial]?.worker
        else { return false }
        return self.roster.takes(worker, nil)
    }
}
