import Host
import Wire

/// A model as `--json` prints it.
struct ModelReport: Encodable, Equatable, Sendable {
    let id: String
    let job: String
    let owner: String
    let name: String
    /// By cross validation.
    let scores: [String: Double]
    /// Whose predictions it averages, the winning trial's first; often that one alone.
    let members: [Member]
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

    struct Member: Encodable, Equatable, Sendable {
        let family: String
        let parameters: [String: Double]
        let seed: UInt64
        /// All together are 1.
        let weight: Double

        init(_ message: Assay_V1_ModelMember) {
            self.family = LogText.escaped(message.recipe.family)
            self.parameters = Dictionary(
                message.recipe.parameters.map { (LogText.escaped($0.name), $0.value) }
            ) { first, _ in first }
            self.seed = message.recipe.seed
            self.weight = message.weight
        }
    }

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
        self.members = model.members.map { Member($0) }
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

    /// Its family, or of how many models it is.
    var kindText: String {
        self.members.count > 1 ? "ensemble of \(self.members.count)" : self.membersText
    }

    var membersText: String { Member.text(self.members) }

    var scoresText: String {
        self.scores.sorted { $0.key < $1.key }
            .map { "\($0.key) \(Figures.score($0.value))" }.joined(separator: ", ")
    }
}

extension ModelReport.Member {
    /// A family, or several by their weights: `4 models: gradient_boosting 0.6, extra_trees 0.4`.
    static func text(_ members: [Self]) -> String {
        guard members.count > 1 else { return members.first?.family ?? "" }
        var weights: [(family: String, weight: Double)] = []
        for member in members {
            if let place = weights.firstIndex(where: { $0.family == member.family }) {
                weights[place].weight += member.weight
            } else {
                weights.append((member.family, member.weight))
            }
        }
        let parts = weights.map { part in
            let weight = Figures.number((part.weight * 100).rounded() / 100)
            return weights.count > 1 ? "\(part.family) \(weight)" : part.family
        }
        return "\(members.count) models: \(parts.joined(separator: ", "))"
    }
}
