package import Wire

extension Study {
    /// Why each stage has ended, now that the search has; in their order.
    ///
    /// - Parameter isLate: whether the budget of time was used.
    package func ends(isLate: Bool) -> [StageEnd] {
        let job: StageEnd.Reason =
            self.count >= self.candidatesMax ? .jobTrials : isLate ? .jobTime : .exhausted
        let tuning = StageEnd(.tuning, self.uses[.tuning]?.reason ?? job)
        guard !self.explores else { return [tuning] }
        let isLeft = self.hasPortfolioLeft
        return [
            StageEnd(.portfolio, isLeft ? self.uses[.portfolio]?.reason ?? job : .exhausted),
            StageEnd(.sampling, self.samplingEnd(job)),
            StageEnd(.selection, self.selectionEnd(job)), tuning,
        ]
    }

    private func selectionEnd(_ job: StageEnd.Reason) -> StageEnd.Reason {
        guard let use = self.uses[.selection] else { return .needless }
        if use.terms.isSkipped { return .skipped }
        if !self.selects { return .needless }
        let isLeft =
            self.selections.isEmpty || self.selections.values.contains { $0.next != nil }
        return isLeft ? use.reason ?? job : .exhausted
    }

    private func samplingEnd(_ job: StageEnd.Reason) -> StageEnd.Reason {
        guard let use = self.uses[.sampling] else { return .needless }
        if use.terms.isSkipped { return .skipped }
        if self.ladder.top == 0 { return .needless }
        // Those that would go on, if they might.
        let isLeft = self.rungs.contains { rung in rung.promotable.contains(where: \.isOfPortfolio)
        }
        return isLeft ? use.reason ?? job : .exhausted
    }

    private var hasPortfolioLeft: Bool {
        self.portfolioLeft.contains { !self.isHopeless(self.portfolioSpaces[$0]) }
    }
}

extension StageUse {
    /// Why it ends by itself; nil while it need not.
    var reason: StageEnd.Reason? {
        if self.terms.isSkipped { return .skipped }
        if let trials = self.terms.trials, self.trials >= trials { return .stageTrials }
        return self.room == 0 ? .stageTime : nil
    }
}
