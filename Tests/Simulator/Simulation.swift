import Wire

/// A head and its workers in one thread, with a clock of their own, dice with a seed, and bad luck.
///
/// Both real cores run; links, disks, runners and users are played. After every step named
/// invariants are checked (`Invariants.swift`); in the end, once nothing goes wrong any more, all
/// jobs must end. The same seed plays the same world again.
///
/// ```swift
/// var simulation = Simulation(seed: 4711)
/// print(try simulation.run())
/// ```
package struct Simulation {
    package let seed: UInt64
    private var world: World

    package init(seed: UInt64) {
        self.seed = seed
        self.world = World(seed: seed)
    }

    /// A world without faults and liars, with one search of so many trials.
    package init(honestTrials trials: UInt32, workers: Int, seed: UInt64) {
        self.seed = seed
        var chance = Chance(seed: seed)
        let plan = Plan(honestTrials: trials, workers: workers, &chance)
        self.world = World(plan, chance)
    }

    /// A world where nothing goes wrong, but for workers that starve while a job is in a hurry.
    package init(starving seed: UInt64) {
        self.seed = seed
        var chance = Chance(seed: seed)
        let plan = Plan(starving: &chance)
        self.world = World(plan, chance)
    }

    /// What came of a world in which nothing broke.
    package struct Summary: Equatable, Sendable, CustomStringConvertible {
        package var steps = 0
        package var jobs = 0
        /// Learning jobs that ended with a model.
        package var models = 0
        package var outcomes = 0
        package var losses = 0
        package var headCrashes = 0
        package var workerCrashes = 0
        package var brokenLinks = 0
        /// Trials that were stopped early, and jobs that read what a program made.
        package var stopped = 0
        package var inherited = 0
        /// Workers that were quarantined, and models that were proved.
        package var quarantines = 0
        package var proofs = 0
        /// Runs beyond the first of a trial, and of those the ones that the dice chose.
        package var secondRuns = 0
        package var secondRunsByChance = 0
        /// Running time of trials, and of their second runs.
        package var trialTime: Duration = .zero
        package var secondRunTime: Duration = .zero

        package init() {}

        package var description: String {
            """
            \(self.steps) steps, \(self.jobs) jobs, \(self.outcomes) outcomes, \
            \(self.losses) losses, \(self.headCrashes) crashes of the head, \
            \(self.workerCrashes) of workers, \(self.brokenLinks) broken links, \
            \(self.secondRuns) second runs, \(self.quarantines) quarantines, \
            \(self.proofs) proved models, \(self.stopped) trials stopped, \
            \(self.inherited) tainted jobs
            """
        }
    }

    /// An invariant that did not hold, with what is needed to see it again.
    package struct Violation: Error, CustomStringConvertible {
        package let invariant: String
        package let sentence: String
        package let seed: UInt64
        package let chronicle: String

        package var description: String {
            """
            seed \(self.seed): \(self.invariant): \(self.sentence)
            what happened last:
            \(self.chronicle)
            """
        }
    }

    /// Plays until all is quiet.
    package mutating func run() throws(Violation) -> Summary {
        do {
            try self.world.play()
            return self.world.summary
        } catch {
            throw Violation(
                invariant: error.invariant, sentence: error.sentence, seed: self.seed,
                chronicle: self.world.chronicle.tail)
        }
    }
}
