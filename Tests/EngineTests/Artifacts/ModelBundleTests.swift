import Fuzzing
import Testing

@testable import Engine

@Suite struct ModelBundleTests {
    /// FNV-1a: no cryptography here, where only a change has to show.
    static func digest(_ bytes: [UInt8]) -> String {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
        return String(hash, radix: 16)
    }

    private static func bundle(_ family: Family) throws -> ModelBundle {
        let dataset = try SmallTables.flowers(rows: 60)
        let parameters = ["trees", "units", "components"].filter { name in
            family.parameters.contains { $0.name == name }
        }.map { Recipe.Parameter($0, 4) }
        return ModelBundle(
            .table(try FittedModel.fit(Recipe(family, parameters, seed: .max), dataset)),
            scores: [.init("roc_auc", 0.75)],
            lineage: [.init("worker", "anna"), .init("data", "sha256:00")])
    }

    private static func table(_ bundle: ModelBundle) throws -> FittedModel {
        try #require(bundle.model.ofTable)
    }

    private static func read(_ files: ModelBundle.Files) throws -> ModelBundle {
        try ModelBundle(manifest: files.manifest, weights: files.weights, digest: Self.digest)
    }

    @Test(arguments: Family.allCases.filter { $0.supports(.classification) })
    func `a model that was stored predicts the same bits`(family: Family) throws {
        let bundle = try Self.bundle(family)
        let files = bundle.files(digest: Self.digest)
        let back = try Self.read(files)
        let frame = try SmallTables.flowers(rows: 25).features

        let (model, original) = (try Self.table(back), try Self.table(bundle))
        #expect(try model.predict(frame) == original.predict(frame))
        #expect(back.files(digest: Self.digest) == files)
        #expect(model.members.map(\.recipe) == original.members.map(\.recipe))
        #expect(model.schema == original.schema)
        #expect(back.scores == bundle.scores)
        #expect(back.lineage.map(\.name) == ["data", "worker"])
    }

    /// Members of both forms, two of one.
    private static func blend(
        _ pooling: Pooling = .average(temperature: 1.25)
    ) throws -> ModelBundle {
        let members: [(Family, [Recipe.Parameter], Double)] = [
            (.gradientBoosting, [.init("trees", 4)], 0.5), (.logisticRegression, [], 0.25),
            (.extraTrees, [.init("trees", 3)], 0.25),
        ]
        let ensemble = Ensemble(
            members.map { .init(Recipe($0.0, $0.1), weight: $0.2) },
            pooling, thresholds: [0.3, 0.7])
        return ModelBundle(
            .table(try FittedModel.fit(ensemble, try SmallTables.flowers(rows: 60))), scores: [],
            lineage: [])
    }

    @Test(arguments: [
        Pooling.average(temperature: 1.25), .stacked(offsets: [0.125, -0.25]),
    ])
    func `an ensemble that was stored predicts the same bits`(pooling: Pooling) throws {
        let bundle = try Self.blend(pooling)
        let files = bundle.files(digest: Self.digest)
        let back = try Self.read(files)
        let frame = try SmallTables.flowers(rows: 25).features
        let (model, original) = (try Self.table(back), try Self.table(bundle))
        #expect(model.encoders.count == 2)
        #expect(model.ensemble == original.ensemble && model.pooling == pooling)
        #expect(model.thresholds == [0.3, 0.7])
        #expect(try model.predict(frame) == original.predict(frame))
        #expect(back.files(digest: Self.digest) == files)
    }

    @Test(arguments: [
        ("\"weight\": 0.5", "\"weight\": 0.6"), ("\"weight\": 0.5", "\"weight\": -0.5"),
        ("\"encoder\": 1", "\"encoder\": 0"), ("\"encoder\": 1", "\"encoder\": 7"),
        ("\"temperature\": 1.25", "\"temperature\": 0"),
        ("\"kind\": \"average\"", "\"kind\": \"vote\""), ("0.3,", "-0.3,"),
        ("\"family\": \"extra_trees\"", "\"family\": \"naive_bayes\""),
        ("0.3, 0.7]", "0.3, 0.7, 0.1]"), ("0.3, 0.7]", "0.3, 1.5]"),
        (#""pooling": {"#, #""pool": {"#), ("\"thresholds\": [", "\"limits\": ["),
    ]) func `an ensemble whose parts do not fit is refused`(part: String, other: String) throws {
        try Self.expectRefusal(of: Self.blend(), changing: part, to: other)
    }

    @Test(arguments: [
        ("\"weight\": 0.5", "\"weight\": 2e6"), ("\"weight\": 0.5", "\"weight\": 0"),
        ("\"kind\": \"stacked\"", "\"kind\": \"average\""),
        ("-0.25]", "-0.25, 0]"), ("-0.25]", "\"a\"]"), ("-0.25]", "1e999]"),
        ("\"offsets\"", "\"offset\""),
    ]) func `a stack whose parts do not fit is refused`(part: String, other: String) throws {
        let stack = try Self.blend(.stacked(offsets: [0.125, -0.25]))
        try Self.expectRefusal(of: stack, changing: part, to: other)
    }

    private static func expectRefusal(
        of bundle: ModelBundle, changing part: String, to other: String
    ) throws {
        let files = bundle.files(digest: Self.digest)
        let text = String(decoding: files.manifest, as: UTF8.self)
        #expect(text.contains(part))
        let manifest = Array(text.replacing(part, with: other, maxReplacements: 1).utf8)
        #expect(throws: ArtifactError.self) {
            try Self.read(.init(manifest: manifest, weights: files.weights))
        }
    }

    @Test func `weights other than the manifest's are refused before they are read`() throws {
        let files = try Self.bundle(.logisticRegression).files(digest: Self.digest)
        for index in stride(from: 0, to: files.weights.count, by: 7) {
            var weights = files.weights
            weights[index] ^= 1
            #expect(throws: ArtifactError(.digestMismatch, "")) {
                try Self.read(.init(manifest: files.manifest, weights: weights))
            }
        }
    }

    @Test func `a manifest of a later version is refused as such`() throws {
        let files = try Self.bundle(.baseline).files(digest: Self.digest)
        let text = String(decoding: files.manifest, as: UTF8.self)
            .split(separator: "\n")
            .map { $0.hasPrefix("  \"version\"") ? "  \"version\": 99," : String($0) }
            .joined(separator: "\n")
        #expect(throws: ArtifactError(.unsupportedVersion, "")) {
            try Self.read(.init(manifest: Array(text.utf8), weights: files.weights))
        }
    }

    /// The manifest with another length of its weights.
    private static func naming(_ bytes: Int, in manifest: [UInt8]) -> [UInt8] {
        let text = String(decoding: manifest, as: UTF8.self)
        return Array(text.replacing(/"bytes": [0-9]+/, with: "\"bytes\": \(bytes)").utf8)
    }

    /// The digest does not guard here, as if whoever changed the files could also name them anew.
    @Test(arguments: [
        Family.logisticRegression, .naiveBayes, .nearestNeighbors, .extraTrees, .gradientBoosting,
        .multilayerPerceptron, .linearSVM, .kernelMachine, .randomForest,
    ]) func `no mutation of a bundle makes reading or predicting crash`(family: Family) throws {
        let bundle =
            switch family {
            case .extraTrees: try Self.blend()
            case .randomForest: try Self.blend(.stacked(offsets: [0.125, -0.25]))
            default: try Self.bundle(family)
            }
        let files = bundle.files { _ in "same" }
        let frame = try SmallTables.flowers(rows: 5).features
        var manifests = Mutants(of: files.manifest, seed: 17)
        var weights = Mutants(of: files.weights, seed: 19)
        for round in 0..<Mutants.rounds(2000) {
            // One of both: two faults at once would hide each other.
            let isManifest = round % 2 == 0
            let mutant = isManifest ? manifests.next() : weights.next()
            let manifest =
                isManifest ? mutant : Self.naming(mutant.count, in: files.manifest)
            let bundle = try? ModelBundle(
                manifest: manifest, weights: isManifest ? files.weights : mutant
            ) { _ in "same" }
            _ = try? bundle?.model.ofTable?.predict(frame)
        }
        for length in stride(from: 0, to: files.manifest.count - 1, by: 3) {
            #expect(throws: ArtifactError.self) {
                try ModelBundle(manifest: Array(files.manifest[..<length]), weights: files.weights)
                { _ in "same" }
            }
        }
    }
}
