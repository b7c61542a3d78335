import GRPCCore
import Transport
import Wire

/// Watches a job until it ends, across restarts of the head.
struct JobFollower: Sendable {
    let head: HeadClient
    let terminal: Terminal

    /// How long a head may be away before we give up; a restart takes a second or two.
    static let absenceMax: Duration = .seconds(60)
    /// Between two attempts to reach it.
    static let retryInterval: Duration = .milliseconds(500)

    /// - Returns: the job as it ended.
    func follow(_ job: String) async throws -> JobReport {
        let progress = LiveProgress(terminal: self.terminal)
        return try await progress.whileShown { try await self.watch(job, progress) }
    }

    private func watch(_ job: String, _ progress: LiveProgress) async throws -> JobReport {
        var request = Assay_V1_WatchJobRequest()
        request.job = job
        let message = request
        var lastHeard = ContinuousClock.now
        while true {
            do {
                let last: JobReport? = try await self.head.jobs.watch(message) { response in
                    var last: JobReport?
                    for try await event in response.messages where event.hasJob {
                        let report = JobReport(event.job)
                        progress.update(report)
                        last = report
                    }
                    return last
                }
                if let last, !last.isRunning { return last }
                // The stream ended and the job has not: the head is stopping, or was replaced.
                if last != nil { lastHeard = .now }
            } catch let error as RPCError where error.code == .unavailable {
                guard ContinuousClock.now - lastHeard < Self.absenceMax else { throw error }
            }
            guard ContinuousClock.now - lastHeard < Self.absenceMax else {
                throw CommandError(.unreachable, "the head says nothing more of \(job)")
            }
            try await Task.sleep(for: Self.retryInterval)
        }
    }
}
