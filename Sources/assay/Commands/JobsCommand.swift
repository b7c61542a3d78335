import ArgumentParser
import Transport
import Wire

struct JobsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "jobs", abstract: "List jobs, the newest first.",
        discussion: "Users see their own jobs; operators and viewers see all.")

    @OptionGroup var client: ClientOptions
    @OptionGroup var output: OutputOptions

    @Option(help: ArgumentHelp("The most to list.", valueName: "count"))
    var limit: UInt32 = 50

    /// What `--json` prints.
    struct Report: Encodable {
        let jobs: [JobReport]
    }

    func run() async throws {
        var request = Assay_V1_ListJobsRequest()
        request.limit = self.limit
        let message = request
        let response = try await self.client.withHead { head in
            try await head.jobs.list(message)
        }
        let report = Report(jobs: response.jobs.map { JobReport($0) })
        try self.output.print(report) { terminal in
            Self.table(report.jobs, terminal)
        }
    }

    private static func table(_ jobs: [JobReport], _ terminal: Terminal) -> String {
        guard !jobs.isEmpty else { return "No jobs.\n" }
        var table = TextTable([
            ("job", .left), ("name", .left), ("owner", .left), ("state", .left), ("stage", .left),
            ("trials", .right), ("best", .left), ("time", .right), ("submitted (UTC)", .left),
        ])
        for job in jobs {
            let best = job.bestScore.map { "\(job.metric ?? "") \(Figures.score($0))" }
            table.add([
                job.id, job.name, job.owner, job.state, job.stage ?? "-",
                Figures.count(job.trials.ended), best ?? "-", Figures.seconds(job.seconds),
                Figures.moment(job.submittedAt),
            ])
        }
        return table.text(style: terminal.resultStyle, width: terminal.resultWidth())
    }
}
