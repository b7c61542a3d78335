import CoordinatorCore
import Wire

extension JobRecord {
    /// What each stage tried, what that cost, and why it ended; none of an idle job.
    ///
    /// - Complexity: O(trials)
    var stageMessages: [Assay_V1_JobStage] {
        guard let objective = self.spec.objective else { return [] }
        var stages: [TrialSpec.Step: Assay_V1_JobStage] = [:]
        for trial in self.trials {
            var stage = stages.removeValue(forKey: trial.spec.step) ?? Assay_V1_JobStage()
            stage.trials += 1
            if let outcome = trial.outcome {
                stage.cpuSeconds += outcome.cost.cpu.seconds
                stage.wallSeconds += outcome.cost.wall.seconds
                switch outcome.result {
                case .scored:
                    stage.scored += 1
                    if trial.spec.step.isSearch, trial.spec.rows == nil, self.holds(trial.index),
                        !self.isStopped(trial.index), let score = outcome.score(objective.metric),
                        score.isFinite,
                        !stage.hasBest || objective.direction.prefers(score, to: stage.best)
                    {
                        stage.best = score
                    }
                case .failed(let failure) where failure.code == .cancelled: stage.cancelled += 1
                case .failed: stage.failed += 1
                }
            }
            stages[trial.spec.step] = stage
        }
        for end in self.stageEnds {
            stages[end.step, default: Assay_V1_JobStage()].ended = end.reason.rawValue
        }
        return TrialSpec.Step.allCases.compactMap { step in
            guard var stage = stages[step] else { return nil }
            stage.step = step.rawValue
            return stage
        }
    }
}
