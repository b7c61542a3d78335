import Foundation
import Simulator
import Testing

/// Both cores in worlds where things go wrong: the main proof of the scheduler.
///
/// A failure names its seed. `ASSAY_SEED=4711` plays that world alone; `ASSAY_SEEDS=20000` plays
/// so many instead of some hundred.
@Suite struct SimulationTests {
    /// Worlds are dealt out to tests that may run side by side.
    static let blocks = UInt64(10)
    static let seeds = Self.number("ASSAY_SEEDS") ?? 400
    static let seed = Self.number("ASSAY_SEED")

    private static func number(_ variable: String) -> UInt64? {
        ProcessInfo.processInfo.environment[variable].flatMap { UInt64($0) }
    }

    @Test(arguments: 0..<Self.blocks)
    func `no invariant breaks, and all jobs end`(block: UInt64) throws {
        for seed in stride(from: block, to: Self.seeds, by: Int(Self.blocks)) {
            var simulation = Simulation(seed: seed)
            _ = try simulation.run()
        }
    }

    @Test(.enabled(if: Self.seed != nil)) func `the world that was asked for`() throws {
        var simulation = Simulation(seed: try #require(Self.seed))
        _ = try simulation.run()
    }

    @Test func `the same seed plays the same world again`() throws {
        for seed in [UInt64(3), 17, 1000] {
            var first = Simulation(seed: seed)
            var second = Simulation(seed: seed)
            #expect(try first.run() == second.run())
        }
    }

    @Test func `the worlds are as bad as they should be`() throws {
        var total = Simulation.Summary()
        for seed in UInt64(5000)..<5080 {
            var simulation = Simulation(seed: seed)
            let summary = try simulation.run()
            total.outcomes += summary.outcomes
            total.losses += summary.losses
            total.headCrashes += summary.headCrashes
            total.workerCrashes += summary.workerCrashes
            total.brokenLinks += summary.brokenLinks
            total.stopped += summary.stopped
            total.inherited += summary.inherited
            total.secondRuns += summary.secondRuns
            total.quarantines += summary.quarantines
            total.proofs += summary.proofs
        }
        #expect(total.outcomes > 500)
        #expect(total.losses > 50)
        #expect(total.headCrashes > 20)
        #expect(total.workerCrashes > 20)
        #expect(total.brokenLinks > 100)
        #expect(total.stopped > 5)
        #expect(total.inherited > 5)
        #expect(total.secondRuns > 50)
        #expect(total.quarantines > 5)
        #expect(total.proofs > 5)
    }

    /// Counted, not timed: new workers, and the winner and the model included.
    @Test(arguments: [(trials: UInt32(600), workers: 4), (trials: 1500, workers: 6)])
    func `with honest workers second runs take a tenth at most`(
        trials: UInt32, workers: Int
    ) throws {
        for seed in UInt64(1)...3 {
            var simulation = Simulation(honestTrials: trials, workers: workers, seed: seed)
            let summary = try simulation.run()
            #expect(summary.quarantines == 0)
            #expect(summary.proofs == 1)
            #expect(summary.secondRunsByChance > 5)
            let all = summary.trialTime + summary.secondRunTime
            #expect(summary.secondRunTime * 10 <= all, "\(summary)")
            #expect(summary.secondRuns * 10 <= summary.outcomes, "\(summary)")
        }
    }

    /// The estimates are of a time when workers had their processors: refits take up to 64 times
    /// what was foreseen. That a budget holds within two seconds is an invariant.
    @Test func `a budget of time holds when workers starve, and most jobs end with a model`() throws
    {
        var models = 0
        for seed in UInt64(1)...30 {
            var simulation = Simulation(starving: seed)
            models += try simulation.run().models
        }
        #expect(models > 20)
    }
}
