package import Wire

/// The search for one job's best recipe: which candidates come next, and which is the best so far.
///
/// ```
///                 all proposed             budget used, or nothing left to vary
/// ┌───────────┐ ───────────────▶ ┌────────┐ ───────────────▶ ┌──────────┐
/// │ PORTFOLIO │                  │ TUNING │                  │ FINISHED │
/// └───────────┘ ───────────────────────────────────────────▶ └──────────┘
///                 budget used, or every family failed
/// ```
///
/// A study is a value. `propose` changes nothing; what it returned counts once it is `adopt`ed, so
/// the same adoptions and observations in the same order give an equal study, also after a
/// restart. Its size is bounded by the candidates in flight, not by those that have ended.
package struct Study: Equatable, Sendable {
    private let direction: Direction
    private let spaces: [SearchSpace]
    /// Whether the space is a user's own, of which nothing is known before.
    private let explores: Bool
    private let portfolio: [Recipe]
    /// For each recipe of the portfolio, the index of its family's space.
    private let portfolioSpaces: [Int]
    /// The most candidates that it may have.
    private let candidatesMax: UInt32
    /// How many families are tuned.
    private let leadersMax: Int
    private let seed: UInt64

    /// Candidates adopted; also the number of the next one.
    private var count: UInt32 = 0
    /// The portfolio's recipes before this one are adopted or passed over.
    private var portfolioNext = 0
    package private(set) var isClosed = false
    /// Adopted, and without an observation.
    private var running: [UInt32: Candidate] = [:]
    /// Of the portfolio, and of tuning or exploration.
    private var portfolioUse: StageUse
    private var tuningUse: StageUse
    /// One for each space, in the same order.
    private var histories: [History]
    private var leaderboard = Leaderboard()

    /// - Parameter trials: The most candidates that it may have; nil leaves the end to `close`.
    package init(job: LearningJob, trials: UInt32?, seed: UInt64) {
        let shape = TableShape(job)
        let families = SearchFamily.families(for: job)
        let portfolio = Portfolio.recipes(
            of: families, shape: shape, seed: seed, wish: job.wish)
        self.direction = job.direction
        self.spaces = families.map { SearchSpace(of: $0, shape: shape, wish: job.wish(for: $0)) }
        self.explores = false
        self.portfolio = portfolio
        self.portfolioSpaces = portfolio.compactMap { recipe in
            families.firstIndex { $0.rawValue == recipe.family }
        }
        self.candidatesMax = min(trials ?? .max, Limits.trialsPerJobMax)
        self.leadersMax = job.search.families
        self.seed = seed
        self.portfolioUse = StageUse(job.search.portfolio)
        self.tuningUse = StageUse(job.search.tuning)
        self.histories = self.spaces.map { _ in History(.family) }
    }

    /// The search for the best parameters of a user's program. In the place of a portfolio it first
    /// spreads candidates evenly over the space, and it makes no model.
    package init(job: CommandJob, trials: UInt32?, seed: UInt64) {
        self.direction = job.direction
        self.spaces = [SearchSpace(of: job.command)]
        self.explores = true
        self.portfolio = []
        self.portfolioSpaces = []
        self.candidatesMax = min(trials ?? .max, Limits.trialsPerJobMax)
        self.leadersMax = 1
        self.seed = seed
        self.portfolioUse = StageUse(.skipped)
        self.tuningUse = StageUse(.unbounded)
        self.histories = [History(.program)]
    }

    private struct Candidate: Equatable, Sendable {
        let recipe: Recipe
        let isOfPortfolio: Bool
    }

    /// Where the search stands.
    package enum Stage: String, Sendable {
        case portfolio, tuning
        /// The same as a portfolio for a user's space.
        case exploration
        /// Nothing more will be proposed; what runs may still end and be observed.
        case finished
    }

    /// What became of a candidate.
    package enum Observation: Equatable, Sendable {
        /// On the job's first metric, computed in `wall` of running time.
        case scored(Double, wall: Duration)
        /// It was stopped early, at this score: it says where not to look, and wins nothing.
        case stopped(Double, wall: Duration)
        case failed

        var wall: Duration? {
            switch self {
            case .scored(_, let wall), .stopped(_, let wall): wall
            case .failed: nil
            }
        }
    }

    /// Scores before TPE is asked about a user's space; Optuna's number too.
    package static let exploredMin = 10

    /// Candidates that one call of `propose` makes at most, so that it takes milliseconds.
    package static let proposalsMax = 64
    /// Candidates in flight beyond which more would be guessed from too little.
    package static let inFlightMax = 4096

    // MARK: What comes next

    package var stage: Stage {
        if self.isClosed || self.count >= self.candidatesMax { return .finished }
        if self.explores, let history = self.histories.first, let space = self.spaces.first {
            if history.isHopeless { return .finished }
            let isKnown = history.scored >= Self.exploredMin && !space.dimensions.isEmpty
            return isKnown ? .tuning : .exploration
        }
        if !self.restOfPortfolio.isEmpty { return .portfolio }
        // What is left of the portfolio may end and be observed, and then lead.
        if self.tuningUse.room == 0 { return .finished }
        return !self.running.isEmpty || !self.leaders.isEmpty ? .tuning : .finished
    }

    /// How many more candidates the study takes now, with this many in flight.
    ///
    /// It is 0 when the study has finished, and while results are out that decide what to tune.
    package func capacity(inFlight: Int) -> Int {
        let room = min(
            Int(self.candidatesMax) - Int(self.count), Self.inFlightMax - inFlight,
            Self.proposalsMax)
        switch self.stage {
        case .finished: return 0
        case .exploration: return max(0, room)
        case .portfolio: return max(0, min(room, self.restOfPortfolio.count))
        case .tuning:
            let room = min(room, self.tuningUse.room)
            return self.isDecided && !self.leaders.isEmpty ? max(0, room) : 0
        }
    }

    /// The next candidates, at most `count` and at most what the capacity allows.
    ///
    /// Each candidate's chance comes from the seed and its number alone. It may take milliseconds.
    package func propose(_ count: Int) -> [TrialSpec] {
        let count = min(count, self.capacity(inFlight: 0))
        guard count > 0 else { return [] }
        if self.stage == .portfolio {
            return self.restOfPortfolio.prefix(count).map { index in
                TrialSpec(step: .portfolio, recipe: self.portfolio[index])
            }
        }
        if self.stage == .exploration {
            return (0..<UInt32(count)).map { self.exploring(self.count + $0) }
        }
        var tuning = Tuning(
            spaces: self.spaces, histories: self.histories, leaders: self.leaders,
            running: self.running.keys.sorted().compactMap { self.running[$0]?.recipe })
        return (0..<count).compactMap { offset in
            let seed = SeededGenerator.mix(self.seed, UInt64(self.count) + UInt64(offset))
            return tuning.next(seed: seed).map { TrialSpec(step: .tuning, recipe: $0) }
        }
    }

    private func exploring(_ number: UInt32) -> TrialSpec {
        let space = self.spaces[0]
        let point = Hypercubes.point(
            number, dimensions: space.dimensions.count, seed: self.seed)
        let seed = SeededGenerator.mix(self.seed, UInt64(number))
        return TrialSpec(step: .tuning, recipe: space.recipe(at: point, seed: seed))
    }

    /// The specs become candidates, numbered on from the last.
    package mutating func adopt(_ specs: [TrialSpec]) {
        for spec in specs {
            defer { self.count += 1 }
            // A refit is a trial of the job but no candidate: its score would count the winner
            // twice.
            guard let recipe = spec.recipe, spec.step == .portfolio || spec.step == .tuning
            else { continue }
            let isOfPortfolio = spec.step == .portfolio
            self.running[self.count] = Candidate(recipe: recipe, isOfPortfolio: isOfPortfolio)
            guard isOfPortfolio else {
                self.tuningUse.adopt()
                continue
            }
            self.portfolioUse.adopt()
            guard let place = self.portfolio.firstIndex(of: recipe) else { continue }
            self.portfolioNext = max(self.portfolioNext, place + 1)
        }
    }

    // MARK: What came of it

    /// Takes in how a candidate ended. Of one candidate only the first observation counts.
    package mutating func observe(_ trial: UInt32, _ observation: Observation) {
        guard let candidate = self.running.removeValue(forKey: trial) else { return }
        let recipe = candidate.recipe
        if candidate.isOfPortfolio {
            self.portfolioUse.observe(observation.wall)
        } else {
            self.tuningUse.observe(observation.wall)
        }
        guard let index = self.spaces.firstIndex(where: { $0.family == recipe.family }) else {
            return
        }
        switch observation {
        // A score that is no number orders nothing, so it is as good as none.
        case .scored(let score, let wall) where score.isFinite:
            let entry = Leaderboard.Entry(trial: trial, score: score, recipe: recipe)
            self.leaderboard.insert(entry, direction: self.direction)
            self.note(recipe, score, wall, in: index)
        case .stopped(let score, let wall) where score.isFinite:
            self.note(recipe, score, wall, in: index)
        case .scored, .stopped, .failed:
            if self.explores {
                self.histories[index].fail(at: self.spaces[index].point(of: recipe))
            } else {
                self.histories[index].fail()
            }
        }
    }

    private mutating func note(
        _ recipe: Recipe, _ score: Double, _ wall: Duration, in index: Int
    ) {
        self.histories[index].insert(
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

    /// The budget of time is used: no more candidates.
    package mutating func close() { self.isClosed = true }

    // MARK: Choices

    /// Indices of recipes still to be proposed; those of families that keep failing are passed
    /// over.
    private var restOfPortfolio: [Int] {
        let rest = (self.portfolioNext..<self.portfolio.count).filter { place in
            !self.histories[self.portfolioSpaces[place]].isHopeless
        }
        return Array(rest.prefix(self.portfolioUse.room))
    }

    /// Whether the portfolio has said enough to choose leaders: every family was seen at least
    /// once, or three quarters of it has ended. Without this, a cluster with more slots than the
    /// portfolio has recipes would tune whichever family happens to be quickest.
    private var isDecided: Bool {
        let observed = self.histories.reduce(0) { $0 + $1.observed }
        // A portfolio that was cut short says no more than it has.
        let expected =
            self.portfolioUse.room == 0 ? Int(self.portfolioUse.trials) : self.portfolio.count
        return observed * 4 >= expected * 3
            || self.portfolioSpaces.allSatisfy { self.histories[$0].observed > 0 }
    }

    /// Indices of the families worth tuning, the best first.
    private var leaders: [Int] {
        self.spaces.indices
            .filter { !self.spaces[$0].dimensions.isEmpty && !self.histories[$0].isHopeless }
            .compactMap { index in self.histories[index].best.map { (index, $0.score) } }
            .sorted { left, right in
                left.1 == right.1
                    ? left.0 < right.0 : self.direction.prefers(left.1, to: right.1)
            }
            .prefix(self.leadersMax).map(\.0)
    }
}
