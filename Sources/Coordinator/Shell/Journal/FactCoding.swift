import CoordinatorCore
import Crypto
import Foundation
import SwiftProtobuf
import Wire

/// Turns facts into rows of the journal and back.
///
/// What is read back is checked as strictly as what comes over the wire: a row that breaks a rule
/// is a `WireError` that names the field, never a fact that the coordinator would trip over.
enum FactCoding {
    /// Bytes of the row's own digest that stand before its message. SQLite checks its log, but
    /// not its pages: a disk that forgets a bit must not become a different score.
    private static let checkBytes = 8

    /// The facts of one job (or of none), as one row.
    static func encode(_ facts: [Fact]) -> Data {
        var message = Assay_Journal_V1_Facts()
        message.facts = facts.map(Self.message)
        do {
            let body: Data = try message.serializedBytes()
            return Self.check(of: body) + body
        } catch {
            preconditionFailure("a message without required fields was not encoded: \(error)")
        }
    }

    /// - Parameter job: nil when the row is about none.
    static func decode(_ row: Data, of job: JobID?) throws(WireError) -> [Fact] {
        let body = row.dropFirst(Self.checkBytes)
        guard row.prefix(Self.checkBytes) == Self.check(of: body) else {
            throw WireError("facts", "are not those that were written")
        }
        let message: Assay_Journal_V1_Facts
        do {
            message = try Assay_Journal_V1_Facts(serializedBytes: body)
        } catch {
            throw WireError("facts", "are no message")
        }
        var facts: [Fact] = []
        facts.reserveCapacity(message.facts.count)
        for fact in message.facts { facts.append(try Self.fact(fact, of: job)) }
        return facts
    }

    private static func check(of body: Data) -> Data {
        Data(SHA256.hash(data: body).prefix(Self.checkBytes))
    }

    private static func message(_ fact: Fact) -> Assay_Journal_V1_Fact {
        var message = Assay_Journal_V1_Fact()
        switch fact {
        case .submitted(_, let spec, let owner, let key, let at):
            message.submitted.spec = spec.message
            message.submitted.owner = owner
            message.submitted.key = key
            message.submitted.atNanoseconds = at.sinceOrigin.nanoseconds
        case .proposed(_, let specs):
            message.proposed.runs = Self.runs(specs)
        case .finished(let trial, let outcome, let worker):
            message.finished.trial = trial.index
            message.finished.outcome = outcome.message
            message.finished.worker = worker
        case .lost(let trial, let loss, let worker):
            message.lost.trial = trial.index
            message.lost.cause = loss.cause.rawValue
            message.lost.reason = loss.reason
            message.lost.worker = worker
        case .searched(_, let ends):
            message.searched.stages = ends.map { end in
                .with {
                    $0.step = end.step.rawValue
                    $0.reason = end.reason.rawValue
                }
            }
        case .ended(_, let end, let at):
            message.ended = Self.message(end)
            message.ended.atNanoseconds = at.sinceOrigin.nanoseconds
        case .nodeDrained(let name): message.nodeDrained = name
        case .nodeResumed(let name): message.nodeResumed = name
        case .revoked(let record): message.revoked = Self.message(record)
        case .invitationSpent(let serial, let worker, let at, let until):
            message.invitationSpent.serial = serial.description
            message.invitationSpent.worker = worker
            message.invitationSpent.atNanoseconds = at.sinceOrigin.nanoseconds
            message.invitationSpent.untilNanoseconds = until.sinceOrigin.nanoseconds
        case .progressed(let trial, let progress):
            message.progressed = Self.message(progress, of: trial.index)
        case .stopped(let trial): message.stopped = trial.index
        case .taintInherited(_, let sources):
            message.taintInherited.sources = sources.map(\.description)
        case .tainted(let batch): message.tainted = Self.message(batch)
        case .taintCleared(let digests, let clearance):
            message.taintCleared = Self.message(clearance, of: digests)
        // Corroboration.
        case .served, .doubted, .repeated, .judged, .voided, .unsaid, .vouched, .quarantined:
            message.kind = self.corroboration(fact)
        }
        return message
    }

    private static func fact(
        _ message: Assay_Journal_V1_Fact, of job: JobID?
    ) throws(WireError) -> Fact {
        switch message.kind {
        case .nodeDrained(let name): return .nodeDrained(name)
        case .nodeResumed(let name): return .nodeResumed(name)
        case .revoked(let revoked): return .revoked(try Self.record(revoked))
        case .invitationSpent(let spent):
            return .invitationSpent(
                serial: try Self.serial(spent.serial), worker: spent.worker,
                at: Self.instant(spent.atNanoseconds), until: Self.instant(spent.untilNanoseconds))
        case .tainted(let tainted): return .tainted(try Self.batch(tainted))
        case .taintCleared(let cleared): return try Self.clearance(cleared)
        // Corroboration.
        case .vouched(let vouched):
            return .vouched(vouched.worker, confirmed: vouched.confirmed)
        case .quarantined(let quarantined): return self.fact(quarantined)
        case nil: throw WireError("fact.kind", "is missing or unknown to this version")
        default: break
        }
        guard let job else { throw WireError("fact.job", "is missing") }
        switch message.kind {
        case .submitted(let submitted):
            return .submitted(
                job, try JobSpec(submitted.spec), owner: submitted.owner, key: submitted.key,
                at: Self.instant(submitted.atNanoseconds))
        case .proposed(let proposed):
            return .proposed(job, try Self.specs(proposed.runs))
        case .finished(let finished):
            return .finished(
                TrialID(job, finished.trial), try Outcome(finished.outcome),
                worker: finished.worker)
        case .lost(let lost):
            guard let cause = Loss.Cause(rawValue: lost.cause) else {
                throw WireError("lost.cause", "is none of the known words")
            }
            return .lost(TrialID(job, lost.trial), Loss(cause, lost.reason), worker: lost.worker)
        case .searched(let searched): return .searched(job, try Self.ends(searched))
        case .ended(let ended):
            return .ended(job, try Self.end(ended), at: Self.instant(ended.atNanoseconds))
        case .progressed(let progressed):
            return .progressed(TrialID(job, progressed.trial), try Self.progress(progressed))
        case .stopped(let trial): return .stopped(TrialID(job, trial))
        case .taintInherited(let inherited):
            return .taintInherited(job, from: try Self.digests(inherited.sources))
        // Corroboration.
        case .served, .doubted, .repeated, .judged, .voided, .unsaid:
            return try self.corroboration(message.kind, of: job)
        case .nodeDrained, .nodeResumed, .revoked, .invitationSpent, .vouched, .quarantined,
            .tainted, .taintCleared, nil:
            preconditionFailure("facts about no job were answered above")
        }
    }

    static func instant(_ nanoseconds: UInt64) -> Instant {
        Instant(sinceOrigin: Duration(nanoseconds: nanoseconds))
    }
}

// MARK: Proposals

extension FactCoding {
    private static func runs(_ specs: [TrialSpec]) -> [Assay_Journal_V1_Run] {
        var runs: [Assay_Journal_V1_Run] = []
        var last: TrialSpec?
        for spec in specs {
            if spec == last {
                runs[runs.count - 1].count += 1
            } else {
                var run = Assay_Journal_V1_Run()
                run.spec = spec.message
                run.count = 1
                runs.append(run)
                last = spec
            }
        }
        return runs
    }

    private static func specs(
        _ runs: [Assay_Journal_V1_Run]
    ) throws(WireError) -> [TrialSpec] {
        var specs: [TrialSpec] = []
        for run in runs {
            // A count is believed only as far as a job can reach, or a broken row could ask for
            // all memory there is.
            guard specs.count + Int(run.count) <= Int(Limits.trialsPerJobMax) else {
                throw WireError("proposed.runs", "are more than \(Limits.trialsPerJobMax) trials")
            }
            let spec = try TrialSpec(run.spec)
            specs.append(contentsOf: repeatElement(spec, count: Int(run.count)))
        }
        return specs
    }
}

// MARK: Ends

extension FactCoding {
    private static func message(_ end: JobEnd) -> Assay_Journal_V1_Ended {
        var message = Assay_Journal_V1_Ended()
        switch end {
        case .succeeded:
            message.how = .succeeded
        case .failed(let reason):
            message.how = .failed
            message.reason = reason
        case .cancelled(let reason):
            message.how = .cancelled
            message.reason = reason
        }
        return message
    }

    private static func ends(
        _ message: Assay_Journal_V1_Searched
    ) throws(WireError) -> [StageEnd] {
        guard message.stages.count <= TrialSpec.Step.allCases.count else {
            throw WireError("searched.stages", "are more than there can be")
        }
        var ends: [StageEnd] = []
        for stage in message.stages {
            guard let step = TrialSpec.Step(rawValue: stage.step), step.isSearch,
                let reason = StageEnd.Reason(rawValue: stage.reason)
            else { throw WireError("searched.stages", "are none of the known words") }
            ends.append(StageEnd(step, reason))
        }
        return ends
    }

    private static func end(_ message: Assay_Journal_V1_Ended) throws(WireError) -> JobEnd {
        switch message.how {
        case .succeeded: return .succeeded
        case .failed: return .failed(reason: message.reason)
        case .cancelled: return .cancelled(reason: message.reason)
        case .unknown, .UNRECOGNIZED:
            throw WireError("ended.how", "is missing or unknown to this version")
        }
    }
}

// MARK: Revocations

extension FactCoding {
    private static func message(_ record: RevocationRecord) -> Assay_Journal_V1_Revoked {
        var message = Assay_Journal_V1_Revoked()
        switch record.revocation {
        case .certificate(let serial): message.serial = serial.description
        case .holder(let holder): message.holder = holder.description
        }
        message.by = record.by
        message.atNanoseconds = record.at.sinceOrigin.nanoseconds
        return message
    }

    private static func record(
        _ message: Assay_Journal_V1_Revoked
    ) throws(WireError) -> RevocationRecord {
        RevocationRecord(
            try Revocation(serial: message.serial, holder: message.holder), by: message.by,
            at: Self.instant(message.atNanoseconds))
    }

    private static func serial(_ text: String) throws(WireError) -> SerialNumber {
        do throws(SerialNumberError) {
            return try SerialNumber(text: text)
        } catch {
            throw WireError("invitation_spent.serial", "is none: \(error)")
        }
    }
}
