import CoordinatorCore
import Synchronization
import Wire

/// What the loop measures of itself.
package final class LoopMetrics: Sendable {
    let events = Atomic<UInt64>(0)
    let facts = Atomic<UInt64>(0)
    let scored = Atomic<UInt64>(0)
    let failed = Atomic<UInt64>(0)
    let lost = Atomic<UInt64>(0)
    /// Of second runs.
    let proofs = ProofMetrics()
    /// Events handled in one turn.
    let batchSize = Histogram(bounds: [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 4096])
    let commitSeconds = Histogram(bounds: [
        0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1,
    ])
    private let turnBegan = Mutex<ContinuousClock.Instant?>(nil)

    package init() {}

    /// Durable commits so far.
    package var commits: UInt64 { self.commitSeconds.counts.count }

    /// How long the present turn has lasted; nil between turns.
    package var turnUnderWay: Duration? {
        self.turnBegan.withLock { $0.map { ContinuousClock.now - $0 } }
    }

    func turnBegins() { self.turnBegan.withLock { $0 = .now } }
    func turnEnds() { self.turnBegan.withLock { $0 = nil } }

    func count(_ facts: [Fact], committedIn duration: Duration) {
        self.commitSeconds.record(duration.seconds)
        self.facts.wrappingAdd(UInt64(facts.count), ordering: .relaxed)
        var (scored, failed, lost): (UInt64, UInt64, UInt64) = (0, 0, 0)
        for fact in facts {
            switch fact {
            case .finished(_, let outcome, _):
                if case .scored = outcome.result { scored += 1 } else { failed += 1 }
            case .lost: lost += 1
            default: self.proofs.count(fact)
            }
        }
        self.scored.wrappingAdd(scored, ordering: .relaxed)
        self.failed.wrappingAdd(failed, ordering: .relaxed)
        self.lost.wrappingAdd(lost, ordering: .relaxed)
    }
}
