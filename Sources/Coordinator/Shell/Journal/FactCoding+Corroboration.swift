import CoordinatorCore
import Wire

/// Facts about second runs; see `Fact`.
extension FactCoding {
    typealias Kind = Assay_Journal_V1_Fact.OneOf_Kind

    static func corroboration(_ fact: Fact) -> Kind {
        switch fact {
        case .served(_, let worker, let environment):
            return .served(.with { ($0.worker, $0.environment) = (worker, environment) })
        case .doubted(let trial, let doubt):
            return .doubted(.with { ($0.trial, $0.doubt) = (trial.index, doubt.rawValue) })
        case .repeated(let trial, let outcome, let worker):
            return .repeated(
                .with { ($0.trial, $0.outcome, $0.worker) = (trial.index, outcome.message, worker) }
            )
        case .judged(let trial, let verdict): return .judged(Self.message(verdict, trial))
        case .voided(_, let trials): return .voided(.with { $0.trials = trials })
        case .unsaid(_, let trials): return .unsaid(.with { $0.trials = trials })
        case .vouched(let worker, let confirmed):
            return .vouched(.with { ($0.worker, $0.confirmed) = (worker, confirmed) })
        case .quarantined(let record):
            return .quarantined(
                .with {
                    ($0.worker, $0.reason) = (record.worker, record.reason)
                    $0.atNanoseconds = record.at.sinceOrigin.nanoseconds
                })
        default: preconditionFailure("\(fact) is not about second runs")
        }
    }

    private static func message(_ verdict: Check.Verdict, _ trial: TrialID)
        -> Assay_Journal_V1_Judged
    {
        var message = Assay_Journal_V1_Judged()
        message.trial = trial.index
        switch verdict {
        case .corroborated(let by): (message.verdict, message.by) = (.corroborated, by)
        case .overruled(let by): (message.verdict, message.by) = (.overruled, by)
        case .contradicted(let by): (message.verdict, message.by) = (.contradicted, by)
        case .unanswered(let reason): (message.verdict, message.reason) = (.unanswered, reason)
        }
        return message
    }

    static func fact(_ quarantined: Assay_Journal_V1_Quarantined) -> Fact {
        .quarantined(
            QuarantineRecord(
                quarantined.worker, reason: quarantined.reason,
                at: Self.instant(quarantined.atNanoseconds)))
    }

    static func corroboration(_ kind: Kind?, of job: JobID) throws(WireError) -> Fact {
        switch kind {
        case .served(let served):
            return .served(job, worker: served.worker, environment: served.environment)
        case .doubted(let doubted):
            guard let doubt = Doubt(rawValue: doubted.doubt) else {
                throw WireError("doubted.doubt", "is none of the known words")
            }
            return .doubted(TrialID(job, doubted.trial), doubt)
        case .repeated(let repeated):
            return .repeated(
                TrialID(job, repeated.trial), try Outcome(repeated.outcome),
                worker: repeated.worker)
        case .judged(let judged):
            return .judged(TrialID(job, judged.trial), try Self.verdict(judged))
        case .voided(let voided): return .voided(job, voided.trials)
        case .unsaid(let unsaid): return .unsaid(job, unsaid.trials)
        default: throw WireError("fact.kind", "is not about second runs")
        }
    }

    private static func verdict(
        _ message: Assay_Journal_V1_Judged
    ) throws(WireError) -> Check.Verdict {
        switch message.verdict {
        case .corroborated: return .corroborated(by: message.by)
        case .overruled: return .overruled(by: message.by)
        case .contradicted: return .contradicted(by: message.by)
        case .unanswered: return .unanswered(reason: message.reason)
        case .none, .UNRECOGNIZED:
            throw WireError("judged.verdict", "is missing or unknown to this version")
        }
    }
}
