/// What `run`, `submit --follow` and `watch` do alike.
enum Following {
    /// Follows a job with live progress, brings its model, and prints how it ended: its summary as
    /// JSON, or its leaderboard.
    ///
    /// - Parameter model: the directory for the model; nil leaves it on the head.
    /// - Returns: the job as it ended, its model the directory where there is one.
    static func untilEnd(
        of job: String, knownFrom source: JobFollower.Source, on head: HeadClient, model: String?,
        json: Bool, rest: LeaderboardText.Rest = .onHead
    ) async throws -> JobReport {
        let terminal = Terminal()
        var ended = try await JobFollower(head: head, terminal: terminal)
            .follow(job, knownFrom: source)
        if let model, let id = ended.model {
            let found = try await ModelFetch.model(id, from: head)
            try ModelDirectory(model).write(try await ModelFetch.files(of: found, from: head))
            ended.model = model
        }
        try await Self.summarise(ended, on: head, json: json, rest, terminal)
        return ended
    }

    private static func summarise(
        _ job: JobReport, on head: HeadClient, json: Bool, _ rest: LeaderboardText.Rest,
        _ terminal: Terminal
    ) async throws {
        guard !json else {
            terminal.result(try JSONText.line(job))
            return
        }
        var text = ""
        if !job.metrics.isEmpty {
            let trials = try await head.trials(of: job.id)
            text =
                LeaderboardText(job: job, trials: trials, metrics: job.metrics)
                .text(
                    style: terminal.resultStyle, width: terminal.resultWidth(), rest: rest)
                + "\n"
        }
        terminal.result(text + JobText.summary(job, style: terminal.resultStyle))
    }

    /// A job that did not succeed is a command that failed.
    static func requireSuccess(_ job: JobReport) throws(CommandError) {
        guard job.state == "succeeded" else {
            throw CommandError(
                .failed, "job \(job.id) \(job.state)" + (job.reason.map { ": \($0)" } ?? ""))
        }
    }
}
