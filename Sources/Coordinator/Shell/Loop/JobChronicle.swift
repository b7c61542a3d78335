import CoordinatorCore
import Host
import Logging
import Wire

/// Tells the log what becomes of jobs, and keeps the files that are theirs.
///
/// A job is two lines at `info`: its beginning and its end. Trials that go wrong are told one by
/// one while they are few; those that go right, at `debug`, since there may be thousands a second.
/// Names, shapes, scores and sentences about tables are sensitive; a cell is in none of the facts.
struct JobChronicle {
    private let log: Logger
    private let files: JobLogs?
    private var tallies: [JobID: Tally] = [:]

    /// What became of a job's trials so far.
    private struct Tally {
        var scored = 0
        var failed = 0
        var lost = 0

        /// How many that went wrong are told.
        static let toldMax = 100

        var isFull: Bool { self.failed + self.lost > Self.toldMax }
    }

    /// - Parameter files: nil without a log directory.
    init(_ log: Logger, files: JobLogs?) {
        self.log = log
        self.files = files
    }

    /// Goes on with the jobs that the journal brought back.
    mutating func resume(_ jobs: [JobRecord]) {
        for job in jobs {
            self.tallies[job.id] = Tally(
                scored: job.counts.scored, failed: job.counts.failed,
                lost: job.trials.reduce(0) { $0 + $1.losses.count })
        }
        self.files?.resume(live: Set(jobs.map { "\($0.id)" }))
    }

    /// - Parameter facts: what is durable.
    mutating func tell(_ facts: [Fact]) {
        for fact in facts {
            switch fact {
            case .submitted(let job, let spec, let owner, _, _): self.begin(job, spec, owner)
            case .proposed(let job, let trials):
                self.log.debug(
                    "trials were proposed",
                    metadata: ["job": "\(job)", "trials": "\(trials.count)"])
            case .finished(let trial, let outcome, let worker): self.tell(trial, outcome, worker)
            case .lost(let trial, let loss, let worker):
                self.tallies[trial.job]?.lost += 1
                self.log.log(
                    level: self.levelOfMishaps(trial.job), "a lease was lost",
                    metadata: [
                        "job": "\(trial.job)", "trial": "\(trial)", "worker": "\(worker)",
                        "cause": "\(loss.cause.rawValue)",
                    ])
            case .searched(let job, let ends):
                self.log.debug(
                    "the search is over",
                    metadata: [
                        "job": "\(job)",
                        "stages":
                            "\(ends.map { "\($0.step.rawValue): \($0.reason.rawValue)" })",
                    ])
            case .ended(let job, let end, _): self.end(job, end)
            case .nodeDrained, .nodeResumed, .revoked, .invitationSpent: break
            // Corroboration: what came of it is told by the loop. Void results come again.
            case .voided(let job, let trials):
                self.tallies[job]?.scored -= trials.count
            case .served, .doubted, .repeated, .judged, .unsaid, .vouched, .quarantined: break
            // Commands: each step would be a line, and who cleared what is in the audit log.
            case .progressed, .stopped, .taintInherited, .tainted, .taintCleared: break
            }
        }
    }

    private mutating func begin(_ job: JobID, _ spec: JobSpec, _ owner: String) {
        self.tallies[job] = Tally()
        self.files?.begin("\(job)")
        var metadata: Logger.Metadata = ["job": "\(job)", "priority": "\(spec.priority)"]
        switch spec.kind {
        case .idle: metadata["task"] = "idle"
        case .learning(let learning): metadata["task"] = "\(learning.lesson.task.rawValue)"
        case .command: metadata["task"] = "command"
        }
        self.log.info("a job was accepted", metadata: metadata)
        self.log.sensitiveInfo(
            "what the job is", metadata: Self.description(of: spec, owner, job))
    }

    private static func description(
        of spec: JobSpec, _ owner: String, _ job: JobID
    ) -> Logger.Metadata {
        var metadata: Logger.Metadata = [
            "job": "\(job)", "name": "\(spec.name)", "owner": "\(owner)",
        ]
        guard case .learning(let learning) = spec.kind else { return metadata }
        if let target = learning.lesson.target { metadata["target"] = "\(target)" }
        metadata["rows"] = "\(learning.rows)"
        metadata["columns"] = "\(learning.columns)"
        metadata["classes"] = "\(learning.classes)"
        metadata["data"] = "\(learning.lesson.data.digest)"
        return metadata
    }

    private mutating func tell(_ trial: TrialID, _ outcome: Outcome, _ worker: String) {
        let job = trial.job
        switch outcome.result {
        case .scored(let scores, _):
            self.tallies[job]?.scored += 1
            self.log.debug(
                "a trial was scored",
                metadata: ["job": "\(job)", "trial": "\(trial)", "worker": "\(worker)"])
            self.log.sensitiveInfo(
                "what a trial scored",
                metadata: ["job": "\(job)", "trial": "\(trial)"].merging(
                    scores.map { ("score_\($0.metric)", "\($0.value)") }
                ) { $1 })
        case .failed(let failure):
            self.tallies[job]?.failed += 1
            self.log.log(
                level: self.levelOfMishaps(job), "a trial failed",
                metadata: [
                    "job": "\(job)", "trial": "\(trial)", "worker": "\(worker)",
                    "code": "\(failure.code.rawValue)",
                ])
            self.log.sensitiveInfo(
                "why a trial failed",
                metadata: [
                    "job": "\(job)", "trial": "\(trial)", "reason": "\(failure.reason)",
                ])
        }
    }

    private func levelOfMishaps(_ job: JobID) -> Logger.Level {
        self.tallies[job]?.isFull == true ? .debug : .info
    }

    private mutating func end(_ job: JobID, _ end: JobEnd) {
        let tally = self.tallies.removeValue(forKey: job) ?? Tally()
        var reason: String?
        let state: String
        switch end {
        case .succeeded: state = "succeeded"
        case .failed(let sentence): (state, reason) = ("failed", sentence)
        case .cancelled(let sentence): (state, reason) = ("cancelled", sentence)
        }
        self.log.info(
            "a job ended",
            metadata: [
                "job": "\(job)", "state": "\(state)", "scored": "\(tally.scored)",
                "failed": "\(tally.failed)", "lost": "\(tally.lost)",
            ])
        if let reason {
            self.log.sensitiveInfo(
                "why the job ended", metadata: ["job": "\(job)", "reason": "\(reason)"])
        }
        self.files?.seal("\(job)")
    }
}
