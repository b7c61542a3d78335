import Privacy

/// A fitted model as two files that hold numbers and texts only: a manifest and its weights.
///
/// The manifest (JSON) says how to read and encode a table, what was learned from and how well; the
/// weights (safetensors) are what was learned. The manifest names the weights by their SHA-256, so
/// that whoever vouches for the manifest vouches for both. Nothing in either file is ever run.
package struct ModelBundle: Sendable {
    package let model: Model
    /// How pictures become rows of the table that the model takes; nil where there are none.
    package let images: ImageFeatures?
    /// What the model scored, for people.
    package let scores: [Score]
    /// Where the model comes from: digests, versions, names.
    package let lineage: [Safetensors.Entry]

    package enum Model: Sendable {
        case table(FittedModel)
        case series(FittedForecasts)

        /// The model of a table of rows; nil where it is one of series.
        package var ofTable: FittedModel? {
            if case .table(let model) = self { model } else { nil }
        }
    }

    package struct Score: Equatable, Sendable {
        /// A metric's name, or more words on it.
        package let name: String
        package let value: Double

        package init(_ name: String, _ value: Double) {
            self.name = name
            self.value = value
        }
    }

    /// - Requires: names of scores and of lineage entries are unique; scores are finite; a model of
    ///   pictures takes what they become.
    package init(
        _ model: Model, images: ImageFeatures? = nil, scores: [Score],
        lineage: [Safetensors.Entry]
    ) {
        self.model = model
        self.images = images
        self.scores = scores
        self.lineage = lineage
    }

    package static let manifestName = "manifest.json"
    package static let weightsName = "weights.safetensors"
    static let format = ModelBundle.formatName
    /// What `format` is in a manifest of ours.
    package static let formatName = "assay-model"
    /// Raised when an older reader would misread what a newer writer wrote.
    static let version = 4

    /// What the names of a member's tensors begin with.
    static func prefix(of member: Int) -> String { "\(member)." }
    /// What the names of an encoder's tensors begin with.
    static func prefix(ofEncoder encoder: Int) -> String { "encoder.\(encoder)." }

    /// A recipe's members in a manifest.
    static func json(
        of family: String, _ parameters: [Recipe.Parameter], seed: UInt64
    ) -> [JSON.Member] {
        [
            .init("family", .string(family)),
            .init("parameters", .object(parameters.map { .init($0.name, .number($0.value)) })),
            // As text: a reader in another language may keep 53 bits of a number only.
            .init("seed", .string(String(seed))),
        ]
    }

    package struct Files: Equatable, Sendable {
        package let manifest: [UInt8]
        package let weights: [UInt8]
    }

    /// Equal bundles give equal bytes.
    ///
    /// - Parameter digest: the SHA-256 of bytes, as the manifest shall name it; hashing acts
    ///   elsewhere, because the engine has no cryptography.
    package func files(digest: ([UInt8]) -> String) -> Files {
        let (members, tensors) =
            switch self.model {
            case .table(let model): (model.json, model.tensors)
            case .series(let model): (model.json, model.tensors)
            }
        let weights = Safetensors.encode(tensors, metadata: [.init("format", Self.format)])
        let head: [JSON.Member] = [
            .init("format", .string(Self.format)), .init("version", .integer(Self.version)),
        ]
        let foot: [JSON.Member] = [
            .init("scores", .object(self.scores.map { .init($0.name, .number($0.value)) })),
            .init(
                "lineage",
                .object(
                    self.lineage.sorted { $0.name < $1.name }
                        .map { .init($0.name, .string($0.text)) })),
            .init(
                "weights",
                .object([
                    "file": .string(Self.weightsName), "bytes": .integer(weights.count),
                    "digest": .string(digest(weights)),
                ])),
        ]
        let images = self.images.map { JSON.Member("images", $0.json) }
        let manifest = JSON.object(head + members + [images].compactMap(\.self) + foot)
        return Files(manifest: manifest.encoded(.indented), weights: weights)
    }
}

extension FittedModel {
    fileprivate var json: [JSON.Member] {
        [
            .init("task", .string(self.task.rawValue)),
            .init("target", self.target.map { .string($0) } ?? .null),
            .init("classes", .array(self.classNames.map { .string($0.revealed) })),
            .init("schema", self.schema.json),
            .init("members", .array(self.members.map(\.json))),
            .init("pooling", self.pooling.json),
            .init("thresholds", .array(self.thresholds.map { .number($0) })),
            .init("encoders", .array(self.encoders.map(\.json))),
        ]
    }

    fileprivate var tensors: [Tensor] {
        let learned = self.members.enumerated().flatMap { number, member in
            member.predictor.tensors.map { $0.named(ModelBundle.prefix(of: number) + $0.name) }
        }
        let encoding = self.encoders.enumerated().flatMap { number, encoder in
            encoder.tensors.map { $0.named(ModelBundle.prefix(ofEncoder: number) + $0.name) }
        }
        return learned + encoding
    }
}

extension Pooling {
    var json: JSON {
        switch self {
        case .average(let temperature):
            .object(["kind": .string("average"), "temperature": .number(temperature)])
        case .stacked(let offsets):
            .object([
                "kind": .string("stacked"), "offsets": .array(offsets.map { .number($0) }),
            ])
        }
    }
}

extension FittedModel.Member {
    fileprivate var json: JSON {
        .object(
            ModelBundle.json(
                of: self.recipe.family.rawValue, self.recipe.parameters, seed: self.recipe.seed)
                + [
                    .init("weight", .number(self.weight)),
                    .init("encoder", .integer(self.encoder)),
                ])
    }
}
