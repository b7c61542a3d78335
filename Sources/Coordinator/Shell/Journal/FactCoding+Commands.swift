import CoordinatorCore
import Wire

/// Facts about commands, and about what they make.
extension FactCoding {
    static func message(
        _ progress: Progress, of trial: UInt32
    ) -> Assay_Journal_V1_Progressed {
        var message = Assay_Journal_V1_Progressed()
        message.trial = trial
        message.step = progress.step
        message.scores = progress.scores.map(\.message)
        return message
    }

    static func progress(
        _ message: Assay_Journal_V1_Progressed
    ) throws(WireError) -> Progress {
        var scores: [Score] = []
        for score in message.scores { scores.append(try Score(score)) }
        return Progress(step: message.step, scores: scores)
    }

    static func message(_ batch: TaintBatch) -> Assay_Journal_V1_Tainted {
        var message = Assay_Journal_V1_Tainted()
        message.job = batch.trial.job.number
        message.trial = batch.trial.index
        message.owner = batch.owner
        message.outputs = batch.outputs.map(\.message)
        message.sources = batch.sources.map(\.description)
        message.atNanoseconds = batch.at.sinceOrigin.nanoseconds
        return message
    }

    static func batch(_ message: Assay_Journal_V1_Tainted) throws(WireError) -> TaintBatch {
        var outputs: [Output] = []
        for output in message.outputs { outputs.append(try Output(output)) }
        return TaintBatch(
            trial: TrialID(JobID(message.job), message.trial), owner: message.owner,
            outputs: outputs, sources: try self.digests(message.sources),
            at: self.instant(message.atNanoseconds))
    }

    static func message(
        _ clearance: TaintClearance, of digests: [Digest]
    ) -> Assay_Journal_V1_TaintCleared {
        var message = Assay_Journal_V1_TaintCleared()
        message.digests = digests.map(\.description)
        message.by = clearance.by
        message.reason = clearance.reason
        message.atNanoseconds = clearance.at.sinceOrigin.nanoseconds
        return message
    }

    static func clearance(_ message: Assay_Journal_V1_TaintCleared) throws(WireError) -> Fact {
        let clearance = TaintClearance(
            by: message.by, reason: message.reason, at: self.instant(message.atNanoseconds))
        return .taintCleared(try self.digests(message.digests), clearance)
    }

    static func digests(_ texts: [String]) throws(WireError) -> [Digest] {
        var digests: [Digest] = []
        for text in texts {
            guard let digest = Digest(text: text) else {
                throw WireError("digests", "holds what is none")
            }
            digests.append(digest)
        }
        return digests
    }
}
