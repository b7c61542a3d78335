import Host
import Wire

/// A model as `--json` prints it.
struct ModelReport: Encodable, Equatable, Sendable {
    let id: String
    let job: String
    let owner: String
    let name: String
    /// Of the winning trial, by cross validation.
    let scores: [String: Double]
    let family: String
    let parameters: [String: Double]
    let seed: UInt64
    let files: [File]
    let createdAt: Double
    /// Who fitted it.
    let worker: String
    /// Whether it was made from what a program of a user made, and from what; see `assay taint`.
    let tainted: Bool
    let taintedBy: [String]
    /// Whether other workers have confirmed the scores, and made the same files; who did.
    let corroborated: Bool
    let scoresConfirmedBy: String?
    let modelConfirmedBy: String?

    struct File: Encodable, Equatable, Sendable {
        let name: String
        let digest: String
        let bytes: UInt64
    }

    init(_ model: Assay_V1_Model) {
        self.id = LogText.escaped(model.id)
        self.job = LogText.escaped(model.job)
        self.owner = LogText.escaped(model.owner)
        self.name = LogText.escaped(model.name)
        self.scores = Dictionary(model.scores.map { (LogText.escaped($0.metric), $0.value) }) {
            first, _ in first
        }
        self.family = LogText.escaped(model.recipe.family)
        self.parameters = Dictionary(
            model.recipe.parameters.map { (LogText.escaped($0.name), $0.value) }
        ) { first, _ in first }
        self.seed = model.recipe.seed
        self.files = model.files.map { file in
            File(
                name: LogText.escaped(file.name), digest: LogText.escaped(file.blob.digest),
                bytes: file.blob.size)
        }
        self.createdAt = model.createdAt
        self.worker = LogText.escaped(model.worker)
        self.tainted = model.tainted
        self.taintedBy = model.taintedBy.map { LogText.escaped($0) }
        func name(_ text: String) -> String? { text.isEmpty ? nil : LogText.escaped(text) }
        self.scoresConfirmedBy = name(model.scoresConfirmedBy)
        self.modelConfirmedBy = name(model.modelConfirmedBy)
        self.corroborated = self.scoresConfirmedBy != nil && self.modelConfirmedBy != nil
    }

    var scoresText: String {
        self.scores.sorted { $0.key < $1.key }
            .map { "\($0.key) \(Figures.score($0.value))" }.joined(separator: ", ")
    }
}
