import ArgumentParser
import Engine
import Wire

struct ReportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "report",
        abstract: "Write a page on a model: how good it is, what it goes by, what was tried.",
        discussion: """
            MODEL is a bundle's directory, or the ID of a model on the head; its signature is \
            verified first, as assay predict does. --data names the table that it was learned \
            from: rows that it did not see are then predicted again, here, to show where it errs \
            and which columns it looks at. --job adds what the search tried. The page is one file \
            that loads nothing and runs nothing. It shows names of classes and quantiles of \
            columns: it belongs where the model belongs.
            """)

    @Argument(help: "A model's directory, or its ID on the head.")
    var model: String

    @Option(
        help: ArgumentHelp("The table that the model was learned from.", valueName: "data.csv"))
    var data: String?

    @Option(
        help: ArgumentHelp("The schema of that table, where the job had one.", valueName: "file"))
    var schema: String?

    @Flag(help: "Look at a fifth of the rows for what the model goes by.")
    var quick = false

    @Option(
        help: ArgumentHelp(
            "What the table tells, as JSON: written with --data, else read in its place.",
            valueName: "file"))
    var explanation: String?

    @Option(help: ArgumentHelp("The job that made it, on the head: j17.", valueName: "job"))
    var job: String?

    @Option(
        name: .customLong("output"),
        help: ArgumentHelp("Write the page to this file.", valueName: "page.html"))
    var file: String

    @OptionGroup var terms: ModelOptions
    @OptionGroup var client: ClientOptions
    @OptionGroup var output: OutputOptions

    /// What `--json` prints.
    struct Report: Encodable {
        let output: String
        /// Whether it shows what the model goes by.
        let explained: Bool
    }

    func run() async throws {
        let columns = try self.terms.names.map()
        let bundle = try await self.terms.bundle(self.model, self.client)
        var page = ReportPage(bundle, of: self.model, try self.explanation(of: bundle))
        if let job {
            let (report, trials) = try await self.client.withHead { head in
                var request = Assay_V1_GetJobRequest()
                request.job = job
                let report = JobReport(try await head.jobs.get(request), columns: columns)
                return (
                    report,
                    try await head.trials(of: job, in: report.parameters, columns: columns)
                )
            }
            page.tell(of: report, trials)
        }
        try page.write(to: self.file)
        let report = Report(output: self.file, explained: page.explanation != nil)
        try self.output.print(report) { _ in "\(report.output)\n" }
    }

    private func explanation(of bundle: ModelBundle) throws -> Explanation? {
        guard let data else { return try self.explanation.map(ModelExplanation.read) }
        let table = try ModelExplanation.Table(
            path: data, schema: try SchemaFile.read(ifGiven: self.schema), for: bundle)
        let explanation = try ModelExplanation.explanation(
            of: bundle, learnedFrom: table, self.quick ? .quick : .thorough)
        if let explanation, let path = self.explanation {
            try OutputFile.write(explanation.encoded, to: path, readers: .owner)
        }
        return explanation
    }
}
