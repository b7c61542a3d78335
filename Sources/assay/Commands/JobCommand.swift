import ArgumentParser
import Transport
import Wire

struct JobCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "job", abstract: "Show how a job stands.")

    @OptionGroup var client: ClientOptions
    @OptionGroup var output: OutputOptions
    @OptionGroup var names: ColumnOptions

    @Argument(help: "The job, such as j17.")
    var job: String

    func run() async throws {
        let columns = try self.names.map()
        var request = Assay_V1_GetJobRequest()
        request.job = self.job
        let message = request
        let job = try await self.client.withHead { head in
            try await head.jobs.get(message)
        }
        let report = JobReport(job, columns: columns)
        try self.output.print(report) { JobText.details(report, style: $0.resultStyle) }
    }
}
