import CoordinatorCore
import Wire

extension JobRecord {
    /// The job as the public API shows it, at this moment.
    ///
    /// - Parameter tellsStages: of one that runs; of one that has ended they are always told. They
    ///   take a look at every trial, too much for each event of a job.
    func message(now: Instant, tellsStages: Bool = false) -> Assay_V1_Job {
        var message = Assay_V1_Job()
        message.id = self.id.description
        message.owner = self.owner
        message.spec = self.spec.message
        message.state = self.state.word
        message.stage = self.stage
        message.trials = self.counts.message
        message.reason = self.state.reason ?? ""
        if let best, let trial = self.message(of: best.trial) { message.best = trial }
        if let model = self.modelID { message.model = model }
        message.tainted = self.isTainted
        message.taintedBy = self.taintedBy.map(\.description)
        message.waiting = self.hindrance ?? ""
        message.submittedAt = self.submittedAt.sinceOrigin.seconds
        message.endedAt = self.endedAt?.sinceOrigin.seconds ?? 0
        message.elapsedSeconds = max(0, ((self.endedAt ?? now) - self.submittedAt).seconds)
        if tellsStages || self.state != .running { message.stages = self.stageMessages }
        if let corroboration = self.corroborationMessage { message.corroboration = corroboration }
        return message
    }

    /// One of its trials as the public API shows it.
    func message(of trial: UInt32) -> Assay_V1_Trial? {
        guard var message = self[trial]?.message else { return nil }
        if let progress = self.progress[trial] {
            message.stopped = progress.isStopped
            if let last = progress.last {
                message.step = last.step
                message.progress = last.scores.map(\.message)
            }
        }
        return message
    }

    /// A job has at most one model, so the job's name is the model's.
    var modelID: String? {
        guard self.state == .succeeded, !self.model.isEmpty else { return nil }
        return self.id.description
    }

    /// The job's model as the public API shows it; nil when it has none.
    var modelMessage: Assay_V1_Model? {
        guard let id = self.modelID else { return nil }
        var message = Assay_V1_Model()
        message.id = id
        message.job = self.id.description
        message.owner = self.owner
        message.name = self.spec.name
        message.files = self.model.map { output in
            var file = Assay_V1_ModelFile()
            file.name = output.name
            file.blob = output.blob.message
            return file
        }
        message.createdAt = self.endedAt?.sinceOrigin.seconds ?? 0
        let refit = self.modelRefit
        if let recipe = refit?.spec.recipe { message.recipe = recipe.message }
        // What several make together scores otherwise than the winner alone.
        var scores = refit?.spec.scores ?? []
        if case .scored(let own, _)? = refit?.outcome?.result, !own.isEmpty { scores = own }
        message.scores = scores.map(\.message)
        message.members = refit?.memberMessages ?? []
        message.worker = refit?.worker ?? ""
        message.scoresConfirmedBy = self.proof?.scores ?? ""
        message.modelConfirmedBy = self.proof?.model ?? ""
        return message
    }
}

extension JobRecord.State {
    var word: String {
        switch self {
        case .running: "running"
        case .succeeded: "succeeded"
        case .failed: "failed"
        case .cancelled: "cancelled"
        }
    }
}

extension JobRecord.Counts {
    var message: Assay_V1_TrialCounts {
        var message = Assay_V1_TrialCounts()
        message.queued = UInt32(self.queued)
        message.running = UInt32(self.leased)
        message.scored = UInt32(self.scored)
        message.failed = UInt32(self.failed)
        message.cancelled = UInt32(self.cancelled)
        return message
    }
}

extension TrialRecord {
    /// What the model that this refit made is of.
    fileprivate var memberMessages: [Assay_V1_ModelMember] {
        let made = self.outcome?.members ?? []
        let members = made.isEmpty ? [Outcome.Member(recipe: 0, weight: 1)] : made
        return members.compactMap { member in
            guard let recipe = self.spec.recipe(of: member) else { return nil }
            var message = Assay_V1_ModelMember()
            message.recipe = recipe.message
            message.weight = member.weight
            return message
        }
    }

    fileprivate var message: Assay_V1_Trial {
        var message = Assay_V1_Trial()
        message.index = self.index
        message.state = self.word
        message.spec = self.spec.message
        if let outcome = self.outcome { message.outcome = outcome.message }
        message.worker = self.worker ?? ""
        message.losses = UInt32(self.losses.count)
        return message
    }

    private var word: String {
        switch self.state {
        case .queued: "queued"
        case .leased: "running"
        case .finished(let finished):
            switch finished.outcome.result {
            case .scored: "scored"
            case .failed(let failure): failure.code == .cancelled ? "cancelled" : "failed"
            }
        }
    }
}
