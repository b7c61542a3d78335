package import Wire

/// The search for one job's best recipe: which candidates come next, and which is the best so far.
///
/// ```
///                 nothing fits or is left  budget used, or nothing left to vary
/// ┌───────────┐ ───────────────▶ ┌────────┐ ───────────────▶ ┌──────────┐
/// │ PORTFOLIO │                  │ TUNING │                  │ FINISHED │
/// └───────────┘ ───────────────────────────────────────────▶ └──────────┘
///                 budget used, or every family failed
/// ```
///
/// Where the table is large, candidates are tried on some rows first, and the best of them on more
/// (see `Ladder`): those of the portfolio are the trials of a stage called sampling, which goes on
/// side by side with tuning. Only what was tried on all rows can win.
///
/// A study is a value. `propose` changes nothing; what it returned counts once it is `adopt`ed, so
/// the same adoptions and observations in the same order give an equal study, also after a
/// restart. Its size is bounded by the candidates in flight, not by those that have ended.
package struct Study: Equatable, Sendable {
    let direction: Direction
    let spaces: [SearchSpace]
    /// Whether the space is a user's own, of which nothing is known before.
    let explores: Bool
    let ladder: Ladder
    let portfolio: [Recipe]
    /// For each recipe of the portfolio, the index of its family's space.
    let portfolioSpaces: [Int]
    /// The most candidates that it may have.
    let candidatesMax: UInt32
    /// How many families are tuned.
    let leadersMax: Int
    let seed: UInt64

    /// Candidates adopted; also the number of the next one.
    var count: UInt32 = 0
    /// Places in the portfolio of recipes that are not adopted, ascending.
    var portfolioLeft: [Int]
    package private(set) var isClosed = false
    /// Adopted, and without an observation.
    var running: [UInt32: Candidate] = [:]
    /// Of each stage what it may use and has; an exploration is a kind of tuning.
    var uses: [TrialSpec.Step: StageUse]
    /// Those of the ladder, the one of all rows last; their histories in the order of the spaces.
    var rungs: [Rung]
    var leaderboard = Leaderboard()
    /// By space: how few columns it does well with.
    var selections: [Int: Selection] = [:]
    /// Whether there are columns enough to select from, and how few are tried.
    let selects: Bool
    let columns: Int
    let featuresMin: Int
    /// What a fit sees; nil where a user's program computes.
    let shape: TableShape?
    /// By family: what trials take.
    var paces: [String: Pace] = [:]
    /// Seconds that what is proposed may take; nil: any. See `within`.
    var left: Double?

    /// - Parameters:
    ///   - budget: The most candidates that it may have; the end by time is `close`. Who bounds no
    ///     time is in no hurry: then every candidate is tried on all rows.
    package init(job: LearningJob, budget: Budget, seed: UInt64) {
        let trials = budget.trials
        let shape = TableShape(job)
        let families = SearchFamily.families(for: job)
        let portfolio = Portfolio.recipes(
            of: families, shape: shape, seed: seed, wish: job.wish)
        self.direction = job.direction
        self.spaces = families.map { SearchSpace(of: $0, shape: shape, wish: job.wish(for: $0)) }
        self.explores = false
        let ladder = Ladder(
            shape, isWanted: budget.time.map { Ladder.pays(in: $0, job, shape) } == true)
        self.ladder = ladder
        let isTable = shape.task == .classification || shape.task == .regression
        self.selects =
            isTable && !job.search.selection.isSkipped && job.columns >= Selection.columnsMin
        self.columns = Int(job.columns)
        self.featuresMin = job.search.featuresMin
        self.shape = shape
        self.portfolio = portfolio
        self.portfolioLeft = Array(portfolio.indices)
        self.portfolioSpaces = portfolio.compactMap { recipe in
            families.firstIndex { $0.rawValue == recipe.family }
        }
        self.candidatesMax = min(trials ?? .max, Limits.trialsPerJobMax)
        self.leadersMax = job.search.families
        self.seed = seed
        self.uses = [
            .portfolio: StageUse(job.search.portfolio), .sampling: StageUse(job.search.sampling),
            .selection: StageUse(job.search.selection), .tuning: StageUse(job.search.tuning),
        ]
        let histories = self.spaces.map { _ in History(.family) }
        self.rungs = (0...ladder.top).map { _ in Rung(histories: histories) }
    }

    /// The search for the best parameters of a user's program. In the place of a portfolio it first
    /// spreads candidates evenly over the space, and it makes no model.
    package init(job: CommandJob, trials: UInt32?, seed: UInt64) {
        self.direction = job.direction
        self.spaces = [SearchSpace(of: job.command)]
        self.explores = true
        self.ladder = .none
        (self.selects, self.columns, self.featuresMin, self.shape) = (false, 0, 1, nil)
        (self.portfolio, self.portfolioSpaces, self.portfolioLeft) = ([], [], [])
        self.candidatesMax = min(trials ?? .max, Limits.trialsPerJobMax)
        self.leadersMax = 1
        self.seed = seed
        self.uses = [.tuning: StageUse(.unbounded)]
        self.rungs = [Rung(histories: [History(.program)])]
    }

    struct Candidate: Equatable, Sendable {
        let recipe: Recipe
        let step: TrialSpec.Step
        /// Nil where no rung has so many rows.
        let rung: Int?
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
        if self.explores, let history = self.rungs[0].histories.first,
            let space = self.spaces.first
        {
            if self.isHopeless(0) { return .finished }
            let isKnown = history.scored >= Self.exploredMin && !space.dimensions.isEmpty
            return isKnown ? .tuning : .exploration
        }
        if !self.restOfPortfolio.isEmpty { return .portfolio }
        if !self.goingOn.isEmpty { return .tuning }
        // What runs may end and be observed, and then lead or go on.
        if self.room(of: .tuning) == 0 { return .finished }
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
            guard self.isDecided else { return 0 }
            let draws = self.leaders.isEmpty ? 0 : self.room(of: .tuning)
            let (sum, isMore) = self.goingOn.count.addingReportingOverflow(draws)
            return max(0, isMore ? room : min(room, sum))
        }
    }

    /// The next candidates, at most `count` and at most what the capacity allows.
    ///
    /// Each candidate's chance comes from the seed and its number alone. It may take milliseconds.
    package func propose(_ count: Int) -> [TrialSpec] {
        let count = min(count, self.capacity(inFlight: 0))
        guard count > 0 else { return [] }
        if self.stage == .exploration {
            return (0..<UInt32(count)).map { self.exploring(self.count + $0) }
        }
        if self.stage == .portfolio {
            return self.restOfPortfolio.prefix(count).map { index in
                self.spec(.portfolio, self.portfolio[index])
            }
        }
        // What has done well goes on before something new begins.
        let promotions = Array(self.goingOn.prefix(count))
        let tuned = promotions.count { $0.step == .tuning }
        let draws = min(count - promotions.count, self.room(of: .tuning) - tuned)
        guard draws > 0 else { return promotions }
        let drawn = self.drawn(draws, after: promotions.count)
        // With no time for anything new, what did best so far goes up while it can.
        let last = drawn.isEmpty && promotions.isEmpty ? self.lastPromotions : []
        return promotions + drawn + last.prefix(draws)
    }

    /// New candidates of the leading families that end in time.
    private func drawn(_ count: Int, after taken: Int) -> [TrialSpec] {
        var tuning = Tuning(
            spaces: self.spaces, rungs: self.rungs, leaders: self.leaders.filter(self.isQuick),
            running: self.running.keys.sorted().compactMap { self.running[$0]?.recipe })
        return (taken..<taken + count).compactMap { offset in
            let number = UInt64(self.count) + UInt64(offset)
            // What has no time is drawn again, a few times.
            for attempt in 0..<Self.drawsMax {
                let seed = SeededGenerator.mix(self.seed &+ attempt << 32, number)
                guard let recipe = tuning.next(seed: seed) else { return nil }
                let spec = self.spec(.tuning, self.selected(recipe))
                if self.fitsAllTheWay(spec) { return spec }
            }
            return nil
        }
    }

    private static let drawsMax: UInt64 = 4

    /// A candidate that is tried for the first time.
    func spec(_ step: TrialSpec.Step, _ recipe: Recipe) -> TrialSpec {
        TrialSpec(
            step: step, recipe: recipe,
            rows: self.ladder.rows(at: self.ladder.entrance(of: recipe)))
    }

    /// With as few columns as its family does well with.
    private func selected(_ recipe: Recipe) -> Recipe {
        let index = self.spaces.firstIndex { $0.family == recipe.family }
        return Selection.recipe(recipe, features: index.flatMap { self.selections[$0]?.features })
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
            guard let recipe = spec.recipe, spec.step.isSearch else { continue }
            let rung = self.ladder.rung(of: spec.rows)
            self.running[self.count] = Candidate(recipe: recipe, step: spec.step, rung: rung)
            self.uses[spec.step]?.adopt()
            if let rung, rung > 0 { self.rungs[rung - 1].promote(recipe) }
            if spec.step == .selection { self.beginSelection(of: recipe) }
            guard spec.step == .portfolio else { continue }
            self.portfolioLeft.removeAll { self.portfolio[$0] == recipe }
        }
    }

    /// The budget of time is used: no more candidates.
    package mutating func close() { self.isClosed = true }
}
