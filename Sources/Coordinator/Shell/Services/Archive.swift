import CoordinatorCore
import NIOPosix
import Synchronization
import Wire

/// Jobs that have ended, folded from the journal's facts when somebody asks.
///
/// An ended job never changes, so what was folded once is kept for a while. Every call may wait for
/// the disk, but those that say otherwise.
package final class Archive: Sendable {
    private let journal: any Journal
    private let clock: HeadClock
    private let cache: Mutex<Cache>

    /// Summaries kept: a screenful of jobs many times over, a few megabytes.
    private static let summariesMax = 2048

    /// What a list shows of an ended job, without its trials.
    struct Summary: Sendable {
        let job: Assay_V1_Job
        let model: Assay_V1_Model?
    }

    fileprivate struct Cache {
        var summaries: [JobID: Summary] = [:]
        /// The oldest first.
        var order: [JobID] = []
    }

    package init(journal: any Journal, clock: HeadClock) {
        self.journal = journal
        self.clock = clock
        self.cache = Mutex(Cache())
    }

    /// The whole job; nil when the journal does not know it.
    func record(of job: JobID) throws(JournalError) -> JobRecord? {
        let facts = try self.journal.facts(of: job)
        guard let first = facts.first else { return nil }
        guard var record = JobRecord(first) else {
            throw JournalError(.corrupt, "the journal is damaged: \(job) was never submitted")
        }
        for fact in facts.dropFirst() { record.apply(fact) }
        return record
    }

    func summary(of job: JobID) throws(JournalError) -> Summary? {
        if let summary = self.cache.withLock({ $0.summaries[job] }) { return summary }
        guard let record = try self.record(of: job) else { return nil }
        let summary = Summary(
            job: record.message(now: self.clock.now), model: record.modelMessage)
        // A job that still runs is the loop's to describe, and changes.
        guard record.state != .running else { return summary }
        self.cache.withLock { $0.keep(summary, of: job, atMost: Self.summariesMax) }
        return summary
    }

    /// Jobs that have ended, the newest first.
    func jobs(of owner: String?, limit: Int) throws(JournalError) -> [Assay_V1_Job] {
        var jobs: [Assay_V1_Job] = []
        for job in try self.journal.endedJobs(of: owner, before: nil, limit: limit) {
            if let summary = try self.summary(of: job.id) { jobs.append(summary.job) }
        }
        return jobs
    }

    func models(of owner: String?, limit: Int) throws(JournalError) -> [Assay_V1_Model] {
        var models: [Assay_V1_Model] = []
        for job in try self.journal.jobsWithOutputs(of: owner, limit: limit) {
            if let model = try self.summary(of: job.id)?.model { models.append(model) }
        }
        return models
    }

    /// Tells the feed how an ended job ended; returns at once.
    func tell(_ feed: JobFeed, key: String, of job: JobID) {
        NIOThreadPool.singleton.submit { state in
            var event = Assay_V1_JobEvent()
            event.key = key
            if state == .active, let summary = try? self.summary(of: job) {
                event.job = summary.job
            } else {
                event.refusal = "\(job) cannot be read from the journal"
            }
            _ = feed.offer(event)
        }
    }
}

extension Archive.Cache {
    fileprivate mutating func keep(
        _ summary: Archive.Summary, of job: JobID, atMost most: Int
    ) {
        guard self.summaries.updateValue(summary, forKey: job) == nil else { return }
        self.order.append(job)
        if self.order.count > most { self.summaries[self.order.removeFirst()] = nil }
    }
}
