package import Wire

extension Study {
    // MARK: What came of it

    /// Takes in how a candidate ended. Of one candidate only the first observation counts.
    package mutating func observe(_ trial: UInt32, _ observation: Observation) {
        guard let candidate = self.running.removeValue(forKey: trial) else { return }
        self.uses[candidate.step]?.observe(observation.wall)
        if let wall = observation.wall { self.note(candidate, took: wall) }
        guard let rung = candidate.rung else { return }
        let recipe = candidate.recipe
        guard let index = self.spaces.firstIndex(where: { $0.family == recipe.family }) else {
            return
        }
        if candidate.step == .selection {
            let score: Double? = if case .scored(let score, _) = observation { score } else { nil }
            self.selections[index]?.observe(
                score.flatMap { $0.isFinite ? $0 : nil }, direction: self.direction,
                least: self.featuresMin)
        }
        switch observation {
        // A score that is no number orders nothing, so it is as good as none.
        case .scored(let score, let wall) where score.isFinite:
            if rung == self.ladder.top {
                let entry = Leaderboard.Entry(trial: trial, score: score, recipe: recipe)
                self.leaderboard.insert(entry, direction: self.direction)
            } else {
                self.rungs[rung].insert(
                    .init(
                        score: score, recipe: recipe, isOfPortfolio: candidate.step != .tuning),
                    direction: self.direction)
            }
            self.note(recipe, score, wall, on: rung, in: index)
        case .stopped(let score, let wall) where score.isFinite:
            self.note(recipe, score, wall, on: rung, in: index)
        case .scored, .stopped, .failed:
            if self.explores {
                self.rungs[rung].histories[index].fail(at: self.spaces[index].point(of: recipe))
            } else {
                self.rungs[rung].histories[index].fail()
            }
        }
    }

    private mutating func note(
        _ recipe: Recipe, _ score: Double, _ wall: Duration, on rung: Int, in index: Int
    ) {
        self.rungs[rung].histories[index].insert(
            .init(point: self.spaces[index].point(of: recipe), score: score),
            wall: wall, direction: self.direction)
    }

    package var best: (trial: UInt32, score: Double)? {
        self.leaderboard.entries.first.map { ($0.trial, $0.score) }
    }

    /// The best candidate but for those of `excluded`, whose refits failed; nil when there is none.
    package func winner(after excluded: Set<UInt32> = []) -> UInt32? {
        self.leaderboard.entries.first { !excluded.contains($0.trial) }?.trial
    }

    /// Candidates that may make a model together with this one, the most promising first.
    package func companions(of trial: UInt32) -> [(trial: UInt32, recipe: Recipe)] {
        self.leaderboard.companions(of: trial).map { ($0.trial, $0.recipe) }
    }
}
