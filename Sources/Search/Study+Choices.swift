import Wire

extension Study {
    // MARK: Choices

    /// Places of recipes still to be proposed; those of families that keep failing are passed over,
    /// and what would not end in time. They come as the portfolio has them, but where there is no
    /// time for all, as one slot has it.
    var restOfPortfolio: [Int] {
        let rest = self.portfolioLeft.compactMap { place -> (place: Int, share: Double)? in
            guard !self.isHopeless(self.portfolioSpaces[place]) else { return nil }
            let spec = self.spec(.portfolio, self.portfolio[place])
            return self.shareAllTheWay(spec).map { (place, $0) }
        }
        let isShort = rest.reduce(0) { $0 + $1.share } > 1
        let places = isShort ? self.byPromise(rest.map(\.place)) : rest.map(\.place)
        return Array(places.prefix(self.room(of: .portfolio)))
    }

    /// The cheapest first, cost being weighed by what may come of it.
    private func byPromise(_ rest: [Int]) -> [Int] {
        let best = self.standings.first
        let weighed = rest.map { place in
            let space = self.portfolioSpaces[place]
            let isKnown = self.observed(space) > 0
            let isLikely =
                isKnown
                ? space == best
                : self.spaces[space].family == SearchFamily.gradientBoosting.rawValue
            let weight = isLikely ? Self.weightOfLikely : isKnown ? Self.weightOfOthers : 1
            let cost = self.cost(self.portfolio[place], on: self.ladder.top) ?? 0
            return (cost: cost * weight, place: place)
        }
        return weighed.sorted { $0 < $1 }.map(\.place)
    }

    /// Of the family that leads; also of boosting before it was seen, which leads on most tables
    /// (Grinsztajn et al., 2022, "Why do tree-based models still outperform deep learning on
    /// typical tabular data?").
    private static let weightOfLikely = 1.0 / 3
    /// Of those that were seen and do not lead.
    private static let weightOfOthers = 10.0

    /// Whether the portfolio has said enough to choose leaders: every family was seen at least
    /// once, or three quarters of it has ended. Without this, a cluster with more slots than the
    /// portfolio has recipes would tune whichever family happens to be quickest.
    var isDecided: Bool {
        let observed = self.spaces.indices.reduce(0) { $0 + self.observed($1) }
        // A portfolio that is cut short says no more than it has.
        let expected =
            self.restOfPortfolio.isEmpty ? self.adopted(.portfolio) : self.portfolio.count
        return observed * 4 >= expected * 3
            || self.portfolioSpaces.allSatisfy { self.observed($0) > 0 }
    }

    /// Indices of the families worth tuning, the best first.
    var leaders: [Int] {
        let tunable = self.standings.filter {
            !self.spaces[$0].dimensions.isEmpty && !self.isHopeless($0)
        }
        return Array(tunable.prefix(self.leadersMax))
    }

    /// Indices of the families that have scored, the best first.
    private var standings: [Int] {
        self.spaces.indices
            .compactMap { index in self.standing(index).map { (index, $0) } }
            .sorted { left, right in
                left.1 == right.1
                    ? left.0 < right.0 : self.direction.prefers(left.1, to: right.1)
            }
            .map(\.0)
    }

    /// The best score of a family on the fewest rows that it was tried on: there most families
    /// meet. One that began on all rows learns little from them that it would not from some.
    private func standing(_ index: Int) -> Double? {
        self.entrance(of: index)?.best?.score
    }

    private func entrance(of index: Int) -> History? {
        self.rungs.lazy.map { $0.histories[index] }.first { $0.best != nil }
    }

    /// Whether another candidate like the best one of a family ends in time.
    func isQuick(_ index: Int) -> Bool {
        guard self.left != nil, let history = self.entrance(of: index), let best = history.best
        else { return true }
        return self.fitsAllTheWay(
            self.spec(.tuning, self.spaces[index].recipe(at: best.point, seed: 0)))
    }

    /// What goes on from what is known, before something new begins.
    var goingOn: [TrialSpec] {
        (self.promotions + self.selectionSteps).filter(self.fits)
    }

    /// What did well on some rows and is tried on more next, what has most rows first.
    var promotions: [TrialSpec] {
        guard self.ladder.top > 0, self.isDecided else { return [] }
        return self.promotions { Array($0.promotable) }
    }

    /// What did best on some rows and ends on all of them in time, whatever its place.
    var lastPromotions: [TrialSpec] {
        guard self.left != nil, self.ladder.top > 0 else { return [] }
        return self.promotions { $0.entries.filter { !$0.isPromoted } }.filter(self.fitsAllTheWay)
    }

    private func promotions(_ choose: (Rung) -> [Rung.Entry]) -> [TrialSpec] {
        var promotions: [TrialSpec] = []
        var rooms = [TrialSpec.Step.sampling, .tuning].map { ($0, self.room(of: $0)) }
        for rung in self.ladder.rows.indices.reversed() {
            for entry in choose(self.rungs[rung]) {
                let place = entry.isOfPortfolio ? 0 : 1
                guard rooms[place].1 > 0 else { continue }
                rooms[place].1 -= 1
                promotions.append(
                    TrialSpec(
                        step: rooms[place].0, recipe: entry.recipe,
                        rows: self.ladder.rows(at: rung + 1)))
            }
        }
        return promotions
    }

    /// Whether a family fails so often that it is left.
    func isHopeless(_ index: Int) -> Bool {
        let histories = self.rungs.map { $0.histories[index] }
        return histories[0].patience.isExhausted(
            failed: histories.reduce(0) { $0 + $1.failed },
            scored: histories.reduce(0) { $0 + $1.scored })
    }

    private func observed(_ index: Int) -> Int {
        self.rungs.reduce(0) { $0 + $1.histories[index].observed }
    }

    func room(of step: TrialSpec.Step) -> Int { self.uses[step]?.room ?? 0 }

    private func adopted(_ step: TrialSpec.Step) -> Int { Int(self.uses[step]?.trials ?? 0) }
}
