import ArgumentParser
import Transport
import Wire

struct CancelCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cancel", abstract: "Cancel a job that runs.")

    @OptionGroup var client: ClientOptions
    @OptionGroup var output: OutputOptions

    @Argument(help: "The job, such as j17.")
    var job: String

    func run() async throws {
        var request = Assay_V1_CancelJobRequest()
        request.job = self.job
        let message = request
        let job = try await self.client.withHead { head in
            try await head.jobs.cancel(message)
        }
        let report = JobReport(job)
        try self.output.print(report) { JobText.summary(report, style: $0.resultStyle) }
    }
}
