import ArgumentParser
import Transport
import Wire

struct SubmitCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "submit", abstract: "Submit a job to a head.",
        discussion: "The data is checked here first, and travels only if the head lacks it.")

    @OptionGroup var client: ClientOptions
    @OptionGroup var output: OutputOptions

    @Argument(help: ArgumentHelp("The job file.", valueName: "job.yaml"))
    var file: String

    @OptionGroup var anonymity: AnonymityOptions

    @Flag(help: "Stay until the job ends, bring its model and show its leaderboard.")
    var follow = false

    @OptionGroup var page: JobPageOptions

    func run() async throws {
        let job = try PreparedJob(path: self.file, anonymous: self.anonymity.anonymizeColumns)
        let page = try self.page.page(of: job)
        guard page == nil || self.follow && job.output != nil else {
            throw CommandError(
                .usage, "--report is for a model that is brought here: --follow, and an output")
        }
        job.tellOfData(json: self.output.json)
        guard self.follow else {
            let accepted = try await self.client.withHead { head in
                let id = try await job.submit(to: head)
                var request = Assay_V1_GetJobRequest()
                request.job = id
                return JobReport(try await head.jobs.get(request), columns: job.columns)
            }
            try self.output.print(accepted) { terminal in
                if let columns = job.columns {
                    terminal.remark("\(columns.path) undoes the aliases of its columns\n")
                }
                return "\(terminal.resultStyle.strong(accepted.id))\n"
            }
            return
        }
        let destination = try job.output.flatMap { try job.result.destination($0) }
        let json = self.output.json
        let ended = try await self.client.withHead { head in
            let id = try await job.submit(to: head)
            return try await Following.untilEnd(
                of: id, knownFrom: .head, on: head, to: destination, columns: job.columns,
                report: page, json: json)
        }
        try Following.requireSuccess(ended)
    }
}
