import Wire

@testable import assay

/// Jobs and trials as a head would send them.
enum Reports {
    static func job(
        state: String = "running", stage: String = "tuning", trials: UInt32 = 60,
        scored: UInt32 = 33, failed: UInt32 = 1, running: UInt32 = 2, seconds: Double = 10,
        time: Duration? = nil, best: Assay_V1_Trial? = nil
    ) -> JobReport {
        var job = Assay_V1_Job()
        job.id = "j17"
        job.owner = "ute"
        job.state = state
        job.stage = stage
        job.spec.name = "wine"
        job.spec.budget.trials = trials
        job.spec.budget.timeNanoseconds = time?.nanoseconds ?? 0
        job.spec.learning.lesson.task = "regression"
        job.spec.learning.lesson.metrics = ["rmse", "r2"]
        job.spec.learning.direction = "minimise"
        job.spec.learning.rows = 3673
        job.spec.learning.columns = 11
        job.trials.scored = scored
        job.trials.failed = failed
        job.trials.running = running
        job.elapsedSeconds = seconds
        if let best { job.best = best }
        return JobReport(job)
    }

    static func scored(
        _ index: UInt32, _ family: String, _ score: Double, step: String = "tuning"
    ) -> Assay_V1_Trial {
        var trial = Assay_V1_Trial()
        trial.index = index
        trial.state = "scored"
        trial.spec =
            TrialSpec(
                step: .tuning,
                recipe: Recipe(family: family, parameters: [Parameter("alpha", 0.5)], seed: 1)
            ).message
        trial.spec.step = step
        trial.outcome =
            Outcome(
                .scored(scores: [Score("rmse", score), Score("r2", 1 - score)], outputs: []),
                cost: Cost(cpu: .seconds(1), wall: .milliseconds(1200), memoryBytes: 1)
            ).message
        return trial
    }

    static func failed(_ index: UInt32, _ family: String, _ reason: String) -> Assay_V1_Trial {
        var trial = Assay_V1_Trial()
        trial.index = index
        trial.state = "failed"
        trial.spec =
            TrialSpec(
                step: .tuning, recipe: Recipe(family: family, parameters: [], seed: 1)
            ).message
        trial.outcome = Outcome(.failed(Failure(.computation, reason)), cost: .none).message
        return trial
    }
}
