import Engine
import X509

@testable import Signing

/// Models and what vouches for them, from a head, a disk or a stranger.
extension Decoder {
    static let models: [Decoder] = [
        Decoder(
            "safetensors", dictionary: Self.safetensorsWords,
            seeds: {
                [
                    Safetensors.encode(
                        [
                            Tensor(name: "w", shape: [2, 1], values: .f64([1, -0.5])),
                            Tensor(name: "b", shape: [3], values: .u8([1, 2, 3])),
                        ], metadata: [.init("format", "assay")])
                ]
            }
        ) {
            let content = try Safetensors.decode($0)
            let bytes = Safetensors.encode(content.tensors, metadata: content.metadata)
            // As bytes: a number that is none is not equal to itself.
            let again = try Safetensors.decode(bytes)
            try Self.demand(
                Safetensors.encode(again.tensors, metadata: again.metadata) == bytes,
                "a tensor file reads back otherwise")
        },
        Decoder(
            "model", dictionary: Self.jsonWords, seeds: { try Self.bundles() }
        ) {
            // The digest does not guard here, as if whoever changed the files had signed them.
            let (manifest, weights) = try Self.pair($0)
            switch try ModelBundle(manifest: manifest, weights: weights, digest: { _ in "same" })
                .model
            {
            case .table(let model):
                let table = Self.table(for: model.schema)
                _ = try table.withUnsafeBytes { bytes in
                    try model.predict(try model.frame(bytes: bytes, for: .prediction))
                }
            case .series(let model):
                for entry in model.entries.indices { _ = model.time(of: 3, in: entry) }
                _ = try? model.forecast(horizon: 3, levels: [0.9])
                let table = Self.table(for: model.schema)
                // Its rows of nothing are no coming steps, unless the model knows no times.
                try? table.withUnsafeBytes { bytes in
                    let steps = try model.steps(of: try model.frame(bytes: bytes, for: .scoring))
                    let forecasts = try model.forecast(steps, levels: [0.9])
                    _ = model.scores(steps, forecasts)
                }
            }
        },
        Decoder("signature", dictionary: Self.jsonWords, seeds: { try [Self.signature()] }) {
            let envelope = try SignatureEnvelope(decoding: $0)
            try Self.demand(
                try SignatureEnvelope(decoding: envelope.encoded()) == envelope,
                "a signature reads back otherwise")
            for der in envelope.chain {
                try Certificates.skipLeapSecond(in: der)
                _ = try SignerCertificate(Certificate(derEncoded: der))
            }
        },
        Decoder(
            "statement", dictionary: Self.jsonWords, seeds: { [try Self.statement().encoded()] }
        ) {
            let statement = try ModelStatement(decoding: $0)
            try Self.demand(
                try ModelStatement(decoding: statement.encoded()) == statement,
                "a statement reads back otherwise")
        },
    ]

    // MARK: Bundles

    private static func bundles() throws -> [[UInt8]] {
        let table = Array("a,b,y\n1,red,no\n2,blue,yes\n3,red,yes\n4,blue,no\n,red,no\n".utf8)
        func dataset(_ task: LearningTask) throws -> Dataset {
            try table.withUnsafeBytes { bytes in
                try Dataset(
                    bytes: bytes, schema: try Schema.infer(from: bytes), target: "y", task: task)
            }
        }
        func bundle(
            _ recipes: [Recipe], _ task: LearningTask, _ pooling: Pooling = .plain,
            thresholds: [Double] = []
        ) throws -> [UInt8] {
            let members = recipes.map {
                Ensemble.Member($0, weight: 1 / Double(recipes.count))
            }
            let ensemble = Ensemble(members, pooling, thresholds: thresholds)
            let bundle = ModelBundle(
                .table(try FittedModel.fit(ensemble, dataset(task))),
                scores: [.init("roc_auc", 0.5)], lineage: [.init("worker", "w1")])
            let files = bundle.files { _ in "same" }
            return files.manifest + [0] + files.weights
        }
        let classifiers: [Family] = [
            .baseline, .logisticRegression, .naiveBayes, .nearestNeighbors, .extraTrees,
            .gradientBoosting, .multilayerPerceptron, .linearSVM, .kernelMachine,
        ]
        let detectors = Family.allCases.filter { $0.supports(.anomalyDetection) }
        return try classifiers.map { try bundle([Self.small($0)], .classification) }
            + detectors.map { try bundle([Self.small($0)], .anomalyDetection) }
            + [
                bundle(
                    [.logisticRegression, .extraTrees].map(Self.small), .classification,
                    .average(temperature: 1.5), thresholds: [0.75, 0.25]),
                bundle(
                    [.naiveBayes, .nearestNeighbors].map(Self.small), .classification,
                    .stacked(offsets: [0.5, -0.5])),
            ]
            + Self.forecasts()
    }

    /// Of one series and of two, with numbers and with dates as times, and with another column.
    private static func forecasts() throws -> [[UInt8]] {
        func bundle(
            _ csv: String, key: String?, exogenous: [String], _ families: [ForecasterFamily]
        ) throws -> [UInt8] {
            var plan = SeriesPlan(target: "y", time: "t")
            plan.key = key
            plan.exogenous = exogenous
            let table = Array(csv.utf8)
            let bench = try table.withUnsafeBytes { bytes in
                let schema = try Schema.infer(from: bytes)
                return try SeriesBench(
                    try CSVReader(bytes).table(schema), plan, schema: schema, horizon: 2, folds: 2)
            }
            let choice = try bench.model(
                of: families.map { ForecastRecipe($0) }, metrics: [.meanAbsoluteError])
            let files = ModelBundle(.series(choice.model), scores: [], lineage: [])
                .files { _ in "same" }
            return files.manifest + [0] + files.weights
        }
        let rows = (1...24).map { (month: $0, value: ($0 * 7) % 11 + $0) }
        let single = rows.map { "\($0.month),\($0.value),\($0.month % 3)\n" }.joined()
        let dated = rows.flatMap { row in
            let quarter = "20\(10 + row.month / 4)-Q\(row.month % 4 + 1)"
            return ["a", "b"].map { "\(quarter),\(row.value),\($0)\n" }
        }.joined()
        return try [
            bundle("t,y,x\n" + single, key: nil, exogenous: ["x"], [.ridgeLags]),
            bundle("t,y,k\n" + dated, key: "k", exogenous: [], [.theta, .ets]),
            bundle("t,y,x\n" + single, key: nil, exogenous: [], [.arima]),
            bundle("t,y,x\n" + single, key: nil, exogenous: [], [.stl]),
            bundle("t,y,x\n" + single, key: nil, exogenous: [], [.naive]),
        ]
    }

    /// The family with little in its tensors.
    private static func small(_ family: Family) -> Recipe {
        let parameters = ["trees", "units", "components"].filter { name in
            family.parameters.contains { $0.name == name }
        }.map { Recipe.Parameter($0, 2) }
        return Recipe(family, parameters, seed: 1)
    }

    /// Two rows that a schema's columns can be read from: one of ones, one of nothing.
    private static func table(for schema: Schema) -> [UInt8] {
        func row(_ field: (String) -> String) -> String {
            schema.columns.map { field($0.name) }.joined(separator: ",") + "\n"
        }
        let header = row { "\"\($0.replacing("\"", with: "\"\""))\"" }
        return Array((header + row { _ in "1" } + row { _ in "\"\"" }).utf8)
    }

    // MARK: Signatures

    private static func statement() throws -> ModelStatement {
        try ModelStatement(
            model: "j3", name: "n", owner: "user/u", worker: "w1",
            witnesses: .init(scores: "w2", model: "w3"), signedAt: Certificates.noon,
            files: [
                .init(name: "manifest.json", digest: Samples.blob.digest),
                .init(name: "weights.safetensors", digest: Samples.blob.digest),
            ])
    }

    private static func signature() throws -> [UInt8] {
        SignatureEnvelope(
            payload: try Self.statement().encoded(), signature: [48, 3, 2, 1, 1],
            chain: [try Certificates.world().head.der]
        ).encoded()
    }

    private static let safetensorsWords = #"""
        "\"dtype\""
        "\"shape\""
        "\"data_offsets\""
        "\"__metadata__\""
        "\"F64\""
        "\"F32\""
        "\"I32\""
        "\"U8\""
        "[0,0]"
        "4611686018427387904"
        """#
}
