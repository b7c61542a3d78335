import Wire

/// What an operator may choose about the coordinator's decisions.
package struct Settings: Hashable, Sendable {
    package var leases: Leases
    package var prefetch: Prefetch
    package var search: Search
    package var memory: Memory
    package var corroboration: Corroboration

    package init(
        leases: Leases, prefetch: Prefetch, search: Search, memory: Memory,
        corroboration: Corroboration
    ) {
        self.leases = leases
        self.prefetch = prefetch
        self.search = search
        self.memory = memory
        self.corroboration = corroboration
    }

    /// The defaults of each group, as said there.
    package static var defaults: Self {
        Self(
            leases: .defaults, prefetch: .defaults, search: .defaults, memory: .defaults,
            corroboration: .defaults)
    }

    /// How attempts end that nobody reports.
    package struct Leases: Hashable, Sendable {
        /// A trial that this many different workers lost is poison.
        package var lossesMax: Int
        /// A trial that was lost this often is poison, wherever it was: a cluster may have one
        /// worker.
        package var attemptsMax: Int
        /// A worker that is away for longer has lost what it held.
        package var workerGrace: Duration
        /// After a restart with unfinished trials, nothing is placed for this long, so that
        /// workers can come back and name what they hold before others are given it.
        package var reattachWait: Duration

        package init(
            lossesMax: Int, attemptsMax: Int, workerGrace: Duration, reattachWait: Duration
        ) {
            self.lossesMax = lossesMax
            self.attemptsMax = attemptsMax
            self.workerGrace = workerGrace
            self.reattachWait = reattachWait
        }

        /// Three workers or six attempts; ten seconds of absence; two seconds after a restart.
        package static var defaults: Self {
            Self(
                lossesMax: 3, attemptsMax: 6, workerGrace: .seconds(10),
                reattachWait: .seconds(2))
        }
    }

    /// How much work waits at a worker beyond its slots.
    package struct Prefetch: Hashable, Sendable {
        /// Work of this length may wait for each slot, so that none waits for a round trip.
        package var ahead: Duration
        /// Trials this long are never given out beyond the slots: a round trip is nothing beside
        /// them, and another worker may be free sooner.
        package var longTrial: Duration
        /// Trials beyond its slots that one worker holds at most.
        package var beyondMax: Int

        package init(ahead: Duration, longTrial: Duration, beyondMax: Int) {
            self.ahead = ahead
            self.longTrial = longTrial
            self.beyondMax = beyondMax
        }

        /// Twenty milliseconds ahead; a second is long; at most 256 beyond the slots.
        package static var defaults: Self {
            Self(ahead: .milliseconds(20), longTrial: .seconds(1), beyondMax: 256)
        }
    }

    /// How a search is fed.
    package struct Search: Hashable, Sendable {
        /// Candidates of one job that are queued or leased at most.
        package var inFlightMax: Int
        /// Refits that a job tries, each with the next best recipe.
        package var refitsMax: Int
        /// Other candidates that may make a model together with the winner.
        package var companionsMax: Int
        /// The longest that one learning trial may run, when no budget of time says less.
        package var trialTimeMax: Duration

        package init(
            inFlightMax: Int, refitsMax: Int, companionsMax: Int, trialTimeMax: Duration
        ) {
            self.inFlightMax = inFlightMax
            self.refitsMax = refitsMax
            self.companionsMax = companionsMax
            self.trialTimeMax = trialTimeMax
        }

        /// At most 512 in flight, three refits, seven companions, an hour for a trial.
        package static var defaults: Self {
            Self(
                inFlightMax: 512, refitsMax: 3, companionsMax: 7, trialTimeMax: .seconds(3600))
        }
    }

    /// How much is held at once.
    package struct Memory: Hashable, Sendable {
        /// Trials of all live jobs together. An idle job's trial takes 72 bytes until it ends.
        package var liveTrialsMax: Int
        /// Live jobs of one owner, so that no user can keep all others out.
        package var ownerJobsMax: Int
        /// Trials of one owner's live jobs that do nothing but hold slots, for the same reason: a
        /// search proposes only as it goes, and is bounded by `Search.inFlightMax`.
        package var ownerTrialsMax: Int
        /// Ended jobs whose keys are known, so that a late retry is not a second job.
        package var endedKeysMax: Int
        /// Blobs of which it is known that they are tainted, or were: some 200 bytes each, for
        /// ever. No commands are taken beyond.
        package var taintedBlobsMax: Int

        package init(
            liveTrialsMax: Int, ownerJobsMax: Int, ownerTrialsMax: Int, endedKeysMax: Int,
            taintedBlobsMax: Int = Limits.taintedBlobsMax
        ) {
            self.liveTrialsMax = liveTrialsMax
            self.ownerJobsMax = ownerJobsMax
            self.ownerTrialsMax = ownerTrialsMax
            self.endedKeysMax = endedKeysMax
            self.taintedBlobsMax = taintedBlobsMax
        }

        /// Four million live trials, of which one owner may have half, as of the live jobs; ten
        /// thousand keys of ended jobs.
        package static var defaults: Self {
            Self(
                liveTrialsMax: 4_000_000, ownerJobsMax: Limits.liveJobsMax / 2,
                ownerTrialsMax: 2_000_000, endedKeysMax: 10_000)
        }
    }

    /// How much is run twice.
    package struct Corroboration: Hashable, Sendable {
        /// The share of a worker's results that are run once more while none was confirmed yet.
        package var newShare: Double
        /// The share that never gets smaller, however long a worker's record is: one that answers
        /// honestly until it is trusted must have something to fear.
        package var leastShare: Double
        /// Second runs of one trial that may be lost before it is left as it is.
        package var lossesMax: Int
        /// Winners that may fall because two workers contradict each other and nobody can decide,
        /// before one is taken that nobody has confirmed.
        package var winnersMax: Int

        package init(
            newShare: Double, leastShare: Double, lossesMax: Int, winnersMax: Int
        ) {
            self.newShare = newShare
            self.leastShare = leastShare
            self.lossesMax = lossesMax
            self.winnersMax = winnersMax
        }

        /// A tenth for new workers, a fiftieth at least; three losses; three winners.
        package static var defaults: Self {
            Self(newShare: 0.1, leastShare: 0.02, lossesMax: 3, winnersMax: 3)
        }

        /// Results confirmed that halve the share.
        private static let halvingRecord = 4.0

        /// ```
        /// confirmed     0      4      8      16 or more
        /// share         10 %   5 %    3.3 %  2 %
        /// ```
        package func share(confirmed: UInt32) -> Double {
            max(self.leastShare, self.newShare / (1 + Double(confirmed) / Self.halvingRecord))
        }
    }

    /// - Throws: `SettingsError` with one sentence about the first setting that cannot work.
    package func validate() throws(SettingsError) {
        func check(_ holds: Bool, _ sentence: String) throws(SettingsError) {
            if !holds { throw SettingsError(sentence) }
        }
        try check(self.leases.lossesMax > 0, "leases.lossesMax must be 1 or more")
        try check(
            self.leases.attemptsMax >= self.leases.lossesMax,
            "leases.attemptsMax must be leases.lossesMax or more")
        try check(self.leases.workerGrace >= .zero, "leases.workerGrace must not be negative")
        try check(self.leases.reattachWait >= .zero, "leases.reattachWait must not be negative")
        try check(self.prefetch.ahead >= .zero, "prefetch.ahead must not be negative")
        try check(
            self.prefetch.longTrial >= self.prefetch.ahead,
            "prefetch.longTrial must be prefetch.ahead or more")
        try check(
            (0...2048).contains(self.prefetch.beyondMax),
            "prefetch.beyondMax must be 0 to 2048, or a worker could not name all that it holds")
        try check(self.search.inFlightMax > 1, "search.inFlightMax must be 2 or more")
        try check(self.search.refitsMax > 0, "search.refitsMax must be 1 or more")
        try check(
            (0...Limits.companionsMax).contains(self.search.companionsMax),
            "search.companionsMax must be 0 to \(Limits.companionsMax)")
        try check(self.search.trialTimeMax > .zero, "search.trialTimeMax must be positive")
        try check(self.memory.liveTrialsMax > 0, "memory.liveTrialsMax must be 1 or more")
        try check(self.memory.ownerJobsMax > 0, "memory.ownerJobsMax must be 1 or more")
        try check(self.memory.ownerTrialsMax > 0, "memory.ownerTrialsMax must be 1 or more")
        try check(
            (0...Limits.taintedBlobsMax).contains(self.memory.taintedBlobsMax),
            "memory.taintedBlobsMax must be 0 to \(Limits.taintedBlobsMax)")
        try check(self.memory.endedKeysMax >= 0, "memory.endedKeysMax must not be negative")
        try check(
            self.corroboration.leastShare > 0
                && self.corroboration.newShare >= self.corroboration.leastShare
                && self.corroboration.newShare <= 1,
            "corroboration.leastShare must be more than 0, and newShare between it and 1")
        try check(
            self.corroboration.lossesMax > 0 && self.corroboration.winnersMax > 0,
            "corroboration.lossesMax and winnersMax must be 1 or more")
    }
}

/// Which setting cannot work, and what would.
package struct SettingsError: Error, Equatable, Sendable, CustomStringConvertible {
    package let description: String

    init(_ sentence: String) { self.description = sentence }
}
