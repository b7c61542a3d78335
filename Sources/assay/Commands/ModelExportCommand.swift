import ArgumentParser
import Engine
import Host

extension ModelCommand {
    struct Export: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Write a model in another format.",
            discussion: """
                MODEL is a bundle's directory, or the ID of a model on the head; its signature is \
                verified first, as assay predict does. An ONNX file holds everything from a \
                table's columns to the answer, for runtimes of many languages: docs/ONNX.md.
                """)

        enum Format: String, CaseIterable, ExpressibleByArgument { case onnx }

        @Argument(help: "A model's directory, or its ID on the head.")
        var model: String

        @Option(help: "The format.")
        var format = Format.onnx

        @Option(
            name: .customLong("output"),
            help: ArgumentHelp("Write it to this file.", valueName: "file"))
        var file: String

        @OptionGroup var terms: ModelOptions
        @OptionGroup var client: ClientOptions
        @OptionGroup var output: OutputOptions

        /// What `--json` prints.
        struct Report: Encodable {
            let format: String
            let output: String
            let bytes: Int
        }

        func run() async throws {
            let bundle = try await self.terms.bundle(self.model, self.client)
            guard let model = bundle.model.ofTable else {
                throw CommandError(
                    .usage, "\(self.model): forecasts, and a forecast cannot be exported")
            }
            let bytes: [UInt8]
            do {
                bytes = try ONNXModel.encode(model, version: Version.current)
            } catch {
                throw CommandError(.usage, "\(self.model): \(LogText.escaped("\(error)"))")
            }
            try OutputFile.write(bytes, to: self.file, readers: .everyone)
            let report = Report(
                format: self.format.rawValue, output: self.file, bytes: bytes.count)
            try self.output.print(report) { _ in
                "\(report.output): \(Figures.count(report.bytes)) bytes of \(report.format)\n"
            }
        }
    }
}
