/// What a user says of a search: what each stage may use, and where it looks.
package struct SearchTerms: Hashable, Sendable {
    /// It cannot be skipped: nothing else says which families are worth tuning.
    package let portfolio: StageTerms
    /// Of what is tried on some rows before it is tried on all, where the table is large.
    package let sampling: StageTerms
    /// Of what is tried with fewer columns, where there are many.
    package let selection: StageTerms
    /// The fewest columns that are tried.
    package let featuresMin: Int
    package let tuning: StageTerms
    /// How many families are tuned, the best ones.
    package let families: Int
    /// Of families that the user knows better, each once.
    package let space: [FamilySpace]

    package static let familiesStandard = 3
    package static let standard = SearchTerms()

    package init(
        portfolio: StageTerms = .unbounded, sampling: StageTerms = .unbounded,
        selection: StageTerms = .unbounded, featuresMin: Int = 1,
        tuning: StageTerms = .unbounded, families: Int = familiesStandard, space: [FamilySpace] = []
    ) {
        self.portfolio = portfolio
        self.sampling = sampling
        self.selection = selection
        self.featuresMin = featuresMin
        self.tuning = tuning
        self.families = families
        self.space = space
    }
}

/// What a stage of a search may use, within what the job may.
package struct StageTerms: Hashable, Sendable {
    package let isSkipped: Bool
    package let trials: UInt32?
    /// Running time of its trials together, wherever they run. Not a time on the clock: a study
    /// that is replayed must end its stages where it ended them before.
    package let time: Duration?

    package static let unbounded = StageTerms(trials: nil, time: nil)
    package static let skipped = StageTerms(isSkipped: true, trials: nil, time: nil)

    package init(isSkipped: Bool = false, trials: UInt32?, time: Duration?) {
        self.isSkipped = isSkipped
        self.trials = trials
        self.time = time
    }
}

/// Where a family's parameters are looked for; those that are not named, where the search would.
package struct FamilySpace: Hashable, Sendable {
    package let family: String
    package let fixed: [Parameter]
    /// None is a choice, and none is fixed as well.
    package let ranges: [CommandParameter]

    package init(family: String, fixed: [Parameter], ranges: [CommandParameter]) {
        self.family = family
        self.fixed = fixed
        self.ranges = ranges
    }
}

/// Why a stage of a search ended.
package struct StageEnd: Hashable, Sendable {
    package let step: TrialSpec.Step
    package let reason: Reason

    package enum Reason: String, CaseIterable, Hashable, Sendable {
        /// There was nothing more to try.
        case exhausted
        case jobTrials = "job_trials"
        case jobTime = "job_time"
        case stageTrials = "stage_trials"
        case stageTime = "stage_time"
        /// The user did not want it.
        case skipped
        /// The table or the budget gives no reason for it.
        case needless
    }

    package init(_ step: TrialSpec.Step, _ reason: Reason) {
        self.step = step
        self.reason = reason
    }
}
