import CoordinatorCore
import GRPCCore
import Wire

/// All jobs, wherever they are: live ones in the coordinator, ended ones in the archive.
struct JobDirectory: Sendable {
    let loop: CoordinatorLoop
    let archive: Archive

    /// Jobs in one answer, and how many when the caller does not say.
    static let listMax = 1000
    static let listDefault = 100

    /// Reads a job's name as people write it.
    static func parse(_ text: String) throws(RPCError) -> JobID {
        guard let job = JobID(text: text) else {
            throw RPCError(
                code: .invalidArgument, message: "a job is named j and its number, as in j17")
        }
        return job
    }

    static func notFound(_ job: JobID) -> RPCError {
        RPCError(code: .notFound, message: "there is no job \(job)")
    }

    /// The job without its trials.
    func find(_ job: JobID) async throws -> Assay_V1_Job {
        let now = self.loop.clock.now
        let live = try await self.loop.ask { coordinator in
            coordinator.job(job)?.message(now: now, tellsStages: true)
        }
        if let live { return live }
        guard let summary = try await FileThreads.run({ try self.archive.summary(of: job) }) else {
            throw Self.notFound(job)
        }
        return summary.job
    }

    /// The newest jobs first: those that run, then those that have ended.
    func list(of owner: String?, limit: Int) async throws -> [Assay_V1_Job] {
        let now = self.loop.clock.now
        let live = try await self.loop.ask { coordinator in
            coordinator.jobs.reversed().lazy
                .filter { owner == nil || $0.owner == owner }
                .prefix(limit).map { $0.message(now: now) }
        }
        guard live.count < limit else { return live }
        let ended = try await FileThreads.run {
            try self.archive.jobs(of: owner, limit: limit - live.count)
        }
        // A job that ended between the two questions is in both answers.
        let known = Set(live.map(\.id))
        return live + ended.filter { !known.contains($0.id) }
    }

    /// What a trial has left; nil when there is no such trial.
    func outputs(of trial: TrialID) async throws -> [Output]? {
        let live = try await self.loop.ask { coordinator in
            coordinator.job(trial.job).map { Self.outputs(of: $0[trial.index]) }
        }
        if let live { return live }
        let record = try await FileThreads.run { try self.archive.record(of: trial.job) }
        return record.flatMap { Self.outputs(of: $0[trial.index]) }
    }

    private static func outputs(of trial: TrialRecord?) -> [Output]? {
        guard let trial else { return nil }
        guard case .scored(_, let outputs)? = trial.outcome?.result else { return [] }
        return outputs
    }

    /// Trials in order of their numbers, page by page; the job's owner has been judged.
    func trials(
        of job: JobID, limit: Int, _ write: (Assay_V1_TrialPage) async throws -> Void
    ) async throws {
        var next = 0
        while next < limit {
            let range = next..<min(limit, next + Self.trialsPerPage)
            let page = try await self.loop.ask { $0.job(job).map { Self.page(range, of: $0) } }
            guard let page else {
                // It has ended meanwhile: trials keep their numbers, so the rest follows on.
                return try await self.endedTrials(of: job, range.lowerBound..<limit, write)
            }
            guard !page.trials.isEmpty else { return }
            try await write(page)
            next += page.trials.count
        }
    }

    private static let trialsPerPage = 1000

    private func endedTrials(
        of job: JobID, _ range: Range<Int>, _ write: (Assay_V1_TrialPage) async throws -> Void
    ) async throws {
        guard let record = try await FileThreads.run({ try self.archive.record(of: job) }) else {
            throw Self.notFound(job)
        }
        let end = min(range.upperBound, record.trials.count)
        var next = range.lowerBound
        while next < end {
            let page = Self.page(next..<min(end, next + Self.trialsPerPage), of: record)
            try await write(page)
            next += page.trials.count
        }
    }

    private static func page(_ range: Range<Int>, of record: JobRecord) -> Assay_V1_TrialPage {
        var page = Assay_V1_TrialPage()
        page.trials = range.clamped(to: 0..<record.trials.count).compactMap {
            record.message(of: UInt32($0))
        }
        return page
    }
}
