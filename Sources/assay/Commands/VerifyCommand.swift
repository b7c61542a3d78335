import ArgumentParser
import Foundation
import Host
import Signing

struct VerifyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Find out who signed a model, and whether it is what was signed.",
        discussion: """
            MODEL is a bundle's directory, or the ID of a model on the head. Nothing is needed but \
            the authority's certificate: the signature (OpenSSF Model Signing) must be that of a \
            head of its cluster, and every file must be what was signed, no more and no less. \
            Nothing of the model is parsed. What does not verify ends with exit code 4.
            """)

    @Argument(help: "A model's directory, or its ID on the head.")
    var model: String

    @OptionGroup var authority: AuthorityOptions
    @OptionGroup var client: ClientOptions
    @OptionGroup var output: OutputOptions

    /// What `--json` prints.
    struct Report: Encodable, Equatable {
        let model: String
        let id: String
        let name: String
        let owner: String
        let worker: String
        let corroborated: Bool
        let scoresConfirmedBy: String?
        let modelConfirmedBy: String?
        let signer: String
        let cluster: String
        let serial: String
        let signedAt: Double
        let files: [File]
        /// Digests of what a program of a user made and that it was made from.
        let taintedBy: [String]

        struct File: Encodable, Equatable {
            let name: String
            let digest: String
        }

        init(_ model: String, _ provenance: Provenance) {
            let statement = provenance.statement
            self.model = model
            self.id = LogText.escaped(statement.model)
            self.name = LogText.escaped(statement.name)
            self.owner = LogText.escaped(statement.owner)
            self.worker = LogText.escaped(statement.worker)
            func name(_ text: String) -> String? { text.isEmpty ? nil : LogText.escaped(text) }
            self.corroborated = statement.witnesses.areWhole
            self.scoresConfirmedBy = name(statement.witnesses.scores)
            self.modelConfirmedBy = name(statement.witnesses.model)
            self.signer = provenance.signer.uri
            self.cluster = provenance.signer.cluster
            self.serial = provenance.serial.description
            self.signedAt = statement.signedAt.timeIntervalSince1970
            self.files = statement.files.map {
                File(name: $0.name, digest: $0.digest.description)
            }
            self.taintedBy = statement.taintedBy.map(\.description)
        }

        func text(_ style: Style) -> String {
            let proof = CorroborationReport.proof(
                scores: self.scoresConfirmedBy, model: self.modelConfirmedBy)
            var text = """
                \(style.strong(self.model)): verified
                signed by \(self.signer), for cluster \(self.cluster), \
                at \(Figures.moment(self.signedAt)) UTC
                model \(self.id) (\(self.name)) of \(self.owner), fitted by \(self.worker)
                \(proof)

                """
            for source in self.taintedBy { text += "tainted: made from \(source)\n" }
            for file in self.files { text += "  \(file.name)  \(file.digest)\n" }
            return text
        }
    }

    func run() async throws {
        guard let trust = try self.authority.trust(self.client) else {
            throw CommandError(
                .usage, "whom do you trust? give --ca ca.pem of the cluster, or set ASSAY_CERTS")
        }
        let bundle = try await ModelSource(self.model, client: self.client)
            .bundle(on: ModelTerms(trust: trust, takesUnsigned: false))
        guard let provenance = bundle.provenance else {
            throw CommandError(.refused, "\(self.model): is not signed")
        }
        let report = Report(self.model, provenance)
        try self.output.print(report) { report.text($0.resultStyle) }
    }
}
