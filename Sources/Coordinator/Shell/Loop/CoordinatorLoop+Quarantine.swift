import CoordinatorCore
import Logging
import Wire

extension CoordinatorLoop {
    /// Says in the log what an operator has to look at: who contradicts whom.
    func tellOperator(of facts: [Fact]) {
        for fact in facts {
            switch fact {
            case .quarantined(let record):
                self.log.error(
                    """
                    a worker is quarantined: it is given nothing until you say \
                    assay node resume \(record.worker)
                    """,
                    metadata: ["worker": "\(record.worker)", "reason": "\(record.reason)"])
            case .judged(let trial, .contradicted(let other)):
                self.log.warning(
                    "two workers contradict each other, and no third could decide",
                    metadata: ["trial": "\(trial)", "worker": "\(other)"])
            case .voided(let job, let trials):
                self.log.info(
                    "results of a quarantined worker are run again",
                    metadata: ["job": "\(job)", "trials": "\(trials.count)"])
            default: continue
            }
        }
    }
}
