import GRPCCore
import Synchronization
import Transport
import Wire

/// Watches a job until it ends, across restarts of the head.
struct JobFollower: Sendable {
    let head: HeadClient
    let terminal: Terminal
    /// What undoes the aliases of the job's columns.
    var columns: ColumnMap?

    /// Who says that the head has the job.
    enum Source: Sendable {
        /// The head itself, a moment ago: it is there, and if it goes it comes back.
        case head
        /// The user: the head may be elsewhere, or refuse us, and waiting would hide that.
        case user
    }

    /// How long a head may be away before we give up; a restart takes a second or two.
    static let absenceMax: Duration = .seconds(60)
    /// Between two attempts to reach it.
    static let retryInterval: Duration = .milliseconds(500)

    /// - Returns: the job as it ended.
    func follow(_ job: String, knownFrom source: Source) async throws -> JobReport {
        let progress = LiveProgress(terminal: self.terminal)
        return try await progress.whileShown { try await self.watch(job, source, progress) }
    }

    /// Asks again for as long as the head may be away: a job's end is no reason to lose its result
    /// to a restart.
    ///
    /// - Parameter body: changes nothing here unless it succeeds.
    func persist<Answer>(_ body: () async throws -> Answer) async throws -> Answer {
        var away: ContinuousClock.Instant?
        while true {
            do {
                return try await body()
            } catch let error as RPCError where error.code == .unavailable {
                let since = away ?? ContinuousClock.now
                away = since
                guard ContinuousClock.now - since < Self.absenceMax else { throw error }
            }
            try await Task.sleep(for: Self.retryInterval)
        }
    }

    private func watch(
        _ job: String, _ source: Source, _ progress: LiveProgress
    ) async throws -> JobReport {
        var request = Assay_V1_WatchJobRequest()
        request.job = job
        let message = request
        let contact = Contact(source)
        while true {
            do {
                let last: JobReport? = try await self.head.jobs.watch(message) { response in
                    var last: JobReport?
                    for try await event in response.messages where event.hasJob {
                        contact.note()
                        let report = JobReport(event.job, columns: self.columns)
                        progress.update(report)
                        last = report
                    }
                    return last
                }
                if let last, !last.isRunning { return last }
                // The stream ended and the job has not: the head is stopping, or was replaced.
            } catch let error as RPCError where error.code == .unavailable {
                guard contact.isRecent else { throw error }
            }
            guard contact.isRecent else {
                throw CommandError(.unreachable, "the head says nothing more of \(job)")
            }
            try await Task.sleep(for: Self.retryInterval)
        }
    }
}

/// When the head was last heard, if it ever was.
///
/// It is noted with each event and not when a stream ends: one stream may last for hours, and the
/// head has gone when it breaks, not when it began.
private final class Contact: Sendable {
    private let last: Mutex<ContinuousClock.Instant?>

    init(_ source: JobFollower.Source) {
        self.last = Mutex(source == .head ? ContinuousClock.now : nil)
    }

    func note() { self.last.withLock { $0 = ContinuousClock.now } }

    /// Whether it is worth while to ask again.
    var isRecent: Bool {
        guard let last = self.last.withLock({ $0 }) else { return false }
        return ContinuousClock.now - last < JobFollower.absenceMax
    }
}
