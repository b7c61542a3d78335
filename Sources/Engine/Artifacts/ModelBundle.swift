import Privacy

/// A fitted model as two files that hold numbers and texts only: a manifest and its weights.
///
/// The manifest (JSON) says how to read and encode a table, what was learned from and how well; the
/// weights (safetensors) are what was learned. The manifest names the weights by their SHA-256, so
/// that whoever vouches for the manifest vouches for both. Nothing in either file is ever run.
package struct ModelBundle: Sendable {
    package let model: FittedModel
    /// What the model scored, for people.
    package let scores: [Score]
    /// Where the model comes from: digests, versions, names.
    package let lineage: [Safetensors.Entry]

    package struct Score: Equatable, Sendable {
        /// A metric's name, or more words on it.
        package let name: String
        package let value: Double

        package init(_ name: String, _ value: Double) {
            self.name = name
            self.value = value
        }
    }

    /// - Requires: names of scores and of lineage entries are unique; scores are finite.
    package init(_ model: FittedModel, scores: [Score], lineage: [Safetensors.Entry]) {
        self.model = model
        self.scores = scores
        self.lineage = lineage
    }

    package static let manifestName = "manifest.json"
    package static let weightsName = "weights.safetensors"
    static let format = ModelBundle.formatName
    /// What `format` is in a manifest of ours.
    package static let formatName = "assay-model"
    /// Raised when an older reader would misread what a newer writer wrote.
    static let version = 2

    /// What the names of a member's tensors begin with.
    static func prefix(of member: Int) -> String { "\(member)." }
    /// What the names of an encoder's tensors begin with.
    static func prefix(ofEncoder encoder: Int) -> String { "encoder.\(encoder)." }

    package struct Files: Equatable, Sendable {
        package let manifest: [UInt8]
        package let weights: [UInt8]
    }

    /// Equal bundles give equal bytes.
    ///
    /// - Parameter digest: the SHA-256 of bytes, as the manifest shall name it; hashing acts
    ///   elsewhere, because the engine has no cryptography.
    package func files(digest: ([UInt8]) -> String) -> Files {
        let learned = self.model.members.enumerated().flatMap { number, member in
            member.predictor.tensors.map { $0.named(Self.prefix(of: number) + $0.name) }
        }
        let encoding = self.model.encoders.enumerated().flatMap { number, encoder in
            encoder.tensors.map { $0.named(Self.prefix(ofEncoder: number) + $0.name) }
        }
        let tensors = learned + encoding
        let weights = Safetensors.encode(tensors, metadata: [.init("format", Self.format)])
        let manifest = JSON.object([
            "format": .string(Self.format),
            "version": .integer(Self.version),
            "task": .string(self.model.task.rawValue),
            "target": self.model.target.map { .string($0) } ?? .null,
            "classes": .array(self.model.classNames.map { .string($0.revealed) }),
            "schema": self.model.schema.json,
            "members": .array(self.model.members.map(\.json)),
            "temperature": .number(self.model.temperature),
            "scores": .object(self.scores.map { .init($0.name, .number($0.value)) }),
            "lineage": .object(
                self.lineage.sorted { $0.name < $1.name }.map { .init($0.name, .string($0.text)) }),
            "encoders": .array(self.model.encoders.map(\.json)),
            "weights": .object([
                "file": .string(Self.weightsName),
                "bytes": .integer(weights.count),
                "digest": .string(digest(weights)),
            ]),
        ])
        return Files(manifest: manifest.encoded(.indented), weights: weights)
    }
}

extension FittedModel.Member {
    fileprivate var json: JSON {
        .object([
            "family": .string(self.recipe.family.rawValue),
            "parameters": .object(
                self.recipe.parameters.map { .init($0.name, .number($0.value)) }),
            // As text: a reader in another language may keep 53 bits of a number only.
            "seed": .string(String(self.recipe.seed)),
            "weight": .number(self.weight),
            "encoder": .integer(self.encoder),
        ])
    }
}
