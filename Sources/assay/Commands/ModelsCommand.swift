import ArgumentParser
import Transport
import Wire

struct ModelsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "models", abstract: "List models on a head.")

    @OptionGroup var client: ClientOptions
    @OptionGroup var output: OutputOptions

    /// What `--json` prints.
    struct Report: Encodable {
        let models: [ModelReport]
    }

    func run() async throws {
        let response = try await self.client.withHead { head in
            try await head.models.list(Assay_V1_ListModelsRequest())
        }
        let report = Report(models: response.models.map(ModelReport.init))
        try self.output.print(report) { terminal in
            guard !report.models.isEmpty else { return "No models.\n" }
            var table = TextTable([
                ("model", .left), ("name", .left), ("job", .left), ("owner", .left),
                ("kind", .left), ("made (UTC)", .left), ("taint", .left), ("scores", .left),
            ])
            for model in report.models {
                table.add([
                    model.id, model.name, model.job, model.owner, model.kindText,
                    Figures.moment(model.createdAt), model.tainted ? "tainted" : "-",
                    model.scoresText,
                ])
            }
            return table.text(style: terminal.resultStyle, width: terminal.resultWidth())
        }
    }
}

/// `assay model ID`, `assay model export MODEL`, `assay model audit FILE`
struct ModelCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "model",
        abstract: "Show a model on a head, bring it here, export it, or audit a file.",
        subcommands: [Show.self, Export.self, Audit.self], defaultSubcommand: Show.self)
}

extension ModelCommand {
    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show a model on a head, or bring it here.")

        @OptionGroup var client: ClientOptions
        @OptionGroup var output: OutputOptions

        @Argument(help: "The model's ID.")
        var model: String

        @Option(
            name: .customLong("output"),
            help: ArgumentHelp("Write the model's bundle to this directory.", valueName: "dir"))
        var directory: String?

        func run() async throws {
            let (id, directory) = (self.model, self.directory)
            if let directory { try ModelDirectory(directory).requireWritable() }
            let model = try await self.client.withHead { head in
                let model = try await ModelFetch.model(id, from: head)
                if let directory {
                    let bundle = try await ModelFetch.bundle(of: model, from: head)
                    try ModelDirectory(directory).write(
                        bundle.files, signature: Array(model.signature))
                }
                return model
            }
            let report = ModelReport(model)
            try self.output.print(report) { terminal in
                var text = """
                    \(terminal.resultStyle.strong(report.id))  \(report.name), made by \
                    \(report.job) of \(report.owner) at \(Figures.moment(report.createdAt)) UTC
                    \(report.membersText): \(report.scoresText)

                    """
                for file in report.files {
                    text += "  \(file.name)  \(Figures.bytes(file.bytes))  \(file.digest)\n"
                }
                for source in report.taintedBy { text += "tainted: made from \(source)\n" }
                if let directory { text += "verified, and written to \(directory)\n" }
                return text
            }
        }
    }
}
