import ArgumentParser
import Transport
import Wire

struct TrialsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "trials",
        abstract: "List a job's trials, the best first, and why others failed.")

    @OptionGroup var client: ClientOptions
    @OptionGroup var output: OutputOptions
    @OptionGroup var names: ColumnOptions

    @Argument(help: "The job, such as j17.")
    var job: String

    @Option(
        help: ArgumentHelp("The most to list, by number; all when 0.", valueName: "count"))
    var limit: UInt32 = 0

    @Flag(help: "Also the rows and columns that each learned from, its memory and its worker.")
    var wide = false

    /// What `--json` prints: trials by number.
    struct Report: Encodable {
        let job: String
        let trials: [TrialReport]
    }

    func run() async throws {
        let columns = try self.names.map()
        var request = Assay_V1_GetJobRequest()
        request.job = self.job
        let message = request
        let (job, trials) = try await self.client.withHead { head in
            let job = JobReport(try await head.jobs.get(message), columns: columns)
            return (
                job,
                try await head.trials(
                    of: message.job, limit: self.limit, in: job.parameters, columns: columns)
            )
        }
        try self.output.print(Report(job: job.id, trials: trials)) { terminal in
            LeaderboardText(job: job, trials: trials, metrics: job.metrics)
                .text(
                    style: terminal.resultStyle, width: terminal.resultWidth(), rows: .max,
                    isWide: self.wide)
        }
    }
}
