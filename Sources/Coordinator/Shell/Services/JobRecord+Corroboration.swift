import CoordinatorCore
import Wire

extension JobRecord {
    /// What second runs have shown; nil for a job whose trials nobody compares.
    var corroborationMessage: Assay_V1_Corroboration? {
        guard case .learning = self.spec.kind else { return nil }
        let found = self.corroboration
        var message = Assay_V1_Corroboration()
        message.confirmed = UInt32(found.corroborated)
        message.contradicted = UInt32(found.contradicted)
        message.unanswered = UInt32(found.unanswered)
        message.runAgain = UInt32(found.voided)
        message.secondRuns = UInt32(found.runs)
        message.secondRunSeconds = found.runTime.seconds
        message.share = found.share
        message.scoresConfirmedBy = self.proof?.scores ?? ""
        message.modelConfirmedBy = self.proof?.model ?? ""
        return message
    }
}
