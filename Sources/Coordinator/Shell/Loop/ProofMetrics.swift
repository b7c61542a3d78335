import CoordinatorCore
import Synchronization
import Wire

/// What second runs have shown in this life of the head.
final class ProofMetrics: Sendable {
    let runs = Atomic<UInt64>(0)
    let corroborated = Atomic<UInt64>(0)
    let overruled = Atomic<UInt64>(0)
    let contradicted = Atomic<UInt64>(0)
    let unanswered = Atomic<UInt64>(0)
    let voided = Atomic<UInt64>(0)
    let quarantines = Atomic<UInt64>(0)

    /// Takes in a fact; most are not about second runs.
    func count(_ fact: Fact) {
        switch fact {
        case .repeated: self.runs.wrappingAdd(1, ordering: .relaxed)
        case .judged(_, .corroborated): self.corroborated.wrappingAdd(1, ordering: .relaxed)
        case .judged(_, .overruled): self.overruled.wrappingAdd(1, ordering: .relaxed)
        case .judged(_, .contradicted): self.contradicted.wrappingAdd(1, ordering: .relaxed)
        case .judged(_, .unanswered): self.unanswered.wrappingAdd(1, ordering: .relaxed)
        case .voided(_, let trials):
            self.voided.wrappingAdd(UInt64(trials.count), ordering: .relaxed)
        case .quarantined: self.quarantines.wrappingAdd(1, ordering: .relaxed)
        default: return
        }
    }

    func add(to page: inout PrometheusText) {
        page.add(
            "assay_second_runs_total", .counter,
            "Runs beyond the first of a trial, which are no trials.",
            self.runs.load(ordering: .relaxed))
        page.add(
            "assay_results_judged_total", .counter,
            "Results that were run a second time, by what came of it.",
            [
                .init(["verdict": "corroborated"], self.corroborated.load(ordering: .relaxed)),
                .init(["verdict": "overruled"], self.overruled.load(ordering: .relaxed)),
                .init(["verdict": "contradicted"], self.contradicted.load(ordering: .relaxed)),
                .init(["verdict": "unanswered"], self.unanswered.load(ordering: .relaxed)),
            ])
        page.add(
            "assay_results_voided_total", .counter,
            "Results of quarantined workers that are run again.",
            self.voided.load(ordering: .relaxed))
        page.add(
            "assay_quarantines_total", .counter, "Workers that were quarantined.",
            self.quarantines.load(ordering: .relaxed))
    }
}
