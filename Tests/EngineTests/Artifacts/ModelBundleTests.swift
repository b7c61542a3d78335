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
        let parameters: [Recipe.Parameter] =
            family.parameters.contains { $0.name == "trees" } ? [.init("trees", 4)] : []
        return ModelBundle(
            try FittedModel.fit(Recipe(family, parameters, seed: .max), dataset),
            scores: [.init("roc_auc", 0.75)],
            lineage: [.init("worker", "anna"), .init("data", "sha256:00")])
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

        #expect(try back.model.predict(frame) == bundle.model.predict(frame))
        #expect(back.files(digest: Self.digest) == files)
        #expect(back.model.recipe == bundle.model.recipe)
        #expect(back.model.schema == bundle.model.schema)
        #expect(back.scores == bundle.scores)
        #expect(back.lineage.map(\.name) == ["data", "worker"])
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
            .map { $0.hasPrefix("  \"version\"") ? "  \"version\": 2," : String($0) }
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
    ]) func `no mutation of a bundle makes reading or predicting crash`(family: Family) throws {
        let files = try Self.bundle(family).files { _ in "same" }
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
            _ = try? bundle?.model.predict(frame)
        }
        for length in stride(from: 0, to: files.manifest.count - 1, by: 3) {
            #expect(throws: ArtifactError.self) {
                try ModelBundle(manifest: Array(files.manifest[..<length]), weights: files.weights)
                { _ in "same" }
            }
        }
    }
}
