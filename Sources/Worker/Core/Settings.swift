package import Wire

/// What an operator may choose about a worker's decisions.
package struct Settings: Hashable, Sendable {
    /// Room for trials; one for each core unless told otherwise.
    package var slots: Int
    /// The most that its data cache holds, in bytes.
    package var cacheBytesMax: UInt64
    /// How long data sets are kept, unless a job asks for less.
    package var cacheMode = CacheMode.memory
    /// The most that it holds beyond that, sealed on disk, in bytes.
    package var spillBytesMax: UInt64 = 0
    package var restart: Restart
    package var transfer: Transfer
    package var hand: Hand

    package init(
        slots: Int, cacheBytesMax: UInt64, restart: Restart, transfer: Transfer, hand: Hand
    ) {
        self.slots = slots
        self.cacheBytesMax = cacheBytesMax
        self.restart = restart
        self.transfer = transfer
        self.hand = hand
    }

    /// Transfers and hands as they are by default.
    package init(slots: Int, cacheBytesMax: UInt64, restart: Restart) {
        self.init(
            slots: slots, cacheBytesMax: cacheBytesMax, restart: restart, transfer: .defaults,
            hand: .defaults)
    }

    /// How runners that died are started again.
    package struct Restart: Hashable, Sendable {
        /// The wait before it, longer with each death in a row.
        package var backoff: Backoff
        /// Deaths in a row, of every runner, after which the worker gives up what waits.
        package var deathsMax: Int

        package init(backoff: Backoff, deathsMax: Int) {
            self.backoff = backoff
            self.deathsMax = deathsMax
        }

        /// After 0.1 s at first and 10 s at most; three deaths in a row.
        package static var defaults: Self {
            Self(
                backoff: Backoff(first: .milliseconds(100), most: .seconds(10)), deathsMax: 3)
        }
    }

    /// How blobs are fetched, and outputs stored, that failed to.
    package struct Transfer: Hashable, Sendable {
        /// The wait before it is tried again, longer with each failure in a row.
        package var backoff: Backoff
        /// Attempts after which the trial is lost here.
        package var attemptsMax: Int

        package init(backoff: Backoff, attemptsMax: Int) {
            self.backoff = backoff
            self.attemptsMax = attemptsMax
        }

        /// After 0.2 s at first and 5 s at most; four attempts.
        package static var defaults: Self {
            Self(
                backoff: Backoff(first: .milliseconds(200), most: .seconds(5)), attemptsMax: 4)
        }
    }

    /// What a runner is given beyond the trial that it computes.
    package struct Hand: Hashable, Sendable {
        /// A trial of this length is over before its runner could be told of another.
        package var quickTrial: Duration
        /// Trials that one runner has in hand at most, the one that it computes included.
        package var trialsMax: Int

        package init(quickTrial: Duration, trialsMax: Int) {
            self.quickTrial = quickTrial
            self.trialsMax = trialsMax
        }

        /// Half a millisecond; sixteen, so that eight milliseconds of work wait behind the last.
        package static var defaults: Self {
            Self(quickTrial: .microseconds(500), trialsMax: 16)
        }
    }

    /// - Throws: `SettingsError` with one sentence about the first setting that cannot work.
    package func validate() throws(SettingsError) {
        guard (1...Limits.slotsMax).contains(self.slots) else {
            throw SettingsError("slots must be 1 to \(Limits.slotsMax)")
        }
        guard self.cacheBytesMax > 0 else {
            throw SettingsError("cacheBytesMax must be 1 or more")
        }
        guard self.restart.deathsMax > 0 else {
            throw SettingsError("restart.deathsMax must be 1 or more")
        }
        guard self.transfer.attemptsMax > 0 else {
            throw SettingsError("transfer.attemptsMax must be 1 or more")
        }
        guard self.hand.trialsMax > 0 else {
            throw SettingsError("hand.trialsMax must be 1 or more")
        }
    }
}

/// Waits that double up to a bound.
///
/// ```
/// first 0.1 s, most 1 s
/// attempt   1     2     3     4     5     6
/// wait      0.1   0.2   0.4   0.8   1     1
/// ```
package struct Backoff: Hashable, Sendable {
    package let first: Duration
    package let most: Duration

    package init(first: Duration, most: Duration) {
        self.first = first
        self.most = most
    }

    /// - Requires: `failures` is 1 or more.
    func wait(after failures: Int) -> Duration {
        precondition(failures > 0, "nothing has failed yet")
        // 2^20 of any sensible first wait is beyond any sensible bound.
        return min(self.most, self.first * (1 << min(failures - 1, 20)))
    }
}

/// Which setting cannot work, and what would.
package struct SettingsError: Error, Equatable, Sendable, CustomStringConvertible {
    package let description: String

    init(_ sentence: String) { self.description = sentence }
}
