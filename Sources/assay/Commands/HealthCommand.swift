import ArgumentParser
import Transport
import Wire

struct HealthCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "health", abstract: "Ask whether a head is ready, and as whom it knows us.",
        discussion: "Exits with 1 when the head answers and is not ready.")

    @OptionGroup var client: ClientOptions
    @OptionGroup var output: OutputOptions

    /// What `--json` prints.
    struct Report: Encodable {
        let head: String
        let ready: Bool
        /// The word of grpc.health.v1: `SERVING` or `NOT_SERVING`.
        let status: String
        /// Of the round trip on an open connection.
        let milliseconds: Double
    }

    func run() async throws {
        let report = try await self.client.withHead { head in
            // The first call opens the connection; the second measures the round trip.
            _ = try await head.health.check(Grpc_Health_V1_HealthCheckRequest())
            let start = ContinuousClock.now
            let answer = try await head.health.check(Grpc_Health_V1_HealthCheckRequest())
            let isReady = answer.status == .serving
            return Report(
                head: head.address, ready: isReady, status: isReady ? "SERVING" : "NOT_SERVING",
                milliseconds: (ContinuousClock.now - start).seconds * 1000)
        }
        try self.output.print(report) { terminal in
            let state =
                report.ready
                ? terminal.resultStyle.good("ready") : terminal.resultStyle.bad("not ready")
            return "\(report.head) is \(state) (\(Figures.seconds(report.milliseconds / 1000)))\n"
        }
        if !report.ready { throw CommandError(.failed, "the head at \(report.head) is not ready") }
    }
}
