import ArgumentParser

struct WatchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "watch", abstract: "Follow a job until it ends, then show its leaderboard.")

    @OptionGroup var client: ClientOptions
    @OptionGroup var output: OutputOptions
    @OptionGroup var names: ColumnOptions

    @Argument(help: "The job, such as j17.")
    var job: String

    func run() async throws {
        let columns = try self.names.map()
        let (job, json) = (self.job, self.output.json)
        let ended = try await self.client.withHead { head in
            try await Following.untilEnd(
                of: job, knownFrom: .user, on: head, to: nil, columns: columns, json: json)
        }
        try Following.requireSuccess(ended)
    }
}
